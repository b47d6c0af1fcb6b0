//! Files from a form into an entry.

use std::path::Path;

use entity::id::FileId;
use entity::instant::Instant;
use sea_orm::DatabaseTransaction;

use super::Desk;
use crate::app::App;
use crate::contest::definition::{Category, Slot, SlotKind};
use crate::entry;
use crate::media;
use crate::refusal::{Refusal, Refused};
use crate::web::Failure;
use crate::web::form::{Form, Sent};

/// Files that were stored, each with the slot it was sent to, and what was wrong with the others.
#[derive(Default)]
pub(super) struct Received {
    kept: Vec<(Slot, media::Kept)>,
    pub faults: Vec<Refused>,
    /// Keys of objects that became no part, to be deleted once that is certain.
    pub loose: Vec<String>,
}

/// Reads, checks and stores the files of a form. Objects come first, rows second: nothing is
/// written down before [`Received::record`].
pub(super) async fn receive(
    app: &App,
    category: &Category,
    form: &Form,
) -> Result<Received, Failure> {
    let mut received = Received::default();
    for slot in &category.slots {
        let field = format!("slot.{}", slot.key);
        for sent in form.files(&field) {
            match one(app, slot, sent).await? {
                Ok(kept) => received.kept.push((slot.clone(), kept)),
                Err(mut faults) => received.faults.append(&mut faults),
            }
        }
    }
    Ok(received)
}

async fn one(
    app: &App,
    slot: &Slot,
    sent: &Sent,
) -> Result<Result<media::Kept, Vec<Refused>>, Failure> {
    stored(app, slot, sent.file.path(), (FileId::new(), &sent.name), None).await
}

/// Reads, checks and stores one file of the disk; what is wrong with it is told beside its slot.
pub(in crate::web::pages) async fn stored(
    app: &App,
    slot: &Slot,
    path: &Path,
    (id, name): (FileId, &str),
    sha256: Option<[u8; 32]>,
) -> Result<Result<media::Kept, Vec<Refused>>, Failure> {
    let bytes = std::fs::metadata(path).map_err(Failure::broken)?.len();
    let facts = match app.decoder.read(path).await {
        Ok(facts) => facts,
        Err(media::Error::Flaw(flaw)) => {
            return Ok(Err(vec![flaw.refused().at(format!("slot.{}", slot.key))]));
        }
        Err(error) => return Err(error.into()),
    };
    let misfits = entry::misfits(slot, &facts, bytes);
    if !misfits.is_empty() {
        return Ok(Err(misfits));
    }
    let kept = media::keep_file(&app.store, path, id, name, facts, sha256).await?;
    Ok(Ok(kept.with_place(slot.place)))
}

impl Received {
    /// Writes the stored files down and puts them into the entry; what does not fit any more is
    /// told beside the others.
    pub(super) async fn record(
        &mut self,
        tx: &DatabaseTransaction,
        desk: &Desk,
        now: Instant,
    ) -> Result<(), Failure> {
        let kept = std::mem::take(&mut self.kept);
        self.loose.extend(kept.iter().map(|(_, kept)| kept.key().to_owned()));
        for (slot, kept) in kept {
            let key = kept.key().to_owned();
            match entry::add_file(tx, &desk.author, &desk.contest, &slot, kept, now).await {
                Ok(Some(_)) => self.loose.retain(|loose| *loose != key),
                Ok(None) => {}
                Err(error @ entry::Error::Full(..)) => {
                    self.faults.push(error.refusal().with("slot", slot.label.vi.as_str()))
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Keeps the texts, links and choices of a form.
pub(super) async fn texts(
    tx: &DatabaseTransaction,
    desk: &Desk,
    form: &Form,
    now: Instant,
) -> Result<(), Failure> {
    for slot in &desk.category.slots {
        let is_file = matches!(slot.kind, SlotKind::Photo | SlotKind::Video | SlotKind::Document);
        let field = format!("slot.{}", slot.key);
        let sent = form.texts().iter().any(|(name, _)| *name == field);
        if !is_file && sent {
            entry::set_text(tx, &desk.author, slot, form.text(&field), now).await?;
        }
    }
    Ok(entry::name_subjects(tx, &desk.author, &desk.category).await?)
}
