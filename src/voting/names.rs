//! What the numbers in a log of votes stand for.

use std::collections::{BTreeSet, HashMap};

use entity::id::{ContestId, EntryId, UnitId};
use entity::{entry, vote_link, vote_segment};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::details::Details;
use super::{Error, segment};
use crate::contest;
use crate::contest::definition::VoteLimit;
use crate::ledger::Leaf;

/// What numbers in the log stand for.
pub(super) struct Names {
    pub(super) entries: HashMap<u32, EntryId>,
    pub(super) links: HashMap<u32, Option<UnitId>>,
    pub(super) by_day: bool,
    /// What a ballot's places are worth, and how many it has to name at least.
    rules: (Vec<u32>, usize),
}

impl Names {
    /// Of the numbers that stand in these segments, and no more: a contest may have tens of thousands
    /// of links.
    pub(super) async fn read(
        db: &impl ConnectionTrait,
        id: ContestId,
        page: &[vote_segment::Model],
    ) -> Result<Self, Error> {
        let (mut numbers, mut came_by) = (BTreeSet::new(), BTreeSet::new());
        for segment in page {
            for (leaf, details) in segment::parts(segment)? {
                if let Some(Leaf::Vote(vote)) = Leaf::read(leaf)
                    && let Some(Details::Vote { link, entries, .. }) = Details::read(details)
                {
                    let named = entries.into_iter().chain([vote.slot]);
                    numbers.extend(named.filter_map(|number| i32::try_from(number).ok()));
                    came_by.extend(i32::try_from(link).ok());
                }
            }
        }
        let contest = contest::by_id(db, id).await?;
        let voting = contest.definition.voting.as_ref();
        let limit = voting.map(|voting| voting.limit);
        let rules = voting.map(|voting| (voting.points.clone(), voting.least as usize));
        let entries: Vec<(EntryId, Option<i32>)> = entry::Entity::find()
            .select_only()
            .columns([entry::Column::Id, entry::Column::Number])
            .filter(entry::Column::ContestId.eq(id))
            .filter(entry::Column::Number.is_in(numbers))
            .into_tuple()
            .all(db)
            .await?;
        let links = vote_link::Entity::find()
            .filter(vote_link::Column::ContestId.eq(id))
            .filter(vote_link::Column::Number.is_in(came_by));
        let links = links.all(db).await?.into_iter();
        let number = |number: i32| u32::try_from(number).ok();
        Ok(Self {
            entries: entries
                .into_iter()
                .filter_map(|(id, n)| Some((n.and_then(number)?, id)))
                .collect(),
            links: links.filter_map(|row| Some((number(row.number)?, row.unit_id))).collect(),
            by_day: matches!(limit, Some(VoteLimit::PerDay(_))),
            rules: rules.unwrap_or_default(),
        })
    }

    /// The entries of a ballot, in order, each with what it is worth: as the ledger counts them.
    pub(super) fn ballot(&self, entries: &[u32]) -> Result<Vec<(EntryId, i32)>, Error> {
        let (points, least) = &self.rules;
        let worth = |place: usize| match points.get(place) {
            _ if entries.len() < *least => 0,
            _ if points.is_empty() => 1,
            points => points.map_or(0, |points| i32::try_from(*points).unwrap_or(i32::MAX)),
        };
        let known = entries.iter().enumerate().map(|(place, number)| {
            let entry = self.entries.get(number).ok_or(Error::BrokenLog)?;
            Ok((*entry, worth(place)))
        });
        known.collect()
    }

    pub(super) fn period(&self, slot: u32) -> i32 {
        if self.by_day { i32::try_from(slot).unwrap_or(i32::MAX) } else { 0 }
    }
}
