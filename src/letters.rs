//! Letters: written in the transaction that makes them necessary, sent later by the worker.

use entity::id::{ContestId, EntryId, LetterId};
use entity::instant::Instant;
use entity::letter::{self, State};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, Set};

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
    jobs::enqueue(tx, &Job::Send { letter: id }, now).await
}
