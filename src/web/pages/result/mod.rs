//! Results: reckoned, decided, proposed and published by organisers; shown to everybody.

mod decide;
mod desk;
mod log;
mod minutes;
mod own;
pub(super) mod public;
mod winners;

pub use decide::{decide, propose, publish, refuse};
pub use desk::{Desk, desk};
pub use log::{Log, log};
pub use minutes::{Judge, Minutes, Round, minutes, pdf};
pub(super) use own::Own;
pub use public::{Show, past, show};
pub use winners::Winner;

use std::collections::HashMap;

use entity::id::{EntryId, UnitId};

use crate::app::App;
use crate::contest::Contest;
use crate::results::rank::Who;
use crate::unit;
use crate::web::{Failure, View};

/// A place as it is shown.
pub struct Place {
    /// The place.
    pub place: i32,
    /// What won it: name, and address when it has one.
    pub name: String,
    /// Public code of the work.
    pub code: Option<String>,
    /// Whose it is.
    pub by: String,
    /// Points in millionths.
    pub millionths: i64,
    /// The same as they are read.
    pub points: String,
    /// Prizes.
    pub prizes: Vec<String>,
    /// How it came about, one line each.
    pub worksheet: Vec<String>,
    /// How it came behind an equal, where it has one before it.
    pub tie: Option<String>,
}

/// A table as it is shown.
pub struct Table {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its formula in words.
    pub formula: String,
    /// Places, first first.
    pub places: Vec<Place>,
}

/// Names of whoever may stand in a table.
pub(super) struct Names {
    pub(super) entries: HashMap<EntryId, entity::entry::Model>,
    pub(super) units: HashMap<UnitId, String>,
}

pub(super) async fn names(app: &App, contest: &Contest) -> std::result::Result<Names, Failure> {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let rows = entity::entry::Entity::find()
        .filter(entity::entry::Column::ContestId.eq(contest.id()))
        .filter(entity::entry::Column::Number.is_not_null())
        .all(&app.db)
        .await?;
    let units = unit::names_up(&app.db, rows.iter().filter_map(|row| row.unit_id)).await?;
    Ok(Names { entries: rows.into_iter().map(|row| (row.id, row)).collect(), units })
}

impl Names {
    pub(super) fn of(&self, who: Who) -> (String, Option<String>, String) {
        match who {
            Who::Unit(id) => {
                (self.units.get(&id).cloned().unwrap_or_default(), None, String::new())
            }
            Who::Entry(id) => self.entries.get(&id).map_or_else(Default::default, |entry| {
                let unit = entry.unit_id.and_then(|id| self.units.get(&id));
                let by = match unit {
                    Some(unit) => format!("{} · {unit}", entry.shown_name),
                    None => entry.shown_name.clone(),
                };
                (entry.title.clone(), Some(entry.code.clone()), by)
            }),
        }
    }
}

pub(super) fn prize_label(contest: &Contest, key: &str, v: &View) -> String {
    let prize = contest.definition.prizes.iter().find(|prize| prize.key == key);
    prize.map(|prize| prize.label.read(v.lang.is_english()).to_owned()).unwrap_or_default()
}
