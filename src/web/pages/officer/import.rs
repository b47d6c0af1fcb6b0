//! Many entries from an archive: right rows are kept, wrong ones come back as a sheet.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use bytes::Bytes;
use entity::contributor::Role;
use entity::entry::EntrantKind;
use entity::id::{CategoryId, EntryId};

use super::{drawn, officer};
use crate::app::{self, App};
use crate::contest::definition::{Category, DeclaredBy, Entrant, Slot, SlotKind};
use crate::contest::{self, Contest};
use crate::entry::batch::{self, Batch, Column, Row};
use crate::entry::{self, Author, New, Person, code};
use crate::media;
use crate::refusal::{Kind, Refused};
use crate::unit::Officer;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page};
use crate::{db, unit};

/// The largest archive, in bytes.
const ARCHIVE: u64 = 500_000_000;

/// What became of an archive.
#[derive(Template)]
#[template(path = "officer/imported.html")]
pub struct Imported {
    /// Who looks.
    pub v: View,
    /// Code of the unit.
    pub code: String,
    /// Entries that were taken: line, number, code.
    pub taken: Vec<(usize, i32, String)>,
    /// Rows that were not: line, what is wrong.
    pub faulty: Vec<(usize, String)>,
    /// The sheet of those.
    pub sheet: String,
}

/// Everything that a row is entered with.
struct Intake<'a> {
    app: &'a App,
    v: &'a View,
    officer: &'a Officer,
    contest: &'a Contest,
    category: &'a Category,
    category_id: CategoryId,
}

/// Takes an archive in, row by row; each row is taken whole or not at all.
///
/// # Errors
/// Without an office in the unit or above it; why the archive cannot be used is said on the page.
pub async fn create(
    app: web::Data<App>,
    v: View,
    who: Signed,
    typed: web::Path<String>,
    form: Form,
) -> Result {
    let officer = officer(&app, &typed, &who, &v).await?;
    let contest = contest::by_slug(&app.db, form.text("contest")).await?;
    let mut batch = match sheet(&form).await {
        Ok(batch) => batch,
        Err(failure) => {
            // A browser lets no page fill a file in again: everything else stays.
            let refused = failure.said()?;
            let mut answer = drawn(&app, v, &officer, None, (&form, refused)).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(answer);
        }
    };
    let ids = contest::category_ids(&app.db, contest.id()).await?;
    let (mut taken, mut faulty, mut back) = (Vec::new(), Vec::new(), Vec::new());
    for row in std::mem::take(&mut batch.rows) {
        let key = Some(row.get(Column::Category)).filter(|key| !key.is_empty());
        let all = &contest.definition.categories;
        let category = match key {
            Some(key) => contest.definition.category(key),
            None => all.first().filter(|_| all.len() == 1),
        };
        let outcome = match category.and_then(|c| ids.get(&c.key).map(|id| (c, *id))) {
            Some((category, category_id)) => {
                let (app, v, officer, contest) = (&**app, &v, &officer, &contest);
                let intake = Intake { app, v, officer, contest, category, category_id };
                intake.take(&row, &mut batch).await?
            }
            None => Err(vec![
                Refused::new(Kind::Invalid, "part-unknown").with("key", key.unwrap_or("")),
            ]),
        };
        match outcome {
            Ok((number, code)) => taken.push((row.line, number, code)),
            Err(refused) => {
                let said: Vec<String> = refused.iter().map(|refused| v.said(refused)).collect();
                faulty.push((row.line, said.join(" ")));
                back.push((row.cells, said.join(" ")));
            }
        }
    }
    let sheet = crate::sheet::faulty(&batch.heads, &back, &v.t("batch-fault"));
    page(&Imported { code: officer.unit.code.clone(), taken, faulty, sheet, v })
}

