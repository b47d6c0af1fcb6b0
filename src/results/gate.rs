//! What a round's gate counts, once it can be told.

use std::collections::HashMap;

use entity::id::EntryId;
use entity::instant::Instant;
use sea_orm::ConnectionTrait;

use super::inputs::Problem;
use super::rank::{self, Who};
use super::{Error, gather};
use crate::contest::Contest;
use crate::contest::definition::{Gate, PhaseKind, Source};

/// What the gate of a round counts, in millionths, by entry; empty where it has none.
///
/// # Errors
/// [`Error::Problems`] before everything is counted and decided that the gate asks for.
pub async fn counted_for(
    db: &impl ConnectionTrait,
    contest: &Contest,
    round: &str,
    now: Instant,
) -> Result<HashMap<EntryId, i64>, Error> {
    let gate = contest.definition.round(round).and_then(|round| round.gate.as_ref());
    let Some(source) = gate.and_then(Gate::counts) else { return Ok(HashMap::new()) };
    let inputs = gather(db, contest, now).await?;
    let mut problems = inputs.problems;
    problems.retain(|problem| is_about(&source, problem));
    if !problems.is_empty() {
        return Err(Error::Problems(problems));
    }
    let name = rank::name(&source);
    let counted = inputs.entries.into_iter().filter_map(|one| match one.who {
        Who::Entry(id) => Some((id, one.raw.get(&name).copied().unwrap_or(0))),
        Who::Unit(_) => None,
    });
    Ok(counted.collect())
}

/// Whether a problem leaves open what a source counts.
fn is_about(source: &Source, problem: &Problem) -> bool {
    let kind = if *source == Source::Votes { PhaseKind::Voting } else { PhaseKind::OutsideCount };
    match problem {
        Problem::StillOpen(open, _) => open == kind.name(),
        Problem::VotesComing | Problem::TallyDisagrees | Problem::VotesUndecided(_) => {
            kind == PhaseKind::Voting
        }
        Problem::Unconfirmed(_) => kind == PhaseKind::OutsideCount,
        _ => false,
    }
}
