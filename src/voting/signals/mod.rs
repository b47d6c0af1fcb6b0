//! Signals: what in the log of votes does not look like people, each with its numbers.
//!
//! Pure: the same votes give the same findings. Everything is asked within a *cell*, the votes for
//! one entry that came by one group link within six hours, because honest groups vote in bursts:
//! hourly jumps and many votes from one address say nothing about honesty in a contest that is
//! passed on in chat groups, and what a link explains is not suspicious. Beside the cells stand
//! *addresses*, the votes for one entry from one address within six hours.
//!
//! A finding proposes; people decide. It names only the votes that fit it, so that the honest votes
//! of a group whose link was misused stay out of the case.

mod crowd;
mod lockstep;
mod mix;
mod reach;
mod rhythm;
pub mod tail;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use mix::Usual;

/// Seconds of a cell.
pub const CELL: i64 = 6 * 3600;
/// Points from which findings together make a case.
const CASE: u32 = 4;
/// Fewest votes of a case.
const LEAST: usize = 12;

/// What is known of a vote, and of nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Place in the log of the first leaf of its ballot.
    pub leaf: u64,
    /// When it was read, in seconds since 1970.
    pub at: i64,
    /// The same, in milliseconds of that second.
    pub millis: u16,
    /// Number of the entry.
    pub entry: u32,
    /// Number of the group link; 0 where none brought the voter.
    pub link: u32,
    /// Whether the link was used up before, so that it proved nothing.
    pub beyond: bool,
    /// Kind of device: a hash; 0 where it is not known.
    pub device: u32,
    /// Network it came from: a keyed hash; 0 where it is not known.
    pub network: u32,
    /// Whether the page's own script sent it.
    pub by_page: bool,
    /// Who: the first half of a keyed hash.
    pub voter: u64,
}

/// Something that does not look like people, with the numbers of the sentence that says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// Fewer kinds of device than the contest's mix gives among so many votes.
    FewKinds {
        /// Votes.
        votes: u32,
        /// Kinds of device.
        kinds: u32,
        /// Kinds that the contest's mix would give.
        expected: u32,
    },
    /// The same, among the votes from one address.
    OneAddress {
        /// Votes.
        votes: u32,
        /// Kinds of device.
        kinds: u32,
        /// Kinds that the contest's mix would give.
        expected: u32,
    },
    /// Kinds of device that are rare in the contest carry much of a cell.
    OtherMix {
        /// Votes.
        votes: u32,
        /// Of these from kinds that are rare elsewhere.
        odd: u32,
        /// As many the contest's mix would give.
        expected: u32,
    },
    /// Many kinds of device and none of them rare: a list that is gone through.
    TooEven {
        /// Votes.
        votes: u32,
        /// Kinds of device.
        kinds: u32,
        /// Fewest votes of a kind.
        least: u32,
        /// Most votes of a kind.
        most: u32,
    },
    /// Votes as by a clock.
    Regular {
        /// Votes.
        votes: u32,
        /// Middle of the pauses, in tenths of a second.
        pause: u32,
        /// How far pauses are from their middle, in hundredths of it; people give about 69.
        spread: u32,
    },
    /// Many votes that no page of ours sent.
    NoPage {
        /// Votes.
        votes: u32,
        /// Of these without our page's script.
        without: u32,
        /// As many the contest's share would give.
        expected: u32,
    },
    /// A link that brought more people than its group has.
    OverQuota {
        /// Number of the link.
        link: u32,
        /// Votes beyond its quota.
        beyond: u32,
        /// Its quota.
        quota: u32,
    },
    /// More votes without any link than entries here get.
    NoLink {
        /// Votes of the entry in these six hours.
        votes: u32,
        /// Of these without a link.
        without: u32,
        /// As many the contest's share would give.
        expected: u32,
    },
    /// A jump that no link explains.
    Surge {
        /// Votes without a link in these six hours.
        votes: u32,
        /// As many as such hours of the entry bring else.
        expected: u32,
    },
    /// Many voters who chose the same three entries, and no link brought them.
    Lockstep {
        /// Voters.
        voters: u32,
        /// As many as chance gives.
        expected: u32,
        /// Numbers of the three entries.
        entries: [u32; 3],
    },
}

impl Finding {
    /// How much it weighs; [`CASE`] points are a case. What honest people do now and then makes no
    /// case by itself: a group whose telephones are alike, a link that leaks, a post elsewhere.
    /// Whoever comes by a group's link is somebody of that group until more speaks against it.
    fn points(&self, by_link: bool) -> u32 {
        match self {
            Self::FewKinds { .. } if by_link => 2,
            Self::OtherMix { .. } if by_link => 0,
            Self::OverQuota { beyond, quota, .. } if *beyond < 2 * quota => 1,
            Self::FewKinds { .. }
            | Self::OneAddress { .. }
            | Self::OtherMix { .. }
            | Self::TooEven { .. }
            | Self::Regular { .. }
            | Self::NoPage { .. }
            | Self::Lockstep { .. } => 4,
            Self::OverQuota { .. } => 2,
            Self::NoLink { .. } | Self::Surge { .. } => 1,
        }
    }

