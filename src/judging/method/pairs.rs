//! Which of two is better: Bradley–Terry strengths, and the pair from which most is learned.

use std::collections::BTreeMap;

/// `better` was preferred to `worse` so many times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preference {
    /// Who won.
    pub better: usize,
    /// Who lost.
    pub worse: usize,
    /// How often.
    pub times: f64,
}

/// Bradley–Terry strengths on the logarithmic scale, adding up to 0: the odds that `i` is
/// preferred to `j` are `exp(sᵢ − sⱼ)`. Fitted by the MM algorithm of Hunter, Annals of Statistics
/// 32 (2004), to a change of 10⁻¹², at most 100,000 rounds.
///
/// `prior` adds that many victories over, and defeats by, an imaginary candidate of strength 0 to
/// each; above 0 every strength is finite, whoever won everything. With a prior of 0 the caller
/// vouches that no group of candidates won everything against all others.
#[must_use]
pub fn strengths(candidates: usize, said: &[Preference], prior: f64) -> Vec<f64> {
    let logs = above_the_imaginary(candidates, said, prior);
    let mean = logs.iter().sum::<f64>() / candidates.max(1) as f64;
    logs.into_iter().map(|log| log - mean).collect()
}

/// [`strengths`] before they are moved to add up to 0: the imaginary candidate has 0.
pub(super) fn above_the_imaginary(candidates: usize, said: &[Preference], prior: f64) -> Vec<f64> {
    // Sums run in the order of the pairs, so that the order in which they were said changes nothing.
    let mut table: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for one in said {
        *table.entry((one.better, one.worse)).or_default() += one.times;
    }
    let mut wins = vec![prior; candidates];
    let mut met: Vec<Vec<(usize, f64)>> = vec![Vec::new(); candidates];
    for ((better, worse), times) in table {
        wins[better] += times;
        met[better].push((worse, times));
        met[worse].push((better, times));
    }
    let mut worth = vec![1.0_f64; candidates];
    for _ in 0..100_000 {
        let mut change = 0.0_f64;
        for at in 0..candidates {
            let against: f64 = met[at].iter().map(|(o, n)| n / (worth[at] + worth[*o])).sum();
            let against = against + 2.0 * prior / (worth[at] + 1.0);
            if against > 0.0 {
                let next = wins[at] / against;
                change = change.max((next / worth[at]).ln().abs());
                worth[at] = next;
            }
        }
        if prior == 0.0 {
            let mean = worth.iter().map(|w| w.ln()).sum::<f64>() / candidates.max(1) as f64;
            worth.iter_mut().for_each(|w| *w /= mean.exp());
        }
        if change < 1e-12 {
            break;
        }
    }
    worth.into_iter().map(f64::ln).collect()
}

/// What is believed of a candidate: a normal distribution of its strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// Mean.
    pub mean: f64,
    /// Variance.
    pub variance: f64,
}

impl Belief {
    /// Before anything was said.
    pub const BEFORE: Self = Self { mean: 0.0, variance: 1.0 };
}

/// What is believed of a judge: a beta distribution of the share of pairs that the judge puts
/// right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trust {
    /// `α`.
    pub right: f64,
    /// `β`.
    pub wrong: f64,
}

impl Trust {
    /// Before anything was said: ten right for one wrong.
    pub const BEFORE: Self = Self { right: 10.0, wrong: 1.0 };
}

/// Least part of its variance that a belief keeps.
const KEPT: f64 = 1e-4;

