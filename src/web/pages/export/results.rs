//! Places and prizes.

use entity::award::State as Awarded;
use entity::entry;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Export;
use crate::refusal::Kind;
use crate::sheet::Cell;
use crate::web::pages::award::award_key;
use crate::web::pages::result::public::shown;
use crate::web::{Failure, Result};
use crate::{results, unit};

impl Export<'_> {
    pub(super) async fn standings(&mut self) -> Result<()> {
        for table in shown(self.app, self.v.clone(), self.contest).await?.tables {
            for place in table.places {
                self.row(&[
                    table.title.as_str().into(),
                    place.place.into(),
                    place.name.into(),
                    place.by.into(),
                    Cell::Millionths(place.millionths),
                    place.prizes.join(", ").into(),
                ])?;
            }
        }
        Ok(())
    }

    pub(super) async fn winners(&mut self) -> Result<()> {
        let english = self.v.lang.is_english();
        let row = results::in_force(&self.app.db, self.contest.id()).await?;
        let row = row.ok_or_else(|| Failure::new(Kind::NotFound, "no-result-yet"))?;
        let given = results::awards(&self.app.db, row.id).await?;
        let entries = entry::Entity::find()
            .filter(entry::Column::Id.is_in(given.iter().filter_map(|row| row.entry_id)))
            .all(&self.app.db)
            .await?;
        let unit_ids = entries.iter().filter_map(|entry| entry.unit_id);
        let units =
            unit::names(&self.app.db, unit_ids.chain(given.iter().filter_map(|row| row.unit_id)))
                .await?;
        for prize in &self.contest.definition.prizes {
            for award in given.iter().filter(|award| award.prize_key == prize.key) {
                let entry = entries.iter().find(|entry| Some(entry.id) == award.entry_id);
                let unit = award.unit_id.or(entry.and_then(|entry| entry.unit_id));
                let amount = prize.amount.filter(|_| award.state != Awarded::Empty);
                self.row(&[
                    prize.label.read(english).into(),
                    award.recipient.as_str().into(),
                    amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX)).into(),
                    prize.in_kind.as_ref().map(|text| text.read(english)).into(),
                    entry.map(|entry| entry.title.as_str()).into(),
                    entry.map(|entry| entry.code.as_str()).into(),
                    unit.and_then(|id| units.get(&id).cloned()).into(),
                    entry.and_then(|entry| entry.phone.clone()).into(),
                    entry.and_then(|entry| entry.email.clone()).into(),
                    self.v.t(award_key(award.state)).into(),
                    award.certificate.clone().into(),
                ])?;
            }
        }
        Ok(())
    }
}
