//! Entries, and how many votes each has; long lists are read page by page.

use std::collections::HashMap;

use entity::entry::{self, Column, Model};
use entity::id::UnitId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Export;
use crate::contest;
use crate::web::Result;
use crate::web::pages::entry::state_key;
use crate::{unit, voting};

/// Entries that are read at once.
const PAGE: u64 = 1000;

impl Export<'_> {
    pub(super) async fn entries(&mut self) -> Result<()> {
        let english = self.v.lang.is_english();
        let keys = contest::category_ids(&self.app.db, self.contest.id()).await?;
        let category = |id| {
            let key = keys.iter().find(|(_, own)| **own == id).map(|(key, _)| key.as_str());
            let category = key.and_then(|key| self.contest.definition.category(key));
            category.map(|category| category.title.read(english).to_owned())
        };
        let mut after = 0;
        loop {
            let (rows, units) = self.page(after).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.number.unwrap_or(i32::MAX);
            for entry in rows {
                let unit = entry.unit_id.and_then(|id| units.get(&id).cloned());
                let cells = [
                    entry.number.into(),
                    entry.code.into(),
                    self.v.t(state_key(entry.state)).into(),
                    category(entry.category_id).into(),
                    entry.title.into(),
                    entry.entrant_name.into(),
                    entry.shown_name.into(),
                    unit.into(),
                    entry.phone.into(),
                    entry.email.into(),
                    entry.submitted_at.map(|at| self.v.second(&at)).into(),
                ];
                self.row(&cells)?;
            }
        }
    }

    pub(super) async fn votes(&mut self) -> Result<()> {
        let counts = voting::counts(&self.app.db, self.contest.id()).await?;
        let mut after = 0;
        loop {
            let (rows, _) = self.page(after).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.number.unwrap_or(i32::MAX);
            for entry in rows {
                let count = counts.get(&entry.id).copied().unwrap_or(0);
                self.row(&[
                    entry.number.into(),
                    entry.code.into(),
                    entry.title.into(),
                    count.into(),
                ])?;
            }
        }
    }

    /// Submitted entries behind `after`, by number, with the names of their units.
    async fn page(&self, after: i32) -> Result<(Vec<Model>, HashMap<UnitId, String>)> {
        let rows = entry::Entity::find()
            .filter(Column::ContestId.eq(self.contest.id()))
            .filter(Column::Number.gt(after))
            .order_by_asc(Column::Number)
            .limit(PAGE)
            .all(&self.app.db)
            .await?;
        let units = unit::names(&self.app.db, rows.iter().filter_map(|row| row.unit_id)).await?;
        Ok((rows, units))
    }
}
