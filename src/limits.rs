//! How often something may be tried: buckets in memory, tight for one account.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::refusal::{Kind, Refusal, Refused};

/// Too often.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too often")]
pub struct TooOften;

impl Refusal for TooOften {
    fn refusal(&self) -> Refused {
        Refused::new(Kind::TooMany, "too-often")
    }
}

/// The buckets of this process.
#[derive(Clone, Debug)]
pub struct Limits {
    passwords: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for Limits {
    fn default() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();
        const TRIES: Quota = Quota::per_hour(NonZeroU32::new(40).unwrap()).allow_burst(TEN);
        Self { passwords: Arc::new(RateLimiter::keyed(TRIES)) }
    }
}

impl Limits {
    /// A password is tried for this account: ten at once, then one each minute and a half.
    ///
    /// # Errors
    /// [`TooOften`] beyond that.
    pub fn passwords(&self, account: &str) -> Result<(), TooOften> {
        self.passwords.check_key(&account.to_owned()).map_err(|_| TooOften)
    }
}
