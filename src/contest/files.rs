//! Files of a contest's own: its poster, and the scan of its signed plan.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use entity::contest;
use entity::id::FileId;
use entity::instant::Instant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::{Map, Value};

use super::Organiser;
use super::core::{Error, lock, touched};
use crate::audit::{self, Act};
use crate::media;

/// What the audit log calls it when a contest is given files.
const FILES: &str = "contest-files";

/// A file of the contest's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnFile {
    /// The scan of the signed plan.
    Plan,
    /// The poster.
    Poster,
}

/// Keeps a file of the contest's own in place of the one before; `None` leaves it without one.
///
/// # Errors
/// When the database fails.
pub async fn keep_file(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (which, kept): (OwnFile, Option<media::Kept>),
    now: Instant,
) -> Result<(), Error> {
    lock(tx, by.contest()).await?;
    let file = match kept {
        Some(kept) => Some(media::record(tx, kept, Some(by.user()), now).await?),
        None => None,
    };
    let column = match which {
        OwnFile::Plan => contest::Column::PlanFileId,
        OwnFile::Poster => contest::Column::PosterFileId,
    };
    contest::Entity::update_many()
        .col_expr(column, Expr::value(file))
        .filter(contest::Column::Id.eq(by.contest()))
        .exec(tx)
        .await?;
    touched(tx, by.contest()).await
}

/// Writes into the audit log which of a contest's own files changed, by their hashes; null where it has
/// none any more.
///
/// # Errors
/// When the database fails.
pub async fn files_kept(
    tx: &DatabaseTransaction,
    by: &Organiser,
    files: &[(OwnFile, Option<String>)],
    now: Instant,
) -> Result<(), DbErr> {
    let named = files.iter().map(|(which, hash)| {
        let name = match which {
            OwnFile::Plan => "plan",
            OwnFile::Poster => "poster",
        };
        (name.to_owned(), hash.clone().map_or(Value::Null, Value::String))
    });
    let named: Map<String, Value> = named.collect();
    if named.is_empty() {
        return Ok(());
    }
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act: FILES,
        subject: format!("contest:{}", by.contest()),
        contest: Some(by.contest()),
        before: None,
        after: Some(Value::Object(named)),
    };
    audit::record(tx, act, now).await
}

/// Hashes of all plans and posters that contests ever had, as the audit log names them.
///
/// # Errors
/// When the database fails.
pub async fn file_hashes(db: &impl ConnectionTrait) -> Result<HashSet<Vec<u8>>, DbErr> {
    let acts = audit::of_act(db, FILES).await?;
    let files = acts.iter().filter_map(|act| act.after.as_ref()?.as_object());
    let hashes = files.flat_map(Map::values).filter_map(Value::as_str);
    Ok(hashes.filter_map(|hash| HEXLOWER.decode(hash.as_bytes()).ok()).collect())
}

/// Says that copies of a file were drawn, so that pages show the poster that it is.
///
/// # Errors
/// When the database fails.
pub async fn file_changed(tx: &DatabaseTransaction, file: FileId) -> Result<(), Error> {
    let holders = contest::Entity::find().filter(contest::Column::PosterFileId.eq(file));
    for contest in holders.all(tx).await? {
        touched(tx, contest.id).await?;
    }
    Ok(())
}
