//! The perceptual hash PDQ: 256 bits of a picture's coarse shape.
//!
//! After "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook,
//! 2019): grey values, two passes of a box filter, 64 × 64 samples, a cosine transform of which 16 ×
//! 16 coefficients without the mean are kept, and a bit for each that lies above their median.

use std::f32::consts::PI;
use std::sync::LazyLock;

/// Samples along a side.
const SAMPLES: usize = 64;

/// Coefficients along a side.
const KEPT: usize = 16;

/// Windows lie at so many places along each side…
const PLACES: usize = 5;

/// …and are so large, in hundredths of the side.
const SCALES: [usize; 5] = [95, 90, 85, 80, 75];

/// A picture with less change than this, of 100, is too plain for a hash to mean anything.
const PLAIN: f32 = 12.0;

/// A hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(pub [u64; 4]);

impl Hash {
    /// In how many bits two hashes differ.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        let bits = |at: usize| (self.0[at] ^ other.0[at]).count_ones();
        bits(0) + bits(1) + bits(2) + bits(3)
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        self.0.into_iter().flat_map(u64::to_le_bytes)
    }

    /// The hash of these bytes; nothing where there are fewer than 32.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (words, _) = bytes.first_chunk::<32>()?.as_chunks::<8>();
        Some(Self(std::array::from_fn(|at| u64::from_le_bytes(words[at]))))
    }
}

type Coefficients = [[f32; KEPT]; KEPT];

/// Row `i` holds the cosine of frequency `i + 1` at each of the samples.
static COSINES: LazyLock<Vec<[f32; SAMPLES]>> = LazyLock::new(|| {
    let scale = (2.0 / SAMPLES as f32).sqrt();
    let cosine = |i: usize, j: usize| {
        scale * (PI / 2.0 / SAMPLES as f32 * (i + 1) as f32 * (2 * j + 1) as f32).cos()
    };
    (0..KEPT).map(|i| std::array::from_fn(|j| cosine(i, j))).collect()
});

/// Hashes of the whole in eight forms, and of its windows; nothing for a picture that is too plain
/// or too small. `grey` holds a byte for each pixel, row by row.
#[must_use]
pub fn picture(grey: &[u8], width: usize, height: usize) -> Option<([Hash; 8], Vec<Hash>)> {
    if width < 5 || height < 5 || grey.len() != width * height {
        return None;
    }
    let mut smooth: Vec<f32> = grey.iter().map(|value| f32::from(*value)).collect();
    let window = |side: usize| side.div_ceil(2 * SAMPLES);
    for _ in 0..2 {
        smooth = blurred(&smooth, width, 1, window(width));
        smooth = blurred(&smooth, height, width, window(height));
    }
    let whole = samples(&smooth, width, [0, 0, width, height]);
    if change(&whole) < PLAIN {
        return None;
    }
    let forms = forms(&coefficients(&whole));
    let mut windows = Vec::with_capacity(SCALES.len() * PLACES * PLACES);
    for scale in SCALES {
        let (wide, high) = (width * scale / 100, height * scale / 100);
        for place in 0..PLACES * PLACES {
            let left = (width - wide) * (place % PLACES) / (PLACES - 1);
            let top = (height - high) * (place / PLACES) / (PLACES - 1);
            let window = samples(&smooth, width, [left, top, wide, high]);
            windows.push(bits(&coefficients(&window)));
        }
    }
    Some((forms, windows))
}

/// Hashes of a frame that is sampled already, 64 × 64 grey values, in eight forms; nothing for one
/// that is too plain.
#[must_use]
pub fn frame(grey: &[u8]) -> Option<[Hash; 8]> {
    let samples: Vec<f32> = grey.iter().map(|value| f32::from(*value)).collect();
    (change(&samples) >= PLAIN).then(|| forms(&coefficients(&samples)))
}

