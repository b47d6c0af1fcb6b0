//! Whether the database keeps what it acknowledges.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::Findings;

/// Settings of PostgreSQL without which a stop or a power cut takes back what was acknowledged.
const NEEDED: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// Says which of them are off. On SQLite we set them ourselves.
pub(super) async fn look(found: &mut Findings, db: &DatabaseConnection) {
    if db.get_database_backend() != DbBackend::Postgres {
        return;
    }
    let mut off = Vec::new();
    for name in NEEDED {
        let asked = Statement::from_string(DbBackend::Postgres, format!("show {name}"));
        let told = db.query_one_raw(asked).await.ok().flatten();
        if told.and_then(|row| row.try_get::<String>("", name).ok()).as_deref() == Some("off") {
            off.push(name);
        }
    }
    if off.is_empty() {
        found.good("durable", "what PostgreSQL acknowledges is written down");
    } else {
        let text =
            "what PostgreSQL acknowledges is not written down yet, votes included; switch on";
        found.wrong("durable", &format!("{text} {}", off.join(", ")));
    }
}
