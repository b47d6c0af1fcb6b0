//! Who came by each group link: its quota counts people, not what they give.

use std::collections::HashMap;

use crate::contest::definition::Level;
use crate::ledger::Hash;

/// Somebody who is new to a link: the link, and the head of what they proved.
pub(super) type Came = (u32, u32);

/// People by link, in order. A head is enough to tell a group's people apart, and short: there may be
/// tens of thousands of links.
#[derive(Debug, Default)]
pub(super) struct Comers(HashMap<u32, Vec<u32>>);

impl Comers {
    /// Counts whoever votes by a link at this level, once; says who is new there. Whoever votes as a
    /// mere browser is beyond the quota, and did not come by the link.
    pub(super) fn come(&mut self, (link, level): (u32, u8), voter: &Hash) -> Option<Came> {
        if link == 0 || level < Level::GroupLink as u8 {
            return None;
        }
        let people = self.0.entry(link).or_default();
        let place = people.binary_search(&head(voter)).err()?;
        people.insert(place, head(voter));
        Some((link, head(voter)))
    }

    /// Whether a voter is counted as come by a link of this quota: whoever came before is.
    pub(super) fn may_come(&self, (link, quota): (u32, u32), closed: bool, voter: &Hash) -> bool {
        let people = self.0.get(&link).map_or(&[][..], Vec::as_slice);
        people.binary_search(&head(voter)).is_ok() || (people.len() < quota as usize && !closed)
    }

    /// Somebody did not come after all.
    pub(super) fn forget(&mut self, came: Option<Came>) {
        if let Some((link, person)) = came
            && let Some(people) = self.0.get_mut(&link)
        {
            people.retain(|known| *known != person);
        }
    }
}

fn head(voter: &Hash) -> u32 {
    u32::from_be_bytes([voter[0], voter[1], voter[2], voter[3]])
}
