//! Browsers that are signed in. The cookie holds a token, the row its hash.
//!
//! A session ends after half a day for whoever runs something, after a week for judges, after half
//! a year for entrants; unused, after a quarter of that.

use entity::id::{SessionId, UserId};
use entity::instant::Instant;
use entity::{crew, officer, seat, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, Set,
};

const DAY: i64 = 24 * 3600;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who.
    pub user: user::Model,
    /// In which session.
    pub session: session::Model,
}

/// Opens a session for `user` in the browser that will hold the token with this hash; says for how
/// many seconds.
///
/// # Errors
/// When the database fails.
pub async fn open(
    tx: &DatabaseTransaction,
    user: UserId,
    token_hash: [u8; 32],
    device: &str,
    now: Instant,
) -> Result<i64, DbErr> {
    let life = life(tx, user).await?;
    let row = session::ActiveModel {
        id: Set(SessionId::new()),
        token_hash: Set(token_hash.to_vec()),
        user_id: Set(user),
        device: Set(device.chars().take(120).collect()),
        created_at: Set(now),
        seen_at: Set(now),
        expires_at: Set(now.plus_seconds(life)),
        revoked_at: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(life)
}

async fn life(db: &impl ConnectionTrait, user: UserId) -> Result<i64, DbErr> {
    let offices =
        officer::Entity::find().filter(officer::Column::UserId.eq(user)).count(db).await?;
    let crews = crew::Entity::find().filter(crew::Column::UserId.eq(user)).count(db).await?;
    if offices + crews > 0 || super::is_admin(db, user).await? {
        return Ok(DAY / 2);
    }
    let seats = seat::Entity::find().filter(seat::Column::UserId.eq(user)).count(db).await?;
    Ok(if seats > 0 { 7 * DAY } else { 180 * DAY })
}

/// Who holds the token with this hash, if the session is alive.
///
/// # Errors
/// When the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
    now: Instant,
) -> Result<Option<Signed>, DbErr> {
    let session = session::Entity::find()
        .filter(session::Column::TokenHash.eq(token_hash.to_vec()))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    let Some(session) = session else {
        return Ok(None);
    };
    let idle = (session.expires_at.micros() - session.created_at.micros()) / 4;
    if now.micros() - session.seen_at.micros() > idle {
        return Ok(None);
    }
    let user = user::Entity::find_by_id(session.user_id).one(db).await?;
    let user = user.filter(|user| user.disabled_at.is_none());
    Ok(user.map(|user| Signed { user, session }))
}

/// Notes that a session was used.
///
/// # Errors
/// When the database fails.
pub async fn seen(tx: &DatabaseTransaction, id: SessionId, now: Instant) -> Result<(), DbErr> {
    let update = session::Entity::update_many().col_expr(session::Column::SeenAt, Expr::value(now));
    update.filter(session::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Sessions of `user` that have not ended, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Instant,
) -> Result<Vec<session::Model>, DbErr> {
    session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::SeenAt)
        .all(db)
        .await
}

/// Ends one session of `user`; another's is left alone.
///
/// # Errors
/// When the database fails.
pub async fn end(
    tx: &DatabaseTransaction,
    user: UserId,
    id: SessionId,
    now: Instant,
) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::UserId.eq(user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends all sessions of `user` but one.
///
/// # Errors
/// When the database fails.
pub async fn end_all(
    tx: &DatabaseTransaction,
    user: UserId,
    but: Option<SessionId>,
    now: Instant,
) -> Result<(), DbErr> {
    let mut update = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::RevokedAt.is_null());
    if let Some(id) = but {
        update = update.filter(session::Column::Id.ne(id));
    }
    update.exec(tx).await?;
    Ok(())
}
