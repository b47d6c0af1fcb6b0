//! Members of units, summed up the tree.

use std::collections::{BTreeMap, HashMap};

use entity::id::UnitId;
use entity::unit;

/// Members of each unit with all below it: its own number where that is known, for it includes
/// those below; else the sum of the units right below it. Unknown all the way down: left out.
#[must_use]
pub fn strength(units: &[unit::Model], known: &HashMap<UnitId, i32>) -> HashMap<UnitId, i64> {
    let mut deepest_first: Vec<&unit::Model> = units.iter().collect();
    deepest_first.sort_by_key(|unit| std::cmp::Reverse(unit.path.matches('/').count()));
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    let mut strengths = HashMap::new();
    for unit in deepest_first {
        let own = known.get(&unit.id).map(|members| i64::from(*members));
        let Some(members) = own.or_else(|| sums.get(unit.path.as_str()).copied()) else { continue };
        strengths.insert(unit.id, members);
        if let Some(above) = above(&unit.path) {
            *sums.entry(above).or_default() += members;
        }
    }
    strengths
}

/// The path right above: `/a/b/` of `/a/b/c/`.
fn above(path: &str) -> Option<&str> {
    let end = path.strip_suffix('/')?.rfind('/')?;
    (end > 0).then(|| &path[..=end])
}
