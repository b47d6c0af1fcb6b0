//! Points, places and prizes, as a person reckons them by hand.

use std::collections::BTreeMap;

use entity::id::EntryId;
use hoithi::contest::definition::{Normalisation, OnePrizePer, Prize, Source, Table, Term, TieKey};
use hoithi::results::formula::points;
use hoithi::results::prizes::give;
use hoithi::results::rank::{Candidate, Decided, Who, name, rank};
use proptest::prelude::*;

use crate::story::example;

const ONE: i64 = 1_000_000;

/// Points of raw numbers, as fractions written out.
fn written(how: Normalisation, raw: &[i64]) -> Vec<String> {
    let raw: Vec<i64> = raw.iter().map(|number| number * ONE).collect();
    points(Some(&how), &raw).into_iter().map(|one| one.exact.to_string()).collect()
}

fn table(ties: Vec<TieKey>) -> Table {
    Table {
        key: "all".into(),
        title: "Bảng".into(),
        formula: vec![Term { source: Source::Votes, weight: 100, normalise: None }],
        ties,
        ..example_table()
    }
}

/// Some table of a shipped contest, for the parts that tests do not name.
fn example_table() -> Table {
    let text = example("01-net-dep-ngan-hang-2019");
    hoithi::contest::document::read(&text).expect("a definition").tables.remove(0)
}

fn candidate(votes: i64, jury: i64, submitted_at: i64) -> Candidate {
    let jury_key = name(&Source::Round("final".into()));
    Candidate {
        who: Who::Entry(EntryId::new()),
        category: "photo".into(),
        raw: BTreeMap::from([(name(&Source::Votes), votes * ONE), (jury_key, jury * ONE)]),
        criteria: BTreeMap::new(),
        outside: BTreeMap::new(),
        submitted_at,
    }
}

fn places(table: &Table, all: &[Candidate], decided: &[Decided]) -> BTreeMap<Who, u32> {
    rank(table, all, decided).into_iter().map(|placed| (placed.who, placed.place)).collect()
}

fn prize(key: &str, count: u32) -> Prize {
    let text = example("01-net-dep-ngan-hang-2019");
    let some = hoithi::contest::document::read(&text).expect("a definition").prizes.remove(1);
    Prize { key: key.into(), table: "all".into(), count, ..some }
}

proptest! {
    #[test]
    fn the_order_in_which_candidates_are_read_decides_nothing(
        rows in proptest::collection::vec((0_i64..4, 0_i64..3, 0_i64..3), 1..12),
        seed in any::<u64>(),
    ) {
        let keys = vec![TieKey::Higher(Source::Round("final".into())), TieKey::Decision];
        let rules = table(keys);
        let all: Vec<Candidate> = rows.iter().map(|row| candidate(row.0, row.1, row.2)).collect();
        let mut shuffled = all.clone();
        hoithi::judging::deal::Dice(seed).shuffle(&mut shuffled);

        prop_assert_eq!(places(&rules, &all, &[]), places(&rules, &shuffled, &[]));
        // Equal in everything that the rules name: one place; else different places.
        let found = places(&rules, &all, &[]);
        for (a, one) in rows.iter().zip(&all) {
            for (b, other) in rows.iter().zip(&all) {
                let equal = (a.0, a.1) == (b.0, b.1);
                prop_assert_eq!(equal, found[&one.who] == found[&other.who]);
            }
        }
    }
}

#[test]
fn normalisations_are_what_a_person_reckons_by_hand() {
    use Normalisation::{Percentile, RankPoints, Raw, ShareOfCap, ShareOfMax};
    assert_eq!(written(Raw, &[7, 0]), ["7", "0"]);
    assert_eq!(written(ShareOfMax, &[30, 20, 0]), ["100", "200/3", "0"]);
    assert_eq!(written(ShareOfMax, &[0, 0]), ["0", "0"], "nobody has anything");
    assert_eq!(written(ShareOfCap(40), &[10, 40, 90]), ["25", "100", "100"]);
    // Second and third are equal: (8 + 6) / 2. Whoever stands beyond the list gets nothing.
    assert_eq!(
        written(RankPoints(vec![10, 8, 6, 4]), &[9, 5, 5, 1, 0]),
        ["10", "7", "7", "4", "0"]
    );
    // Two equals at the end of the list share its last points with the empty place: (4 + 0) / 2.
    assert_eq!(
        written(RankPoints(vec![10, 8, 6, 4]), &[9, 8, 7, 1, 1]),
        ["10", "8", "6", "2", "2"]
    );
    // Of four others, 0, 1.5 and 1.5, 3, 4 lie below.
    assert_eq!(written(Percentile, &[1, 2, 2, 3, 9]), ["0", "75/2", "75/2", "75", "100"]);
    assert_eq!(written(Percentile, &[5]), ["100"], "alone");
    let log = points(Some(&Normalisation::LogShare), &[0, 9 * ONE, 99 * ONE]);
    let log: Vec<i64> = log.iter().map(|one| one.exact.millionths()).collect();
    assert_eq!(log, [0, 50 * ONE, 100 * ONE], "ln 10 is half of ln 100");
}

