//! Changing a contest by its fields.

use actix_web::web;

use super::form::{Choices, Way, again, filled};
use super::{changed, parents, plan, poster};
use crate::app::App;
use crate::contest::{OwnFile, outline};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};

/// Shows the fields of a contest.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn edit(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    slug: web::Path<String>,
) -> Result {
    let sent = outline::fields(&contest.definition);
    let way = Way::Change(&contest);
    let parents = parents(&app, &v, (&slug, contest.definition.parent.as_deref())).await?;
    let choices = Choices { parents, ..Choices::default() };
    page(&filled(v, &contest.definition, &choices, &sent, Vec::new(), way))
}

/// Changes the contest to what the fields say; what was typed stays.
///
/// # Errors
/// Forbidden to anybody but organisers; findings are said beside the fields.
pub async fn update(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let mut definition = (*contest.definition).clone();
    let done = async {
        outline::put(&mut definition, form.texts()).map_err(Failure::all)?;
        let mut files = poster::sent(&app, &form).await?;
        if let Some(scan) = plan::scan(&app, &form).await? {
            plan::put(&mut definition, &v, &slug);
            files.push((OwnFile::Plan, Some(scan)));
        }
        changed(&app, &v, (&definition, &by), (&form, files)).await
    };
    let refused = match done.await {
        Ok(()) => return Ok(see_other(&format!("/desk/contests/{slug}/check"))),
        Err(failure) => failure.said()?,
    };
    let way = Way::Change(&contest);
    let parents = parents(&app, &v, (&slug, contest.definition.parent.as_deref())).await?;
    let choices = Choices { parents, ..Choices::default() };
    again(&filled(v, &contest.definition, &choices, form.texts(), refused, way))
}
