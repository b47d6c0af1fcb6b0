//! Formulas and ties.

use super::Findings;
use crate::contest::definition::{
    Definition, Gate, Normalisation, PhaseKind, Ranked, Source, Table, Term, TieKey,
};

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    if definition.tables.is_empty() && !definition.prizes.is_empty() {
        found.error("/tables", "lint-no-table");
    }
    for (index, table) in definition.tables.iter().enumerate() {
        self::table(definition, table, &format!("/tables/{index}"), found);
    }
}

fn table(definition: &Definition, table: &Table, path: &str, found: &mut Findings) {
    for key in table.categories.iter().filter(|key| definition.category(key).is_none()) {
        found.error(format!("{path}/categories"), "lint-key-unknown").with("key", key.as_str());
    }
    if let Some(key) = &table.submitted_in
        && definition.phase(key).is_none_or(|phase| phase.kind != PhaseKind::Intake)
    {
        found.error(format!("{path}/submitted_in"), "lint-no-such-intake").with("key", &**key);
    }
    if table.best_per_entrant == Some(0) {
        found.error(format!("{path}/best_per_entrant"), "lint-best-of-none");
    }
    if table.of == Ranked::Entries && !table.unit_types.is_empty() {
        found.error(format!("{path}/unit_types"), "lint-unit-types-without-units");
    }
    if table.decimals > 6 {
        found.error(format!("{path}/decimals"), "lint-too-many-decimals");
    }
    let sum: i64 = table.formula.iter().map(|term| i64::from(term.weight)).sum();
    if table.formula.is_empty() {
        found.error(format!("{path}/formula"), "lint-no-formula");
    } else if sum != 100 {
        found.error(format!("{path}/formula"), "lint-weights-not-100").with("sum", sum);
    }
    for (index, term) in table.formula.iter().enumerate() {
        self::term(definition, table, term, &format!("{path}/formula/{index}"), found);
    }
    self::gate(definition, table, path, found);
    match table.ties.last() {
        None => {
            found.error(format!("{path}/ties"), "lint-no-tie-rule");
        }
        Some(TieKey::Decision | TieKey::Shared) => {}
        Some(_) => {
            found.error(format!("{path}/ties"), "lint-ties-end-open");
        }
    }
    for (index, tie) in table.ties.iter().enumerate() {
        self::tie(definition, tie, &format!("{path}/ties/{index}"), found);
    }
}

fn gate(definition: &Definition, table: &Table, path: &str, found: &mut Findings) {
    match &table.gate {
        Some(Gate::WentOnFrom(key)) => match definition.round(key) {
            None => {
                found.error(format!("{path}/gate"), "lint-key-unknown").with("key", key.as_str());
            }
            Some(round) => {
                let most = round.goes_on.unwrap_or(u32::MAX);
                enough(definition, table, most, path, found);
            }
        },
        Some(Gate::FewestVotes(_) | Gate::MostVotes(_)) if definition.voting.is_none() => {
            found.error(format!("{path}/gate"), "lint-source-missing");
        }
        Some(Gate::MostOutsidePoints(_)) if definition.outside_counts.is_none() => {
            found.error(format!("{path}/gate"), "lint-source-missing");
        }
        Some(Gate::MostVotes(most) | Gate::MostOutsidePoints(most)) => {
            enough(definition, table, *most, path, found);
        }
        _ => {}
    }
}

/// A table cannot give more prizes than entries pass its gate.
fn enough(definition: &Definition, table: &Table, most: u32, path: &str, found: &mut Findings) {
    let of_table = definition.prizes.iter().filter(|prize| prize.table == table.key);
    let given: i64 = of_table.map(|prize| i64::from(prize.count)).sum();
    if given > i64::from(most) {
        let finding = found.error(format!("{path}/gate"), "lint-more-prizes-than-pass");
        finding.with("prizes", given).with("most", most);
    }
}

fn term(definition: &Definition, table: &Table, term: &Term, path: &str, found: &mut Findings) {
    source(definition, &term.source, &format!("{path}/source"), found);
    if table.formula.len() > 1 && term.normalise.is_none() {
        found.error(path, "lint-percentage-of-what");
    }
    if table.formula.len() > 1 && term.normalise == Some(Normalisation::ShareOfMax) {
        found.warning(format!("{path}/normalise"), "lint-share-of-max");
    }
    if matches!(term.normalise, Some(Normalisation::ShareOfCap(0))) {
        found.error(format!("{path}/normalise"), "lint-cap-of-nothing");
    }
    if let Some(Normalisation::RankPoints(points)) = &term.normalise
        && (points.is_empty() || !points.is_sorted_by(|a, b| a >= b))
    {
        found.error(format!("{path}/normalise"), "lint-rank-points-upside-down");
    }
    let of_units =
        matches!(term.source, Source::AcceptedEntries | Source::EntriesPerThousandMembers);
    if of_units != (table.of == Ranked::Units) {
        found.error(format!("{path}/source"), "lint-source-of-another-table");
    }
}

fn source(definition: &Definition, source: &Source, path: &str, found: &mut Findings) {
    match source {
        Source::Round(key) if definition.round(key).is_none() => {
            found.error(path, "lint-key-unknown").with("key", key.as_str());
        }
        Source::Votes if definition.voting.is_none() => {
            found.error(path, "lint-source-missing");
        }
        Source::OutsidePoints if definition.outside_counts.is_none() => {
            found.error(path, "lint-source-missing");
        }
        _ => {}
    }
}

fn tie(definition: &Definition, tie: &TieKey, path: &str, found: &mut Findings) {
    match tie {
        TieKey::Criterion { round, criterion } => {
            let known = definition.round(round);
            let known = known.map(|round| round.criteria.iter().any(|part| part.key == *criterion));
            if known != Some(true) {
                found.error(path, "lint-key-unknown").with("key", criterion.as_str());
            }
        }
        TieKey::Higher(from) => source(definition, from, path, found),
        TieKey::OutsideKind(key) => {
            let counts = definition.outside_counts.as_ref();
            if !counts.is_some_and(|counts| counts.kinds.iter().any(|kind| kind.key == *key)) {
                found.error(path, "lint-key-unknown").with("key", key.as_str());
            }
        }
        TieKey::Earlier | TieKey::Shared | TieKey::Decision => {}
    }
}
