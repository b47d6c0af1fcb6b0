//! What a site's database says when the site stands still.

use std::collections::HashMap;
use std::path::Path;

use entity::{entry, vote};
use hoithi::app::App;
use hoithi::config::Config;
use hoithi::contest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The demo's contest in its vote.
const VOTED: &str = "net-dep-thi-diem";

/// What the database of a site that stands still says.
pub struct Rows {
    /// Code of the work by receipt.
    pub votes: HashMap<String, String>,
    /// Codes of all entries.
    pub entries: Vec<String>,
    /// Votes in the log.
    pub leaves: u64,
    /// Whether an auditor finds nothing wrong with the log, once it is closed.
    pub sound: bool,
}

impl Rows {
    /// What it says at this moment; when the vote is over then, the log is closed by this.
    pub fn read(folder: &Path, database: Option<&str>, at: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(Self::of(folder, database, at))
    }

    async fn of(folder: &Path, database: Option<&str>, at: &str) -> Self {
        let mut config = Config::default();
        config.data.folder = folder.to_owned();
        config.data.database = database.map(str::to_owned);
        let app = App::open(config).await.expect("the site");
        let contest = contest::by_slug(&app.db, VOTED).await.expect("the contest").id();
        let log = app.votes.settle(contest, at.parse().expect("a moment")).await;
        let log = log.expect("projected");
        let mut sound = true;
        if log.closed {
            let result = hoithi::voting::result(&app.db, contest).await.expect("a log");
            app.votes.bind(contest, result.expect("leaves")).await.expect("bound");
            let bundle = app.votes.bundle(&app.db, contest).await.expect("a bundle");
            let key = app.votes.key(&app.db, contest).await.expect("keys").expect("a log");
            sound = hoithi::ledger::audit(&bundle, &key, (&[], 0)).is_ok();
        }
        let entries = entry::Entity::find().all(&app.db).await.expect("entries");
        let codes: HashMap<_, _> = entries.iter().map(|row| (row.id, row.code.clone())).collect();
        let of = vote::Column::ContestId.eq(contest);
        let votes = vote::Entity::find().filter(of).all(&app.db).await.expect("votes");
        let votes = votes.into_iter().map(|row| (row.receipt, codes[&row.entry_id].clone()));
        let rows = Self {
            votes: votes.collect(),
            entries: codes.into_values().collect(),
            leaves: log.votes,
            sound,
        };
        app.db.close().await.expect("closed");
        rows
    }
}
