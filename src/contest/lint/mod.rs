//! The linter: what a definition says that cannot be, or should not be.
//!
//! Every finding has the path of the part that it is about. The command line turns the path into a
//! line of the file, the pages into a field of the form. Found in published rules: a 31 September,
//! second prizes above first ones, percentages of what nobody could add, and no rule for ties.

mod cascade;
mod entries;
mod keys;
mod prizes;
mod results;
mod rounds;
mod schedule;
mod slots;
mod units;
mod votes;

pub(super) use units::{unit_types_named, units_named, unknown};

use super::definition::{Definition, Range};
use crate::refusal::{Arg, Kind, Refused};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The contest cannot be run like this.
    Error,
    /// It can, and people will complain.
    Warning,
    /// Good to know.
    Advice,
}

/// Something found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Where, such as `/phases/2/closes`.
    pub path: String,
    /// Key of its sentence.
    pub code: &'static str,
    /// Values in the sentence.
    pub args: Vec<(&'static str, Arg)>,
    /// How bad.
    pub severity: Severity,
}

impl Finding {
    /// Whether the contest cannot be run like this.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The finding as a refusal.
    #[must_use]
    pub fn refused(&self) -> Refused {
        let refused = Refused::new(Kind::Invalid, self.code).at(self.path.clone());
        Refused { args: self.args.clone(), ..refused }
    }
}

/// What is found, gathered.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, path: String, code: &'static str) -> &mut Finding {
        self.0.push(Finding { path, code, args: Vec::new(), severity });
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    fn error(&mut self, path: impl Into<String>, code: &'static str) -> &mut Finding {
        self.add(Severity::Error, path.into(), code)
    }

    fn warning(&mut self, path: impl Into<String>, code: &'static str) -> &mut Finding {
        self.add(Severity::Warning, path.into(), code)
    }

    fn advice(&mut self, path: impl Into<String>, code: &'static str) -> &mut Finding {
        self.add(Severity::Advice, path.into(), code)
    }

    /// Both ends of a range have to be in order.
    fn ordered<T: PartialOrd + Copy>(&mut self, range: Range<T>, path: &str) {
        if let (Some(min), Some(max)) = (range.min, range.max)
            && min > max
        {
            self.error(path, "lint-min-above-max");
        }
    }
}

impl Finding {
    fn with(&mut self, name: &'static str, value: impl Into<Arg>) -> &mut Self {
        self.args.push((name, value.into()));
        self
    }
}

/// Everything found in `definition`, worst first; `parent` is the contest above, where there is
/// one.
#[must_use]
pub fn check(definition: &Definition, parent: Option<&Definition>) -> Vec<Finding> {
    let mut found = Findings::default();
    keys::check(definition, &mut found);
    schedule::check(definition, &mut found);
    votes::check(definition, &mut found);
    entries::check(definition, &mut found);
    rounds::check(definition, &mut found);
    results::check(definition, &mut found);
    prizes::check(definition, &mut found);
    cascade::check(definition, parent, &mut found);
    found.0.sort_by_key(|finding| finding.severity);
    found.0
}