/// The archive of a form, opened, where it was agreed to what it holds.
async fn sheet(form: &Form) -> std::result::Result<Batch, Failure> {
    if !form.ticked("agreed") {
        return Err(Failure::new(Kind::Invalid, "batch-not-agreed"));
    }
    let sent = form.files("archive").next();
    let sent = sent.ok_or_else(|| Failure::new(Kind::Invalid, "batch-no-archive"))?;
    if sent.bytes > ARCHIVE {
        return Err(Failure::new(Kind::TooLarge, "form-too-large"));
    }
    let bytes = Bytes::from(tokio::fs::read(sent.file.path()).await.map_err(Failure::broken)?);
    let opened = tokio::task::spawn_blocking(move || batch::open(bytes)).await;
    Ok(opened.map_err(Failure::broken)??)
}

type Outcome = std::result::Result<(i32, String), Vec<Refused>>;

/// Who stands as the entrant of a row: a person, where the category takes persons.
fn stands(category: &Category) -> Option<EntrantKind> {
    let taken = category.entrants.iter();
    let kinds = taken.map(|kind| match kind {
        Entrant::Person => EntrantKind::Person,
        Entrant::Team => EntrantKind::Team,
        Entrant::Unit => EntrantKind::Unit,
    });
    let all: Vec<EntrantKind> = kinds.collect();
    all.iter().find(|kind| **kind == EntrantKind::Person).or(all.first()).copied()
}

/// Everybody whom a row names beside the author.
fn beside(row: &Row) -> Vec<(Role, String)> {
    let names = row.get(Column::Others).split(';').map(str::trim).filter(|name| !name.is_empty());
    let mut others: Vec<_> = names.map(|name| (Role::CoAuthor, name.to_owned())).collect();
    others.push((Role::Guardian, row.get(Column::Guardian).to_owned()));
    others
}

