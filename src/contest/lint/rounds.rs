//! Juries and voters.

use super::Findings;
use crate::contest::definition::{
    Aggregate, CountsShown, Definition, Gate, Level, PhaseKind, Round, RoundKind, Source, Table,
    TieKey, VoteLimit, VotedOn, Voting,
};

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    for (index, round) in definition.rounds.iter().enumerate() {
        self::round(definition, round, &format!("/rounds/{index}"), found);
    }
    voting(definition, found);
    if let Some(counts) = &definition.outside_counts {
        phase(definition, &counts.phase, PhaseKind::OutsideCount, "/outside_counts/phase", found);
        if counts.kinds.is_empty() {
            found.error("/outside_counts/kinds", "lint-nothing-counted");
        } else if counts.kinds.iter().all(|kind| kind.points == 0) {
            found.error("/outside_counts/kinds", "lint-counts-worth-nothing");
        }
    }
}

fn phase(definition: &Definition, key: &str, kind: PhaseKind, path: &str, found: &mut Findings) {
    match definition.phase(key) {
        None => {
            found.error(path, "lint-key-unknown").with("key", key);
        }
        Some(phase) if phase.kind != kind => {
            found.error(path, "lint-phase-of-another-kind").with("key", key);
        }
        Some(_) => {}
    }
}

fn round(definition: &Definition, round: &Round, path: &str, found: &mut Findings) {
    phase(definition, &round.phase, PhaseKind::Round, &format!("{path}/phase"), found);
    for key in round.categories.iter().filter(|key| definition.category(key).is_none()) {
        found.error(format!("{path}/categories"), "lint-key-unknown").with("key", key.as_str());
    }
    if let Some(gate) = &round.gate {
        self::gate(definition, gate, &format!("{path}/gate"), found);
    }
    of_its_kind(round, path, found);
    if round.goes_on == Some(0) {
        found.error(format!("{path}/goes_on"), "lint-nobody-goes-on");
    }
    if !is_used(definition, &round.key) {
        let finding = found.warning(format!("{path}/key"), "lint-round-decides-nothing");
        finding.with("key", round.key.as_str());
    }
    if !round.blind {
        found.advice(format!("{path}/blind"), "lint-judges-see-names");
    }
    if let Some(each) = round.judges_per_entry {
        if each == 0 || round.quorum > each {
            found.error(format!("{path}/quorum"), "lint-quorum-above-judges");
        }
        if round.aggregate == Aggregate::Sum {
            found.error(format!("{path}/aggregate"), "lint-sum-of-different-judges");
        }
        if each == 1 {
            found.warning(format!("{path}/judges_per_entry"), "lint-one-judge");
        }
    }
    scales(round, path, found);
}

/// What lets entries before a panel has to be counted.
fn gate(definition: &Definition, gate: &Gate, path: &str, found: &mut Findings) {
    match gate.counts() {
        None => {
            found.error(path, "lint-gate-by-a-round");
        }
        Some(Source::Votes) if definition.voting.is_none() => {
            found.error(path, "lint-source-missing");
        }
        Some(Source::OutsidePoints) if definition.outside_counts.is_none() => {
            found.error(path, "lint-source-missing");
        }
        Some(_) if matches!(gate, Gate::FewestVotes(0)) || gate.most() == Some(0) => {
            found.error(path, "lint-gate-of-nought");
        }
        Some(_) => {}
    }
}

/// What a round of one kind needs, and what has no meaning in it.
fn of_its_kind(round: &Round, path: &str, found: &mut Findings) {
    use Aggregate::{Borda, RankPoints, Schulze, Transferable};
    let by_list = matches!(round.aggregate, Borda | RankPoints | Schulze | Transferable);
    let is_rank = round.kind == RoundKind::Rank;
    if by_list != is_rank && round.aggregate != Aggregate::Mean {
        found.error(format!("{path}/aggregate"), "lint-aggregate-of-another-kind");
    }
    if (round.kind == RoundKind::Score) == round.criteria.is_empty() {
        let code =
            if round.criteria.is_empty() { "lint-no-criteria" } else { "lint-criteria-not-marked" };
        found.error(format!("{path}/criteria"), code);
    }
    // More judges on some entries would give these more votes, or more vetoes.
    if round.calibration > 0 && round.kind != RoundKind::Score {
        found.error(format!("{path}/calibration"), "lint-calibration-not-marked");
    }
    let each = round.judges_per_entry.unwrap_or(u32::MAX);
    if round.kind == RoundKind::Screen && (round.yes_needed == 0 || round.yes_needed > each) {
        found.error(format!("{path}/yes_needed"), "lint-yes-out-of-reach");
    }
    if round.kind == RoundKind::Veto && (round.vetoes == 0 || round.vetoes > each) {
        found.error(format!("{path}/vetoes"), "lint-yes-out-of-reach");
    }
    if round.aggregate == RankPoints && round.place_points.is_empty() {
        found.error(format!("{path}/place_points"), "lint-no-place-points");
    }
    if round.place_points.windows(2).any(|pair| pair[0] < pair[1]) {
        found.error(format!("{path}/place_points"), "lint-place-points-rise");
    }
    if round.aggregate == Transferable && round.goes_on.is_none() {
        found.error(format!("{path}/goes_on"), "lint-transferable-without-seats");
    }
    if round.kind == RoundKind::Pairwise && round.comparisons.is_none_or(|count| count == 0) {
        found.error(format!("{path}/comparisons"), "lint-no-comparisons");
    }
    let settles = round.kind == RoundKind::Pairwise && round.goes_on.is_some();
    if round.settled_percent.is_some_and(|percent| !settles || !(50..=99).contains(&percent)) {
        found.error(format!("{path}/settled_percent"), "lint-settled-wrong");
    }
    if round.judges_per_entry.is_some() && (is_rank || round.kind == RoundKind::Pairwise) {
        found.error(format!("{path}/judges_per_entry"), "lint-all-judges-see-all");
    }
}

