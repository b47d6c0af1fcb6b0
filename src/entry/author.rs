//! The right to an entry of one's own.

use entity::entry::{self, State};
use entity::id::{EntryId, UserId};
use entity::instant::Instant;
use sea_orm::ConnectionTrait;
use subtle::ConstantTimeEq;

use super::Error;
use crate::{account, unit};

/// Somebody whose entry it is: the author, the officer who entered it, an officer of its unit, or
/// whoever holds the browser or the code with which the draft was begun; to mend it, also whoever
/// knows its telephone number.
#[derive(Clone, Debug)]
pub struct Author {
    /// The entry, as it stood when the right was proved.
    pub entry: entry::Model,
    user: Option<UserId>,
}

impl Author {
    /// Proves the right, or says that there is no such entry.
    ///
    /// # Errors
    /// [`Error::Unknown`] to anybody else.
    pub async fn of(
        db: &impl ConnectionTrait,
        entry: entry::Model,
        user: Option<UserId>,
        resume_hash: Option<[u8; 32]>,
        now: Instant,
    ) -> Result<Self, Error> {
        let mine = user.is_some() && (entry.author_id == user || entry.entered_by == user);
        let resumed = match (&entry.resume_hash, resume_hash) {
            (Some(kept), Some(held)) => bool::from(kept.as_slice().ct_eq(held.as_slice())),
            _ => false,
        };
        if mine || resumed {
            return Ok(Self { entry, user });
        }
        if let (Some(user), Some(unit), Some(_)) = (user, entry.unit_id, entry.entered_by)
            && unit::office(db, unit, user, now).await?.is_some()
        {
            return Ok(Self { entry, user: Some(user) });
        }
        Err(Error::Unknown)
    }

    /// Proves that whoever runs the site acts, at the word of a person whose entry it is.
    ///
    /// # Errors
    /// [`Error::Unknown`] to anybody else.
    pub async fn at_request(
        db: &impl ConnectionTrait,
        entry: entry::Model,
        admin: UserId,
    ) -> Result<Self, Error> {
        if account::is_admin(db, admin).await? {
            return Ok(Self { entry, user: Some(admin) });
        }
        Err(Error::Unknown)
    }

    /// Proves the right to mend a returned entry to somebody who knew its code and its telephone
    /// number, as `knew` says.
    ///
    /// # Errors
    /// [`Error::Unknown`] to anybody else, and of an entry that is not returned.
    pub fn who_mends(entry: entry::Model, knew: bool) -> Result<Self, Error> {
        if knew && entry.state == State::Returned {
            return Ok(Self { entry, user: None });
        }
        Err(Error::Unknown)
    }

    /// The entry's key.
    #[must_use]
    pub fn id(&self) -> EntryId {
        self.entry.id
    }

    /// Who acts, where signed in.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.user
    }
}
