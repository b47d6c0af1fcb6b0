//! Letters to the guardian of an author under 16: one at once, with the link of their own page, and
//! one more after some days, as long as they have not answered.

use anyhow::Result;
use entity::entry::{self, State};
use entity::id::{ContestId, EntryId};
use entity::instant::Instant;
use entity::letter;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect,
};

use crate::app::App;
use crate::contest::Contest;
use crate::entry::guarded;
use crate::letters::{self, Draft};
use crate::refusal::Arg;
use crate::words::Lang;

/// The letter that asks.
pub(super) const FIRST: &str = "guardian";
/// The letter that asks once more.
const AGAIN: &str = "guardian-again";
/// Seconds after the first letter from which the guardian is asked once more, and for which.
const REST: (i64, i64) = (3 * 86_400, 14 * 86_400);
/// Most addresses to which the letter about one entry goes: whoever corrects a mistake needs a
/// second one, and nobody has dozens of guardians.
const ADDRESSES: usize = 3;

type Asked = (Option<EntryId>, String, Instant);

/// Asks the guardian whom the entry names, at this address for the first time.
pub(super) async fn ask(
    app: &App,
    tx: &DatabaseTransaction,
    (contest, entry): (&Contest, &entry::Model),
) -> Result<()> {
    let of = letter::Column::EntryId.eq(entry.id);
    let asked = letters_of(tx, contest.id(), FIRST, of).await?;
    let Some(to) = waiting(app, tx, (contest, entry)).await? else { return Ok(()) };
    if asked.len() >= ADDRESSES || asked.iter().any(|(_, address, _)| *address == to) {
        return Ok(());
    }
    write(app, tx, (contest, entry), (FIRST, &to)).await
}

/// Contests with guardians who may have to be asked once more.
pub(super) async fn running(
    db: &impl ConnectionTrait,
    now: Instant,
) -> Result<Vec<ContestId>, DbErr> {
    let rows: Vec<Option<ContestId>> = letter::Entity::find()
        .select_only()
        .column(letter::Column::ContestId)
        .distinct()
        .filter(letter::Column::Kind.eq(FIRST))
        .filter(resting(now))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// Asks those once more who have not answered.
pub(super) async fn remind(
    app: &App,
    tx: &DatabaseTransaction,
    contest: &Contest,
    now: Instant,
) -> Result<()> {
    let mut asked = letters_of(tx, contest.id(), FIRST, resting(now)).await?;
    if asked.is_empty() {
        return Ok(());
    }
    let again = letters_of(tx, contest.id(), AGAIN, letter::Column::EntryId.is_not_null()).await?;
    asked.retain(|one| !again.iter().any(|two| (&two.0, &two.1) == (&one.0, &one.1)));
    let ids = asked.iter().filter_map(|one| one.0);
    let entries = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(tx).await?;
    for entry in entries {
        let to = waiting(app, tx, (contest, &entry)).await?;
        let is_due = |to: &String| asked.iter().any(|one| (one.0, &one.1) == (Some(entry.id), to));
        if let Some(to) = to.filter(is_due) {
            write(app, tx, (contest, &entry), (AGAIN, &to)).await?;
        }
    }
    Ok(())
}

/// Letters that are old enough to ask once more, and not so old that nobody waits any more.
fn resting(now: Instant) -> sea_orm::sea_query::SimpleExpr {
    letter::Column::CreatedAt.between(now.plus_seconds(-REST.1), now.plus_seconds(-REST.0))
}

/// Entry, address and moment of letters of one kind.
async fn letters_of(
    db: &impl ConnectionTrait,
    contest: ContestId,
    kind: &str,
    which: sea_orm::sea_query::SimpleExpr,
) -> Result<Vec<Asked>, DbErr> {
    letter::Entity::find()
        .select_only()
        .column(letter::Column::EntryId)
        .column(letter::Column::Recipient)
        .column(letter::Column::CreatedAt)
        .filter(letter::Column::ContestId.eq(contest))
        .filter(letter::Column::Kind.eq(kind))
        .filter(which)
        .into_tuple()
        .all(db)
        .await
}

/// Where to write to a guardian who has not answered, about an entry that waits for them.
async fn waiting(
    app: &App,
    tx: &DatabaseTransaction,
    (contest, entry): (&Contest, &entry::Model),
) -> Result<Option<String>, DbErr> {
    if !matches!(entry.state, State::Submitted | State::Returned) {
        return Ok(None);
    }
    let guarded = guarded(tx, contest, entry, app.clock.now()).await?;
    Ok(guarded.and_then(|guarded| guarded.unanswered().map(str::to_owned)))
}

async fn write(
    app: &App,
    tx: &DatabaseTransaction,
    (contest, entry): (&Contest, &entry::Model),
    (kind, to): (&str, &str),
) -> Result<()> {
    let lang = Lang::of(&entry.lang);
    let base = app.config.server.base_url.trim_end_matches('/');
    let args = [
        ("contest", Arg::from(contest.definition.title.read(lang.is_english()))),
        ("title", Arg::from(entry.title.as_str())),
        ("name", Arg::from(entry.entrant_name.as_str())),
        ("address", Arg::from(format!("{base}{}", app.consent_path(entry)))),
    ];
    let draft =
        Draft { kind, to, lang, args: &args, contest: Some(contest.id()), entry: Some(entry.id) };
    Ok(letters::write(tx, &draft, app.clock.now()).await?)
}
