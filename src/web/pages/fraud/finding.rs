//! Findings as sentences with their numbers.

use crate::refusal::Arg;
use crate::voting::signals::Finding;
use crate::web::View;
use crate::words::{self, millionths};

/// The sentence of a finding.
pub(super) fn said(v: &View, finding: &Finding) -> String {
    let (key, numbers): (&str, Vec<(&str, u32)>) = match finding {
        Finding::FewKinds { votes, kinds, expected } => (
            "finding-few-kinds",
            vec![("votes", *votes), ("kinds", *kinds), ("expected", *expected)],
        ),
        Finding::OneAddress { votes, kinds, expected } => (
            "finding-one-address",
            vec![("votes", *votes), ("kinds", *kinds), ("expected", *expected)],
        ),
        Finding::OtherMix { votes, odd, expected } => {
            ("finding-other-mix", vec![("votes", *votes), ("odd", *odd), ("expected", *expected)])
        }
        Finding::TooEven { votes, kinds, least, most } => (
            "finding-too-even",
            vec![("votes", *votes), ("kinds", *kinds), ("least", *least), ("most", *most)],
        ),
        Finding::Regular { votes, pause, spread } => {
            let pause = millionths(v.lang, i64::from(*pause) * 100_000, 1);
            let args = [
                ("votes", Arg::from(i64::from(*votes))),
                ("pause", Arg::from(pause)),
                ("spread", Arg::from(i64::from(*spread))),
            ];
            return words::say(v.lang, "finding-regular", &args);
        }
        Finding::NoPage { votes, without, expected } => (
            "finding-no-page",
            vec![("votes", *votes), ("without", *without), ("expected", *expected)],
        ),
        Finding::OverQuota { link, beyond, quota } => {
            ("finding-over-quota", vec![("link", *link), ("beyond", *beyond), ("quota", *quota)])
        }
        Finding::NoLink { votes, without, expected } => (
            "finding-no-link",
            vec![("votes", *votes), ("without", *without), ("expected", *expected)],
        ),
        Finding::Surge { votes, expected } => {
            ("finding-surge", vec![("votes", *votes), ("expected", *expected)])
        }
        Finding::Lockstep { voters, expected, entries: [first, second, third] } => (
            "finding-lockstep",
            vec![
                ("voters", *voters),
                ("expected", *expected),
                ("first", *first),
                ("second", *second),
                ("third", *third),
            ],
        ),
    };
    let args: Vec<(&str, Arg)> =
        numbers.into_iter().map(|(name, number)| (name, Arg::from(i64::from(number)))).collect();
    words::say(v.lang, key, &args)
}
