//! How often something may be tried: buckets in memory, tight for one account.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use entity::instant::Instant;
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
    crowds: Arc<Mutex<Crowds>>,
}

/// Seconds of a span in which a crowd is counted.
const SPAN: i64 = 30;

/// How many came of late, by whatever they are counted by: in this span and in the one before.
#[derive(Debug, Default)]
struct Crowds {
    span: i64,
    now: HashMap<(u64, u32), u32>,
    before: HashMap<(u64, u32), u32>,
}

impl Default for Limits {
    fn default() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();
        const TRIES: Quota = Quota::per_hour(NonZeroU32::new(40).unwrap()).allow_burst(TEN);
        Self { passwords: Arc::new(RateLimiter::keyed(TRIES)), crowds: Arc::default() }
    }
}

impl Limits {
    /// Somebody comes who is counted by this key; says how many came by it within the last half a
    /// minute to a minute.
    #[must_use]
    pub fn crowd(&self, key: (u64, u32), now: Instant) -> u32 {
        let span = now.micros().div_euclid(SPAN * 1_000_000);
        let mut crowds = self.crowds.lock().unwrap_or_else(PoisonError::into_inner);
        if crowds.span != span {
            let last = std::mem::take(&mut crowds.now);
            crowds.before = if crowds.span + 1 == span { last } else { HashMap::new() };
            crowds.span = span;
        }
        let before = crowds.before.get(&key).copied().unwrap_or(0);
        let count = crowds.now.entry(key).or_default();
        *count = count.saturating_add(1);
        count.saturating_add(before)
    }

    /// A password is tried for this account: ten at once, then one each minute and a half.
    ///
    /// # Errors
    /// [`TooOften`] beyond that.
    pub fn passwords(&self, account: &str) -> Result<(), TooOften> {
        self.passwords.check_key(&account.to_owned()).map_err(|_| TooOften)
    }
}
