//! Exports of a contest, as CSV or as a workbook: entries, sheets, votes, standings, winners,
//! participation. Long lists are read page by page and written as they come.

use actix_web::web;
use entity::award::State as Awarded;
use entity::id::{EntryId, UnitId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

use super::award::award_key;
use super::entry::state_key;
use super::pace::course;
use super::result::public::shown;
use crate::app::App;
use crate::contest::{self, Contest, Organiser};
use crate::refusal::Kind;
use crate::sheet::{Cell, Format, Writer};
use crate::web::group::Group;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View};
use crate::{account, judging, reports, results, unit, voting};

/// Entries that are read at once.
const PAGE: u64 = 1000;

/// What to look at beside it.
#[derive(serde::Deserialize)]
pub struct Asked {
    with: Option<String>,
}

/// Sends an export; the ending of its name says how it is written.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn show(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result {
    let (slug, what) = path.into_inner();
    app.votes.caught_up(&contest, v.now).await?;
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    let (kind, ending) = what.rsplit_once('.').ok_or_else(nothing)?;
    let format = Format::of(ending).ok_or_else(nothing)?;
    let heads = heads(kind).ok_or_else(nothing)?;
    let heads: Vec<String> = heads.iter().map(|key| v.t(key)).collect();
    let title = v.t(title(kind));
    let writer = Writer::begin(format, &title, &heads).map_err(Failure::broken)?;
    let mut export = Export { app: &app, v: &v, contest: &contest, writer };
    match kind {
        "entries" => export.entries().await?,
        "sheets" => export.sheets().await?,
        "votes" => export.votes().await?,
        "standings" => export.standings().await?,
        "winners" => export.winners().await?,
        "links" => export.links().await?,
        "arrivals" => export.arrivals(&organiser, asked.with.as_deref()).await?,
        _ => export.participation().await?,
    }
    super::sheet::send(export.writer, format, &format!("{title} {slug}.{ending}"))
}

/// Key of the words for what an export holds.
fn title(kind: &str) -> &'static str {
    match kind {
        "entries" => "entries",
        "sheets" => "sheets",
        "votes" => "votes",
        "standings" => "standings",
        "winners" => "export-winners",
        "links" => "export-links",
        "arrivals" => "export-arrivals",
        _ => "participation",
    }
}

/// Heads of what judges marked.
const SHEETS: [&str; 9] = [
    "export-round",
    "export-judge-number",
    "judge",
    "export-number",
    "receipt-code",
    "work-title",
    "export-entrant",
    "export-criterion",
    "points",
];

/// Keys of the heads' words.
fn heads(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "entries" => &[
            "export-number",
            "receipt-code",
            "receipt-state",
            "export-category",
            "work-title",
            "session-name",
            "export-shown-name",
            "unit",
            "export-phone",
            "session-email",
            "export-submitted-at",
        ],
        "sheets" => &SHEETS,
        "votes" => &["export-number", "receipt-code", "work-title", "votes"],
        "standings" => &["export-table", "place", "work-title", "export-by", "points", "prize"],
        "winners" => &[
            "prize",
            "export-recipient",
            "export-amount",
            "export-in-kind",
            "work-title",
            "receipt-code",
            "unit",
            "export-phone",
            "session-email",
            "export-award-state",
            "export-certificate",
        ],
        "links" => &[
            "export-link",
            "export-group",
            "unit",
            "export-quota",
            "export-voters",
            "voters-address",
        ],
        "arrivals" => &[
            "pace-number",
            "timeline-day",
            "entries",
            "pace-total",
            "pace-before",
            "pace-before-total",
        ],
        "participation" => {
            &["export-unit-code", "unit", "entries", "entrants", "votes", "members", "export-share"]
        }
        _ => return None,
    })
}

struct Export<'a> {
    app: &'a App,
    v: &'a View,
    contest: &'a Contest,
    writer: Writer,
}

