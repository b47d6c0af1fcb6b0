//! Rights in a contest, as values that can only be had by proving them.

use entity::contest;
use entity::crew::{self, Role};
use entity::id::{ContestId, UserId};
use entity::instant::Instant;
use sea_orm::sea_query::{LikeExpr, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Contest, Error, all, wholes};
use crate::{account, unit};

macro_rules! badges {
    ($($(#[$doc:meta])* $name:ident: $rule:path;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            contest: ContestId,
            user: UserId,
        }

        impl $name {
            /// Proves the right, or refuses.
            ///
            /// # Errors
            /// [`Error::Unknown`] to somebody who has no part in a contest that is still a
            /// draft; [`Error::NotAllowed`] to anybody else without the right.
            pub async fn of(
                db: &impl ConnectionTrait,
                contest: &Contest,
                user: UserId,
                now: Instant,
            ) -> Result<Self, Error> {
                if $rule(&Standing::of(db, contest, user, now).await?) {
                    return Ok(Self { contest: contest.id(), user });
                }
                Err(if contest.is_public() { Error::NotAllowed } else { Error::Unknown })
            }

            /// The contest for which the right holds.
            #[must_use]
            pub fn contest(&self) -> ContestId {
                self.contest
            }

            /// Who has the right.
            #[must_use]
            pub fn user(&self) -> UserId {
                self.user
            }
        }
    )* };
}

badges! {
    /// Runs the contest: crew, officers of the unit that runs it or of one above, administrators.
    Organiser: Standing::organises;
    /// Checks entries: crew, or whoever organises.
    Screener: Standing::screens;
    /// Approves what another has proposed: crew, leading officers of the unit that runs the
    /// contest or of one above, administrators.
    Approver: Standing::approves;
    /// Reads everything and changes nothing: crew, or whoever organises or approves.
    Auditor: Standing::audits;
}

/// What somebody is to a contest.
struct Standing {
    roles: Vec<Role>,
    office: Option<entity::officer::Role>,
    admin: bool,
}

impl Standing {
    async fn of(
        db: &impl ConnectionTrait,
        contest: &Contest,
        user: UserId,
        now: Instant,
    ) -> Result<Self, Error> {
        let crew = crew::Entity::find()
            .filter(crew::Column::ContestId.eq(contest.id()))
            .filter(crew::Column::UserId.eq(user))
            .filter(crew::Column::EndedAt.is_null())
            .all(db)
            .await?;
        Ok(Self {
            roles: crew.into_iter().map(|row| row.role).collect(),
            office: unit::office(db, contest.row.unit_id, user, now).await?,
            admin: account::is_admin(db, user).await?,
        })
    }

    fn organises(&self) -> bool {
        self.admin || self.office.is_some() || self.roles.contains(&Role::Organiser)
    }

    fn screens(&self) -> bool {
        self.organises() || self.roles.contains(&Role::Screener)
    }

    fn approves(&self) -> bool {
        let leads = self.office == Some(entity::officer::Role::Lead);
        self.admin || leads || self.roles.contains(&Role::Approver)
    }

    fn audits(&self) -> bool {
        self.organises() || self.approves() || self.roles.contains(&Role::Auditor)
    }
}

/// Contests in which somebody has a part beside running them, and which.
///
/// # Errors
/// [`Error::Broken`] where a stored definition cannot be read.
pub async fn parts_of(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(Contest, Role)>, Error> {
    let parts = crew::Entity::find()
        .filter(crew::Column::UserId.eq(user))
        .filter(crew::Column::Role.ne(Role::Organiser))
        .filter(crew::Column::EndedAt.is_null())
        .order_by_desc(crew::Column::GrantedAt)
        .all(db)
        .await?;
    let contests = super::by_ids(db, parts.iter().map(|part| part.contest_id)).await?;
    let whole = |part: crew::Model| {
        let contest = contests.iter().find(|contest| contest.id() == part.contest_id)?;
        Some((contest.clone(), part.role))
    };
    Ok(parts.into_iter().filter_map(whole).collect())
}

/// Contests that somebody runs, newest first: as crew, as an officer of the unit that runs it or
/// of one above, or as whoever runs the site.
///
/// # Errors
/// [`Error::Broken`] where a stored definition cannot be read.
pub async fn organised_by(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Instant,
) -> Result<Vec<Contest>, Error> {
    if account::is_admin(db, user).await? {
        return wholes(db, all(db).await?).await;
    }
    let crew = crew::Entity::find()
        .filter(crew::Column::UserId.eq(user))
        .filter(crew::Column::Role.eq(Role::Organiser))
        .filter(crew::Column::EndedAt.is_null())
        .all(db)
        .await?;
    let mut theirs =
        Condition::any().add(contest::Column::Id.is_in(crew.into_iter().map(|row| row.contest_id)));
    for (_, unit) in unit::offices(db, user, now).await? {
        let below = Query::select()
            .column(entity::unit::Column::Id)
            .from(entity::unit::Entity)
            .and_where(entity::unit::Column::Path.like(LikeExpr::new(format!("{}%", unit.path))))
            .to_owned();
        theirs = theirs.add(contest::Column::UnitId.in_subquery(below));
    }
    let rows = contest::Entity::find().filter(theirs).order_by_desc(contest::Column::CreatedAt);
    wholes(db, rows.all(db).await?).await
}
