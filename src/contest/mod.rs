//! Contests: the definition, and what follows from it.

pub mod definition;
