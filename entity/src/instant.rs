//! A moment in time, stored alike on both engines.

use jiff::Timestamp;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable};
use serde::{Deserialize, Serialize};

/// A moment, to the microsecond; in the database a bigint of microseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(Timestamp);

impl Instant {
    /// The moment so many microseconds after 1970.
    ///
    /// # Errors
    /// Outside of the years -9999 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, jiff::Error> {
        Timestamp::from_microsecond(micros).map(Self)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The moment as jiff knows it, for arithmetic and printing.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// This moment moved by so many seconds, held at the ends of time.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.0.saturating_add(jiff::SignedDuration::from_secs(seconds));
        Self(moved.unwrap_or(self.0))
    }
}

impl From<Timestamp> for Instant {
    /// Cuts off what is finer than a microsecond, so that a stored moment equals itself.
    fn from(timestamp: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(timestamp.as_microsecond()).unwrap_or(timestamp))
    }
}

impl std::str::FromStr for Instant {
    type Err = jiff::Error;

    /// Reads RFC 3339, such as `2026-04-30T10:00:00Z`.
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<Timestamp>().map(Self::from)
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Instant> for Value {
    fn from(instant: Instant) -> Self {
        Self::BigInt(Some(instant.micros()))
    }
}

impl Nullable for Instant {
    fn null() -> Value {
        Value::BigInt(None)
    }
}

impl ValueType for Instant {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::BigInt(Some(micros)) => Self::from_micros(micros).map_err(|_| ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "Instant".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }

    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}

impl TryGetable for Instant {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let micros = i64::try_get_by(row, index)?;
        Self::from_micros(micros)
            .map_err(|_| TryGetError::DbErr(DbErr::Type(format!("{micros} is no moment"))))
    }
}

impl TryFromU64 for Instant {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Instant"))
    }
}
