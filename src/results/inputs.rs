//! Everything that decides, and what stands in the way of publishing.

use std::collections::BTreeMap;

use entity::instant::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rank::{Candidate, Decided, Who};
use crate::contest::definition::QuotaScope;
use crate::entry::Beyond;
use crate::refusal::{Arg, Kind, Refused};

/// Everything that decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// Version of the definition.
    pub version: i32,
    /// Entries, by number.
    pub entries: Vec<Candidate>,
    /// Units with at least one entry of theirs or below them, by code; their category is their
    /// type.
    pub units: Vec<Candidate>,
    /// Units right below the one that runs the contest.
    pub right_below: Vec<Who>,
    /// Recorded decisions between equals, by table, oldest first.
    pub ties: BTreeMap<String, Vec<Decided>>,
    /// Prizes that stay empty, with how many of them.
    pub empty: BTreeMap<String, u32>,
    /// Entries that an officer named to go up, first first.
    pub named: Vec<Who>,
    /// Entries that went on from a round, by the round's key.
    pub went_on: BTreeMap<String, Vec<Who>>,
    /// The person or unit behind each entry.
    pub entrants: BTreeMap<String, String>,
    /// What stands in the way of publishing.
    pub problems: Vec<Problem>,
}

impl Inputs {
    /// SHA-256 over everything that decides.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(canonical).to_vec()
    }
}

/// Something that stands in the way of publishing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A window is still open: its kind, and when it ends.
    StillOpen(String, Instant),
    /// Entries wait to be checked.
    Unchecked(u32),
    /// A round is not closed.
    RoundNotClosed(String),
    /// The tally does not say what the votes say.
    TallyDisagrees,
    /// The votes in the tables are not those of the log.
    LogDisagrees,
    /// The log of votes is not closed: some that were in time are on their way.
    VotesComing,
    /// Cases of votes are held, proposed or appealed.
    VotesUndecided(u32),
    /// Outside counts wait for a second person.
    Unconfirmed(u32),
    /// Equals where something depends on their order: table, place, who.
    Tie(String, u32, Vec<Who>),
    /// Fewer entries go up than the rules ask for: how many, and the least.
    TooFewGoUp(u32, u32),
    /// More entries would go up than the rules allow: how many, and the most.
    TooManyGoUp(u32, u32),
    /// More works would go up than the contest above takes.
    BeyondCap {
        /// For whom the cap is.
        per: QuotaScope,
        /// The unit or the entrant that it binds; empty for the contest as a whole.
        whose: String,
        /// How many are there already.
        held: i64,
        /// How many more would come.
        more: i64,
        /// The cap.
        most: u32,
    },
    /// Nothing to rank.
    Nothing,
}

impl From<Beyond> for Problem {
    fn from(beyond: Beyond) -> Self {
        let Beyond { per, whose, held, more, most } = beyond;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Self::BeyondCap { per, whose, held: number(held), more: number(more), most }
    }
}

impl Problem {
    /// The problem as a refusal.
    #[must_use]
    pub fn refused(&self) -> Refused {
        match self {
            Self::StillOpen(_, until) => {
                Refused::new(Kind::Conflict, "result-window-open").with("until", Arg::End(*until))
            }
            Self::Unchecked(count) => {
                Refused::new(Kind::Conflict, "result-unchecked").with("count", *count)
            }
            Self::TooFewGoUp(chosen, least) => Refused::new(Kind::Conflict, "too-few-go-up")
                .with("chosen", *chosen)
                .with("least", *least),
            Self::TooManyGoUp(chosen, most) => Refused::new(Kind::Conflict, "too-many-go-up")
                .with("chosen", *chosen)
                .with("most", *most),
            Self::RoundNotClosed(key) => {
                Refused::new(Kind::Conflict, "result-round-open").with("round", key.as_str())
            }
            Self::TallyDisagrees => Refused::new(Kind::Broken, "result-tally-disagrees"),
            Self::LogDisagrees => Refused::new(Kind::Conflict, "result-log-disagrees"),
            Self::VotesComing => Refused::new(Kind::Conflict, "result-votes-coming"),
            Self::VotesUndecided(count) => {
                Refused::new(Kind::Conflict, "result-votes-undecided").with("count", *count)
            }
            Self::Unconfirmed(count) => {
                Refused::new(Kind::Conflict, "result-counts-unconfirmed").with("count", *count)
            }
            Self::Tie(table, place, who) => Refused::new(Kind::Conflict, "result-tie")
                .with("table", table.as_str())
                .with("place", *place)
                .with("count", i64::try_from(who.len()).unwrap_or(i64::MAX)),
            Self::BeyondCap { per, whose, held, more, most } => {
                let code = match per {
                    QuotaScope::Person | QuotaScope::Team => "up-beyond-person",
                    QuotaScope::Unit => "up-beyond-unit",
                    QuotaScope::Contest => "up-beyond-contest",
                };
                Refused::new(Kind::Conflict, code)
                    .with("whose", whose.as_str())
                    .with("held", held)
                    .with("more", more)
                    .with("most", *most)
            }
            Self::Nothing => Refused::new(Kind::Conflict, "result-nothing"),
        }
    }
}
