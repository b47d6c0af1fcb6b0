//! Where a new contest begins.

use super::TEMPLATES;
use crate::app::App;
use crate::contest::definition::Definition;
use crate::contest::{self, Organiser, document};
use crate::refusal::Kind;
use crate::web::signed::Signed;
use crate::web::{Failure, View};

/// A form, or a contest that was run before.
pub(super) struct Origin {
    /// Key of the form.
    pub(super) template: String,
    /// Name in addresses of the contest that was run before.
    pub(super) from: String,
}

impl Origin {
    /// What it starts with.
    pub(super) async fn definition(
        &self,
        app: &App,
        v: &View,
        who: &Signed,
    ) -> std::result::Result<Definition, Failure> {
        if !self.from.is_empty() {
            let contest = contest::by_slug(&app.db, &self.from).await?;
            Organiser::of(&app.db, &contest, who.id(), v.now).await?;
            return Ok((*contest.definition).clone());
        }
        let text = TEMPLATES.iter().find(|(key, _)| *key == self.template);
        let text = text.ok_or_else(|| Failure::new(Kind::NotFound, "nothing-here"))?.1;
        document::read(text).map_err(|_| Failure::new(Kind::Broken, "broken"))
    }
}