/// What one more preference teaches: the beliefs of the better and the worse, and the judge's
/// trust. Also the probability, before it was said, that it would be said.
///
/// Moments of Chen, Bennett, Collins-Thompson, Horvitz, "Pairwise ranking aggregation in a
/// crowdsourced setting", WSDM 2013, section 4 (Crowd-BT, online).
#[must_use]
pub fn learned(trust: Trust, better: Belief, worse: Belief) -> (Trust, Belief, Belief, f64) {
    let (won, lost) = (better.mean.exp(), worse.mean.exp());
    let (right, wrong) = (trust.right, trust.wrong);
    let mixed = right * won + wrong * lost;
    let shift = right * won / mixed - won / (won + lost);
    let bend = right * won * wrong * lost / mixed.powi(2) - won * lost / (won + lost).powi(2);
    let after = |belief: Belief, sign: f64| Belief {
        mean: belief.mean + sign * belief.variance * shift,
        variance: belief.variance * (1.0 + belief.variance * bend).max(KEPT),
    };
    let curve = won * lost * (lost - won) / (won + lost).powi(3);
    let truly = won / (won + lost) + (better.variance + worse.variance) / 2.0 * curve;
    let whole = right + wrong;
    let said = (truly * right + (1.0 - truly) * wrong) / whole;
    let mean = (truly * (right + 1.0) * right + (1.0 - truly) * right * wrong)
        / (said * (whole + 1.0) * whole);
    let square = (truly * (right + 2.0) * (right + 1.0) * right
        + (1.0 - truly) * (right + 1.0) * right * wrong)
        / (said * (whole + 2.0) * (whole + 1.0) * whole);
    let variance = square - mean * mean;
    let scale = (mean - square) / variance;
    let trust = Trust { right: scale * mean, wrong: scale * (1.0 - mean) };
    (trust, after(better, 1.0), after(worse, -1.0), said)
}

/// How much weight learning about the judge has against learning about the candidates.
const ABOUT_THE_JUDGE: f64 = 0.1;

/// How much is expected to be learned when a judge compares two candidates, in nats: the
/// divergence of what will be believed from what is, over both answers (Chen et al. 2013, eq. 13).
#[must_use]
pub fn gain(trust: Trust, one: Belief, other: Belief) -> f64 {
    let answer = |better: Belief, worse: Belief| {
        let (judge, b, w, said) = learned(trust, better, worse);
        let candidates = normal_divergence(b, better) + normal_divergence(w, worse);
        said * (candidates + ABOUT_THE_JUDGE * beta_divergence(judge, trust))
    };
    answer(one, other) + answer(other, one)
}

fn normal_divergence(new: Belief, old: Belief) -> f64 {
    let ratio = new.variance / old.variance;
    ((new.mean - old.mean).powi(2) / old.variance + ratio - 1.0 - ratio.ln()) / 2.0
}

fn beta_divergence(new: Trust, old: Trust) -> f64 {
    let (a, b) = (new.right - old.right, new.wrong - old.wrong);
    ln_beta(old.right, old.wrong) - ln_beta(new.right, new.wrong)
        + a * digamma(new.right)
        + b * digamma(new.wrong)
        - (a + b) * digamma(new.right + new.wrong)
}

/// The pair from which most is learned, among those that `may` be shown; the first of equals.
#[must_use]
pub fn next_pair(
    trust: Trust,
    beliefs: &[Belief],
    may: impl Fn(usize, usize) -> bool,
) -> Option<(usize, usize, f64)> {
    let mut best: Option<(usize, usize, f64)> = None;
    for one in 0..beliefs.len() {
        for other in (one + 1..beliefs.len()).filter(|other| may(one, *other)) {
            let gain = gain(trust, beliefs[one], beliefs[other]);
            if best.is_none_or(|(.., most)| gain > most) {
                best = Some((one, other, gain));
            }
        }
    }
    best
}

fn ln_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// The derivative of the logarithm of Γ, for `x > 0`: moved up to 10 by `ψ(x) = ψ(x + 1) − 1/x`,
/// then the asymptotic series (Abramowitz and Stegun 6.3.18).
fn digamma(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < 10.0 {
        below -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = square
        * (1.0 / 12.0
            - square
                * (1.0 / 120.0 - square * (1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0))));
    below + x.ln() - 0.5 / x - series
}
