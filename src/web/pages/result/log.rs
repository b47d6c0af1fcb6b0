//! The audit log of a contest, in words: who, what, and about what.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use entity::audit_log::Model;
use entity::id::{EntryId, RoundId, SeatId, UserId};
use entity::instant::Instant;
use entity::{entry, round, seat};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::account;
use crate::app::App;
use crate::audit::{self, Verdict};
use crate::contest::{self, Auditor, Contest};
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page};

/// Acts on one page.
const PAGE: u64 = 200;

/// The audit log of a contest.
#[derive(Template)]
#[template(path = "result/audit.html")]
pub struct Log {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// The first row of the whole log that is not as it was written.
    pub broken: Option<i64>,
    /// What was done, newest first.
    pub lines: Vec<Line>,
    /// Number before which older acts are.
    pub next: Option<i64>,
}

/// What the log was asked for.
#[derive(serde::Deserialize)]
pub struct Asked {
    before: Option<i64>,
}

/// Something that was done.
pub struct Line {
    /// Its number in the log.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who did it.
    pub who: String,
    /// What was done.
    pub act: String,
    /// What it was done with.
    pub subject: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
}

/// Shows the audit log of a contest, newest acts first, and checks the whole chain.
///
/// # Errors
/// Forbidden to anybody but auditors.
pub async fn log(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let contest = contest::by_slug(&app.db, &slug).await?;
    Auditor::of(&app.db, &contest, who.id(), v.now).await?;
    let mut rows = audit::of_contest(&app.db, contest.id(), asked.before, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(200));
    let next = rows.last().map(|row| row.seq).filter(|_| more);
    let names = Names::of(&app, &v, &contest, &rows).await?;
    let broken = match audit::verify(&app.db).await? {
        Verdict::Whole(_) => None,
        Verdict::Broken(seq) => Some(seq),
    };
    let lines = rows.into_iter().map(|row| Line {
        seq: row.seq,
        at: row.happened_at,
        who: names.actor(&v, &row),
        act: v.act(&row.act),
        subject: names.subject(&v, &row.subject),
        reason: audit::reason(&row).map(str::to_owned),
    });
    page(&Log { slug: slug.into_inner(), broken, lines: lines.collect(), next, v })
}

/// What the rows' subjects are called.
struct Names {
    contest: String,
    people: HashMap<UserId, String>,
    entries: HashMap<EntryId, (Option<i32>, String)>,
    rounds: HashMap<RoundId, String>,
    seats: HashMap<SeatId, (i32, UserId)>,
}

impl Names {
    async fn of(
        app: &App,
        v: &View,
        contest: &Contest,
        rows: &[Model],
    ) -> std::result::Result<Self, Failure> {
        let english = v.lang.is_english();
        let entries: Vec<(EntryId, Option<i32>, String)> = entry::Entity::find()
            .select_only()
            .columns([entry::Column::Id, entry::Column::Number, entry::Column::Title])
            .filter(entry::Column::Id.is_in(of_kind::<EntryId>(rows, "entry")))
            .into_tuple()
            .all(&app.db)
            .await?;
        let rounds: Vec<round::Model> = contest::rounds(&app.db, contest.id()).await?;
        let title = |key: &str| {
            let found = contest.definition.round(key);
            found.map_or(key, |round| round.title.read(english)).to_owned()
        };
        let seats = seat::Entity::find()
            .filter(seat::Column::RoundId.is_in(rounds.iter().map(|round| round.id)))
            .all(&app.db)
            .await?;
        let actors = rows.iter().filter_map(|row| row.actor_id);
        let people = actors.chain(of_kind::<UserId>(rows, "user"));
        let people = people.chain(seats.iter().map(|seat| seat.user_id));
        Ok(Self {
            contest: contest.definition.title.read(english).to_owned(),
            people: account::names(&app.db, people).await?,
            entries: entries.into_iter().map(|(id, number, title)| (id, (number, title))).collect(),
            rounds: rounds.into_iter().map(|row| (row.id, title(&row.key))).collect(),
            seats: seats.into_iter().map(|row| (row.id, (row.number, row.user_id))).collect(),
        })
    }

    /// Who did it: a person, the system, whoever runs it, or somebody without an account.
    fn actor(&self, v: &View, row: &Model) -> String {
        let person = row.actor_id.and_then(|id| self.people.get(&id).cloned());
        person.unwrap_or_else(|| match row.role.as_str() {
            "operator" => v.t("audit-operator"),
            "author" => v.t("audit-author"),
            "guardian" => v.t("audit-guardian"),
            "complainant" => v.t("audit-complainant"),
            _ => v.t("audit-system"),
        })
    }

    /// What a subject such as `entry:…` is called; as it is written where it is not known.
    fn subject(&self, v: &View, written: &str) -> String {
        let Some((kind, key)) = written.split_once(':') else { return written.to_owned() };
        let found = match kind {
            "contest" => Some(self.contest.clone()),
            "entry" => key.parse().ok().and_then(|id: EntryId| {
                let (number, title) = self.entries.get(&id)?;
                Some(v.t2("audit-entry", "number", number.unwrap_or(0), "title", title.as_str()))
            }),
            "user" => key.parse().ok().and_then(|id: UserId| self.people.get(&id).cloned()),
            "round" => key.parse().ok().and_then(|id: RoundId| {
                let title = self.rounds.get(&id)?;
                Some(v.t1("audit-round", "title", title.as_str()))
            }),
            "seat" => key.parse().ok().and_then(|id: SeatId| {
                let (number, user) = self.seats.get(&id)?;
                let name = self.people.get(user).cloned().unwrap_or_default();
                Some(v.t2("audit-judge", "number", *number, "name", name))
            }),
            "vote_case" => Some(v.t1("audit-vote-case", "code", key)),
            "vote_link" => Some(v.t1("audit-vote-link", "number", key)),
            "vote_member" => Some(v.t1("audit-vote-member", "number", key)),
            "complaint" => Some(v.t("audit-complaint")),
            "vote_log" => Some(v.t("audit-vote-log")),
            _ => None,
        };
        found.unwrap_or_else(|| written.to_owned())
    }
}

/// Keys of the subjects of one kind.
fn of_kind<K: std::str::FromStr>(rows: &[Model], kind: &str) -> Vec<K> {
    let subjects = rows.iter().filter_map(|row| row.subject.split_once(':'));
    subjects.filter(|(own, _)| *own == kind).filter_map(|(_, key)| key.parse().ok()).collect()
}
