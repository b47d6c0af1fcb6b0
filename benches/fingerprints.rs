//! A million fingerprints, looked through on one core.

use std::hint::black_box;
use std::time::Instant;

use hoithi::media::print::{Hash, nearest};

use super::Figures;

/// Fingerprints that are looked through.
const MANY: usize = 1_000_000;

/// Times that they are looked through; the median counts.
const TIMES: usize = 21;

/// Measures it.
pub fn measure(figures: &mut Figures) {
    let mut state = 1_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    };
    let hashes: Vec<Hash> = (0..MANY).map(|_| Hash(std::array::from_fn(|_| random()))).collect();
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let wanted = Hash(std::array::from_fn(|_| random()));
            let begun = Instant::now();
            black_box(nearest(black_box(&wanted), black_box(&hashes)));
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    figures.at_most("scan of a million", times[TIMES / 2], 10.0, "ms");
    figures.note("slowest scan", times[TIMES - 1], "ms");
}
