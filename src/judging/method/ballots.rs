//! Ordered lists into one order: Borda, rank points, Schulze, single transferable vote.
//!
//! Everything here is exact. Candidates are numbers from 0; a ballot is a list of them, best
//! first, without repeats; who is not on it comes after all who are.

use std::collections::{BTreeMap, BTreeSet};

use crate::judging::aggregate::Fraction;

/// So many judges with one and the same list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// How many judges.
    pub count: u32,
    /// Candidates, best first.
    pub order: Vec<usize>,
}

fn whole(number: usize) -> i128 {
    i128::try_from(number).unwrap_or(i128::MAX)
}

/// Borda counts: of `m` candidates the first gets m − 1 points, the last 0; those who are not on
/// a list share equally what is left of it.
#[must_use]
pub fn borda(candidates: usize, ballots: &[Ballot]) -> Vec<Fraction> {
    let mut points = vec![Fraction::new(0, 1); candidates];
    for ballot in ballots {
        let listed: BTreeSet<usize> = ballot.order.iter().copied().collect();
        let count = i128::from(ballot.count);
        let left = candidates - listed.len();
        for (candidate, sum) in points.iter_mut().enumerate() {
            let place = ballot.order.iter().position(|other| *other == candidate);
            let own = match place {
                Some(place) => Fraction::new(count * whole(candidates - 1 - place), 1),
                None => Fraction::new(count * whole(left.saturating_sub(1)), 2),
            };
            *sum = sum.plus(own);
        }
    }
    points
}

/// Points by place: the first of a list gets the first of `table`, and so on; nothing beyond it.
#[must_use]
pub fn rank_points(candidates: usize, ballots: &[Ballot], table: &[u32]) -> Vec<Fraction> {
    let mut points = vec![Fraction::new(0, 1); candidates];
    for ballot in ballots {
        for (candidate, worth) in ballot.order.iter().zip(table) {
            let own = i128::from(ballot.count) * i128::from(*worth);
            points[*candidate] = points[*candidate].plus(Fraction::new(own, 1));
        }
    }
    points
}

/// How many judges put one candidate before another: `preferred[a][b]`.
#[must_use]
pub fn preferred(candidates: usize, ballots: &[Ballot]) -> Vec<Vec<u64>> {
    let mut table = vec![vec![0; candidates]; candidates];
    for ballot in ballots {
        let mut after: BTreeSet<usize> = (0..candidates).collect();
        for one in &ballot.order {
            after.remove(one);
            for other in &after {
                table[*one][*other] += u64::from(ballot.count);
            }
        }
    }
    table
}

/// Strengths of the strongest paths between candidates (Schulze, "A new monotonic,
/// clone-independent, reversal symmetric, and Condorcet-consistent single-winner election
/// method", 2011; strength by winning votes; Floyd and Warshall, O(m³)).
#[must_use]
pub fn strongest_paths(candidates: usize, ballots: &[Ballot]) -> Vec<Vec<u64>> {
    let votes = preferred(candidates, ballots);
    let mut path = vec![vec![0; candidates]; candidates];
    for (one, row) in path.iter_mut().enumerate() {
        for (other, strength) in row.iter_mut().enumerate() {
            if votes[one][other] > votes[other][one] {
                *strength = votes[one][other];
            }
        }
    }
    for through in 0..candidates {
        for from in (0..candidates).filter(|from| *from != through) {
            for to in (0..candidates).filter(|to| *to != through && *to != from) {
                let way = path[from][through].min(path[through][to]);
                path[from][to] = path[from][to].max(way);
            }
        }
    }
    path
}

/// Schulze's order as how many candidates each one beats: more is better, equal is a tie.
#[must_use]
pub fn schulze(candidates: usize, ballots: &[Ballot]) -> Vec<usize> {
    let path = strongest_paths(candidates, ballots);
    let beats =
        |one: usize| (0..candidates).filter(|other| path[one][*other] > path[*other][one]).count();
    (0..candidates).map(beats).collect()
}

/// What happened in one count of a single transferable vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reached the quota, or was among the last who were needed: one candidate, or several with
    /// equally many votes, who share a place.
    Elected(Vec<usize>),
    /// The candidate had the fewest votes and their lists went on to the next.
    Left(usize),
}

