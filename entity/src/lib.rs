//! The tables: what a row is, and no rules. One file a table; newtypes for its key in [`id`].

#![expect(clippy::disallowed_methods, reason = "what sea-orm's derives expand to")]

pub mod assignment;
pub mod audit_log;
pub mod award;
pub mod candidate;
pub mod category;
pub mod comparison;
pub mod complaint;
pub mod consent;
pub mod contest;
pub mod contest_revision;
pub mod contributor;
pub mod crew;
pub mod decision;
pub mod entry;
pub mod entry_event;
pub mod file;
pub mod id;
pub mod instant;
pub mod job;
pub mod letter;
pub mod login_code;
pub mod mark;
pub mod officer;
pub mod outside_count;
pub mod part;
pub mod phase;
pub mod promotion;
pub mod publication;
pub mod rendition;
pub mod round;
pub mod screening;
pub mod seat;
pub mod session;
pub mod sheet;
pub mod standing;
pub mod tally;
pub mod unit;
pub mod unit_parent;
pub mod unit_strength;
pub mod unit_type;
pub mod user;
pub mod vote;
pub mod voter;
