//! Prizes of the publication in force, and who is next in line for each.

use std::collections::BTreeSet;

use entity::award;
use entity::id::AwardId;
use entity::instant::Instant;
use entity::{publication, standing};
use sea_orm::ConnectionTrait;

use super::passes::{Pass, passes};
use super::people::People;
use super::winner::{holds, winner};
use crate::contest::Contest;
use crate::results::error::Error;
use crate::results::rank::Who;
use crate::results::rows::{awards, in_force, standings};

/// The prizes of the publication in force, with everything that says who is next in line.
#[derive(Clone, Debug)]
pub struct Given {
    /// The publication.
    pub publication: publication::Model,
    /// Its prizes.
    pub awards: Vec<award::Model>,
    standings: Vec<standing::Model>,
    people: People,
    passed: Vec<Pass>,
}

impl Given {
    /// Reads them.
    ///
    /// # Errors
    /// [`Error::Unknown`] before anything was published.
    pub async fn of(db: &impl ConnectionTrait, contest: &Contest) -> Result<Self, Error> {
        let publication = in_force(db, contest.id()).await?.ok_or(Error::Unknown)?;
        Ok(Self {
            awards: awards(db, publication.id).await?,
            standings: standings(db, publication.id).await?,
            people: People::of(db, contest).await?,
            passed: passes(db, contest.id()).await?,
            publication,
        })
    }

    /// The prize with this key.
    pub(super) fn find(&self, id: AwardId) -> Result<&award::Model, Error> {
        self.awards.iter().find(|row| row.id == id).ok_or(Error::Unknown)
    }

    /// Until when the rules let the winner of a prize accept it, where they say so.
    #[must_use]
    pub fn due(&self, contest: &Contest, award: &award::Model) -> Option<Instant> {
        let prize = contest.definition.prizes.iter().find(|prize| prize.key == award.prize_key)?;
        let since = award.changed_at.or(self.publication.approved_at)?;
        Some(since.plus_seconds(i64::from(prize.next_in_line_days?) * 86_400))
    }

    /// Whether somebody holds the prize whose work was not struck out or taken back since.
    #[must_use]
    pub fn stands(&self, award: &award::Model) -> bool {
        holds(award) && winner(award).is_some_and(|who| self.people.fits(who, None))
    }

    /// Whether the prize went to the next in line.
    #[must_use]
    pub fn passed_on(&self, id: AwardId) -> bool {
        let Some(award) = self.awards.iter().find(|row| row.id == id) else { return false };
        let has = |who: Who| {
            let mut same = self.awards.iter().filter(|row| row.prize_key == award.prize_key);
            same.any(|row| winner(row) == Some(who))
        };
        let mut passes = self.passed.iter().filter(|pass| pass.prize == award.prize_key);
        passes.any(|pass| winner(award) == Some(pass.from) && has(pass.heir))
    }

    /// Who is next in line for a prize that was declined or lapsed: the first in its table who
    /// never won anything in it and may win it by the rules; several where they are equal.
    #[must_use]
    pub fn heirs(&self, contest: &Contest, award: &award::Model) -> Vec<Who> {
        let prizes = &contest.definition.prizes;
        let Some(prize) = prizes.iter().find(|one| one.key == award.prize_key) else {
            return Vec::new();
        };
        let of_table = |key: &str| prizes.iter().any(|p| p.key == key && p.table == prize.table);
        let had: BTreeSet<Who> =
            self.awards.iter().filter(|row| of_table(&row.prize_key)).filter_map(winner).collect();
        let elsewhere: Vec<Who> = match contest.definition.one_prize_per {
            None => Vec::new(),
            Some(_) => self.awards.iter().filter(|row| holds(row)).filter_map(winner).collect(),
        };
        let people = &self.people;
        let won: BTreeSet<String> = elsewhere.iter().map(|who| people.key(contest, *who)).collect();
        let rows: Vec<_> =
            self.standings.iter().filter(|row| row.table_key == prize.table).collect();
        for group in rows.chunk_by(|a, b| a.place == b.place) {
            let able: Vec<Who> = group
                .iter()
                .filter_map(|row| row.entry_id.map(Who::Entry).or(row.unit_id.map(Who::Unit)))
                .filter(|who| !had.contains(who) && !won.contains(&people.key(contest, *who)))
                .filter(|who| people.fits(*who, prize.category.as_deref()))
                .collect();
            if !able.is_empty() {
                return able;
            }
        }
        Vec::new()
    }
}