/// Why a single transferable vote has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Candidates who are equal where one of them has to leave.
    pub among: Vec<usize>,
    /// What had happened before.
    pub before: Vec<Step>,
}

/// Elects `seats` candidates by single transferable vote: the quota of Droop,
/// `⌊votes/(seats + 1)⌋ + 1`, surpluses passed on in equal fractions of every list (weighted
/// inclusive Gregory), the lowest leaving. Whoever has the quota and equally many votes is elected
/// together. `decided` says who leaves first among equals.
///
/// # Errors
/// [`Undecided`] where equals stand at the bottom and `decided` does not tell them apart: chance
/// and hidden order decide nothing.
pub fn transferable(
    candidates: usize,
    ballots: &[Ballot],
    seats: usize,
    decided: &[usize],
) -> Result<Vec<Step>, Undecided> {
    let all: u64 = ballots.iter().filter(|b| !b.order.is_empty()).map(|b| u64::from(b.count)).sum();
    let quota = Fraction::new(i128::from(all) / (whole(seats) + 1) + 1, 1);
    let mut weights: Vec<Fraction> =
        ballots.iter().map(|ballot| Fraction::new(i128::from(ballot.count), 1)).collect();
    let mut running: BTreeSet<usize> = (0..candidates).collect();
    let (mut steps, mut elected) = (Vec::new(), 0);
    while elected < seats.min(candidates) {
        if elected + running.len() <= seats {
            let held = votes(&running, ballots, &weights, candidates);
            steps.extend(last(&running, &held));
            break;
        }
        let held = votes(&running, ballots, &weights, candidates);
        let most = running.iter().map(|one| held[*one]).max().unwrap_or(quota);
        if most >= quota {
            let winners: Vec<usize> =
                running.iter().copied().filter(|one| held[*one] == most).collect();
            let keep = most.plus(quota.times(Fraction::new(-1, 1))).over(most);
            for (ballot, weight) in ballots.iter().zip(&mut weights) {
                if top(&running, ballot).is_some_and(|one| winners.contains(&one)) {
                    *weight = weight.times(keep);
                }
            }
            running.retain(|one| !winners.contains(one));
            elected += winners.len();
            steps.push(Step::Elected(winners));
            continue;
        }
        let leaves = lowest(&running, &held, decided)
            .map_err(|among| Undecided { among, before: steps.clone() })?;
        running.remove(&leaves);
        steps.push(Step::Left(leaves));
    }
    Ok(steps)
}

/// Everybody who is left, most votes first.
fn last(running: &BTreeSet<usize>, held: &[Fraction]) -> Vec<Step> {
    let mut by_votes: BTreeMap<Fraction, Vec<usize>> = BTreeMap::new();
    for one in running {
        by_votes.entry(held[*one]).or_default().push(*one);
    }
    by_votes.into_values().rev().map(Step::Elected).collect()
}

fn top(running: &BTreeSet<usize>, ballot: &Ballot) -> Option<usize> {
    ballot.order.iter().copied().find(|one| running.contains(one))
}

fn votes(
    running: &BTreeSet<usize>,
    ballots: &[Ballot],
    weights: &[Fraction],
    candidates: usize,
) -> Vec<Fraction> {
    let mut held = vec![Fraction::new(0, 1); candidates];
    for (ballot, weight) in ballots.iter().zip(weights) {
        if let Some(one) = top(running, ballot) {
            held[one] = held[one].plus(*weight);
        }
    }
    held
}

/// Who has the fewest votes; among equals, who stands first in `decided`.
fn lowest(
    running: &BTreeSet<usize>,
    held: &[Fraction],
    decided: &[usize],
) -> Result<usize, Vec<usize>> {
    let least = running.iter().map(|one| held[*one]).min();
    let equal: Vec<usize> =
        running.iter().copied().filter(|one| Some(held[*one]) == least).collect();
    match equal.as_slice() {
        [one] => Ok(*one),
        _ => decided.iter().copied().find(|one| equal.contains(one)).ok_or(equal),
    }
}
