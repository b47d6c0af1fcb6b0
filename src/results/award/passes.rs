//! Prizes that went to the next in line, and stay there in a corrected result.

use entity::award::{self, State};
use entity::decision::{self, Kind};
use entity::id::{AwardId, ContestId, PublicationId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    Set,
};

use super::people::People;
use super::winner::{recipient, split, winner};
use crate::contest::Contest;
use crate::results::decision::Subject;
use crate::results::rank::Who;
use crate::results::rows::awards;

/// A prize that went to the next in line, whatever publication it was given in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// Key of the prize.
    pub(super) prize: String,
    /// Who declined it or let it lapse.
    pub(super) from: Who,
    /// Who has it instead.
    pub(super) heir: Who,
}

/// Prizes of a contest that were passed on, oldest first.
pub(super) async fn passes(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<Pass>, DbErr> {
    let decisions = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest))
        .filter(decision::Column::Kind.eq(Kind::NextInLine))
        .order_by_asc(decision::Column::DecidedAt)
        .order_by_asc(decision::Column::Id)
        .all(db)
        .await?;
    let subjects: Vec<Subject> =
        decisions.into_iter().filter_map(|row| serde_json::from_value(row.subject).ok()).collect();
    let awards = award::Entity::find()
        .filter(award::Column::Id.is_in(subjects.iter().filter_map(|one| one.award)))
        .all(db)
        .await?;
    let pass = |subject: Subject| {
        let award = awards.iter().find(|row| Some(row.id) == subject.award)?;
        let (from, heir) = (winner(award)?, *subject.order.first()?);
        Some(Pass { prize: award.prize_key.clone(), from, heir })
    };
    Ok(subjects.into_iter().filter_map(pass).collect())
}

/// Gives prizes that were passed on to the same heirs again, in a new publication of the result:
/// wherever the one who gave the prize up won it again, and the heir may still have it.
pub(in crate::results) async fn keep_passes(
    tx: &DatabaseTransaction,
    contest: &Contest,
    publication: PublicationId,
    before: &[award::Model],
) -> Result<(), DbErr> {
    let people = People::of(tx, contest).await?;
    let prizes = &contest.definition.prizes;
    for pass in passes(tx, contest.id()).await? {
        let now = awards(tx, publication).await?;
        let gave_up = now.iter().any(|row| {
            let free = matches!(row.state, State::Declined | State::Lapsed);
            row.prize_key == pass.prize && winner(row) == Some(pass.from) && free
        });
        let table = prizes.iter().find(|one| one.key == pass.prize).map(|one| &one.table);
        let of_table = |key: &str| prizes.iter().any(|p| p.key == key && Some(&p.table) == table);
        let has_one =
            now.iter().any(|row| of_table(&row.prize_key) && winner(row) == Some(pass.heir));
        if !gave_up || has_one || !people.fits(pass.heir, None) {
            continue;
        }
        let said =
            before.iter().find(|old| old.prize_key == pass.prize && winner(old) == Some(pass.heir));
        let same = now.iter().filter(|row| row.prize_key == pass.prize);
        let (entry, unit) = split(pass.heir);
        let row = award::ActiveModel {
            id: Set(AwardId::new()),
            publication_id: Set(publication),
            prize_key: Set(pass.prize.clone()),
            position: Set(same.map(|row| row.position).max().unwrap_or(0) + 1),
            entry_id: Set(entry),
            unit_id: Set(unit),
            recipient: Set(recipient(tx, contest, &pass.prize, Some(pass.heir)).await?),
            state: Set(said.map_or(State::Given, |old| old.state)),
            certificate: Set(said.and_then(|old| old.certificate.clone())),
            certificate_no: Set(said.and_then(|old| old.certificate_no)),
            changed_at: Set(said.and_then(|old| old.changed_at)),
        };
        award::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}
