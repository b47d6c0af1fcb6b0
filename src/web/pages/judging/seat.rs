//! The judge who asks, and what of the round.

use crate::app::App;
use crate::contest;
use crate::contest::definition::Round;
use crate::entry::{self, Whole};
use crate::judging::{Error, Judge, Work};
use crate::web::Failure;
use crate::web::signed::Signed;

/// The judge of a round that has begun.
pub(in crate::web::pages) async fn seated(
    app: &App,
    who: &Signed,
    round: &str,
) -> std::result::Result<Judge, Failure> {
    let id = round.parse().map_err(|_| Error::Unknown)?;
    let judge = Judge::of(&app.db, id, who.id()).await?;
    if judge.round.state == entity::round::State::Waiting {
        return Err(Error::Unknown.into());
    }
    Ok(judge)
}

/// The contest and the round as they are defined.
pub(in crate::web::pages) async fn round_of(
    app: &App,
    judge: &Judge,
) -> std::result::Result<(contest::Contest, Round), Failure> {
    let contest = contest::by_id(&app.db, judge.round.contest_id).await?;
    let round = contest.definition.round(&judge.round.key).ok_or(Error::Unknown)?.clone();
    Ok((contest, round))
}

/// The entry behind a piece of a judge's work.
pub(in crate::web::pages) async fn entity_of(
    app: &App,
    work: &Work,
) -> std::result::Result<Whole, Failure> {
    use sea_orm::EntityTrait;
    let row = entity::entry::Entity::find_by_id(work.assignment.entry_id).one(&app.db).await?;
    let row = row.ok_or(Error::Unknown)?;
    Ok(entry::whole(&app.db, row).await?)
}
