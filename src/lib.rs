//! Hội Thi: contests of a trade union federation, from their rules to their published results.

pub mod contest;
