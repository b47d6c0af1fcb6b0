//! Counts of many entries from a sheet, read at one stated moment, with one proof.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use entity::entry;
use entity::id::EntryId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::typed::{figure, note, proof, read_at};
use super::{draw, kinds, links};
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::OutsideKind;
use crate::entry::{Page as Paged, gallery};
use crate::refusal::{Kind, Refused};
use crate::results::outside::Reading;
use crate::sheet::{self, Cell, Format, Writer};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::sheet as sheets;
use crate::web::{Failure, Result, View, page};
use crate::words::fold;

/// Most rows of a sheet.
const ROWS: usize = 20_000;
/// Entries that are read at once.
const PAGE: u64 = 1000;

/// What became of a sheet.
#[derive(Template)]
#[template(path = "count/imported.html")]
pub struct Imported {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Counts that are new and wait for the second person.
    pub taken: usize,
    /// Rows that were not taken: line, what is wrong.
    pub faulty: Vec<(usize, String)>,
    /// The sheet of those.
    pub sheet: String,
}

/// Takes a sheet: right rows are kept together, wrong ones come back.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong with the whole is said beside what was typed.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let read = async {
        let at = read_at(&form)?;
        let mut rows = sheets::sent(&form, "sheet", ROWS).await?;
        let heads = rows.remove(0);
        let columns = Columns::of(&heads, kinds(&contest)?)?;
        Ok::<_, Failure>((at, rows, heads, columns, proof(&app, &form).await?))
    };
    let (at, rows, heads, columns, proof) = match read.await {
        Ok(read) => read,
        Err(failure) => return draw(&app, v, (&contest, &by), 0, (form, failure.said()?)).await,
    };
    let entries = Entries::of(&app, &contest).await?;
    let (mut readings, mut faulty, mut back) = (Vec::new(), Vec::new(), Vec::new());
    for (line, cells) in (2..).zip(rows) {
        if cells.iter().all(String::is_empty) {
            continue;
        }
        match columns.row(&cells, &entries) {
            Ok(own) => readings.extend(own),
            Err(refused) => {
                let said: Vec<String> = refused.iter().map(|one| v.said(one)).collect();
                faulty.push((line, said.join(" ")));
                back.push((cells, said.join(" ")));
            }
        }
    }
    let taken = match note(&app, &v, &by, &readings, (at, proof)).await {
        Ok(taken) => taken,
        Err(error) => {
            let refused = Failure::from(error).said()?;
            return draw(&app, v, (&contest, &by), 0, (form, refused)).await;
        }
    };
    page(&Imported {
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        slug: slug.into_inner(),
        taken,
        faulty,
        sheet: sheet::faulty(&heads, &back, &v.t("batch-fault")),
        v,
    })
}

/// Accepted entries of a contest, by number and by code.
struct Entries {
    numbers: HashMap<i32, EntryId>,
    codes: HashMap<String, EntryId>,
}

impl Entries {
    async fn of(app: &App, contest: &Contest) -> Result<Self> {
        let rows: Vec<(EntryId, Option<i32>, String)> = entry::Entity::find()
            .select_only()
            .columns([entry::Column::Id, entry::Column::Number, entry::Column::Code])
            .filter(entry::Column::ContestId.eq(contest.id()))
            .filter(entry::Column::State.eq(entry::State::Accepted))
            .into_tuple()
            .all(&app.db)
            .await?;
        let numbers = rows.iter().filter_map(|(id, number, _)| Some(((*number)?, *id))).collect();
        let codes = rows.into_iter().map(|(id, _, code)| (code, id)).collect();
        Ok(Self { numbers, codes })
    }
}

/// Which column says what.
struct Columns {
    number: Option<usize>,
    code: Option<usize>,
    kinds: Vec<(String, usize)>,
}

impl Columns {
    fn of(heads: &[String], kinds: &[OutsideKind]) -> Result<Self> {
        let heads: Vec<String> = heads.iter().map(|head| fold(head)).collect();
        let find = |names: &[&str]| {
            heads.iter().position(|head| names.iter().any(|name| fold(name) == *head))
        };
        let counted = kinds.iter().filter_map(|kind| {
            let english = kind.label.read(true);
            Some((kind.key.clone(), find(&[&kind.key, kind.label.read(false), english])?))
        });
        let columns = Self {
            number: find(&["số", "số bài", "number"]),
            code: find(&["mã bài", "mã", "entry code", "code"]),
            kinds: counted.collect(),
        };
        if (columns.number.is_none() && columns.code.is_none()) || columns.kinds.is_empty() {
            return Err(Failure::new(Kind::Invalid, "count-no-column"));
        }
        Ok(columns)
    }

    fn row(
        &self,
        cells: &[String],
        entries: &Entries,
    ) -> std::result::Result<Vec<Reading>, Vec<Refused>> {
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let by_number = self.number.and_then(|at| cell(at).parse().ok());
        let by_number = by_number.and_then(|number: i32| entries.numbers.get(&number));
        let by_code =
            self.code.and_then(|at| entries.codes.get(&crate::entry::code::meant(cell(at))));
        let entry = match (by_number, by_code) {
            (Some(number), Some(code)) if number != code => None,
            (found, other) => found.or(other),
        };
        let Some(entry) = entry else {
            return Err(vec![Refused::new(Kind::Invalid, "count-no-entry")]);
        };
        let (mut readings, mut refused) = (Vec::new(), Vec::new());
        for (kind, at) in &self.kinds {
            match figure(cell(*at)) {
                Some(Ok(count)) => {
                    readings.push(Reading { entry: *entry, kind: kind.clone(), count });
                }
                Some(Err(())) => refused.push(
                    Refused::new(Kind::Invalid, "count-unreadable-there").with("value", cell(*at)),
                ),
                None => {}
            }
        }
        if readings.is_empty() && refused.is_empty() {
            refused.push(Refused::new(Kind::Invalid, "count-nothing"));
        }
        if refused.is_empty() { Ok(readings) } else { Err(refused) }
    }
}

/// A sheet to be filled in: every accepted entry, where it is seen, a column for each kind.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn sheet(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: web::Path<(String, String)>,
) -> Result {
    let (slug, ending) = path.into_inner();
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    let format = Format::of(&ending).ok_or_else(nothing)?;
    let kinds = kinds(&contest)?;
    let mut heads =
        ["export-number", "receipt-code", "work-title", "count-link"].map(|key| v.t(key)).to_vec();
    heads.extend(kinds.iter().map(|kind| kind.label.read(v.lang.is_english()).to_owned()));
    let title = v.t("counts");
    let mut writer = Writer::begin(format, &title, &heads).map_err(Failure::broken)?;
    let mut after = 0;
    loop {
        let rows = gallery(&app.db, contest.id(), None, Paged { after, size: PAGE }).await?;
        let Some(last) = rows.last() else { break };
        after = last.number.unwrap_or(i32::MAX);
        let links = links(&app, rows.iter().map(|row| row.id).collect()).await?;
        for row in rows {
            let link = links.get(&row.id).cloned();
            let cells: [Cell; 4] =
                [row.number.into(), row.code.into(), row.title.into(), link.into()];
            writer.row(&cells).map_err(Failure::broken)?;
        }
    }
    sheets::send(writer, format, &format!("{title} {slug}.{ending}"))
}
