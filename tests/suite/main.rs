//! The suite: laws of the house, one file for each room, and stories through the doors.

#[expect(
    dead_code,
    reason = "the harness offers more than the rooms use so far"
)]
mod support;

mod config;
mod floors;
mod schema;
mod tools;
mod words;
