//! Methods of judging, as pure functions: numbers in, numbers out, no database, no clock.
//!
//! Every method names its source; the published worked examples that it must agree with are in
//! the suite. What is exact stays exact ([`ballots`] count in whole numbers and fractions); what
//! is estimated ([`model`], [`pairs`]) is deterministic and is shown beside the raw marks.

pub mod agreement;
pub mod ballots;
pub mod firmness;
pub mod linear;
pub mod model;
pub mod pairs;
pub mod scale;
pub mod settled;

/// One sheet's total: `judge` gave `entry` so many points; both count from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Which entry.
    pub entry: usize,
    /// Which judge.
    pub judge: usize,
    /// Points, on the round's own scale.
    pub points: f64,
}

/// What a panel said: at most one score for each entry and judge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// How many entries there are; some may have no score.
    pub entries: usize,
    /// How many judges there are.
    pub judges: usize,
    /// Their scores, in any order.
    pub scores: Vec<Score>,
}

impl Panel {
    /// The same panel without one judge, whose number stays but has no score.
    #[must_use]
    pub fn without(&self, judge: usize) -> Self {
        let scores = self.scores.iter().copied().filter(|score| score.judge != judge).collect();
        Self { scores, ..*self }
    }

    /// How many scores each judge gave.
    #[must_use]
    pub fn by_judge(&self) -> Vec<usize> {
        let mut counts = vec![0; self.judges];
        for score in &self.scores {
            counts[score.judge] += 1;
        }
        counts
    }

    /// Scores of each entry.
    #[must_use]
    pub fn by_entry(&self) -> Vec<Vec<Score>> {
        let mut lists = vec![Vec::new(); self.entries];
        for score in &self.scores {
            lists[score.entry].push(*score);
        }
        lists
    }

    /// Points by entry and judge, when every judge scored every entry; none otherwise.
    #[must_use]
    pub fn full(&self) -> Option<Vec<Vec<f64>>> {
        if self.scores.len() != self.entries * self.judges || self.scores.is_empty() {
            return None;
        }
        let mut table = vec![vec![0.0; self.judges]; self.entries];
        for score in &self.scores {
            table[score.entry][score.judge] = score.points;
        }
        Some(table)
    }

    /// Mean of each entry's scores; none without scores.
    #[must_use]
    pub fn means(&self) -> Vec<Option<f64>> {
        let mean = |list: &Vec<Score>| {
            let sum: f64 = list.iter().map(|score| score.points).sum();
            (!list.is_empty()).then(|| sum / list.len() as f64)
        };
        self.by_entry().iter().map(mean).collect()
    }

    /// Into how many groups the panel falls that share no entry; 1 is what it should be, for
    /// judges of different groups cannot be compared. Judges without scores do not count.
    #[must_use]
    pub fn groups(&self) -> usize {
        let mut group: Vec<usize> = (0..self.judges).collect();
        for list in self.by_entry() {
            for pair in list.windows(2) {
                let (from, to) = (group[pair[0].judge], group[pair[1].judge]);
                for one in &mut group {
                    if *one == from {
                        *one = to;
                    }
                }
            }
        }
        let counts = self.by_judge();
        let mut seen: Vec<usize> =
            (0..self.judges).filter(|judge| counts[*judge] > 0).map(|judge| group[judge]).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }
}

/// Ranks from values, best first: equal values share a rank, and the next rank is passed over
/// (1, 2, 2, 4). Entries without a value have none.
#[must_use]
pub fn ranks(values: &[Option<f64>]) -> Vec<Option<usize>> {
    let mut order: Vec<f64> = values.iter().flatten().copied().collect();
    order.sort_by(|a, b| b.total_cmp(a));
    let rank = |value: f64| order.partition_point(|other| *other > value) + 1;
    values.iter().map(|value| value.map(rank)).collect()
}

/// Mid-ranks from smallest to largest: equal values share the mean of their places.
#[must_use]
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order = values.to_vec();
    order.sort_by(f64::total_cmp);
    let mid = |value: f64| {
        let below = order.partition_point(|other| *other < value);
        let upto = order.partition_point(|other| *other <= value);
        (below + upto + 1) as f64 / 2.0
    };
    values.iter().map(|value| mid(*value)).collect()
}
