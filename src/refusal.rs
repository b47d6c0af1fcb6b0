//! Refusals: why something was not done, in a form that every door can say.
//!
//! Each room has one error enum of states; this trait turns a state into a kind, which decides the
//! status of an answer, and a code, which is the key of its sentence and its place in the manual.

use sea_orm::{DbErr, RuntimeErr};

/// What sort of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was sent cannot be used as it is.
    Invalid,
    /// There is no such thing, or not for this person.
    NotFound,
    /// The person is known and may not.
    Forbidden,
    /// The person has to sign in first.
    Unauthenticated,
    /// It does not fit the state that things are in.
    Conflict,
    /// It was there and is no more.
    Gone,
    /// More bytes than are taken.
    TooLarge,
    /// Too often.
    TooMany,
    /// Not now; later.
    Unavailable,
    /// Our fault.
    Broken,
}

/// A value in a refusal's sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Words.
    Text(String),
    /// A number, written as the language writes numbers.
    Number(i64),
    /// A number of bytes.
    Bytes(u64),
    /// A moment, written in Vietnamese time.
    Moment(entity::instant::Instant),
    /// The end of something, written as deadlines are.
    End(entity::instant::Instant),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&i64> for Arg {
    fn from(number: &i64) -> Self {
        Self::Number(*number)
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&i32> for Arg {
    fn from(number: &i32) -> Self {
        Self::Number((*number).into())
    }
}

impl From<&usize> for Arg {
    fn from(number: &usize) -> Self {
        Self::from(*number)
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<entity::instant::Instant> for Arg {
    fn from(moment: entity::instant::Instant) -> Self {
        Self::Moment(moment)
    }
}

/// A refusal: its kind, its code, and what its sentence needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// What sort it is.
    pub kind: Kind,
    /// Key of its sentence.
    pub code: &'static str,
    /// Values in the sentence.
    pub args: Vec<(&'static str, Arg)>,
    /// The field of the form that it is about.
    pub field: Option<String>,
}

impl Refused {
    /// A refusal about nothing in particular.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str) -> Self {
        Self { kind, code, args: Vec::new(), field: None }
    }

    /// With a value for the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// About a field of a form.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// An error that can be said to people.
pub trait Refusal: std::error::Error {
    /// The refusal behind the error; the first where there are several.
    fn refusal(&self) -> Refused;

    /// All refusals, for a form with several faults.
    fn refusals(&self) -> Vec<Refused> {
        vec![self.refusal()]
    }
}

impl Refusal for DbErr {
    fn refusal(&self) -> Refused {
        match self {
            Self::Conn(_) | Self::ConnectionAcquire(_) => {
                Refused::new(Kind::Unavailable, "database-unavailable")
            }
            crowded if is_crowded(crowded) => {
                Refused::new(Kind::Unavailable, "database-unavailable")
            }
            _ => Refused::new(Kind::Broken, "database-failure"),
        }
    }
}

/// Whether the database would have done it at a quieter moment: others held a lock for too long, or
/// two transactions waited for each other and it ended one. Those are SQLite's BUSY and LOCKED (5 and
/// 6 of a result code's last byte) and PostgreSQL's 40001, 40P01 and 55P03.
fn is_crowded(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return false;
    };
    let Some(error) = error.as_database_error() else { return false };
    let Some(code) = error.code() else { return false };
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6));
    }
    matches!(code.as_ref(), "40001" | "40P01" | "55P03")
}