/// Scales and weights of criteria.
fn scales(round: &Round, path: &str, found: &mut Findings) {
    let weights: Vec<Option<u32>> = round.criteria.iter().map(|part| part.weight).collect();
    let sum: i64 = weights.iter().flatten().copied().map(i64::from).sum();
    if weights.iter().any(Option::is_some) {
        if weights.iter().any(Option::is_none) {
            found.error(format!("{path}/criteria"), "lint-some-weights-missing");
        } else if sum != 100 {
            let finding = found.error(format!("{path}/criteria"), "lint-weights-not-100");
            finding.with("sum", sum);
        }
    }
    for (index, criterion) in round.criteria.iter().enumerate() {
        let step = criterion.step_hundredths;
        let most = u64::from(criterion.max) * 100;
        if most == 0 || step == 0 || !most.is_multiple_of(u64::from(step.max(1))) {
            found.error(format!("{path}/criteria/{index}"), "lint-scale-impossible");
        }
    }
}

/// Whether a table, a tie, the vote or the round behind it asks for what the round found.
fn is_used(definition: &Definition, key: &str) -> bool {
    let of = |source: &Source| *source == Source::Round(key.to_owned());
    let table = |table: &Table| {
        table.formula.iter().any(|term| of(&term.source))
            || table.gate == Some(Gate::WentOnFrom(key.to_owned()))
            || table.ties.iter().any(|tie| match tie {
                TieKey::Higher(source) => of(source),
                TieKey::Criterion { round, .. } => round == key,
                _ => false,
            })
    };
    let last = definition.rounds.last().is_some_and(|round| round.key == key);
    let sends = definition.round(key).is_some_and(|round| round.goes_on.is_some());
    let voted = |voting: &Voting| voting.on == VotedOn::WentOnFrom(key.to_owned());
    definition.tables.iter().any(table)
        || (sends && !last)
        || definition.voting.as_ref().is_some_and(voted)
}

fn voting(definition: &Definition, found: &mut Findings) {
    let Some(voting) = &definition.voting else { return };
    phase(definition, &voting.phase, PhaseKind::Voting, "/voting/phase", found);
    if let VotedOn::WentOnFrom(key) = &voting.on
        && definition.round(key).is_none()
    {
        found.error("/voting/on", "lint-key-unknown").with("key", key.as_str());
    }
    if matches!(voting.limit, VoteLimit::PerDay(0) | VoteLimit::InAll(0)) {
        found.error("/voting/limit", "lint-no-votes");
    }
    if voting.level == Level::Account {
        found.warning("/voting/level", "lint-level-account");
    }
    let is_gate = |gate: &Option<Gate>| gate.as_ref().and_then(Gate::counts) == Some(Source::Votes);
    let before_juries = definition.rounds.iter().any(|round| is_gate(&round.gate));
    let decides = |table: &Table| {
        table.formula.iter().any(|term| term.source == Source::Votes) || is_gate(&table.gate)
    };
    if !before_juries && !definition.tables.iter().any(decides) {
        found.warning("/voting", "lint-votes-decide-nothing");
    }
    let money = definition.prizes.iter().any(|prize| {
        prize.amount.is_some()
            && (before_juries || definition.table(&prize.table).is_some_and(decides))
    });
    if money && voting.level == Level::Device {
        found.warning("/voting/level", "lint-open-votes-decide-money");
    }
    if voting.counts == CountsShown::Live && voting.hidden_last_hours == 0 {
        found.advice("/voting/counts", "lint-live-counts-feed-the-race");
    }
}
