//! Rows for what other tables refer to: phases, categories, rounds.

use std::collections::HashSet;

use entity::id::{CategoryId, ContestId, PhaseId, RoundId};
use entity::{candidate, category, entry, phase, round, seat};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Set,
};

use super::error::Error;
use crate::contest::definition::Definition;
use crate::contest::{lint, moment};

pub(super) async fn phases(
    tx: &DatabaseTransaction,
    contest: ContestId,
    definition: &Definition,
) -> Result<(), Error> {
    let old = phase::Entity::find().filter(phase::Column::ContestId.eq(contest)).all(tx).await?;
    let kept: HashSet<&str> = definition.phases.iter().map(|phase| phase.key.as_str()).collect();
    for gone in old.iter().filter(|old| !kept.contains(old.key.as_str())) {
        phase::Entity::delete_by_id(gone.id).exec(tx).await?;
    }
    for written in &definition.phases {
        let unreadable = |_| Error::Findings(lint::check(definition, None));
        let closes = moment::closes(&written.closes).map_err(unreadable)?;
        let old = old.iter().find(|old| old.key == written.key).cloned();
        let is_new = old.is_none();
        let mut row = old.map_or_else(
            || phase::ActiveModel { id: Set(PhaseId::new()), ..Default::default() },
            IntoActiveModel::into_active_model,
        );
        row.contest_id = Set(contest);
        row.key = Set(written.key.clone());
        row.kind = Set(written.kind.name().to_owned());
        row.opens_at = Set(moment::opens(&written.opens).map_err(unreadable)?);
        row.closes_at = Set(closes);
        row.grace_until = Set(closes.plus_seconds(i64::from(written.grace_minutes) * 60));
        if is_new { drop(row.insert(tx).await?) } else { drop(row.update(tx).await?) }
    }
    Ok(())
}

pub(super) async fn categories(
    tx: &DatabaseTransaction,
    contest: ContestId,
    definition: &Definition,
) -> Result<(), Error> {
    let old = category::Entity::find().filter(category::Column::ContestId.eq(contest));
    let old = old.all(tx).await?;
    for gone in old.iter().filter(|old| definition.category(&old.key).is_none()) {
        let entries = entry::Entity::find().filter(entry::Column::CategoryId.eq(gone.id));
        if entries.count(tx).await? > 0 {
            return Err(Error::CategoryInUse(gone.key.clone()));
        }
        category::Entity::delete_by_id(gone.id).exec(tx).await?;
    }
    for (position, written) in (0..).zip(&definition.categories) {
        let old = old.iter().find(|old| old.key == written.key).cloned();
        let is_new = old.is_none();
        let mut row = old.map_or_else(
            || category::ActiveModel { id: Set(CategoryId::new()), ..Default::default() },
            IntoActiveModel::into_active_model,
        );
        row.contest_id = Set(contest);
        row.key = Set(written.key.clone());
        row.title = Set(written.title.vi.clone());
        row.position = Set(position);
        if is_new { drop(row.insert(tx).await?) } else { drop(row.update(tx).await?) }
    }
    Ok(())
}

pub(super) async fn rounds(
    tx: &DatabaseTransaction,
    contest: ContestId,
    definition: &Definition,
) -> Result<(), Error> {
    let old = round::Entity::find().filter(round::Column::ContestId.eq(contest)).all(tx).await?;
    for gone in old.iter().filter(|old| definition.round(&old.key).is_none()) {
        let seats =
            seat::Entity::find().filter(seat::Column::RoundId.eq(gone.id)).count(tx).await?;
        let entries = candidate::Entity::find().filter(candidate::Column::RoundId.eq(gone.id));
        if seats + entries.count(tx).await? > 0 {
            return Err(Error::RoundInUse(gone.key.clone()));
        }
        round::Entity::delete_by_id(gone.id).exec(tx).await?;
    }
    for (position, written) in (0..).zip(&definition.rounds) {
        let old = old.iter().find(|old| old.key == written.key).cloned();
        let is_new = old.is_none();
        let mut row = old.map_or_else(
            || round::ActiveModel {
                id: Set(RoundId::new()),
                state: Set(round::State::Waiting),
                seed: Set(0),
                ..Default::default()
            },
            IntoActiveModel::into_active_model,
        );
        row.contest_id = Set(contest);
        row.key = Set(written.key.clone());
        row.position = Set(position);
        if is_new { drop(row.insert(tx).await?) } else { drop(row.update(tx).await?) }
    }
    Ok(())
}