impl Export<'_> {
    /// Group links with how many people voted by each, never who, and their signed addresses.
    async fn links(&mut self) -> Result<()> {
        let (db, contest) = (&self.app.db, self.contest.id());
        let links = voting::links(db, contest).await?;
        let voters = voting::voters_by_link(db, contest).await?;
        let units = unit::names(db, links.iter().filter_map(|link| link.unit_id)).await?;
        for link in links {
            let address = format!("{}/v/{}", self.v.base, Group::of(&link).text(self.app));
            let unit = link.unit_id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
            self.row(&[
                Cell::from(i64::from(link.number)),
                Cell::from(link.label),
                Cell::from(unit),
                Cell::from(i64::from(link.quota)),
                Cell::from(voters.get(&link.number).copied().unwrap_or(0)),
                Cell::from(address),
            ])?;
        }
        Ok(())
    }

    /// How entries came in, beside an earlier contest.
    async fn arrivals(&mut self, by: &Organiser, with: Option<&str>) -> Result<()> {
        let course = course(self.app, self.v, (self.contest, by), with).await?;
        for day in course.into_iter().flat_map(|course| course.days) {
            self.row(&[
                day.number.into(),
                self.v.day(&day.begins).into(),
                day.own.map(|own| own.0).into(),
                day.own.map(|own| own.1).into(),
                day.before.map(|before| before.0).into(),
                day.before.map(|before| before.1).into(),
            ])?;
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        self.writer.row(cells).map_err(Failure::broken)
    }

    /// Submitted entries behind `after`, by number, with the names of their units.
    async fn page(
        &self,
        after: i32,
    ) -> Result<(Vec<entity::entry::Model>, HashMap<UnitId, String>)> {
        let rows = entity::entry::Entity::find()
            .filter(entity::entry::Column::ContestId.eq(self.contest.id()))
            .filter(entity::entry::Column::Number.gt(after))
            .order_by_asc(entity::entry::Column::Number)
            .limit(PAGE)
            .all(&self.app.db)
            .await?;
        let units = unit::names(&self.app.db, rows.iter().filter_map(|row| row.unit_id)).await?;
        Ok((rows, units))
    }

    async fn entries(&mut self) -> Result<()> {
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
                self.writer.row(&cells).map_err(Failure::broken)?;
            }
        }
    }

    /// Number, code, title and entrant of all submitted entries.
    async fn named(&self) -> Result<HashMap<EntryId, (i32, String, String, String)>> {
        use entity::entry::Column;
        let rows: Vec<(EntryId, i32, String, String, String)> = entity::entry::Entity::find()
            .select_only()
            .columns([Column::Id, Column::Number, Column::Code, Column::Title, Column::EntrantName])
            .filter(entity::entry::Column::ContestId.eq(self.contest.id()))
            .filter(entity::entry::Column::Number.is_not_null())
            .into_tuple()
            .all(&self.app.db)
            .await?;
        let named = rows
            .into_iter()
            .map(|(id, number, code, title, entrant)| (id, (number, code, title, entrant)));
        Ok(named.collect())
    }

    async fn sheets(&mut self) -> Result<()> {
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

    async fn votes(&mut self) -> Result<()> {
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

    async fn standings(&mut self) -> Result<()> {
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

    async fn winners(&mut self) -> Result<()> {
        let english = self.v.lang.is_english();
        let row = results::in_force(&self.app.db, self.contest.id()).await?;
        let row = row.ok_or_else(|| Failure::new(Kind::NotFound, "no-result-yet"))?;
        let given = results::awards(&self.app.db, row.id).await?;
        let entries = entity::entry::Entity::find()
            .filter(entity::entry::Column::Id.is_in(given.iter().filter_map(|row| row.entry_id)))
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

    async fn participation(&mut self) -> Result<()> {
        for share in reports::participation(&self.app.db, self.contest.id(), self.v.now).await? {
            let members = share.members.filter(|members| *members > 0);
            let millionths = members.map(|all| {
                Cell::Millionths(i64::from(share.entrants) * 100_000_000 / i64::from(all))
            });
            self.row(&[
                share.unit.code.into(),
                share.unit.name.into(),
                share.entries.into(),
                share.entrants.into(),
                share.votes.into(),
                share.members.into(),
                millionths.into(),
            ])?;
        }
        Ok(())
    }
}
