//! Contests of any size: one entry is made through the rooms, and its rows are copied in SQL.

use std::io::Cursor;
use std::path::Path;

use entity::entry::EntrantKind;
use entity::id::{EntryId, UserId};
use hoithi::app::{self, App};
use hoithi::clock::Clock;
use hoithi::config::Config;
use hoithi::contest::apply::{Change, announce, apply};
use hoithi::contest::{self, Contest, Organiser, Screener, document};
use hoithi::entry::{self, Author, New, Person, code};
use hoithi::screening::{self, Finding};
use hoithi::words::Lang;
use hoithi::{account, db, media, unit};
use image::{ImageFormat, Rgb, RgbImage};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

/// A contest with a picture in each entry, a public vote and one round.
const RULES: &str = "
slug: lon
title: Cuộc thi lớn
unit: ldld-thi-diem
phases:
  - { key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-10 }
  - { key: judging, kind: round, opens: 2026-04-11, closes: 2026-04-20 }
  - { key: vote, kind: voting, opens: 2026-04-11, closes: 2026-04-20 }
categories:
  - key: photo
    title: Ảnh
    slots:
      - { key: photo, kind: photo, label: Ảnh dự thi, formats: [jpeg] }
rounds:
  - key: final
    title: Chung khảo
    kind: score
    phase: judging
    criteria:
      - { key: content, label: Nội dung, max: 50 }
      - { key: art, label: Nghệ thuật, max: 50 }
voting: { phase: vote, counts: live }
tables:
  - key: all
    title: Kết quả
    formula:
      - { source: { round: final }, weight: 70, normalise: share_of_max }
      - { source: votes, weight: 30, normalise: share_of_max }
    ties: [earlier, decision]
prizes:
  - { key: a, label: Giải Nhất, table: all, count: 1 }
  - { key: b, label: Giải Khuyến khích, table: all, count: 20 }
";

/// Entries are made on this day, judged and voted for on the other.
pub const ENTERED: &str = "2026-04-02T02:00:00Z";
/// The day of judging and voting.
pub const JUDGED: &str = "2026-04-12T02:00:00Z";

/// A site whose database is at `address`, with a stopped clock.
pub async fn site(folder: &Path, address: Option<String>) -> App {
    let mut config = Config::default();
    config.data.folder = folder.to_owned();
    config.data.database = address;
    config.server.base_url = "http://localhost".to_owned();
    let mut app = App::open(config).await.expect("a site");
    app.clock = Clock::stopped(ENTERED.parse().expect("a moment"));
    Migrator::up(&*app.db, None).await.expect("the newest schema");
    let tx = db::begin(&app.db).await.expect("a transaction");
    let rows = unit::top()
        .into_iter()
        .chain(unit::demo().into_iter().map(|(line, row)| (line + 1000, row)));
    unit::import(&tx, rows.collect(), app.clock.now()).await.expect("units");
    tx.commit().await.expect("committed");
    app
}

/// Somebody who runs the site, and the contest.
pub async fn contest(app: &App) -> (UserId, Contest) {
    let now = app.clock.now();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let admin =
        account::sign_up(&tx, "Quản trị", "admin@example.vn", true, now).await.expect("a person");
    let definition = document::read(RULES).expect("rules");
    let id = apply(&tx, &definition, None, &Change::default(), now).await.expect("a contest");
    let draft = contest::by_id(&tx, id).await.expect("a contest");
    let organiser = Organiser::of(&tx, &draft, admin, now).await.expect("a right");
    announce(&tx, &organiser, now).await.expect("announced");
    tx.commit().await.expect("committed");
    (admin, contest::by_id(&app.db, id).await.expect("a contest"))
}

