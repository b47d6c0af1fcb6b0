//! Publishing the results of a large contest: 20,000 entries, 15 judges, 500,000 votes, on SQLite.

use std::collections::HashMap;
use std::time::Instant;

use entity::entry;
use entity::id::{EntryId, UserId};
use hoithi::app::App;
use hoithi::contest::{self, Approver, Contest, Organiser};
use hoithi::ledger::Counts;
use hoithi::{account, db, judging, results, voting};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use crate::figures::Figures;
use crate::seed::{self, JUDGED, Sql};

const ENTRIES: u64 = 20_000;
const JUDGES: u64 = 15;
const VOTES: u64 = 500_000;
/// The day after judging and voting.
const TOLD: &str = "2026-04-21T02:00:00Z";

/// Fills a contest, closes its round and publishes it.
pub async fn measure(figures: &mut Figures) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = seed::site(folder.path(), None).await;
    let (admin, contest) = seed::contest(&app).await;
    let model = seed::entry(&app, &contest, admin).await;
    Sql(&app).entries(model, ENTRIES - 1, "'accepted'").await;
    judged(&app, &contest, admin, figures).await;
    voted(&app, &contest).await;
    Sql(&app).analyze().await;

    app.clock.set(TOLD.parse().expect("a moment"));
    let now = app.clock.now();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let organiser = Organiser::of(&tx, &contest, admin, now).await.expect("a right");
    let begun = Instant::now();
    judging::close(&tx, &organiser, "final", judging::Decision::default(), now)
        .await
        .expect("closed");
    figures.note("publish.close-round", begun.elapsed().as_secs_f64(), "s");
    let begun = Instant::now();
    results::propose(&tx, &organiser, "", now).await.expect("proposed");
    figures.note("publish.propose", begun.elapsed().as_secs_f64(), "s");
    tx.commit().await.expect("committed");

    let tx = db::begin(&app.db).await.expect("a transaction");
    let second = account::sign_up(&tx, "Người duyệt", "duyet@example.vn", true, now).await;
    let contest = contest::by_id(&tx, contest.id()).await.expect("a contest");
    let approver =
        Approver::of(&tx, &contest, second.expect("a person"), now).await.expect("a right");
    let votes = result(&tx, &contest).await;
    let begun = Instant::now();
    results::publish(&tx, &approver, Some(votes), now).await.expect("published");
    tx.commit().await.expect("committed");
    figures.at_most("publish.time", begun.elapsed().as_secs_f64(), 5.0, "s");
}

/// What a log of these votes would give, for there is none.
async fn result(tx: &DatabaseTransaction, contest: &Contest) -> String {
    let numbers: Vec<(EntryId, i32)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Number])
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::Number.is_not_null())
        .into_tuple()
        .all(tx)
        .await
        .expect("entries");
    let counted = voting::counts(tx, contest.id()).await.expect("votes");
    let counts = numbers.iter().filter_map(|(id, number)| {
        let count = u64::try_from(*counted.get(id)?).expect("a count");
        Some((number.to_string(), count))
    });
    Counts { counts: counts.collect(), ..Counts::default() }.json()
}

/// Every judge marks every entry.
async fn judged(app: &App, contest: &Contest, admin: UserId, figures: &mut Figures) {
    app.clock.set(JUDGED.parse().expect("a moment"));
    let now = app.clock.now();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let organiser = Organiser::of(&tx, contest, admin, now).await.expect("a right");
    for number in 0..JUDGES {
        let address = format!("gk{number}@example.vn");
        let judge = account::sign_up(&tx, "", &address, false, now).await.expect("a judge");
        judging::add(&tx, &organiser, "final", judge, number == 0, now).await.expect("a seat");
    }
    let begun = Instant::now();
    judging::open(&tx, &organiser, ("final", &HashMap::new()), 1, now).await.expect("opened");
    figures.note("publish.open-round", begun.elapsed().as_secs_f64(), "s");
    tx.commit().await.expect("committed");
    let sql = Sql(app);
    let at = now.micros();
    sql.run(&format!(
        "insert into sheet (id, assignment_id, version, saved_at) \
         select id, id, 1, {at} from assignment"
    ))
    .await;
    for criterion in ["content", "art"] {
        sql.run(&format!(
            "insert into mark (sheet_id, criterion_key, hundredths) \
             select id, '{criterion}', (abs(random()) % 51) * 100 from sheet"
        ))
        .await;
    }
    sql.run("update assignment set state = 'done'").await;
    sql.run(&format!("update seat set finished_at = {at}")).await;
}

/// Votes, more for some entries than for others.
async fn voted(app: &App, contest: &Contest) {
    let sql = Sql(app);
    let (of, at) = (sql.known(contest.id().0), app.clock.now().micros());
    let (voter, entry) = (sql.key(6, "i"), sql.key(1, &format!("1 + (i * i) % {}", ENTRIES - 1)));
    let numbers = format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {VOTES})"
    );
    sql.run(&format!(
        "insert into vote (contest_id, voter, period, entry_id, level, state, device, receipt, leaf, \
         last_leaf, cast_at) \
         {numbers} select {of}, {voter}, 0, {entry}, 0, 'counted', 0, {}, i, i, {at} from n",
        sql.digits("i")
    ))
    .await;
    sql.run(&format!(
        "insert into tally (entry_id, contest_id, counted, seen) \
         select entry_id, contest_id, count(*), count(*) from vote where contest_id = {of} group by 1, 2"
    ))
    .await;
    sql.run(&format!(
        "insert into tally_minute (contest_id, entry_id, minute, moved) \
         select contest_id, entry_id, {at} / 60000000, counted from tally where contest_id = {of}"
    ))
    .await;
}
