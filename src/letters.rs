//! Letters: written in the transaction that makes them necessary, sent later by the worker.

use entity::id::{ContestId, EntryId, LetterId};
use entity::instant::Instant;
use entity::letter::{self, State};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::jobs::{self, Job};
use crate::refusal::Arg;
use crate::words::{self, Lang};

/// A letter to be written.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// What it is about: `letter-KIND-subject` and `letter-KIND-body` are its words.
    pub kind: &'a str,
    /// Address.
    pub to: &'a str,
    /// Language.
    pub lang: Lang,
    /// Values in its words.
    pub args: &'a [(&'a str, Arg)],
    /// The contest it is about.
    pub contest: Option<ContestId>,
    /// The entry it is about.
    pub entry: Option<EntryId>,
}

/// Writes a letter and promises to send it.
///
/// # Errors
/// When the database fails.
pub async fn write(tx: &DatabaseTransaction, draft: &Draft<'_>, now: Instant) -> Result<(), DbErr> {
    let id = LetterId::new();
    let say =
        |part: &str| words::say(draft.lang, &format!("letter-{}-{part}", draft.kind), draft.args);
    let row = letter::ActiveModel {
        id: Set(id),
        message_id: Set(format!("<{id}@hoithi>")),
        recipient: Set(draft.to.to_owned()),
        lang: Set(draft.lang.tag().to_owned()),
        kind: Set(draft.kind.to_owned()),
        subject: Set(say("subject")),
        body: Set(say("body")),
        state: Set(State::Queued),
        last_error: Set(None),
        tries: Set(0),
        contest_id: Set(draft.contest),
        entry_id: Set(draft.entry),
        created_at: Set(now),
        sent_at: Set(None),
    };
    letter::Entity::insert(row).exec_without_returning(tx).await?;
    jobs::enqueue(tx, &Job::Send { letter: id }, now).await?;
    Ok(())
}

/// Letters in one state, of one contest or of all, newest first, those older than `before`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    contest: Option<ContestId>,
    state: State,
    before: Option<LetterId>,
    size: u64,
) -> Result<Vec<letter::Model>, DbErr> {
    let mut found = letter::Entity::find().filter(letter::Column::State.eq(state));
    if let Some(contest) = contest {
        found = found.filter(letter::Column::ContestId.eq(contest));
    }
    if let Some(before) = before {
        found = found.filter(letter::Column::Id.lt(before));
    }
    found.order_by_desc(letter::Column::Id).limit(size).all(db).await
}

/// Letters to an address, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn to(db: &impl ConnectionTrait, address: &str) -> Result<Vec<letter::Model>, DbErr> {
    let theirs = letter::Entity::find().filter(letter::Column::Recipient.eq(address));
    theirs.order_by_asc(letter::Column::Id).all(db).await
}

/// How many letters are in each state, of one contest or of all.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    db: &impl ConnectionTrait,
    contest: Option<ContestId>,
) -> Result<Vec<(State, i64)>, DbErr> {
    let mut found = letter::Entity::find()
        .select_only()
        .column(letter::Column::State)
        .column_as(letter::Column::Id.count(), "count")
        .group_by(letter::Column::State);
    if let Some(contest) = contest {
        found = found.filter(letter::Column::ContestId.eq(contest));
    }
    found.into_tuple().all(db).await
}

/// The letter with this key.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    db: &impl ConnectionTrait,
    id: LetterId,
) -> Result<Option<letter::Model>, DbErr> {
    letter::Entity::find_by_id(id).one(db).await
}

/// Promises once more to send a letter that failed; any other is left as it is.
///
/// # Errors
/// When the database fails.
pub async fn again(tx: &DatabaseTransaction, id: LetterId, now: Instant) -> Result<(), DbErr> {
    let changed = letter::Entity::update_many()
        .col_expr(letter::Column::State, Expr::value(State::Queued))
        .col_expr(letter::Column::Tries, Expr::value(0))
        .filter(letter::Column::Id.eq(id))
        .filter(letter::Column::State.eq(State::Failed))
        .exec(tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(());
    }
    jobs::enqueue(tx, &Job::Send { letter: id }, now).await?;
    Ok(())
}

/// Deletes every letter to an address; what waits is not sent.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &DatabaseTransaction, address: &str) -> Result<(), DbErr> {
    letter::Entity::delete_many().filter(letter::Column::Recipient.eq(address)).exec(tx).await?;
    Ok(())
}

/// Deletes every letter about an entry, whomever it went to; what waits is not sent.
///
/// # Errors
/// When the database fails.
pub async fn forget_entry(tx: &DatabaseTransaction, entry: EntryId) -> Result<(), DbErr> {
    letter::Entity::delete_many().filter(letter::Column::EntryId.eq(entry)).exec(tx).await?;
    Ok(())
}

/// Says that a letter was tried for the last time; the reason is in its row.
///
/// # Errors
/// When the database fails.
pub async fn given_up(tx: &DatabaseTransaction, id: LetterId) -> Result<(), DbErr> {
    letter::Entity::update_many()
        .col_expr(letter::Column::State, Expr::value(State::Failed))
        .filter(letter::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
