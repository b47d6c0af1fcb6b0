//! Making a contest: choose a form, fill in a few fields, check, announce. Each step is a page that
//! works without scripts; what was typed stays whatever is wrong with it.

mod change;
mod check;
mod form;
mod funnel;
mod origin;
mod plan;
mod poster;
mod start;

pub use change::{edit, update};
pub use check::{Check, Needs, announce, check, qr};
pub use form::{Field, Filled, Section};
pub use funnel::{Funnel, change_funnel, funnel};
pub use plan::show as plan;
pub use start::{Asked, New, create, new};

use entity::contest::State;

use crate::app::App;
use crate::contest::apply::{self, Change};
use crate::contest::definition::Definition;
use crate::contest::{self, Contest, Organiser, OwnFile};
use crate::web::form::Form;
use crate::web::{Failure, View};
use crate::{db, media};

/// Six forms of contests to begin from: key, and the document.
pub const TEMPLATES: [(&str, &str); 6] = [
    ("photo", include_str!("../../../contest/templates/photo.yaml")),
    ("series", include_str!("../../../contest/templates/series.yaml")),
    ("video", include_str!("../../../contest/templates/video.yaml")),
    ("essay", include_str!("../../../contest/templates/essay.yaml")),
    ("poster", include_str!("../../../contest/templates/poster.yaml")),
    ("link", include_str!("../../../contest/templates/link.yaml")),
];

/// Contests that may stand above the one with this name, among them the one that does: name in
/// addresses, and title.
async fn parents(
    app: &App,
    v: &View,
    (own, above): (&str, Option<&str>),
) -> std::result::Result<Vec<(String, String)>, Failure> {
    let rows = contest::all(&app.db).await?.into_iter();
    let fits = |row: &entity::contest::Model| {
        above == Some(row.slug.as_str()) || (row.state == State::Announced && row.slug != own)
    };
    let open = rows.filter(fits).take(100);
    let all = contest::wholes(&app.db, open.collect()).await?;
    let title = |one: &Contest| one.definition.title.read(v.lang.is_english()).to_owned();
    Ok(all.iter().map(|one| (one.slug().to_owned(), title(one))).collect())
}

/// Files of a contest's own that a form brings or takes away.
type Files = Vec<(OwnFile, Option<media::Kept>)>;

/// Changes a contest to what is defined, for the reason and with the notice that a form gives, and
/// keeps the files that came with it.
async fn changed(
    app: &App,
    v: &View,
    (definition, by): (&Definition, &Organiser),
    (form, files): (&Form, Files),
) -> std::result::Result<(), Failure> {
    let change =
        Change { reason: form.text("reason").to_owned(), notice: form.text("notice").to_owned() };
    let hash = |kept: &media::Kept| data_encoding::HEXLOWER.encode(kept.sha256());
    let named: Vec<_> =
        files.iter().map(|(which, kept)| (*which, kept.as_ref().map(hash))).collect();
    let tx = db::begin(&app.db).await?;
    for file in files {
        contest::keep_file(&tx, by, file, v.now).await?;
    }
    apply::apply(&tx, definition, Some(by.user()), &change, v.now).await?;
    contest::files_kept(&tx, by, &named, v.now).await?;
    tx.commit().await?;
    Ok(())
}
