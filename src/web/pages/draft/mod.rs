//! Entering a contest: the work first, then who, then what is agreed to. Each step is a form that
//! works without scripts, and each is kept before the next is drawn.

mod about;
mod check;
mod piece;
mod receive;
mod start;
mod work;

pub use about::{About, about, keep_about};
pub use check::{Agreement, Check, check, submit};
use piece::piece;
pub use piece::{Machine, Piece, Standing};
pub(in crate::web::pages) use receive::stored;
pub use start::{Asked, Start, create, new};
pub use work::{Work, keep_work, work};

use actix_web::HttpResponse;
use entity::category;
use entity::instant::Instant;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::app::App;
use crate::contest::definition::{Category, Range, Slot, SlotKind};
use crate::contest::{self, Contest};
use crate::entry::{self, Author, code};
use crate::media;
use crate::refusal::Kind;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, UNKEPT, View};

/// Somebody at work on their own entry.
pub(super) struct Desk {
    pub author: Author,
    pub contest: Contest,
    pub category: Category,
}

impl Desk {
    /// Proves that the entry with this code is theirs.
    pub(super) async fn of(
        app: &App,
        db: &impl ConnectionTrait,
        typed: &str,
        signed: &MaybeSigned,
        resume: &Resume,
        now: Instant,
    ) -> Result<Self, Failure> {
        let row = entry::by_code(db, &code::meant(typed)).await?;
        Self::own(app, db, row, (signed, resume), now).await
    }

    /// Proves that they may work on the entry with this code: it is theirs, or was returned and they
    /// knew its telephone number.
    pub(super) async fn at_work(
        app: &App,
        db: &impl ConnectionTrait,
        typed: &str,
        signed: &MaybeSigned,
        resume: &Resume,
        now: Instant,
    ) -> Result<Self, Failure> {
        let row = entry::by_code(db, &code::meant(typed)).await?;
        let knew = resume.mends(app, &row);
        match Author::who_mends(row.clone(), knew) {
            Ok(author) => Self::at(db, author).await,
            Err(_) => Self::own(app, db, row, (signed, resume), now).await,
        }
    }

    async fn own(
        app: &App,
        db: &impl ConnectionTrait,
        row: entity::entry::Model,
        (signed, resume): (&MaybeSigned, &Resume),
        now: Instant,
    ) -> Result<Self, Failure> {
        let user = signed.0.as_ref().map(crate::web::signed::Signed::id);
        let author = Author::of(db, row, user, Some(resume.hash(app)), now).await?;
        Self::at(db, author).await
    }

    async fn at(db: &impl ConnectionTrait, author: Author) -> Result<Self, Failure> {
        let contest = contest::by_id(db, author.entry.contest_id).await?;
        let category = category_of(db, &contest, author.entry.category_id).await?;
        Ok(Self { author, contest, category })
    }
}

/// The category of the definition behind a row.
pub(super) async fn category_of(
    db: &impl ConnectionTrait,
    contest: &Contest,
    id: entity::id::CategoryId,
) -> Result<Category, Failure> {
    let row = category::Entity::find_by_id(id).one(db).await?;
    let found = row.and_then(|row| contest.definition.category(&row.key).cloned());
    found.ok_or_else(|| Failure::new(Kind::NotFound, "part-unknown"))
}

/// What a script is told when a step of the form was kept.
pub(super) fn kept(v: &View, draft: &str, step: &str, version: Option<i32>) -> HttpResponse {
    let at = crate::words::vietnam(v.now).strftime("%H:%M").to_string();
    HttpResponse::Ok().insert_header(UNKEPT).json(serde_json::json!({
        "draft": draft,
        "at": format!("/drafts/{draft}/{step}"),
        "version": version,
        "saved": v.t1("keeping-saved", "at", at),
    }))
}

/// A slot as the form shows it.
#[derive(Debug)]
pub struct Place {
    /// Its key.
    pub key: String,
    /// Its name.
    pub label: String,
    /// Limits and the hint, in words.
    pub hints: Vec<String>,
    /// `file`, `text`, `link`, `choice` or `people`.
    pub shape: &'static str,
    /// What the system picker offers.
    pub accept: String,
    /// Whether several files may be chosen at once.
    pub multiple: bool,
    /// Most words of a text, for the counter; 0: none.
    pub most_words: u32,
    /// Options of a choice: key, label, whether chosen.
    pub options: Vec<(String, String, bool)>,
    /// What is written in it.
    pub text: String,
    /// What a caption should say; none: no captions.
    pub caption: Option<String>,
    /// Most words of a caption; 0: no limit.
    pub caption_words: u32,
    /// Files in it.
    pub pieces: Vec<Piece>,
    /// Limits of its files as JSON, for the look before sending.
    pub limits: String,
}

/// The places of a category, filled from an entry where there is one.
pub(super) fn places(
    v: &View,
    category: &Category,
    whole: Option<&entry::Whole>,
    machine: &Machine,
) -> Vec<Place> {
    category.slots.iter().map(|slot| place(v, slot, whole, machine)).collect()
}

