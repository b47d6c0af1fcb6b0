//! Dice of our own, so that the same seed is the same town on every machine.

/// Random numbers by SplitMix64 (Steele, Lea and Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to just below 1.
    pub fn part(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, many: usize) -> usize {
        (self.part() * many as f64) as usize
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.part()
    }

    pub fn chance(&mut self, of: f64) -> bool {
        self.part() < of
    }

    /// Exponential with this mean.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.part()).ln()
    }

    /// Standard normal, by twelve uniform numbers.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.part()).sum::<f64>() - 6.0
    }

    /// A place in a list whose weights fall as one over the place to the power `by`.
    pub fn ranked(&mut self, many: usize, by: f64) -> usize {
        loop {
            let place = ((many as f64 + 1.0).powf(self.part()) - 1.0) as usize;
            let weight = ((place + 1) as f64).powf(1.0 - by);
            if place < many && self.chance(weight.min(1.0)) {
                return place;
            }
        }
    }
}