/// A box filter along one direction: lines of `length` values that stand `step` apart.
fn blurred(values: &[f32], length: usize, step: usize, window: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    let half = (window + 2) / 2;
    let (before, after) = (window - half, half - 1);
    let lines = values.len() / length;
    for line in 0..lines {
        let start = if step == 1 { line * length } else { line };
        let at = |index: usize| values[start + index * step];
        let (mut sum, mut count) = (0.0, 0.0);
        for index in 0..after.min(length) {
            sum += at(index);
            count += 1.0;
        }
        for index in 0..length {
            if index + after < length {
                sum += at(index + after);
                count += 1.0;
            }
            if index > before {
                sum -= at(index - before - 1);
                count -= 1.0;
            }
            out[start + index * step] = sum / count;
        }
    }
    out
}

/// 64 × 64 values out of a rectangle: left, top, width, height.
fn samples(values: &[f32], stride: usize, [left, top, wide, high]: [usize; 4]) -> Vec<f32> {
    let along = |index: usize, side: usize| (2 * index + 1) * side / (2 * SAMPLES);
    let columns: [usize; SAMPLES] = std::array::from_fn(|index| left + along(index, wide));
    let row = |index: usize| (top + along(index, high)) * stride;
    (0..SAMPLES).map(row).flat_map(|row| columns.map(|column| values[row + column])).collect()
}

/// How much neighbours differ: 0 for one colour, 100 for much.
fn change(samples: &[f32]) -> f32 {
    let step = |one: f32, other: f32| ((one - other).abs() * 100.0 / 255.0).floor();
    let rows = samples.chunks_exact(SAMPLES);
    let across: f32 = rows.flat_map(|row| row.windows(2).map(|two| step(two[0], two[1]))).sum();
    let down: f32 =
        samples.iter().zip(&samples[SAMPLES..]).map(|(upper, lower)| step(*upper, *lower)).sum();
    ((across + down) / 90.0).min(100.0)
}

fn coefficients(samples: &[f32]) -> Coefficients {
    let mut half = [[0.0_f32; SAMPLES]; KEPT];
    for (line, cosines) in half.iter_mut().zip(COSINES.iter()) {
        for (row, cosine) in samples.chunks_exact(SAMPLES).zip(cosines) {
            for (sum, value) in line.iter_mut().zip(row) {
                *sum += cosine * value;
            }
        }
    }
    let mut kept = [[0.0_f32; KEPT]; KEPT];
    for (line, half) in kept.iter_mut().zip(&half) {
        for (coefficient, cosines) in line.iter_mut().zip(COSINES.iter()) {
            *coefficient = half.iter().zip(cosines).map(|(value, cosine)| value * cosine).sum();
        }
    }
    kept
}

/// Hashes of a picture as it stands, then mirrored and turned in the seven other ways: mirroring
/// changes the sign of odd frequencies, turning over a diagonal swaps rows and columns.
fn forms(kept: &Coefficients) -> [Hash; 8] {
    std::array::from_fn(|form| {
        let sign = |flips: bool, frequency: usize| {
            if flips && frequency.is_multiple_of(2) { -1.0 } else { 1.0 }
        };
        let mut turned = [[0.0_f32; KEPT]; KEPT];
        for (i, row) in turned.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                let from = if form & 4 == 0 { kept[i][j] } else { kept[j][i] };
                *value = from * sign(form & 1 != 0, j) * sign(form & 2 != 0, i);
            }
        }
        bits(&turned)
    })
}

fn bits(kept: &Coefficients) -> Hash {
    let mut sorted: Vec<f32> = kept.iter().flatten().copied().collect();
    let middle = sorted.len() / 2 - 1;
    let (_, median, _) = sorted.select_nth_unstable_by(middle, f32::total_cmp);
    let median = *median;
    let mut words = [0_u64; 4];
    for (place, value) in kept.iter().flatten().enumerate() {
        words[place / 64] |= u64::from(*value > median) << (place % 64);
    }
    Hash(words)
}
