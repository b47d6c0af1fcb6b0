//! Hội Thi: contests of a trade union federation, from their rules to their published results.

pub mod clock;
pub mod db;
pub mod refusal;

pub mod account;
pub mod unit;

pub mod contest;