fn place(v: &View, slot: &Slot, whole: Option<&entry::Whole>, machine: &Machine) -> Place {
    let english = v.lang.is_english();
    let parts: Vec<_> = whole.map(|whole| whole.slot(&slot.key).collect()).unwrap_or_default();
    let text = parts.first().and_then(|part| part.body.clone().or(part.link.clone()));
    let text = text.unwrap_or_default();
    let shape = match slot.kind {
        SlotKind::Photo | SlotKind::Video | SlotKind::Document => "file",
        SlotKind::Text => "text",
        SlotKind::Link => "link",
        SlotKind::Choice => "choice",
        SlotKind::People => "people",
    };
    let options = slot.options.iter().map(|option| {
        (option.key.clone(), option.label.read(english).to_owned(), option.key == text)
    });
    let caption = slot.caption.as_ref().map(|caption| {
        caption.hint.as_ref().map_or_else(String::new, |hint| hint.read(english).to_owned())
    });
    let piece = |part: &&entity::part::Model| Some(piece(v, part, whole?.file(part)?, machine));
    Place {
        key: slot.key.clone(),
        label: slot.label.read(english).to_owned(),
        hints: hints(v, slot),
        shape,
        accept: machine.accept(slot),
        multiple: slot.most() > 1,
        most_words: slot.words.max.unwrap_or(0),
        options: options.collect(),
        caption_words: slot.caption.as_ref().and_then(|c| c.words.max).unwrap_or(0),
        caption,
        pieces: parts.iter().filter_map(piece).collect(),
        limits: limits(slot),
        text,
    }
}

/// Limits of a slot for files: most of them, most bytes, and least and most pixels of the long and
/// the short side; 0: no limit.
fn limits(slot: &Slot) -> String {
    let side = |range: &Range<u32>| (range.min.unwrap_or(0), range.max.unwrap_or(0));
    let bytes = media_kind(slot).map(media::most_bytes);
    let bytes = slot.bytes.max.map(|max| max.0).into_iter().chain(bytes).min();
    serde_json::json!({
        "most": slot.most(),
        "bytes": bytes,
        "long": side(&slot.long_side),
        "short": side(&slot.short_side),
    })
    .to_string()
}

/// What a slot's files are; none where it takes none.
pub(super) fn media_kind(slot: &Slot) -> Option<media::Kind> {
    match slot.kind {
        SlotKind::Photo => Some(media::Kind::Picture),
        SlotKind::Video => Some(media::Kind::Video),
        SlotKind::Document => Some(media::Kind::Document),
        _ => None,
    }
}

/// What the rules say of a slot, one short sentence each.
fn hints(v: &View, slot: &Slot) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(hint) = &slot.hint {
        hints.push(hint.read(v.lang.is_english()).to_owned());
    }
    let (fewest, most) = (slot.fewest(), slot.most());
    if matches!(slot.kind, SlotKind::Photo | SlotKind::Video | SlotKind::Document) {
        hints.push(if fewest == most {
            v.t1("enter-count-exactly", "count", most)
        } else {
            v.t2("enter-count", "fewest", fewest, "most", most)
        });
    }
    if slot.kind == SlotKind::People {
        hints.push(v.t("enter-people-a-line"));
        hints.push(v.t2("enter-people-count", "fewest", fewest, "most", most));
    }
    let mut limit = |key: &str, value: Option<u32>| {
        hints.extend(value.map(|value| v.t1(key, "value", value)));
    };
    limit("enter-most-words", slot.words.max);
    limit("enter-least-words", slot.words.min);
    limit("enter-most-characters", slot.characters.max);
    limit("enter-least-width", slot.width.min);
    limit("enter-most-width", slot.width.max);
    limit("enter-least-height", slot.height.min);
    limit("enter-most-height", slot.height.max);
    limit("enter-least-short-side", slot.short_side.min);
    limit("enter-least-long-side", slot.long_side.min);
    limit("enter-most-long-side", slot.long_side.max);
    limit("enter-most-seconds", slot.seconds.max);
    limit("enter-least-seconds", slot.seconds.min);
    if let Some(most) = slot.bytes.max {
        hints.push(v.t1("enter-most-bytes", "value", crate::refusal::Arg::Bytes(most.0)));
    }
    if let Some(least) = slot.bytes.min {
        hints.push(v.t1("enter-least-bytes", "value", crate::refusal::Arg::Bytes(least.0)));
    }
    let mut said = |key: &str, value: &Option<String>| {
        hints.extend(value.as_deref().map(|value| v.t1(key, "value", value)));
    };
    said("enter-aspect", &slot.aspect);
    said("enter-physical-size", &slot.physical_size);
    said("enter-taken-since", &slot.taken_since);
    said("enter-taken-until", &slot.taken_until);
    if slot.place {
        hints.push(v.t("enter-place"));
    }
    if !slot.hosts.is_empty() {
        hints.push(v.t1("enter-hosts", "value", slot.hosts.join(", ")));
    }
    if !slot.hashtags.is_empty() {
        hints.push(v.t1("enter-hashtags", "value", slot.hashtags.join(" ")));
    }
    hints
}
