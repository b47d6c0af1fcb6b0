//! Pauses between votes. People's are those of a Poisson process or wilder: their median absolute
//! deviation is 0.69 of their median, whatever the rate. A clock's is near nothing.

use super::crowd::Crowd;
use super::mix::{Usual, standing_out};
use super::{Finding, Found, Trail, count, whole};

/// Fewest pauses from which anything follows.
const LEAST: usize = 20;
/// Median absolute deviation over median of exponential pauses: `asinh(1/2) / ln 2`.
const PEOPLE: f64 = 0.694;

/// Votes that came as by a clock: of the kinds of device that stand out, those that keep its time
/// best; of all, where none does.
pub(super) fn found(crowd: &Crowd, trails: &[Trail], usual: &Usual) -> Option<Found> {
    let kinds = standing_out(crowd, trails, usual);
    let mut tried: Vec<Vec<usize>> =
        (1..=kinds.len()).map(|many| crowd.of(&kinds[..many], trails)).collect();
    if tried.is_empty() {
        tried.push(crowd.votes.clone());
    }
    let beats = tried.into_iter().filter_map(|votes| Some((beat(&votes, trails)?, votes)));
    let ((spread, middle), picked) = beats.min_by(|a, b| a.0.0.total_cmp(&b.0.0))?;
    let finding = Finding::Regular {
        votes: count(&picked),
        pause: whole(middle * 10.0),
        spread: whole(spread * 100.0),
    };
    Some(crowd.found(finding, picked))
}

/// How far the pauses are from their middle, and their middle, in seconds: where it is a clock's.
fn beat(votes: &[usize], trails: &[Trail]) -> Option<(f64, f64)> {
    let moment = |at: &usize| trails[*at].at * 1000 + i64::from(trails[*at].millis);
    let pauses = votes.windows(2).map(|pair| (moment(&pair[1]) - moment(&pair[0])) as f64 / 1000.0);
    let mut pauses: Vec<f64> = pauses.collect();
    if pauses.len() < LEAST {
        return None;
    }
    let middle = median(&mut pauses);
    let mut apart: Vec<f64> = pauses.iter().map(|pause| (pause - middle).abs()).collect();
    let spread = median(&mut apart) / middle;
    // Its standard error is about 0.75 over the root of the number of pauses.
    let sure = spread + 4.0 * 0.75 / (pauses.len() as f64).sqrt() < PEOPLE;
    (middle >= 0.1 && spread <= 0.45 && sure).then_some((spread, middle))
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_by(f64::total_cmp);
    let half = of.len() / 2;
    if of.len() % 2 == 1 { of[half] } else { f64::midpoint(of[half - 1], of[half]) }
}
