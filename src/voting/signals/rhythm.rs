//! Pauses between votes. People's are those of a Poisson process or wilder: their median absolute
//! deviation is 0.69 of their median, whatever the rate. A clock's is near nothing.

use super::crowd::Crowd;
use super::{Finding, Found, Trail, count, whole};

/// Fewest pauses from which anything follows.
const LEAST: usize = 20;
/// Median absolute deviation over median of exponential pauses: `asinh(1/2) / ln 2`.
const PEOPLE: f64 = 0.694;

/// Votes that came as by a clock.
pub(super) fn found(crowd: &Crowd, trails: &[Trail]) -> Option<Found> {
    let moment = |at: &usize| trails[*at].at * 1000 + i64::from(trails[*at].millis);
    let mut pauses: Vec<f64> = crowd
        .votes
        .windows(2)
        .map(|pair| (moment(&pair[1]) - moment(&pair[0])) as f64 / 1000.0)
        .collect();
    if pauses.len() < LEAST {
        return None;
    }
    let middle = median(&mut pauses);
    let mut apart: Vec<f64> = pauses.iter().map(|pause| (pause - middle).abs()).collect();
    let spread = median(&mut apart) / middle;
    // Its standard error is about 0.75 over the root of the number of pauses.
    let sure = spread + 4.0 * 0.75 / (pauses.len() as f64).sqrt() < PEOPLE;
    if middle < 0.1 || spread > 0.45 || !sure {
        return None;
    }
    let finding = Finding::Regular {
        votes: count(&crowd.votes),
        pause: whole(middle * 10.0),
        spread: whole(spread * 100.0),
    };
    Some(crowd.found(finding, crowd.votes.clone()))
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_by(f64::total_cmp);
    let half = of.len() / 2;
    if of.len() % 2 == 1 { of[half] } else { f64::midpoint(of[half - 1], of[half]) }
}
