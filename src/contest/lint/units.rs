//! Units and unit types that a definition names: only the database knows whether they are there.

use super::{Finding, Severity};
use crate::contest::definition::{Definition, EligibilityRule};

/// Paths and codes of the units named, the one that runs the contest aside.
pub(in crate::contest) fn units_named(
    definition: &Definition,
) -> impl Iterator<Item = (String, &str)> {
    definition.eligibility.iter().enumerate().flat_map(|(index, rule)| {
        let codes = match &rule.rule {
            EligibilityRule::Within(codes) => codes.as_slice(),
            _ => &[],
        };
        let path = format!("/eligibility/{index}/rule");
        codes.iter().map(move |code| (path.clone(), code.as_str()))
    })
}

/// Paths and codes of the unit types named.
pub(in crate::contest) fn unit_types_named(
    definition: &Definition,
) -> impl Iterator<Item = (String, &str)> {
    let rules = definition.eligibility.iter().enumerate().flat_map(|(index, rule)| {
        let codes = match &rule.rule {
            EligibilityRule::UnitTypes(codes) => codes.as_slice(),
            _ => &[],
        };
        let path = format!("/eligibility/{index}/rule");
        codes.iter().map(move |code| (path.clone(), code.as_str()))
    });
    let quotas = definition.quotas.iter().enumerate().filter_map(|(index, quota)| {
        Some((format!("/quotas/{index}/unit_type"), quota.unit_type.as_deref()?))
    });
    let tables = definition.tables.iter().enumerate().flat_map(|(index, table)| {
        let path = format!("/tables/{index}/unit_types");
        table.unit_types.iter().map(move |code| (path.clone(), code.as_str()))
    });
    rules.chain(quotas).chain(tables)
}

/// That a code is not there.
pub(in crate::contest) fn unknown(path: String, code: &'static str, named: &str) -> Finding {
    Finding { path, code, args: vec![("key", named.into())], severity: Severity::Error }
}
