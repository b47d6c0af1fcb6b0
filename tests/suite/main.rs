//! The suite: laws of the house, one file for each room, and stories through the doors.

#![expect(unreachable_pub, reason = "a test binary has no outside")]

#[expect(dead_code, reason = "the harness offers more than the rooms use so far")]
mod support;

mod account;
mod admission;
mod alike;
mod arrival;
mod backup;
mod blind;
mod calibration;
mod child;
mod config;
mod contest;
mod crash;
mod crowded;
mod deal;
mod defects;
mod dependencies;
mod desk;
mod elsewhere;
mod entry;
mod erasure;
mod exhibit;
mod film;
mod floors;
mod fraud;
mod guardian;
mod hostile;
mod judging;
mod kinds;
mod ledger;
mod letters;
mod link;
mod log;
mod making;
mod media;
mod method;
mod officer;
mod operator;
mod pdf;
mod pictures;
mod promotion;
mod quotas;
mod ranks;
mod refused;
mod reports;
mod results;
mod rights;
mod room;
mod schema;
mod screening;
mod scripts;
mod signals;
mod storage;
mod story;
mod templates;
mod tools;
mod topping;
mod unit;
mod upload;
mod votes;
mod voting;
mod web;
mod words;
