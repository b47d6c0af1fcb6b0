//! Files in the places of an entry: what they are, and what is still being made of them.

use std::collections::HashMap;

use entity::file::{self, State};
use entity::id::FileId;
use entity::part;

use crate::app::App;
use crate::contest::definition::{Slot, SlotKind};
use crate::media::{self, Format, Kind};
use crate::web::{Result, View};
use crate::{entry, jobs};

/// A file in a slot.
#[derive(Debug)]
pub struct Piece {
    /// Key of the part.
    pub part: String,
    /// What the sender called it.
    pub name: String,
    /// Address of its small copy.
    pub picture: Option<String>,
    /// What is still being made of it.
    pub standing: Standing,
    /// Figures: format, size, pixels.
    pub figures: String,
    /// What its name claims and it is not.
    pub renamed: Option<String>,
    /// Caption.
    pub caption: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
}

/// How far what the public will see of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there.
    Ready,
    /// It is being made, in words.
    Made(String),
    /// It cannot be made, and why.
    Wrong(String),
}

/// What the machine tells of files.
#[derive(Debug, Default)]
pub struct Machine {
    /// Formats that it cannot read.
    unread: Vec<Format>,
    /// Films that wait, and how many are drawn before each.
    before: HashMap<FileId, usize>,
}

impl Machine {
    /// As it stands for an entry; the queue is looked at only where one of its films waits.
    pub(in crate::web::pages) async fn of(
        app: &App,
        v: &View,
        whole: Option<&entry::Whole>,
    ) -> Result<Self> {
        let lacks_heif = app.decoder.missing().contains(&"heif-convert");
        let unread = if lacks_heif { vec![Format::Heic, Format::Avif] } else { Vec::new() };
        let waits = |file: &file::Model| file.state == State::Received && kind(file) == Kind::Video;
        let mut before = HashMap::new();
        if whole.is_some_and(|whole| whole.files.iter().any(waits)) {
            let due = jobs::films(&app.db, v.now).await?;
            let turns = entry::in_turn(&app.db, due).await?;
            before.extend(turns.into_iter().enumerate().map(|(place, (_, file))| (file, place)));
        }
        Ok(Self { unread, before })
    }

    /// What the system's picker offers for a slot. A telephone turns photographs in HEIC into JPEG
    /// by itself where they are not asked for.
    pub(super) fn accept(&self, slot: &Slot) -> String {
        let takes =
            |format: &&Format| entry::accepts(slot, **format) && !self.unread.contains(format);
        let taken = Format::ALL.iter().filter(takes);
        let endings = |format: &Format| {
            format.endings().iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>()
        };
        match slot.kind {
            SlotKind::Photo => {
                let named = taken.flat_map(|format| {
                    let mut named = vec![format.mime().to_owned()];
                    named.extend(endings(format));
                    named
                });
                named.collect::<Vec<_>>().join(",")
            }
            SlotKind::Video => "video/*".to_owned(),
            SlotKind::Document => taken.flat_map(endings).collect::<Vec<_>>().join(","),
            _ => String::new(),
        }
    }

    /// How far a file is, in words.
    pub(in crate::web::pages) fn standing(&self, v: &View, file: &file::Model) -> Standing {
        if let Some(code) = entry::unusable(file) {
            return Standing::Wrong(v.t(code));
        }
        if file.state != State::Received {
            return Standing::Ready;
        }
        let before = self.before.get(&file.id);
        Standing::Made(match (kind(file), file.progress, before) {
            (Kind::Picture, ..) => v.t("enter-drawing"),
            (Kind::Document, ..) => v.t("enter-reading"),
            (_, Some(share), _) => v.t1("enter-filming", "share", share),
            (_, None, Some(before)) => v.t1("enter-film-waits", "before", *before),
            _ => v.t1("enter-film-waits", "before", 0),
        })
    }
}

fn kind(file: &file::Model) -> Kind {
    Format::of_name(&file.format).map_or(Kind::Document, Format::kind)
}

pub(super) fn piece(v: &View, part: &part::Model, file: &file::Model, machine: &Machine) -> Piece {
    let format = Format::of_name(&file.format);
    let bytes = crate::words::bytes(v.lang, u64::try_from(file.bytes).unwrap_or(0));
    let mut figures = vec![file.format.to_uppercase(), bytes];
    if let (Some(width), Some(height)) = (file.width, file.height) {
        figures.push(format!("{width} × {height}"));
    }
    if let Some(milliseconds) = file.milliseconds {
        figures.push(v.t1("enter-seconds", "seconds", milliseconds / 1000));
    }
    if let Some(words) = file.words {
        figures.push(v.t1("enter-words", "words", i64::from(words)));
    }
    let claimed = Format::claimed_by(&file.name).filter(|claimed| Some(*claimed) != format);
    let ready = media::is_pictured(file);
    Piece {
        part: part.id.to_string(),
        name: file.name.clone(),
        picture: ready.then(|| format!("/media/{}/320.jpeg", file.id)),
        standing: machine.standing(v, file),
        figures: figures.join(" · "),
        renamed: claimed.map(|_| v.t1("enter-renamed", "found", file.format.to_uppercase())),
        caption: part.caption.clone().unwrap_or_default(),
        alt: part.alt.clone().unwrap_or_default(),
    }
}