/// One entry, submitted and accepted.
pub async fn entry(app: &App, contest: &Contest, admin: UserId) -> EntryId {
    let now = app.clock.now();
    let drawn = RgbImage::from_fn(800, 600, |x, y| Rgb([(x / 4) as u8, (y / 4) as u8, 90]));
    let mut bytes = Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, ImageFormat::Jpeg).expect("a picture");
    let bytes = bytes.into_inner();
    let facts = media::read(&bytes).expect("a picture");
    let copies = media::copies(&bytes).expect("copies");
    let kept = media::keep(&app.store, bytes.into(), "anh.jpg", facts).await.expect("kept");
    let tx = db::begin(&app.db).await.expect("a transaction");
    let place = unit::by_code(&tx, "td-cs-59").await.expect("a unit").id;
    let hash = Some(app::fresh::<32>());
    let new = New {
        id: EntryId::new(),
        code: code::letters(&app::fresh::<8>()),
        category: *contest::category_ids(&tx, contest.id())
            .await
            .expect("keys")
            .values()
            .next()
            .expect("one"),
        author: None,
        officer: None,
        resume_hash: hash,
        unit: Some(place),
        lang: "vi".to_owned(),
    };
    let row = entry::open(&tx, contest, new, now).await.expect("a draft");
    let author = Author::of(&tx, row, None, hash, now).await.expect("a right");
    let slot = &contest.definition.categories[0].slots[0];
    let file = entry::add_file(&tx, &author, contest, slot, kept, now).await.expect("a part");
    let file = file.expect("a new file");
    let copies = media::keep_copies(&app.store, file, &copies).await.expect("copies");
    media::ready(&tx, file, &copies).await.expect("ready");
    let person = Person {
        title: "Giờ vào ca".to_owned(),
        kind: Some(EntrantKind::Person),
        name: "Nguyễn Thị Hoa".to_owned(),
        shown: "Nguyễn Thị Hoa".to_owned(),
        unit: Some(place),
        phone: "0912345678".to_owned(),
        ..Person::default()
    };
    entry::save(&tx, &author, contest, &person, None, now).await.expect("saved");
    let asked = entry::asked(&contest.definition, Lang::Vi);
    let agreed: Vec<String> = asked.into_iter().map(|asked| asked.key).collect();
    let id = entry::submit(&tx, &author, &agreed, now).await.expect("submitted").id;
    let screener = Screener::of(&tx, contest, admin, now).await.expect("a right");
    screening::find(&tx, &screener, id, &Finding::Accept, now).await.expect("accepted");
    tx.commit().await.expect("committed");
    id
}

/// SQL, said in the words of the engine at hand.
pub struct Sql<'a>(pub &'a App);

impl Sql<'_> {
    fn engine(&self) -> DbBackend {
        self.0.db.get_database_backend()
    }

    /// A key that differs by `tag` and by the number that the expression gives.
    pub fn key(&self, tag: u64, number: &str) -> String {
        match self.engine() {
            DbBackend::Postgres => {
                format!("('{tag:016x}' || lpad(to_hex(({number})::bigint), 16, '0'))::uuid")
            }
            _ => format!("unhex('{tag:016x}' || printf('%016x', {number}))"),
        }
    }

    /// A key that is known.
    pub fn known(&self, key: Uuid) -> String {
        match self.engine() {
            DbBackend::Postgres => format!("'{key}'::uuid"),
            _ => format!("x'{}'", key.simple()),
        }
    }

    /// Eight digits.
    pub fn digits(&self, number: &str) -> String {
        match self.engine() {
            DbBackend::Postgres => format!("lpad(({number})::text, 8, '0')"),
            _ => format!("printf('%08d', {number})"),
        }
    }

    /// Runs a statement.
    pub async fn run(&self, statement: &str) {
        let done = self.0.db.execute_unprepared(statement).await;
        done.unwrap_or_else(|error| panic!("{error}: {statement}"));
    }

    /// Copies the rows of `table` that `which` finds `count` times; `i` counts from 1. What `but`
    /// names is another expression; `m` is the row that is copied.
    pub async fn copy(&self, table: &str, which: &str, but: &[(&str, String)], count: u64) {
        let columns = self.columns(table).await;
        let values = columns.iter().map(|column| {
            let other = but.iter().find(|(name, _)| name == column);
            other.map_or_else(|| format!("m.\"{column}\""), |(_, value)| value.clone())
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let columns =
            columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        self.run(&format!(
            "insert into \"{table}\" ({columns}) \
             with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) \
             select {values} from n cross join (select * from \"{table}\" where {which}) m"
        ))
        .await;
    }

    async fn columns(&self, table: &str) -> Vec<String> {
        let question = match self.engine() {
            DbBackend::Postgres => format!(
                "select column_name as name from information_schema.columns \
                 where table_schema = 'public' and table_name = '{table}' order by ordinal_position"
            ),
            _ => format!("select name from pragma_table_info('{table}')"),
        };
        let rows = self.0.db.query_all_raw(Statement::from_string(self.engine(), question)).await;
        let rows = rows.expect("columns");
        rows.iter().map(|row| row.try_get::<String>("", "name").expect("a name")).collect()
    }

    /// Copies an entry with its parts and persons `count` times; `state` may use `i`.
    pub async fn entries(&self, model: EntryId, count: u64, state: &str) {
        let (own, id) = (self.known(model.0), self.key(1, "i"));
        self.copy(
            "entry",
            &format!("id = {own}"),
            &[
                ("id", id.clone()),
                ("code", self.digits("i")),
                ("number", "i + 1".to_owned()),
                ("state", state.to_owned()),
                ("submitted_at", "m.submitted_at + i".to_owned()),
                ("entrant_name", "m.entrant_name || i".to_owned()),
                ("phone", "null".to_owned()),
            ],
            count,
        )
        .await;
        let of = format!("entry_id = {own}");
        self.copy("part", &of, &[("id", self.key(2, "i")), ("entry_id", id.clone())], count).await;
        self.copy("contributor", &of, &[("id", self.key(3, "i")), ("entry_id", id)], count).await;
    }

    /// Tells the engine that much has changed.
    pub async fn analyze(&self) {
        self.run("analyze").await;
    }
}
