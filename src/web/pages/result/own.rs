//! What a published result says of somebody's own work.

use entity::award;
use entity::contest::State;
use entity::id::EntryId;

use super::prize_label;
use crate::app::App;
use crate::contest::Contest;
use crate::results;
use crate::web::{Failure, View};

/// Prizes that results in force gave.
pub(in crate::web::pages) struct Own(Vec<award::Model>);

impl Own {
    /// Those of these contests, as far as their results are published.
    pub(in crate::web::pages) async fn of(
        app: &App,
        contests: &[Contest],
    ) -> std::result::Result<Self, Failure> {
        let published = contests.iter().filter(|one| one.row.state == State::Published);
        Ok(Self(results::held_in(&app.db, published.map(Contest::id)).await?))
    }

    /// What the prizes are called that an entry holds, the highest first; none where there is no
    /// result yet.
    pub(in crate::web::pages) fn prizes(
        &self,
        v: &View,
        contest: &Contest,
        entry: EntryId,
    ) -> Option<Vec<String>> {
        let is_out = contest.row.state == State::Published;
        let held = self.0.iter().filter(|award| award.entry_id == Some(entry));
        let held: Vec<&str> = held.map(|award| award.prize_key.as_str()).collect();
        let prizes = contest.definition.prizes.iter().filter(|prize| held.contains(&&*prize.key));
        is_out.then(|| prizes.map(|prize| prize_label(contest, &prize.key, v)).collect())
    }
}
