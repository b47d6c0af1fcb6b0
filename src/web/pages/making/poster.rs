//! The poster of a contest: a picture that an officer sends, shown on its page, in the list of
//! contests and beside its address in chats.

use super::Files;
use crate::app::App;
use crate::contest::OwnFile;
use crate::media::Kind as Content;
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::pages::media::sent as stored;
use crate::web::{Failure, Result};

/// The field that brings it.
pub(super) const PICTURE: &str = "poster";
/// The field that takes it away.
pub(super) const NONE: &str = "poster_none";

/// The picture that a form brings, or takes away.
pub(super) async fn sent(app: &App, form: &Form) -> Result<Files> {
    let kept = stored(app, form, PICTURE).await?;
    if kept.as_ref().is_some_and(|kept| kept.facts.format.kind() != Content::Picture) {
        return Err(Failure::of(Refused::new(Kind::Invalid, "poster-no-picture").at(PICTURE)));
    }
    let is_changed = kept.is_some() || form.ticked(NONE);
    Ok(is_changed.then_some((OwnFile::Poster, kept)).into_iter().collect())
}
