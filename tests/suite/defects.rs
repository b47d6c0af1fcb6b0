//! Defects of contest files: each test writes one into a sound file, and names the line and the
//! code of everything that is found.

use hoithi::contest::definition::Definition;
use hoithi::contest::document;
use hoithi::words::{self, Lang};

/// A file in which nothing is found, and in which everything is that defects need.
const SOUND: &str = "\
slug: sound
title: { vi: Ảnh đẹp, en: Fine photographs }
unit: tong-lien-doan
parent: above
plan: { number: 12/KH-TLĐ, date: 2026-01-15, file: https://example.vn/ke-hoach.pdf }
contact: { name: Ban tổ chức, phone: 0900000000, email: thi@example.vn }
phases:
  - { key: intake, kind: intake, opens: 2026-03-01, closes: 2026-03-31 }
  - { key: screening, kind: screening, opens: 2026-03-01, closes: 2026-04-02 }
  - { key: first, kind: round, opens: 2026-04-03, closes: 2026-04-10 }
  - { key: vote, kind: voting, opens: 2026-04-11, closes: 2026-04-20 }
  - { key: count, kind: outside_count, opens: 2026-04-21, closes: 2026-04-21 }
  - { key: final, kind: round, opens: 2026-04-11, closes: 2026-04-20 }
  - { key: told, kind: announcement, opens: 2026-04-25, closes: 2026-04-25 }
  - { key: complaint, kind: complaint, opens: 2026-04-25, closes: 2026-05-09 }
categories:
  - key: photo
    title: Ảnh
    entrants: [person, team]
    team_size: { min: 2, max: 5 }
    slots:
      - key: photo
        kind: photo
        label: Ảnh
        count: { min: 1, max: 2 }
        formats: [jpeg, png]
        bytes: { max: 6 MB }
        long_side: { min: 3000 }
        caption: { words: { max: 100 } }
        taken_since: 2026-01-01
        taken_until: 2026-03-31
      - { key: story, kind: text, label: Câu chuyện, count: { min: 0, max: 1 }, words: { min: 200, max: 400 } }
      - { key: link, kind: link, label: Đường dẫn, count: { min: 0, max: 1 }, hosts: [tiktok.com] }
      - { key: line, kind: choice, label: Dòng ảnh, options: [{ key: one, label: Một }] }
eligibility:
  - { rule: { age: { min: 18 } } }
  - { rule: declared, text: Ảnh chưa đoạt giải }
quotas:
  - { per: person, max: 3 }
  - { per: unit, unit_type: base, max: 10 }
declarations:
  - { key: author, text: Tôi là tác giả }
rounds:
  - key: first
    title: Sơ khảo
    phase: first
    judges_per_entry: 2
    quorum: 2
    goes_on: 40
    criteria: [{ key: worth, label: Chất lượng, max: 10 }]
  - key: final
    title: Chung khảo
    phase: final
    criteria:
      - { key: content, label: Nội dung, max: 10, weight: 60 }
      - { key: art, label: Nghệ thuật, max: 10, weight: 40 }
voting:
  phase: vote
  level: code
  on: { went_on_from: first }
outside_counts:
  phase: count
  kinds:
    - { key: like, label: Thích, points: 1 }
tables:
  - key: mixed
    title: Bảng chung
    gate: { went_on_from: first }
    formula:
      - { source: { round: final }, weight: 70, normalise: percentile }
      - { source: votes, weight: 30, normalise: { rank_points: [10, 8, 8, 5] } }
    ties: [{ criterion: { round: final, criterion: content } }, { outside_kind: like }, decision]
prizes:
  - { key: a, label: Giải A, table: mixed, count: 1, amount: 5000000 }
  - { key: b, label: Giải B, table: mixed, count: 2, amount: 3000000, next_in_line_days: 14 }
promotion:
  count: { min: 1, max: 3 }
  basis: { prizes: [a, b] }
";

/// The contest above.
const ABOVE: &str = "\
slug: above
title: Vòng toàn quốc
unit: tong-lien-doan
phases:
  - { key: intake, kind: intake, opens: 2026-05-01, closes: 2026-05-31 }
categories:
  - key: photo
    title: Ảnh
    slots: [{ key: photo, kind: photo, label: Ảnh, count: { min: 1, max: 2 }, bytes: { max: 20 MB }, long_side: { min: 2000 }, formats: [jpeg, png] }]
quotas: [{ per: unit, max: 5 }]
";

/// The contest above; under the other name it takes two works in all.
fn above(slug: &str) -> Option<Definition> {
    let text = match slug {
        "above" => ABOVE.to_owned(),
        "full" => ABOVE.replace("per: unit, max: 5", "per: contest, max: 2"),
        _ => return None,
    };
    Some(document::read(&text).expect("the contest above"))
}

/// Line and code of everything found.
fn found(text: &str) -> Vec<(usize, &'static str)> {
    let examined = document::examine(text, above);
    examined.found.iter().map(|one| (one.line, one.finding.code)).collect()
}

fn line_of(text: &str, mark: &str) -> usize {
    let holds = |line: &str| match mark.strip_suffix('\n') {
        Some(end) => line.ends_with(end),
        None => line.contains(mark),
    };
    text.lines().position(holds).expect("the mark stands in the file") + 1
}

/// The sound file with some words replaced has exactly these findings: each with its code, in
/// the first line that holds the mark, or that ends with it where the mark ends with a break.
fn defect(replaced: &[(&str, &str)], expected: &[(&str, &'static str)]) {
    let mut text = SOUND.to_owned();
    for (old, new) in replaced {
        assert!(text.contains(old), "`{old}` stands in the sound file");
        text = text.replacen(old, new, 1);
    }
    let mut expected: Vec<_> =
        expected.iter().map(|(mark, code)| (line_of(&text, mark), *code)).collect();
    let mut found = found(&text);
    expected.sort_unstable();
    found.sort_unstable();

    assert_eq!(found, expected);
}

/// One test for each line: name, words replaced, and what is found in which line.
macro_rules! defects {
    ($($name:ident: [$($old:literal => $new:literal),+] finds [$($mark:literal: $code:literal),+];)*) => {
        $(#[test]
        fn $name() {
            defect(&[$(($old, $new)),+], &[$(($mark, $code)),+]);
        })*

        /// Codes that have a test.
        const TESTED: &[&str] = &[$($($code),+),*];
    };
}

#[test]
fn nothing_is_found_in_a_sound_file() {
    assert_eq!(found(SOUND), []);
}

defects! {
    // Dates.
    the_31_of_september_is_no_day: ["closes: 2026-03-31 }" => "closes: 2026-09-31 }"] finds ["2026-09-31": "lint-no-such-day"];
    a_plan_signed_on_no_day_is_found: ["date: 2026-01-15" => "date: 2026-02-30"] finds ["plan:": "lint-no-such-day"];
    a_moment_in_words_is_found: ["opens: 2026-04-21," => "opens: cuối tháng 4,"] finds ["cuối tháng 4": "lint-moment-unreadable"];
    midnight_is_told_to_be_the_next_day: ["closes: 2026-03-31 }" => "closes: 2026-03-31 24:00 }"] finds ["24:00": "lint-hour-24"];
    an_end_that_leaves_its_day_out_is_told: ["closes: 2026-03-31 }" => "closes: 2026-04-01 0h00 }"] finds ["0h00": "lint-hour-0"];
    a_phase_that_ends_before_it_begins_is_found: ["opens: 2026-04-25, closes: 2026-05-09" => "opens: 2026-05-25, closes: 2026-05-09"] finds ["key: complaint": "lint-closes-before-it-opens"];
    a_contest_that_takes_no_entries_is_found: ["kind: intake" => "kind: exhibition"] finds ["phases:": "lint-no-intake"];
    a_contest_that_tells_no_result_is_found: ["kind: announcement" => "kind: award"] finds ["phases:": "lint-no-announcement"];
    judging_before_the_intake_ends_is_found: ["{ key: first, kind: round, opens: 2026-04-03" => "{ key: first, kind: round, opens: 2026-03-20"] finds ["key: first, kind": "lint-judging-before-intake-ends", "key: screening": "lint-screening-runs-on"];
    voting_before_the_intake_ends_is_found: ["opens: 2026-04-11, closes: 2026-04-20 }\n  - { key: count" => "opens: 2026-03-20, closes: 2026-04-20 }\n  - { key: count", "\n  on: { went_on_from: first }" => ""] finds ["key: vote": "lint-voting-during-intake", "key: screening": "lint-screening-runs-on"];
    counting_before_the_intake_ends_is_found: ["opens: 2026-04-21" => "opens: 2026-03-21"] finds ["key: count": "lint-counting-during-intake"];
    two_intakes_at_once_are_found: ["phases:\n" => "phases:\n  - { key: more, kind: intake, opens: 2026-02-15, closes: 2026-03-05 }\n"] finds ["key: intake": "lint-intakes-overlap"];
    screening_that_ends_early_is_found: ["opens: 2026-03-01, closes: 2026-04-02" => "opens: 2026-03-01, closes: 2026-03-20"] finds ["key: screening": "lint-screening-ends-early"];
    a_round_before_the_last_one_ends_is_found: ["key: final, kind: round, opens: 2026-04-11" => "key: final, kind: round, opens: 2026-04-08"] finds ["phase: final": "lint-round-before-the-last-ends"];
    voting_before_its_round_ends_is_found: ["key: vote, kind: voting, opens: 2026-04-11" => "key: vote, kind: voting, opens: 2026-04-08"] finds ["phase: vote": "lint-voting-before-the-round-ends"];
    results_before_the_intake_ends_are_found: ["opens: 2026-04-25, closes: 2026-04-25" => "opens: 2026-03-15, closes: 2026-05-25"] finds ["key: told": "lint-announced-before-intake-ends"];
    a_vote_that_ends_after_the_result_is_found: ["opens: 2026-04-11, closes: 2026-04-20 }\n  - { key: count" => "opens: 2026-04-11, closes: 2026-04-28 }\n  - { key: count"] finds ["key: vote": "lint-ends-after-announcement"];
    complaints_before_the_result_are_found: ["opens: 2026-04-25, closes: 2026-05-09" => "opens: 2026-04-11, closes: 2026-04-20"] finds ["key: complaint": "lint-complaint-before-announcement"];
    prizes_handed_over_before_the_result_are_found: ["phases:\n" => "phases:\n  - { key: award, kind: award, opens: 2026-04-24, closes: 2026-04-26 }\n"] finds ["key: award": "lint-award-before-announcement"];
    mending_after_the_last_round_is_found: ["phases:\n" => "phases:\n  - { key: repair, kind: repair, opens: 2026-04-15, closes: 2026-04-21 }\n"] finds ["key: repair": "lint-repair-after-judging"];
    screening_that_runs_into_a_round_is_found: ["opens: 2026-03-01, closes: 2026-04-02" => "opens: 2026-03-01, closes: 2026-04-03"] finds ["key: screening": "lint-screening-runs-on"];
    screening_that_runs_into_the_vote_is_found: ["{ key: screening, kind: screening, opens: 2026-03-01, closes: 2026-04-02 }" => "{ key: screening, kind: screening, opens: 2026-04-11, closes: 2026-04-12 }", "{ key: final, kind: round, opens: 2026-04-11" => "{ key: final, kind: round, opens: 2026-04-13"] finds ["key: screening": "lint-screening-runs-on"];
    counts_hidden_for_longer_than_the_vote_are_found: ["level: code" => "level: code\n  hidden_last_hours: 500"] finds ["hidden_last_hours": "lint-hidden-longer-than-the-vote"];
    bands_that_do_not_rise_are_found: ["level: code" => "level: code\n  bands: [500, 100]"] finds ["bands": "lint-bands-not-ascending"];
    a_ballot_that_nobody_can_fill_is_found: ["level: code" => "level: code\n  limit: { in_all: 300 }"] finds ["limit: { in_all": "lint-ballot-size"];
    a_least_beyond_the_ballot_is_found: ["level: code" => "level: code\n  limit: { in_all: 3 }\n  least: 4"] finds ["least:": "lint-least-beyond-the-ballot"];
    points_beyond_the_ballot_are_found: ["level: code" => "level: code\n  limit: { in_all: 2 }\n  points: [3, 2, 1]"] finds ["points:": "lint-points-beyond-the-ballot"];
    a_change_that_changes_nothing_is_found: ["level: code" => "level: code\n  withdrawal: false\n  change: true"] finds ["change:": "lint-change-changes-nothing"];
    points_that_rise_are_found: ["level: code" => "level: code\n  limit: { in_all: 3 }\n  points: [1, 2, 3]"] finds ["points:": "lint-points-rise"];
    a_vote_by_accounts_elsewhere_is_told_of: ["level: code" => "level: account"] finds ["level: account": "lint-level-account"];
    a_phase_that_nothing_uses_is_found: ["phases:\n" => "phases:\n  - { key: idle, kind: round, opens: 2026-04-03, closes: 2026-04-10 }\n"] finds ["key: idle": "lint-phase-unused"];

    // Names.
    a_name_that_no_address_can_hold_is_found: ["slug: sound" => "slug: Thi ảnh"] finds ["slug:": "lint-slug"];
    a_missing_title_is_found: ["title: { vi: Ảnh đẹp, en: Fine photographs }" => "title: \"\""] finds ["title:": "lint-title-missing"];
    styled_letters_are_found: ["text: Ảnh chưa đoạt giải" => "text: 𝐂uộc thi"] finds ["𝐂uộc": "lint-styled-letters"];
    a_key_with_diacritics_is_found: ["{ key: art, label: Nghệ thuật" => "{ key: nghệ, label: Nghệ thuật"] finds ["nghệ,": "lint-key-unreadable"];
    a_key_used_twice_is_found: ["{ key: art, label: Nghệ thuật" => "{ key: content, label: Nghệ thuật"] finds ["Nghệ thuật": "lint-key-twice"];
    a_key_that_nothing_bears_is_found: ["table: mixed, count: 1" => "table: jury, count: 1"] finds ["table: jury": "lint-key-unknown"];
    a_plan_without_a_number_is_found: ["number: 12/KH-TLĐ" => "number: \"\""] finds ["plan:": "lint-plan-without-number"];
    a_plan_whose_document_is_no_address_is_found: ["file: https://example.vn/ke-hoach.pdf" => "file: ke-hoach.pdf"] finds ["plan:": "lint-no-address"];
    a_contact_whom_nobody_reaches_is_found: [", phone: 0900000000, email: thi@example.vn" => ""] finds ["contact:": "lint-contact-unreachable"];
    an_email_address_that_is_none_is_found: ["email: thi@example.vn" => "email: thi"] finds ["contact:": "lint-no-email"];

    // Entries.
    a_contest_without_categories_is_found: ["categories:\n" => "categories: []\nold:\n"] finds ["old:": "shape-key-unknown-here", "categories:": "lint-no-category", "promotion:": "lint-parent-has-no-category", "per: person": "lint-quota-binds-nobody"];
    a_category_of_nothing_is_found: ["    slots:\n" => "    slots: []\n    old:\n"] finds ["old:": "shape-key-unknown-here", "slots: []": "lint-no-slot", "slots: []": "lint-parent-slot-missing"];
    a_slot_whose_least_is_above_its_most_is_found: ["words: { min: 200, max: 400 }" => "words: { min: 500, max: 400 }"] finds ["key: story": "lint-min-above-max"];
    a_file_size_whose_least_is_above_its_most_is_found: ["bytes: { max: 6 MB }" => "bytes: { min: 7 MB, max: 6 MB }"] finds ["bytes:": "lint-min-above-max"];
    sides_that_no_picture_has_are_found: ["long_side: { min: 3000 }" => "long_side: { max: 1000 }\n        short_side: { min: 2000 }"] finds ["short_side": "lint-sides-impossible", "      - key: photo\n": "lint-wider-than-the-parent"];
    a_slot_that_holds_nothing_is_found: ["label: Câu chuyện, count: { min: 0, max: 1 }" => "label: Câu chuyện, count: { min: 0, max: 0 }"] finds ["key: story": "lint-slot-holds-nothing"];
    a_format_of_another_kind_is_found: ["formats: [jpeg, png]" => "formats: [jpeg, mp4]"] finds ["formats:": "lint-format-of-another-kind", "      - key: photo\n": "lint-wider-than-the-parent"];
    a_link_without_hosts_is_found: [", hosts: [tiktok.com]" => ""] finds ["key: link": "lint-link-without-hosts"];
    a_choice_without_options_is_found: [", options: [{ key: one, label: Một }]" => ""] finds ["key: line": "lint-choice-without-options"];
    a_limit_that_binds_nothing_is_found: ["label: Câu chuyện" => "label: Câu chuyện, seconds: { max: 30 }"] finds ["key: story": "lint-limit-of-another-kind"];
    characters_where_the_label_says_words_are_told: ["label: Câu chuyện, count: { min: 0, max: 1 }, words: { min: 200, max: 400 }" => "label: Câu chuyện (tối đa 400 chữ), count: { min: 0, max: 1 }, characters: { max: 400 }"] finds ["key: story": "lint-characters-of-words"];
    characters_where_the_rules_say_words_are_told: ["words: { min: 200, max: 400 }" => "characters: { max: 1700 }", "phases:\n" => "rules: Bài không quá 1.700 chữ, kèm chữ ký.\nphases:\n"] finds ["key: story": "lint-characters-of-words"];
    a_place_where_a_text_was_taken_is_found: ["label: Câu chuyện" => "label: Câu chuyện, place: true"] finds ["key: story": "lint-limit-of-another-kind"];
    a_day_on_which_a_film_was_taken_is_found: ["kind: text, label: Câu chuyện, count: { min: 0, max: 1 }, words: { min: 200, max: 400 }" => "kind: video, label: Câu chuyện, count: { min: 0, max: 1 }, taken_since: 2026-01-01"] finds ["key: story": "lint-limit-of-another-kind"];
    a_shape_that_is_none_is_found: ["long_side: { min: 3000 }" => "aspect: vuông"] finds ["aspect": "lint-no-aspect", "      - key: photo\n": "lint-wider-than-the-parent"];
    days_on_which_nothing_was_taken_are_found: ["taken_until: 2026-03-31" => "taken_until: 2025-03-31"] finds ["taken_until": "lint-taken-impossible"];
    a_day_of_taking_that_is_none_is_found: ["taken_since: 2026-01-01" => "taken_since: 2026-02-29"] finds ["taken_since": "lint-no-such-day"];
    entries_of_which_every_part_is_optional_are_found: ["count: { min: 1, max: 2 }" => "count: { min: 0, max: 2 }", "label: Dòng ảnh" => "label: Dòng ảnh, count: { min: 0, max: 1 }"] finds ["slots:": "lint-all-slots-optional", "      - key: photo\n": "lint-wider-than-the-parent"];
    a_category_that_nobody_may_enter_is_found: ["entrants: [person, team]\n    team_size: { min: 2, max: 5 }" => "entrants: []"] finds ["entrants:": "lint-no-entrant", "per: person": "lint-quota-binds-nobody"];
    a_team_size_without_teams_is_found: ["entrants: [person, team]" => "entrants: [person]"] finds ["team_size": "lint-team-size-without-teams"];
    a_category_in_no_intake_is_found: ["entrants: [person, team]" => "entrants: [person, team]\n    intake: vote"] finds ["intake: vote": "lint-no-such-intake"];
    categories_that_only_the_jury_fills_are_found: ["entrants: [person, team]" => "entrants: [person, team]\n    chosen_by: jury"] finds ["categories:": "lint-only-jury-categories", "slots:": "lint-jury-category-differs"];
    a_condition_without_words_is_found: [", text: Ảnh chưa đoạt giải" => ""] finds ["rule: declared": "lint-condition-without-words"];
    a_condition_on_people_shown_without_words_is_found: ["{ rule: declared, text: Ảnh chưa đoạt giải }" => "{ rule: woman, of: shown }"] finds ["of: shown": "lint-condition-without-words"];
    a_condition_that_names_no_unit_is_found: ["rule: declared" => "rule: { within: [] }"] finds ["within": "lint-condition-of-nothing"];
    officers_that_are_asked_for_and_shut_out_are_found: ["text: Ảnh chưa đoạt giải }" => "text: Ảnh chưa đoạt giải, proof: officer }", "entrants: [person, team]" => "entrants: [person, team]\n    officer_enters: false"] finds ["proof:": "lint-officers-shut-out"];
    minors_without_a_guardian_are_found: ["age: { min: 18 }" => "age: { min: 12 }"] finds ["declarations:": "lint-minors-without-guardian"];
    a_contest_in_which_nobody_declares_anything_is_found: ["declarations:\n  - { key: author, text: Tôi là tác giả }\n" => ""] finds ["slug:": "lint-no-declaration"];
    a_quota_of_nothing_is_found: ["{ per: person, max: 3 }" => "{ per: person }"] finds ["{ per: person }": "lint-quota-of-nothing"];
    a_quota_that_lets_nobody_in_is_found: ["{ per: person, max: 3 }" => "{ per: person, max: 0 }"] finds ["per: person": "lint-quota-lets-nobody-in"];
    a_target_above_the_whole_is_found: ["{ per: person, max: 3 }" => "{ per: contest, max: 3 }", "unit_type: base, max: 10" => "unit_type: base, min: 4, max: 10"] finds ["per: unit": "lint-quota-above-the-whole"];
    a_target_above_another_quota_is_found: ["{ per: person, max: 3 }" => "{ per: unit, max: 3 }", "unit_type: base, max: 10" => "unit_type: base, min: 4"] finds ["unit_type: base": "lint-quota-above-another"];
    a_target_for_units_of_every_size_is_told: ["unit_type: base, max: 10" => "min: 2"] finds ["per: unit": "lint-minimum-for-small-units"];
    a_unit_type_without_units_is_found: ["{ per: person, max: 3 }" => "{ per: person, unit_type: base, max: 3 }"] finds ["per: person": "lint-unit-type-without-unit"];

    // Juries and voters.
    a_round_without_criteria_is_found: ["criteria: [{ key: worth, label: Chất lượng, max: 10 }]" => "criteria: []"] finds ["criteria: []": "lint-no-criteria"];
    weights_that_do_not_sum_are_found: ["max: 10, weight: 60" => "max: 10, weight: 50"] finds ["    criteria:\n": "lint-weights-not-100"];
    weights_of_which_some_are_missing_are_found: ["max: 10, weight: 60" => "max: 10"] finds ["    criteria:\n": "lint-some-weights-missing"];
    a_scale_that_its_steps_miss_is_found: ["label: Chất lượng, max: 10" => "label: Chất lượng, max: 10, step_hundredths: 300"] finds ["Chất lượng": "lint-scale-impossible"];
    a_quorum_above_the_judges_is_found: ["quorum: 2" => "quorum: 3"] finds ["quorum: 3": "lint-quorum-above-judges"];
    a_sum_over_different_judges_is_found: ["quorum: 2" => "quorum: 2\n    aggregate: sum"] finds ["aggregate: sum": "lint-sum-of-different-judges"];
    one_judge_alone_is_found: ["judges_per_entry: 2\n    quorum: 2" => "judges_per_entry: 1"] finds ["judges_per_entry: 1": "lint-one-judge"];
    names_before_judges_are_told: ["quorum: 2" => "quorum: 2\n    blind: false"] finds ["blind: false": "lint-judges-see-names"];
    a_round_in_a_phase_of_another_kind_is_found: ["phase: first" => "phase: screening"] finds ["phase: screening": "lint-phase-of-another-kind", "key: first, kind": "lint-phase-unused"];
    a_round_from_which_nobody_goes_on_is_found: ["goes_on: 40" => "goes_on: 0"] finds ["goes_on: 0": "lint-nobody-goes-on", "gate:": "lint-more-prizes-than-pass"];
    an_aggregate_of_another_kind_is_found: ["quorum: 2" => "quorum: 2\n    aggregate: borda"] finds ["aggregate: borda": "lint-aggregate-of-another-kind"];
    criteria_that_nobody_marks_are_found: ["quorum: 2" => "quorum: 2\n    kind: screen"] finds ["criteria: [{ key: worth": "lint-criteria-not-marked"];
    calibration_of_votes_is_found: ["quorum: 2" => "quorum: 2\n    kind: screen\n    calibration: 3", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["calibration: 3": "lint-calibration-not-marked"];
    more_yes_than_judges_are_found: ["quorum: 2" => "quorum: 2\n    kind: screen\n    yes_needed: 5", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["yes_needed": "lint-yes-out-of-reach"];
    places_without_points_are_found: ["judges_per_entry: 2\n    quorum: 2" => "kind: rank\n    aggregate: rank_points", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["  - key: first\n": "lint-no-place-points"];
    points_that_rise_down_the_places_are_found: ["judges_per_entry: 2\n    quorum: 2" => "kind: rank\n    aggregate: rank_points\n    place_points: [5, 8]", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["place_points": "lint-place-points-rise"];
    a_transferable_vote_without_seats_is_found: ["judges_per_entry: 2\n    quorum: 2\n    goes_on: 40" => "kind: rank\n    aggregate: transferable", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["  - key: first\n": "lint-transferable-without-seats"];
    pairs_of_which_none_are_compared_are_found: ["judges_per_entry: 2\n    quorum: 2" => "kind: pairwise", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["  - key: first\n": "lint-no-comparisons"];
    comparing_until_settled_where_nothing_is_compared_is_found: ["quorum: 2" => "quorum: 2\n    settled_percent: 95"] finds ["settled_percent": "lint-settled-wrong"];
    lists_of_which_judges_see_parts_are_found: ["judges_per_entry: 2\n    quorum: 2" => "kind: rank\n    judges_per_entry: 2\n    aggregate: borda", "    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n" => ""] finds ["judges_per_entry: 2": "lint-all-judges-see-all"];
    a_round_that_decides_nothing_is_found: ["  - key: final\n    title: Chung khảo" => "  - key: extra\n    title: Thêm\n    phase: final\n    criteria: [{ key: worth, label: Chất lượng, max: 10 }]\n  - key: final\n    title: Chung khảo"] finds ["key: extra": "lint-round-decides-nothing"];
    a_round_before_its_gate_is_counted_is_found: ["title: Chung khảo" => "title: Chung khảo\n    gate: { most_votes: 10 }"] finds ["phase: final": "lint-round-before-the-count-ends"];
    a_round_whose_gate_is_a_round_is_found: ["title: Chung khảo" => "title: Chung khảo\n    gate: { went_on_from: first }"] finds ["gate:": "lint-gate-by-a-round"];
    a_gate_of_nought_is_found: ["title: Chung khảo" => "title: Chung khảo\n    gate: { fewest_votes: 0 }"] finds ["gate:": "lint-gate-of-nought", "phase: final": "lint-round-before-the-count-ends"];
    a_gate_by_what_nobody_counts_is_found: ["title: Chung khảo" => "title: Chung khảo\n    gate: { most_outside_points: 5 }", "outside_counts:\n  phase: count\n  kinds:\n    - { key: like, label: Thích, points: 1 }\n" => "", "{ outside_kind: like }, " => ""] finds ["key: count, kind": "lint-phase-unused", "gate:": "lint-source-missing"];
    voters_without_votes_are_found: ["level: code" => "level: code\n  limit: { in_all: 0 }"] finds ["in_all: 0": "lint-no-votes"];
    open_votes_that_decide_money_are_found: ["level: code" => "level: device"] finds ["level: device": "lint-open-votes-decide-money"];
    live_counts_to_the_last_minute_are_told: ["level: code" => "level: code\n  counts: live"] finds ["counts: live": "lint-live-counts-feed-the-race"];
    votes_that_decide_nothing_are_found: ["      - { source: votes, weight: 30, normalise: { rank_points: [10, 8, 8, 5] } }\n" => "", "weight: 70" => "weight: 100"] finds ["voting:": "lint-votes-decide-nothing"];
    outside_counts_of_nothing_are_found: ["kinds:\n    - { key: like, label: Thích, points: 1 }" => "kinds: []", "{ outside_kind: like }, " => ""] finds ["kinds: []": "lint-nothing-counted"];
    outside_counts_worth_nothing_are_found: ["points: 1" => "points: 0"] finds ["kinds:": "lint-counts-worth-nothing"];

    // Results.
    prizes_without_a_table_are_found: ["tables:\n" => "tables: []\nold:\n"] finds ["old:": "shape-key-unknown-here", "tables:": "lint-no-table", "key: a,": "lint-key-unknown", "key: b,": "lint-key-unknown", "voting:": "lint-votes-decide-nothing", "  - key: final\n": "lint-round-decides-nothing"];
    a_table_without_a_formula_is_found: ["formula:\n      - { source: { round: final }, weight: 70, normalise: percentile }\n      - { source: votes, weight: 30, normalise: { rank_points: [10, 8, 8, 5] } }" => "formula: []"] finds ["formula: []": "lint-no-formula", "voting:": "lint-votes-decide-nothing"];
    formula_weights_that_do_not_sum_are_found: ["weight: 70" => "weight: 80"] finds ["formula:": "lint-weights-not-100"];
    a_percentage_of_nobody_knows_what_is_found: ["weight: 70, normalise: percentile" => "weight: 70"] finds ["weight: 70": "lint-percentage-of-what"];
    a_share_of_the_maximum_is_found: ["weight: 70, normalise: percentile" => "weight: 70, normalise: share_of_max"] finds ["share_of_max": "lint-share-of-max"];
    a_share_of_nothing_is_found: ["weight: 70, normalise: percentile" => "weight: 70, normalise: { share_of_cap: 0 }"] finds ["share_of_cap": "lint-cap-of-nothing"];
    rank_points_upside_down_are_found: ["[10, 8, 8, 5]" => "[10, 5, 8]"] finds ["[10, 5, 8]": "lint-rank-points-upside-down"];
    a_source_that_is_not_there_is_found: ["voting:\n  phase: vote\n  level: code\n  on: { went_on_from: first }\n" => ""] finds ["source: votes": "lint-source-missing", "key: vote": "lint-phase-unused"];
    a_source_of_another_table_is_found: ["source: { round: final }, weight: 70" => "source: accepted_entries, weight: 70"] finds ["accepted_entries": "lint-source-of-another-table"];
    a_table_without_a_tie_rule_is_found: ["    ties: [{ criterion: { round: final, criterion: content } }, { outside_kind: like }, decision]\n" => ""] finds ["key: mixed": "lint-no-tie-rule"];
    ties_that_end_open_are_found: ["{ outside_kind: like }, decision]" => "{ outside_kind: like }]"] finds ["ties:": "lint-ties-end-open"];
    too_many_decimals_are_found: ["key: mixed" => "key: mixed\n    decimals: 9"] finds ["decimals: 9": "lint-too-many-decimals"];
    a_stage_that_is_no_intake_is_found: ["key: mixed" => "key: mixed\n    submitted_in: vote"] finds ["submitted_in": "lint-no-such-intake"];
    the_best_of_none_is_found: ["key: mixed" => "key: mixed\n    best_per_entrant: 0"] finds ["best_per_entrant": "lint-best-of-none"];
    unit_types_without_units_are_found: ["key: mixed" => "key: mixed\n    unit_types: [base]"] finds ["unit_types": "lint-unit-types-without-units"];
    more_prizes_than_entries_pass_are_found: ["count: 2, amount" => "count: 50, amount"] finds ["gate:": "lint-more-prizes-than-pass", "count: { min: 1, max: 3 }": "lint-more-winners-than-go-up"];
    a_second_prize_above_the_first_is_found: ["amount: 3000000" => "amount: 8000000"] finds ["key: b": "lint-lower-prize-worth-more"];
    fewer_lower_prizes_are_told: ["count: 1, amount" => "count: 3, amount", "max: 3 }\n  basis" => "max: 5 }\n  basis"] finds ["key: b": "lint-fewer-lower-prizes"];
    a_prize_of_nothing_is_found: ["count: 1, amount" => "count: 0, amount"] finds ["key: a,": "lint-prize-of-nothing"];
    a_prize_that_nobody_has_time_to_accept_is_found: ["next_in_line_days: 14" => "next_in_line_days: 0"] finds ["key: b": "lint-no-days-to-accept"];
    a_prize_for_units_in_a_table_of_entries_is_found: ["amount: 5000000" => "amount: 5000000, recipient: unit"] finds ["key: a,": "lint-recipient-of-another-table"];
    a_prize_of_a_category_that_its_table_does_not_rank_is_found: ["key: mixed" => "key: mixed\n    categories: [other]", "table: mixed, count: 1" => "table: mixed, category: photo, count: 1"] finds ["categories: [other]": "lint-key-unknown", "key: a,": "lint-category-not-in-table"];
    a_contest_without_prizes_is_told: ["prizes:\n  - { key: a, label: Giải A, table: mixed, count: 1, amount: 5000000 }\n  - { key: b, label: Giải B, table: mixed, count: 2, amount: 3000000, next_in_line_days: 14 }\n" => "", "basis: { prizes: [a, b] }" => "basis: { rank: mixed }"] finds ["slug:": "lint-no-prizes"];

    // What goes up.
    a_way_up_to_nowhere_is_found: ["parent: above\n" => ""] finds ["promotion:": "lint-promotion-to-nowhere"];
    more_winners_than_may_go_up_are_found: ["min: 1, max: 3 }\n  basis" => "min: 2, max: 2 }\n  basis"] finds ["min: 2, max: 2 }": "lint-more-winners-than-go-up"];
    fewer_winners_than_have_to_go_up_are_found: ["min: 1, max: 3 }\n  basis" => "min: 5, max: 5 }\n  basis"] finds ["count: { min: 5": "lint-fewer-winners-than-go-up"];
    a_number_beyond_the_cap_above_is_found: ["min: 1, max: 3 }\n  basis: { prizes: [a, b] }" => "min: 10, max: 10 }\n  basis: { rank: mixed }"] finds ["min: 10": "lint-beyond-the-parents-cap"];
    a_most_beyond_the_cap_above_is_found: ["min: 1, max: 3 }\n  basis: { prizes: [a, b] }" => "min: 1, max: 12 }\n  basis: { rank: mixed }"] finds ["max: 12": "lint-most-beyond-the-parents-cap"];
    winners_beyond_the_cap_above_are_found: ["count: 2, amount" => "count: 6, amount", "min: 1, max: 3 }\n  basis" => "min: 1, max: 7 }\n  basis"] finds ["max: 7": "lint-beyond-the-parents-cap"];
    a_prize_that_may_stay_empty_is_not_certain_to_go_up: ["count: 2, amount" => "count: 6, may_stay_empty: true, amount", "min: 1, max: 3 }\n  basis" => "min: 1, max: 7 }\n  basis"] finds ["max: 7": "lint-most-beyond-the-parents-cap"];
    more_than_all_that_the_contest_above_takes_is_found: ["parent: above" => "parent: full", "min: 1, max: 3 }\n  basis: { prizes: [a, b] }" => "min: 3, max: 3 }\n  basis: { rank: mixed }"] finds ["min: 3, max: 3": "lint-beyond-the-parents-whole"];
    a_most_beyond_all_that_the_contest_above_takes_is_found: ["parent: above" => "parent: full", "min: 1, max: 3 }\n  basis: { prizes: [a, b] }" => "min: 1, max: 3 }\n  basis: { rank: mixed }"] finds ["min: 1, max: 3": "lint-most-beyond-the-parents-whole"];
    a_category_that_is_not_above_is_found: ["basis: { prizes: [a, b] }" => "basis: { prizes: [a, b] }\n  category: poster"] finds ["category: poster": "lint-parent-has-no-category"];
    a_slot_that_the_contest_above_asks_for_is_missed: ["- key: photo\n        kind: photo" => "- key: picture\n        kind: photo"] finds ["slots:": "lint-parent-slot-missing"];
    smaller_pictures_than_the_contest_above_takes_are_found: ["long_side: { min: 3000 }" => "long_side: { min: 1600 }"] finds ["      - key: photo\n": "lint-wider-than-the-parent"];
    formats_that_the_contest_above_does_not_take_are_found: ["formats: [jpeg, png]" => "formats: [jpeg, heic]"] finds ["      - key: photo\n": "lint-wider-than-the-parent"];
    a_result_after_the_intake_above_is_found: ["opens: 2026-04-25, closes: 2026-04-25" => "opens: 2026-06-25, closes: 2026-06-25", "closes: 2026-05-09" => "closes: 2026-07-09"] finds ["promotion:": "lint-result-after-the-parents-intake"];

    // The shape of the file.
    a_key_that_is_not_known_is_found_with_the_one_that_was_meant: ["categories:" => "categorys:"] finds ["categorys": "shape-key-unknown", "slug:": "shape-key-missing"];
    a_key_like_no_other_is_found_with_all_that_are_known: ["quorum: 2" => "quorum: 2\n    tiền thưởng: 5"] finds ["tiền thưởng": "shape-key-unknown-here"];
    a_value_that_is_not_known_is_found_with_all_that_are: ["kind: voting" => "kind: vote"] finds ["kind: vote,": "shape-value-unknown"];
    a_value_that_needs_another_is_found: ["level: code" => "level: code\n  limit: in_all"] finds ["limit: in_all": "shape-value-needs-more"];
    a_number_in_words_is_found: ["goes_on: 40" => "goes_on: bốn mươi"] finds ["bốn mươi": "shape-number-wanted"];
    a_number_below_zero_is_found: ["goes_on: 40" => "goes_on: -1"] finds ["goes_on: -1": "shape-number-wanted"];
    a_size_that_is_none_is_found: ["bytes: { max: 6 MB }" => "bytes: { max: sáu mê }"] finds ["sáu mê": "shape-size-wanted"];
    a_list_that_is_none_is_found: ["formats: [jpeg, png]" => "formats: jpeg"] finds ["formats: jpeg": "shape-list-wanted"];
    words_where_a_list_stands_are_found: ["table: mixed, count: 1" => "table: [mixed], count: 1"] finds ["[mixed]": "shape-text-wanted"];
    a_mapping_that_is_none_is_found: ["team_size: { min: 2, max: 5 }" => "team_size: 5"] finds ["team_size: 5": "shape-mapping-wanted"];
    a_yes_in_words_is_found: ["quorum: 2" => "quorum: 2\n    blind: có"] finds ["blind: có": "shape-yes-no-wanted"];
    a_key_written_twice_is_found: ["unit: tong-lien-doan" => "unit: tong-lien-doan\nunit: khac"] finds ["unit: khac": "document-key-twice"];
    brackets_that_do_not_close_are_found: ["formats: [jpeg, png]" => "formats: [jpeg, png"] finds ["bytes: { max: 6 MB }": "document-unreadable"];
}

#[test]
fn everything_that_is_wrong_with_a_shape_is_found_at_once() {
    let text = SOUND
        .replace("goes_on: 40", "goes_on: bốn mươi")
        .replace("kind: voting", "kind: vote")
        .replace("quorum: 2", "quorom: 2");

    let codes: Vec<_> = found(&text).into_iter().map(|(_, code)| code).collect();

    assert_eq!(codes, ["shape-value-unknown", "shape-key-unknown", "shape-number-wanted"]);
}

#[test]
fn rules_are_looked_at_although_a_key_is_not_known() {
    let text = SOUND.replace("quorum: 2", "quorom: 2").replace("weight: 70", "weight: 80");

    let codes: Vec<_> = found(&text).into_iter().map(|(_, code)| code).collect();

    assert_eq!(codes, ["shape-key-unknown", "lint-weights-not-100"]);
}

#[test]
fn numbers_as_large_as_they_get_are_found_wrong_and_stop_nothing() {
    const MOST: &str = "4294967295";
    let text = SOUND
        .replace("max: 10, weight: 60", &format!("max: {MOST}, weight: {MOST}"))
        .replace("max: 10, weight: 40", &format!("max: {MOST}, weight: {MOST}"))
        .replace("weight: 70", &format!("weight: {MOST}"))
        .replace("weight: 30", &format!("weight: {MOST}"))
        .replace("count: 1, amount", &format!("count: {MOST}, amount"))
        .replace("count: 2, amount", &format!("count: {MOST}, amount"));

    let mut codes: Vec<_> = found(&text).into_iter().map(|(_, code)| code).collect();

    codes.sort_unstable();
    let wrong = [
        "lint-more-prizes-than-pass",
        "lint-more-winners-than-go-up",
        "lint-weights-not-100",
        "lint-weights-not-100",
    ];
    assert_eq!(codes, wrong);
}

#[test]
fn an_empty_file_is_found() {
    assert_eq!(found("# nothing\n"), [(1, "document-empty")]);
}

#[test]
fn an_unknown_key_is_told_with_the_one_that_was_meant() {
    let examined = document::examine(&SOUND.replace("quorum: 2", "quorom: 2"), above);
    let finding = &examined.found[0].finding;

    assert_eq!(
        words::say(Lang::Vi, finding.code, &finding.args),
        "Không có khóa “quorom”. Có phải bạn muốn viết “quorum”?"
    );
}

/// Codes that no file can show: the rest of the program finds them, and other tests hold them.
const ELSEWHERE: [&str; 9] = [
    "lint-error",
    "lint-warning",
    "lint-advice",
    "lint-unit-unknown",
    "lint-unit-type-unknown",
    "lint-unit-not-below",
    "lint-round-kind-not-run",
    "document-empty",
    "document-wanted",
];

#[test]
fn every_sentence_of_the_linter_is_shown_by_a_defect() {
    let words = words::files().find(|(name, _)| name == "vi/lint.ftl").expect("the words").1;
    let keys = words.lines().filter_map(|line| Some(line.split_once(" = ")?.0));
    let about_files =
        |key: &&str| ["lint-", "shape-", "document-"].iter().any(|start| key.starts_with(start));
    let untold: Vec<_> = keys
        .filter(about_files)
        .filter(|key| !ELSEWHERE.contains(key) && !TESTED.contains(key))
        .collect();

    assert_eq!(untold, Vec::<&str>::new());
}