impl Intake<'_> {
    async fn take(&self, row: &Row, batch: &mut Batch) -> Result<Outcome> {
        let files = match self.files(row, batch).await? {
            Ok(files) => files,
            Err(refused) => return Ok(Err(refused)),
        };
        let unit = match row.get(Column::Unit) {
            "" => Some(self.officer.unit.clone()),
            code => unit::by_code(&self.app.db, code).await.ok(),
        };
        let Some(unit) = unit else {
            let unknown = Refused::new(Kind::Invalid, "batch-unit-unknown").at("unit");
            let unknown = unknown.with("code", row.get(Column::Unit));
            return Ok(Err(vec![unknown.with("own", self.officer.unit.code.as_str())]));
        };
        let person = Person {
            title: row.get(Column::Title).to_owned(),
            kind: stands(self.category),
            name: row.get(Column::Name).to_owned(),
            shown: row.get(Column::Shown).to_owned(),
            unit: Some(unit.id),
            phone: row.get(Column::Phone).to_owned(),
            email: row.get(Column::Email).to_owned(),
            birth_date: row.get(Column::Birth).to_owned(),
            guardian_email: row.get(Column::GuardianEmail).to_owned(),
            others: beside(row),
        };
        match self.enter(row, person, files).await {
            Ok(done) => Ok(Ok(done)),
            Err(failure) => {
                let known = |r: &Refused| matches!(r.kind, Kind::Invalid | Kind::Conflict);
                if failure.refused.iter().all(known) {
                    Ok(Err(failure.refused))
                } else {
                    Err(failure)
                }
            }
        }
    }

    /// The row's files, checked and stored, each with its slot.
    async fn files(
        &self,
        row: &Row,
        batch: &mut Batch,
    ) -> Result<std::result::Result<Vec<(Slot, media::Kept)>, Vec<Refused>>> {
        let (mut kept, mut refused) = (Vec::new(), Vec::new());
        let names =
            row.get(Column::Files).split(';').map(str::trim).filter(|name| !name.is_empty());
        for name in names {
            let read = batch.file(name).map_err(|flaw| flaw.refused());
            let facts = match read {
                Ok(Some(bytes)) => match self.app.decoder.read_bytes(bytes.clone()).await {
                    Ok(facts) => Ok((bytes, facts)),
                    Err(media::Error::Flaw(flaw)) => Err(flaw.refused()),
                    Err(error) => return Err(error.into()),
                },
                Ok(None) => Err(Refused::new(Kind::Invalid, "batch-no-file").with("name", name)),
                Err(refused) => Err(refused),
            };
            let (bytes, facts) = match facts {
                Ok(read) => read,
                Err(fault) => {
                    refused.push(fault);
                    continue;
                }
            };
            let is_file = |slot: &&Slot| {
                matches!(slot.kind, SlotKind::Photo | SlotKind::Video | SlotKind::Document)
            };
            let slots = self.category.slots.iter();
            let fits = slots.clone().find(|slot| entry::accepts(slot, facts.format));
            let Some(slot) = fits.or_else(|| slots.clone().find(is_file)) else { continue };
            let misfits = entry::misfits(slot, &facts, bytes.len() as u64);
            if misfits.is_empty() {
                let one = media::keep(&self.app.store, bytes, name, facts).await?;
                kept.push((slot.clone(), one.with_place(slot.place)));
            }
            refused.extend(misfits);
        }
        Ok(if refused.is_empty() { Ok(kept) } else { Err(refused) })
    }

    /// Enters one row in a transaction of its own.
    async fn enter(
        &self,
        row: &Row,
        person: Person,
        files: Vec<(Slot, media::Kept)>,
    ) -> Result<(i32, String)> {
        let (now, user) = (self.v.now, self.officer.user());
        let new = New {
            id: EntryId::new(),
            code: code::letters(&app::fresh::<8>()),
            category: self.category_id,
            author: None,
            officer: Some(user),
            resume_hash: None,
            unit: person.unit,
            lang: self.v.tag().to_owned(),
        };
        let tx = db::begin(&self.app.db).await?;
        let draft = entry::open(&tx, self.contest, new, now).await?;
        let author = Author::of(&tx, draft, Some(user), None, now).await?;
        for (slot, kept) in files {
            if let Some(held) = entry::holder_of(&tx, self.contest.id(), kept.sha256()).await? {
                let refused = Refused::new(Kind::Invalid, "file-entered-already");
                let mut failure = Failure::new(Kind::Invalid, "file-entered-already");
                failure.refused = vec![refused.with("code", held.code)];
                return Err(failure);
            }
            entry::add_file(&tx, &author, self.contest, &slot, kept, now).await?;
        }
        for (kind, column) in [(SlotKind::Text, Column::Text), (SlotKind::Link, Column::Link)] {
            let slot = self.category.slots.iter().find(|slot| slot.kind == kind);
            if let Some(slot) = slot {
                entry::set_text(&tx, &author, slot, row.get(column), now).await?;
            }
        }
        let people = self.category.slots.iter().find(|slot| slot.kind == SlotKind::People);
        if let Some(slot) = people {
            let names = row.get(Column::People).replace(';', "\n");
            entry::set_text(&tx, &author, slot, &names, now).await?;
        }
        let whole = entry::whole(&tx, author.entry.clone()).await?;
        let pieces = whole.parts.iter().filter(|part| part.file_id.is_some());
        for (part, caption) in pieces.zip(row.get(Column::Caption).split('|')) {
            let caption = Some(caption.trim().to_owned()).filter(|caption| !caption.is_empty());
            entry::note(&tx, &author, part.id, caption, None).await?;
        }
        entry::save(&tx, &author, self.contest, &person, None, now).await?;
        let mut asked = entry::asked(&self.contest.definition, self.v.lang);
        // Nobody speaks for the guardians of many: each is asked by letter, or signs a paper.
        asked.retain(|asked| asked.of != DeclaredBy::Guardian);
        let agreed: Vec<String> = asked.into_iter().map(|asked| asked.key).collect();
        let done = entry::submit(&tx, &author, &agreed, now).await?;
        tx.commit().await?;
        Ok((done.number.unwrap_or(0), done.code))
    }
}
