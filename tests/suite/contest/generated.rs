//! Definitions that nobody wrote, for the promise that a file says the same after every way.

use hoithi::contest::definition::{
    Bytes, Definition, Gate, Normalisation, OnePrizePer, Range, Text, TieKey, VoteLimit,
};
use hoithi::contest::document;
use hoithi::words::nfc;
use proptest::prelude::*;

/// Words with everything in them that YAML could take for something else.
fn words() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        Just("null"),
        Just("~"),
        Just("yes"),
        Just("1e3"),
        Just("0900"),
        Just("- a"),
        Just("a: b"),
        Just("# a"),
        Just(" a "),
        Just("\"a\""),
        Just("'"),
        Just("a\nb\n"),
        Just("|"),
        Just("&a *b"),
        Just("{a}"),
        Just("2026-04-30"),
        Just(""),
    ];
    let free = "[a-zA-Z0-9 :,.#'\"\\-{}\\[\\]ăâđêôơưĂÂĐÊÔƠƯáàảãạếềểễệ\n]{0,40}";
    prop_oneof![odd.prop_map(str::to_owned), free.prop_map(|text| nfc(&text))]
}

fn text() -> impl Strategy<Value = Text> {
    (words(), proptest::option::of(words())).prop_map(|(vi, en)| Text { vi, en })
}

fn range() -> impl Strategy<Value = Range<u32>> {
    (any::<Option<u32>>(), any::<Option<u32>>()).prop_map(|(min, max)| Range { min, max })
}

fn definition() -> impl Strategy<Value = Definition> {
    let examples = super::examples();
    let known = (0..examples.len()).prop_map(move |at| examples[at].1.clone());
    let texts = proptest::collection::vec(text(), 8);
    let ranges = proptest::collection::vec(range(), 4);
    let choices = (any::<u32>(), any::<u64>(), any::<bool>(), 0..4_u8);
    (known, texts, ranges, choices).prop_map(|(mut one, texts, ranges, choices)| {
        let (number, amount, yes, which) = choices;
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        one.title = next();
        one.summary = yes.then(&mut next);
        one.rules = Some(next());
        one.one_prize_per = yes.then_some(OnePrizePer::Entrant);
        let category = &mut one.categories[0];
        category.title = next();
        category.officer_enters = yes;
        category.team_size = ranges[0];
        let slot = &mut category.slots[0];
        (slot.label, slot.hint) = (next(), yes.then(next));
        (slot.words, slot.seconds, slot.height) = (ranges[1], ranges[2], ranges[3]);
        slot.bytes = Range { min: None, max: Some(Bytes(amount)) };
        if let Some(voting) = &mut one.voting {
            voting.limit = [
                VoteLimit::OnePerEntry,
                VoteLimit::PerDay(number),
                VoteLimit::InAll(number),
                VoteLimit::InAll(1),
            ][usize::from(which)];
        }
        if let Some(table) = one.tables.first_mut() {
            table.gate = yes.then_some(Gate::FewestVotes(number));
            table.ties =
                vec![TieKey::Earlier, TieKey::OutsideKind("like".to_owned()), TieKey::Shared];
            table.formula[0].normalise = Some(
                [
                    Normalisation::Raw,
                    Normalisation::ShareOfCap(number),
                    Normalisation::RankPoints(vec![number, 1]),
                    Normalisation::LogShare,
                ][usize::from(which)]
                .clone(),
            );
        }
        if let Some(prize) = one.prizes.first_mut() {
            (prize.amount, prize.count, prize.may_stay_empty) = (Some(amount), number, yes);
        }
        one
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_definition_written_and_read_again_is_the_same(one in definition()) {
        let text = document::write(&one);
        let again = document::read(&text);

        prop_assert_eq!(again.as_ref(), Ok(&one), "{}", text);
    }
}
