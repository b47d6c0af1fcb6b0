//! Hội Thi: contests of a trade union federation, from their rules to their published results.

pub mod app;
pub mod config;

/// A request is many small pieces of memory, made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod audit;
pub mod backup;
pub mod clock;
pub mod contact;
pub mod db;
pub mod fetch;
pub mod jobs;
pub mod ledger;
pub mod letters;
pub mod limits;
pub mod log;
pub mod mail;
pub mod markdown;
pub mod pdf;
pub mod refusal;
pub mod sheet;
pub mod storage;
pub mod words;

pub mod account;
pub mod media;
pub mod unit;

pub mod contest;

pub mod entry;

pub mod judging;
pub mod screening;
pub mod voting;

pub mod reports;
pub mod results;

pub mod cli;
pub mod web;
pub mod worker;
