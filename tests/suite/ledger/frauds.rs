//! Everything that can be done to a log, and the check at which it is caught.

use data_encoding::{BASE64, HEXLOWER};
use hoithi::ledger::{Leaf, Rules, Signer, Verdict, Verifier, audit, log_number};

use super::drawn::{Log, ORIGIN, judged, judged_in_python, log_signer, rules, sha2_of, whole};

/// Does something to a log, and says at which check it must be caught.
type Fraud = (&'static str, u8, fn(&mut Log));

/// What can be done to a bundle, or by whoever holds the log's key and signs again.
fn frauds() -> [Fraud; 9] {
    [
        ("a leaf's byte flipped after a checkpoint", 3, |log| log.bundle.leaves[2][60] ^= 1),
        ("a leaf deleted", 3, |log| drop(log.bundle.leaves.remove(8))),
        ("the log truncated", 3, |log| log.bundle.leaves.truncate(12)),
        ("leaves reordered", 3, |log| log.bundle.leaves.swap(2, 3)),
        ("a second first vote, signed again", 7, |log| {
            let leaf = log.bundle.leaves[1].clone();
            log.bundle.leaves.insert(12, leaf);
            log.sign_again();
        }),
        ("a vote after the close, signed again", 8, |log| {
            log.vote(20, 11, 0, &[11]);
            log.sign_again();
        }),
        ("an opening that names another entry", 9, |log| {
            log.bundle.openings.insert(2, vec![13]);
        }),
        ("an opening missing", 9, |log| drop(log.bundle.openings.remove(&2))),
        ("another salt key", 6, |log| log.bundle.salt_key = [9; 32]),
    ]
}

/// The same, about decisions, results and keys.
fn further_frauds() -> [Fraud; 12] {
    [
        ("disqualified by one person only, signed again", 10, |log| {
            log.note(Verdict::Disqualify, &[2], &[0]);
            log.sign_again();
        }),
        ("disqualified by one person twice, signed again", 10, |log| {
            log.note(Verdict::Disqualify, &[2], &[0, 0]);
            log.sign_again();
        }),
        ("a note's signature of another text, signed again", 10, |log| {
            let index = log.leaves().iter().position(|leaf| matches!(leaf, Leaf::Note(_)));
            let leaf = &mut log.bundle.leaves[index.unwrap()];
            leaf[8] ^= 1;
            log.sign_again();
        }),
        ("a note about no vote, signed again", 10, |log| {
            log.note(Verdict::Quarantine, &[0], &[0]);
            log.sign_again();
        }),
        ("a note about a change and not about a ballot, signed again", 10, |log| {
            log.note(Verdict::Quarantine, &[6], &[0]);
            log.sign_again();
        }),
        ("the result inflated, signed again", 12, |log| {
            log.bundle.result = log.bundle.result.replace("\"11\":1", "\"11\":9");
            let result = sha2_of(&log.bundle.result);
            log.add(&Leaf::Result { log: log_number(ORIGIN), result });
            log.sign_again();
        }),
        ("the result inflated beside the log", 11, |log| {
            log.bundle.result = log.bundle.result.replace("\"11\":1", "\"11\":9");
        }),
        ("checkpoints signed by another key", 2, |log| {
            log.signer = Signer::new(ORIGIN, &[0x77; 32]);
            log.sign_again();
        }),
        ("the deadline moved by another key, signed again", 2, |log| {
            let index = log.leaves().iter().position(|leaf| matches!(leaf, Leaf::Amend { .. }));
            let leaf = &mut log.bundle.leaves[index.unwrap()];
            *leaf.last_mut().unwrap() ^= 1;
            log.sign_again();
        }),
        ("rules that were not bound", 6, |log| log.bundle.rules[0] = rules("2027").json()),
        ("leaves behind the last checkpoint", 4, |log| {
            log.note(Verdict::Quarantine, &[2], &[0]);
        }),
        ("a leaf of another log, signed again", 1, |log| {
            log.add(&Leaf::Result { log: 7, result: [0; 32] });
            log.sign_again();
        }),
    ]
}

/// The same, about what rules ask and logs have once.
fn frauds_about_rules() -> [Fraud; 12] {
    [
        ("a vote below the level of the rules, signed again", 7, |log| {
            log.reopen();
            log.amend(&Rules { level: 2, ..rules("2026-05-03T10:00:00Z") });
            log.vote_of(2, 30, (11, 0), &[11]);
            log.vote_of(1, 31, (11, 0), &[11]);
            log.end();
        }),
        ("a vote of a level that there is not, signed again", 7, |log| {
            log.reopen();
            log.vote_of(5, 30, (11, 0), &[11]);
            log.end();
        }),
        ("a CLOSE that says fewer votes, signed again", 8, |log| {
            log.reopen();
            let votes = log.leaves().iter().filter(|leaf| matches!(leaf, Leaf::Vote(_))).count();
            log.add(&Leaf::Close { log: log_number(ORIGIN), votes: votes as u64 - 1 });
            log.publish();
            log.sign_again();
        }),
        ("no CLOSE, signed again", 8, |log| {
            log.reopen();
            log.publish();
            log.sign_again();
        }),
        ("two CLOSEs, signed again", 8, |log| {
            log.close();
            log.sign_again();
        }),
        ("a RESULT before the CLOSE, signed again", 11, |log| {
            log.reopen();
            log.publish();
            log.close();
            log.sign_again();
        }),
        ("an opening of what is no vote", 9, |log| {
            log.bundle.openings.insert(0, vec![11]);
        }),
        ("an opening of a leaf that there is not", 9, |log| {
            log.bundle.openings.insert(999, vec![11]);
        }),
        ("rules that no leaf binds", 6, |log| {
            log.bundle.rules.push(rules("2026-05-04T10:00:00Z").json());
        }),
        ("rules of an AMEND kept back", 6, |log| drop(log.bundle.rules.pop())),
        ("checkpoints that shrink", 3, |log| log.bundle.checkpoints.swap(1, 2)),
        ("a note signed by a number that no key of the staff has, signed again", 10, |log| {
            log.note(Verdict::Quarantine, &[2], &[7]);
            log.sign_again();
        }),
    ]
}

#[test]
fn both_verifiers_catch_every_fraud_at_the_same_check() {
    let all = frauds().into_iter().chain(further_frauds()).chain(frauds_about_rules());
    for (fraud, check, commit) in all {
        let mut log = whole();
        commit(&mut log);
        assert_eq!(judged(&log.bundle), Err(check), "{fraud}");
        assert_eq!(judged_in_python(&log.bundle), Err(check), "{fraud}, in Python");
    }
}

#[test]
fn what_is_decided_about_a_ballot_holds_for_what_is_changed_on_it() {
    for (verdict, by, counts) in [
        (
            Verdict::Quarantine,
            &[0][..],
            r#""disqualified":0,"leaves":5,"levels":{},"quarantined":1,"standing":0"#,
        ),
        (
            Verdict::Disqualify,
            &[0, 1][..],
            r#""disqualified":1,"leaves":5,"levels":{},"quarantined":0,"standing":0"#,
        ),
    ] {
        let mut log = Log::new();
        log.vote(1, 11, 0, &[11]);
        log.vote(1, 11, 1, &[]);
        log.note(verdict, &[1], by);
        for (seq, entries) in [(2, &[11][..]), (3, &[]), (4, &[11])] {
            log.vote(1, 11, seq, entries);
        }
        log.close();
        log.publish();
        log.sign();

        assert_eq!(judged(&log.bundle), Ok(()));
        assert_eq!(judged_in_python(&log.bundle), Ok(()));
        assert_eq!(log.bundle.result, format!(r#"{{"counts":{{}},{counts}}}"#));
    }
}

#[test]
fn what_is_decided_after_the_result_waits_for_the_result_that_says_it() {
    let mut log = whole();
    let standing = |log: &Log| {
        assert_eq!(judged_in_python(&log.bundle), Ok(()));
        let audited = audit(&log.bundle, &log_signer().verifier(), (&[], 0)).unwrap();
        (audited.counts.standing, audited.later)
    };
    let before = standing(&log);
    log.note(Verdict::Restore, &[8], &[1]);
    log.sign_again();
    let decided = standing(&log);
    log.publish();
    log.sign_again();

    assert_eq!([before, decided, standing(&log)], [(5, 0), (5, 1), (6, 0)]);
}

/// A limit and the most that a ballot names, a slot, what a ballot names, whether it keeps to it.
type Limited = ((&'static str, u8), u32, &'static [u32], bool);

#[test]
fn a_vote_beyond_the_limits_is_caught_though_it_opens() {
    let ballots: [Limited; 12] = [
        (("entry", 1), 11, &[11], true),
        (("entry", 1), 11, &[11, 12], false),
        (("entry", 1), 11, &[12], false),
        (("entry", 1), 11, &[11, 11], false),
        (("day", 2), 20_550, &[11, 12], true),
        (("day", 2), 20_550, &[11, 12, 13], false),
        (("day", 2), 20_550, &[11, 11], false),
        (("all", 2), 0, &[11, 12], true),
        (("all", 2), 0, &[11, 12, 13], false),
        (("all", 2), 0, &[12, 12], false),
        (("all", 2), 20_550, &[11], false),
        (("all", 2), 11, &[11], false),
    ];
    for ((limit, most), slot, entries, keeps) in ballots {
        let mut log = whole();
        log.reopen();
        let limit = limit.to_owned();
        log.amend(&Rules { limit, most, ..rules("2026-05-03T10:00:00Z") });
        log.vote(30, slot, 0, entries);
        log.end();

        let wanted = if keeps { Ok(()) } else { Err(9) };
        assert_eq!(judged(&log.bundle), wanted, "{slot} {entries:?}");
        assert_eq!(judged_in_python(&log.bundle), wanted, "{slot} {entries:?}");
    }
}

#[test]
fn of_hundreds_of_checkpoints_the_one_that_another_signed_is_named() {
    let mut log = whole();
    (0..600).for_each(|_| log.sign());
    let sound = audit(&log.bundle, &log_signer().verifier(), (&[], 0)).expect("sound");
    log.signer = Signer::new(ORIGIN, &[77; 32]);
    log.sign();
    let false_one = log.bundle.checkpoints.pop().unwrap();
    log.bundle.checkpoints[300] = false_one;

    let found = audit(&log.bundle, &log_signer().verifier(), (&[], 0)).expect_err("not sound");

    assert_eq!(sound.checkpoints, log.bundle.checkpoints.len());
    assert_eq!((found.check, found.why.as_str()), (2, "checkpoint 300 is not signed by the log"));
}

/// Under the key that is the neutral point everybody can sign everything.
#[test]
fn a_key_under_which_everybody_can_sign_signs_nothing() {
    let mut log = Log::new();
    log.vote(1, 11, 0, &[11]);
    log.close();
    log.publish();
    log.sign_again();
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let by = Verifier::new(ORIGIN, &neutral).expect("a point");
    let id = by.text().split('+').nth(1).map(str::to_owned).expect("its number");
    let forged = [&HEXLOWER.decode(id.as_bytes()).unwrap()[..], &neutral, &[0; 32]].concat();
    let (text, _) = log.bundle.checkpoints[0].split_once("\n\n").expect("a note");
    let note = format!("{text}\n\n— {ORIGIN} {}\n", BASE64.encode(&forged));
    log.bundle.checkpoints[0] = note;

    let found = audit(&log.bundle, &by, (&[], 0)).expect_err("signed by nobody");

    assert_eq!((found.check, found.why.as_str()), (2, "checkpoint 0 is not signed by the log"));
}