#[test]
fn a_result_is_rounded_before_it_is_compared_so_that_what_looks_equal_is_equal() {
    let thirds = |whole: i64| Candidate {
        raw: BTreeMap::from([(name(&Source::Votes), whole)]),
        ..candidate(0, 0, 0)
    };
    let all = [thirds(8_333_333), thirds(8_333_334), thirds(8_340_000)];

    let places = places(&table(vec![TieKey::Decision]), &all, &[]);

    let order: Vec<u32> = all.iter().map(|one| places[&one.who]).collect();
    assert_eq!(order, [2, 2, 1]);
}

#[test]
fn tie_keys_are_asked_in_their_order_and_equals_that_remain_share_a_place() {
    let keys =
        vec![TieKey::Higher(Source::Round("final".into())), TieKey::Earlier, TieKey::Decision];
    let all = [
        candidate(5, 1, 300),
        candidate(5, 2, 400),
        candidate(5, 1, 200),
        candidate(5, 1, 200),
        candidate(6, 0, 900),
    ];

    let places = places(&table(keys), &all, &[]);

    let order: Vec<u32> = all.iter().map(|one| places[&one.who]).collect();
    assert_eq!(order, [5, 2, 3, 3, 1]);
}

#[test]
fn a_decision_orders_only_those_among_whom_it_was_taken() {
    let all = [candidate(5, 0, 0), candidate(5, 0, 0), candidate(5, 0, 0)];
    let who: Vec<Who> = all.iter().map(|one| one.who).collect();
    let rules = table(vec![TieKey::Decision]);
    let order = |decided: &[Decided]| {
        let places = places(&rules, &all, decided);
        who.iter().map(|one| places[one]).collect::<Vec<_>>()
    };

    let whole = Decided { among: who.clone(), order: vec![who[2]] };
    let two = Decided { among: who[..2].to_vec(), order: vec![who[1]] };

    assert_eq!(order(&[]), [1, 1, 1]);
    assert_eq!(order(std::slice::from_ref(&whole)), [2, 2, 1]);
    assert_eq!(
        order(std::slice::from_ref(&two)),
        [1, 1, 1],
        "the third is equal too and was not asked about"
    );
    assert_eq!(order(&[whole, two]), [2, 2, 1], "the newest that was taken among all of them");
}

#[test]
fn prizes_run_down_the_table_and_a_tie_that_matters_is_left_to_people() {
    let all = [candidate(9, 0, 0), candidate(8, 0, 0), candidate(8, 0, 0), candidate(1, 0, 0)];
    let rules = table(vec![TieKey::Decision]);
    let tables = BTreeMap::from([("all".to_owned(), rank(&rules, &all, &[]))]);
    let text = example("01-net-dep-ngan-hang-2019");
    let mut definition = hoithi::contest::document::read(&text).expect("a definition");
    definition.tables = vec![rules];
    definition.one_prize_per = None;
    let alone = |who: Who| format!("{who:?}");
    let mut given =
        |prizes: Vec<Prize>, per: Option<OnePrizePer>, entrant: &dyn Fn(Who) -> String| {
            definition.prizes = prizes;
            definition.one_prize_per = per;
            let awarded = give(&definition, &tables, entrant, &BTreeMap::new());
            let at = |who: Who| all.iter().position(|one| one.who == who);
            let won: Vec<_> =
                awarded.given.iter().map(|one| (one.prize.clone(), one.who.and_then(at))).collect();
            (won, awarded.open.len())
        };
    let first = |n| ("first".to_owned(), Some(n));
    let second = |n| ("second".to_owned(), Some(n));

    let two = given(vec![prize("first", 1), prize("second", 2)], None, &alone);
    assert_eq!((two.0.len(), two.1), (3, 0), "both equals win the same prize: nothing to decide");
    let (won, open) = given(vec![prize("first", 1), prize("second", 1)], None, &alone);
    assert_eq!((won[0].clone(), open), (first(0), 1), "one of two equals: people decide");
    let shared = Prize { may_be_shared: true, ..prize("second", 1) };
    let (won, open) = given(vec![prize("first", 1), shared], None, &alone);
    assert_eq!((won.len(), open), (3, 0), "the rules let them share it");
    let same = |who: Who| {
        if who == all[3].who || who == all[0].who { "Hoa".to_owned() } else { alone(who) }
    };
    let (won, open) =
        given(vec![prize("first", 1), prize("second", 3)], Some(OnePrizePer::Entrant), &same);
    assert_eq!(won[0], first(0));
    assert!(!won.contains(&second(3)), "one prize for each person");
    assert_eq!(open, 0);
}
