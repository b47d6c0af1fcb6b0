//! What judges marked, criterion by criterion.

use std::collections::HashMap;

use entity::entry::{self, Column};
use entity::id::EntryId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Export;
use crate::sheet::Cell;
use crate::web::Result;
use crate::{account, contest, judging};

impl Export<'_> {
    pub(super) async fn sheets(&mut self) -> Result<()> {
        let english = self.v.lang.is_english();
        let entries = self.named().await?;
        for round in contest::rounds(&self.app.db, self.contest.id()).await? {
            let panel = judging::panel(&self.app.db, round.id).await?;
            let people =
                account::names(&self.app.db, panel.iter().map(|seat| seat.user_id)).await?;
            let judge_of = |number: Option<i64>| {
                let seat = panel.iter().find(|seat| Some(i64::from(seat.number)) == number);
                seat.and_then(|seat| people.get(&seat.user_id).cloned())
            };
            let defined = self.contest.definition.round(&round.key);
            let title = defined.map_or(round.key.as_str(), |round| round.title.read(english));
            let criterion = |key: &str| {
                let found = defined.and_then(|r| r.criteria.iter().find(|one| one.key == key));
                found.map_or(key, |one| one.label.read(english)).to_owned()
            };
            for outcome in judging::result_of(&self.app.db, &round).await?.unwrap_or_default() {
                let sheets = outcome.worksheet.get("sheets").and_then(|all| all.as_array());
                for sheet in sheets.into_iter().flatten() {
                    let judge = sheet.get("judge").and_then(serde_json::Value::as_i64);
                    let entry = entries.get(&outcome.entry);
                    let marks = sheet.get("hundredths").and_then(|marks| marks.as_object());
                    for (key, mark) in marks.into_iter().flatten() {
                        self.row(&[
                            title.into(),
                            judge.into(),
                            judge_of(judge).into(),
                            entry.map(|entry| entry.0).into(),
                            entry.map(|entry| entry.1.as_str()).into(),
                            entry.map(|entry| entry.2.as_str()).into(),
                            entry.map(|entry| entry.3.as_str()).into(),
                            criterion(key).into(),
                            Cell::Millionths(mark.as_i64().unwrap_or(0) * 10_000),
                        ])?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Number, code, title and entrant of all submitted entries.
    async fn named(&self) -> Result<HashMap<EntryId, (i32, String, String, String)>> {
        let rows: Vec<(EntryId, i32, String, String, String)> = entry::Entity::find()
            .select_only()
            .columns([Column::Id, Column::Number, Column::Code, Column::Title, Column::EntrantName])
            .filter(Column::ContestId.eq(self.contest.id()))
            .filter(Column::Number.is_not_null())
            .into_tuple()
            .all(&self.app.db)
            .await?;
        let named = rows
            .into_iter()
            .map(|(id, number, code, title, entrant)| (id, (number, code, title, entrant)));
        Ok(named.collect())
    }
}