    fn votes(&self) -> u32 {
        match self {
            Self::FewKinds { votes, .. }
            | Self::OneAddress { votes, .. }
            | Self::OtherMix { odd: votes, .. }
            | Self::TooEven { votes, .. }
            | Self::Regular { votes, .. }
            | Self::NoPage { without: votes, .. }
            | Self::OverQuota { beyond: votes, .. }
            | Self::NoLink { without: votes, .. }
            | Self::Surge { votes, .. }
            | Self::Lockstep { voters: votes, .. } => *votes,
        }
    }
}

/// Votes for one entry that people should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// Number of the entry.
    pub entry: u32,
    /// The link that brought most of them; 0 where none did.
    pub link: u32,
    /// First and last vote, in seconds since 1970.
    pub span: (i64, i64),
    /// What was found, the weightiest first.
    pub findings: Vec<Finding>,
    /// Places of the votes in the log, in order.
    pub leaves: Vec<u64>,
    /// Points together.
    pub points: u32,
}

/// A finding about votes for an entry within one window, by their places in what was looked at.
struct Found {
    entry: u32,
    link: u32,
    window: i64,
    finding: Finding,
    /// Whether it is about one address.
    near: bool,
    /// Empty where it only adds weight.
    picked: Vec<usize>,
}

/// Looks through all votes of a contest. `quotas` are those of its links, by number.
#[must_use]
pub fn look(trails: &[Trail], quotas: &HashMap<u32, u32>) -> Vec<Suspicion> {
    let usual = Usual::of(trails);
    let mut found = reach::found(trails, quotas, &usual);
    for cell in crowd::cells(trails) {
        found.extend(mix::of_cell(&cell, trails, &usual));
        found.extend(rhythm::found(&cell, trails, &usual));
    }
    for address in crowd::addresses(trails) {
        found.extend(mix::of_address(&address, trails, &usual));
        found.extend(rhythm::found(&address, trails, &usual));
    }
    found.extend(lockstep::found(trails));
    suspicions(found, trails)
}

/// Joins findings about the same entry and link in windows that follow on each other; keeps what
/// weighs enough. A vote stands in one suspicion at most, the weightiest.
fn suspicions(found: Vec<Found>, trails: &[Trail]) -> Vec<Suspicion> {
    let mut lines: BTreeMap<(u32, u32), Vec<Found>> = BTreeMap::new();
    for one in found {
        lines.entry((one.entry, one.link)).or_default().push(one);
    }
    let mut joined: Vec<(Vec<Found>, u32)> = Vec::new();
    for mut line in lines.into_values() {
        line.sort_by_key(|one| one.window);
        let mut run: Vec<Found> = Vec::new();
        for one in line {
            if run.last().is_some_and(|last| one.window > last.window + 1) {
                joined.push(weighed(std::mem::take(&mut run)));
            }
            run.push(one);
        }
        joined.push(weighed(run));
    }
    joined.retain(|(_, points)| *points >= CASE);
    joined.sort_by_key(|(run, points)| (std::cmp::Reverse(*points), run[0].entry, run[0].window));
    let mut taken = HashSet::new();
    let each = joined.into_iter().filter_map(|(run, points)| {
        let mut picked = picked(&run);
        picked.retain(|at| taken.insert((trails[*at].leaf, trails[*at].entry)));
        if picked.len() < LEAST {
            return None;
        }
        let times = || picked.iter().map(|at| trails[*at].at);
        let mut leaves: Vec<u64> = picked.iter().map(|at| trails[*at].leaf).collect();
        leaves.sort_unstable();
        let span = (times().min()?, times().max()?);
        let (entry, link) = (run[0].entry, run[0].link);
        Some(Suspicion { entry, link, span, findings: told(run), leaves, points })
    });
    each.collect()
}

/// Votes that the findings of a run name. Honest people come at the same hours: where addresses
/// explain nearly all of a run, only their votes are meant.
fn picked(run: &[Found]) -> Vec<usize> {
    let of = |only_near: bool| {
        let meant = run.iter().filter(|one| !only_near || one.near);
        let mut picked: Vec<usize> = meant.flat_map(|one| one.picked.iter().copied()).collect();
        picked.sort_unstable();
        picked.dedup();
        picked
    };
    let (all, near) = (of(false), of(true));
    if near.len() * 10 >= all.len() * 8 { near } else { all }
}

/// Findings of a run, and the points of all its kinds of finding, each once.
fn weighed(run: Vec<Found>) -> (Vec<Found>, u32) {
    let mut kinds = HashSet::new();
    let fresh = |one: &&Found| kinds.insert(std::mem::discriminant(&one.finding));
    let points = run.iter().filter(fresh).map(|one| one.finding.points(one.link > 0)).sum();
    (run, points)
}

/// One finding of each kind, the one about most votes; the weightiest first.
fn told(run: Vec<Found>) -> Vec<Finding> {
    let by_link = run.first().is_some_and(|one| one.link > 0);
    let mut findings: Vec<Finding> = run.into_iter().map(|one| one.finding).collect();
    findings.sort_by_key(|one| std::cmp::Reverse((one.points(by_link), one.votes())));
    let mut kinds = HashSet::new();
    findings.retain(|one| kinds.insert(std::mem::discriminant(one)));
    findings
}

/// A whole number for a sentence.
fn whole(value: f64) -> u32 {
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// How many.
fn count<T>(of: &[T]) -> u32 {
    u32::try_from(of.len()).unwrap_or(u32::MAX)
}
