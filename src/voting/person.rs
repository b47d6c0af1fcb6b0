//! Whose a work is, and who votes: nobody votes for a work of their own.

use entity::id::UserId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// By what a voter's own works are known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Person {
    /// Their account, where signed in.
    pub user: Option<UserId>,
    /// Hash of their e-mail address.
    pub email: Option<[u8; 32]>,
    /// Hash under which drafts know the browser, where something was entered from it.
    pub entered: Option<[u8; 32]>,
}

impl Person {
    /// Somebody with this account, this address and this browser, as far as each is known.
    #[must_use]
    pub fn of(user: Option<UserId>, email: Option<&str>, entered: Option<[u8; 32]>) -> Self {
        Self { user, email: email.map(|email| Sha256::digest(email).into()), entered }
    }

    /// Whether something says that both are the same person.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = |is_there: bool, is_same: bool| is_there && is_same;
        same(self.user.is_some(), self.user == other.user)
            || same(self.email.is_some(), self.email == other.email)
            || same(self.entered.is_some(), self.entered == other.entered)
    }
}
