//! The screening desk: a grid, then one entry after the other.

mod decide;
mod grid;
mod show;
mod twins;

use actix_web::HttpResponse;
use entity::entry::State;

use crate::app::App;
use crate::contest::{self, Contest, Screener};
use crate::entry::{self, code};
use crate::screening;
use crate::web::signed::Signed;
use crate::web::{Result, View, see_other};

pub use decide::{agree_on_paper, create, create_many, place, undo};
pub use grid::{Index, index};
pub use show::{Show, original, show};
pub use twins::Twin;

async fn desk(app: &App, slug: &str, who: &Signed, v: &View) -> Result<(Contest, Screener)> {
    let contest = contest::by_slug(&app.db, slug).await?;
    let screener = Screener::of(&app.db, &contest, who.id(), v.now).await?;
    Ok((contest, screener))
}

async fn in_contest(app: &App, contest: &Contest, typed: &str) -> Result<entity::entry::Model> {
    let entry = entry::by_code(&app.db, &code::meant(typed)).await?;
    if entry.contest_id != contest.id() || entry.state == State::Draft {
        return Err(screening::Error::Unknown.into());
    }
    Ok(entry)
}

/// The entry at an address, a contest's name and an entry's code, for one who may screen it.
async fn at(
    app: &App,
    (slug, typed): &(String, String),
    who: &Signed,
    v: &View,
) -> Result<(Contest, Screener, entity::entry::Model)> {
    let (contest, screener) = desk(app, slug, who, v).await?;
    let entry = in_contest(app, &contest, typed).await?;
    Ok((contest, screener, entry))
}

/// Back to the entry's page.
fn back(contest: &Contest, entry: &entity::entry::Model) -> HttpResponse {
    see_other(&format!("/desk/contests/{}/screening/{}", contest.slug(), entry.code))
}
