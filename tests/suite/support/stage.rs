//! What the real binary finds when it starts: a contest, announced.

use std::path::Path;

use entity::entry::{self, EntrantKind, State};
use entity::id::{CategoryId, ContestId, EntryId};
use entity::instant::Instant;
use hoithi::app::App;
use hoithi::config::Config;
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::{self, document};
use hoithi::{account, db, unit};
use migration::MigratorTrait;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

/// Settings of a site whose data lie in `folder`, and its rows there too or in `database`.
pub fn config(folder: &Path, database: Option<&str>) -> Config {
    let mut config = Config::default();
    config.data.database = database.map(str::to_owned);
    config.data.folder = folder.to_owned();
    config
}

/// Such a site with this contest, announced.
pub async fn contest(folder: &Path, database: Option<&str>, definition: &str) -> (App, ContestId) {
    let app = App::open(config(folder, database)).await.expect("the site");
    migration::Migrator::up(&*app.db, None).await.expect("the schema");
    let now = app.clock.now();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let faults = unit::import(&tx, unit::top(), now).await.expect("units");
    assert_eq!(faults, []);
    let admin = account::invite(&tx, "", "quantri@example.vn", now).await.expect("a person");
    let row = entity::user::Entity::find_by_id(admin).one(&tx).await.expect("a row");
    let mut row = row.expect("a person").into_active_model();
    row.is_admin = Set(true);
    row.update(&tx).await.expect("an administrator");
    let definition = document::read(definition).expect("a definition");
    let id = apply(&tx, &definition, None, &Change::default(), now).await.expect("applied");
    let whole = contest::by_id(&tx, id).await.expect("a contest");
    let organiser = contest::Organiser::of(&tx, &whole, admin, now).await.expect("a right");
    apply::announce(&tx, &organiser, now).await.expect("announced");
    tx.commit().await.expect("committed");
    (app, id)
}

/// A work that was accepted into a contest with this number, which its code ends with.
pub fn accepted(
    (contest, category): (ContestId, CategoryId),
    (code, number): (&str, i32),
    now: Instant,
) -> entry::Model {
    entry::Model {
        id: EntryId::new(),
        contest_id: contest,
        category_id: category,
        code: format!("{code}{number:04}"),
        number: Some(number),
        title: format!("Ảnh {number}"),
        search_text: String::new(),
        state: State::Accepted,
        entrant_kind: EntrantKind::Person,
        entrant_name: "Nguyễn Thị Hoa".to_owned(),
        shown_name: "Nguyễn Thị Hoa".to_owned(),
        unit_id: None,
        author_id: None,
        entered_by: None,
        resume_hash: None,
        phone: None,
        email: None,
        lang: "vi".to_owned(),
        version: 1,
        submitted_at: Some(now),
        repair_until: None,
        promoted_from: None,
        created_at: now,
        updated_at: now,
    }
}
