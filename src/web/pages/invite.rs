//! Letters to those who are given something to do in a contest.

use entity::user;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::contest::{self, Contest};
use crate::refusal::Arg;
use crate::web::{Failure, View};
use crate::words::{self, Lang};
use crate::{account, judging, letters};

/// Writes a letter of this kind to this address: what it is about, where to sign in, and `more`, in
/// the recipient's language. Whoever was added just now chose none yet and reads that of whoever
/// invites them.
///
/// # Errors
/// When the address is none, or the database fails.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    v: &View,
    contest: &Contest,
    (kind, to): (&str, &str),
    more: impl Fn(Lang) -> Vec<(&'static str, Arg)>,
) -> Result<(), Failure> {
    let to = account::email(to)?;
    let known = account::by_email(tx, &to).await?.filter(|person| person.created_at < v.now);
    let lang = known.map_or(v.lang, |person| Lang::of(&person.lang));
    let mut args = vec![
        ("contest", Arg::from(contest.definition.title.read(lang.is_english()))),
        ("address", Arg::from(format!("{}/desk", v.base))),
    ];
    args.extend(more(lang));
    let letter = letters::Draft {
        kind,
        to: &to,
        lang,
        args: &args,
        contest: Some(contest.id()),
        entry: None,
    };
    Ok(letters::write(tx, &letter, v.now).await?)
}

/// Tells the judges of a round that it is open.
///
/// # Errors
/// When the database fails.
pub(super) async fn opened(
    tx: &DatabaseTransaction,
    v: &View,
    contest: &Contest,
    key: &str,
) -> Result<(), Failure> {
    let Some(round) = contest.definition.round(key) else { return Ok(()) };
    let until = contest.window(&round.phase).map(|window| window.closes);
    let more = |lang: Lang| {
        let until = until.map(|until| words::deadline(lang, v.now, until));
        vec![
            ("round", Arg::from(round.title.read(lang.is_english()))),
            ("until", Arg::from(until.unwrap_or_default())),
        ]
    };
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    let seats = judging::panel(tx, row.id).await?.into_iter().filter(|seat| seat.left_at.is_none());
    let judges =
        user::Entity::find().filter(user::Column::Id.is_in(seats.map(|seat| seat.user_id)));
    for email in judges.all(tx).await?.into_iter().filter_map(|judge| judge.email) {
        write(tx, v, contest, ("opened", &email), more).await?;
    }
    Ok(())
}
