//! The writer of votes: what is counted is in the log once, whatever happens around it.

use entity::entry::{self, EntrantKind, State};
use entity::id::{ContestId, EntryId};
use entity::vote;
use entity::vote::State as VoteState;
use hoithi::app;
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::{Definition, Level};
use hoithi::contest::{self, document};
use hoithi::ledger::{Bundle, Leaf, Verdict, audit};
use hoithi::voting::{self, Cast, Error, Proof, Seen, Touch, Trace, Votes};
use hoithi::{db, voting::tally_agrees};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use crate::support::{Site, both};

const CONTEST: &str = "
slug: anh-dep
title: Ảnh đẹp
unit: tong-lien-doan
phases:
  - { key: intake, kind: intake, opens: 2026-03-01, closes: 2026-03-31 }
  - { key: vote, kind: voting, opens: 2026-04-01, closes: 2026-04-30 }
categories:
  - key: main
    title: Ảnh
    entrants: [person]
    slots: [{ key: photo, kind: photo, label: Ảnh, count: { min: 1, max: 1 } }]
voting: { phase: vote, limit: LIMIT, counts: live }
tables:
  - { key: public, title: Yêu thích, formula: [{ source: votes }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: public, count: 1 }
";

/// An announced contest in its vote, and the keys of its entries, whose numbers count from 1.
async fn given(site: &Site, limit: &str, count: i32) -> (ContestId, Vec<EntryId>) {
    site.units().await;
    let definition: Definition = document::read(&CONTEST.replace("LIMIT", limit)).unwrap();
    let admin = site.admin("quantri@example.vn").await;
    let now = site.app.clock.now();
    let tx = db::begin(&site.app.db).await.unwrap();
    let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
    let whole = contest::by_id(&tx, id).await.unwrap();
    let organiser = contest::Organiser::of(&tx, &whole, admin, now).await.unwrap();
    apply::announce(&tx, &organiser, now).await.unwrap();
    let category = contest::category_ids(&tx, id).await.unwrap()["main"];
    let mut entries = Vec::new();
    for number in 1..=count {
        let row = entry::Model {
            id: EntryId::new(),
            contest_id: id,
            category_id: category,
            code: format!("CODE{number:04}"),
            number: Some(number),
            title: format!("Ảnh {number}"),
            search_text: String::new(),
            state: State::Accepted,
            entrant_kind: EntrantKind::Person,
            entrant_name: "Nguyễn Thị Hoa".to_owned(),
            shown_name: "Nguyễn Thị Hoa".to_owned(),
            unit_id: None,
            author_id: None,
            entered_by: None,
            resume_hash: None,
            phone: None,
            email: None,
            lang: "vi".to_owned(),
            version: 1,
            submitted_at: Some(now),
            repair_until: None,
            promoted_from: None,
            created_at: now,
            updated_at: now,
        };
        entries.push(row.id);
        entry::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(&tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    (id, entries)
}

fn voter(number: u16) -> Proof {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    Proof {
        key,
        level: Level::Device,
        user: None,
        link: None,
        trace: Trace { device: 7, network: 0 },
    }
}

fn touch(site: &Site, entry: u32) -> Touch {
    Touch { entry, nonce: 0, at: site.app.clock.now() }
}

async fn cast(site: &Site, contest: ContestId, number: u16, entry: u32) -> Result<Cast, Error> {
    site.app.votes.cast(contest, touch(site, entry), &voter(number)).await
}

/// Another process over the same database and keys.
fn another(site: &Site) -> Votes {
    let names = (site.app.config.server.base_url.as_str(), "http://other");
    Votes::open(
        site.address(),
        &site.app.config.data.folder,
        names,
        site.app.clock.clone(),
        app::fresh,
    )
}

/// A vote at `other`, as voter and entry, once the node that wrote before has been silent for long
/// enough: meanwhile it may say once more that it leads.
async fn once_silent(
    site: &Site,
    other: &Votes,
    contest: ContestId,
    (number, entry): (u16, u32),
) -> Result<Cast, Error> {
    for minute in 1..59 {
        site.set_clock(&format!("2026-04-01T01:{minute:02}:00Z"));
        match other.cast(contest, touch(site, entry), &voter(number)).await {
            Err(Error::Elsewhere(_)) => {}
            done => return done,
        }
    }
    panic!("the other node leads for ever");
}

async fn bundle(site: &Site, contest: ContestId) -> Bundle {
    site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
    site.app.votes.bundle(&site.app.db, contest).await.unwrap()
}

async fn counted(site: &Site, contest: ContestId, entries: &[EntryId]) -> Vec<i64> {
    site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
    assert!(tally_agrees(&site.app.db, contest).await.unwrap());
    let counts = voting::counts(&site.app.db, contest).await.unwrap();
    entries.iter().map(|entry| counts.get(entry).copied().unwrap_or(0)).collect()
}

const OVER: &str = "2026-05-01T00:00:00Z";

both! {
    async fn the_same_touch_again_is_the_same_receipt_and_one_vote(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 2).await;

        let first = cast(site, contest, 1, 1).await.unwrap();
        site.set_clock("2026-04-02T01:00:00Z");
        let again = cast(site, contest, 1, 1).await.unwrap();
        let other = cast(site, contest, 1, 2).await.unwrap();

        assert_eq!(again, Cast { again: true, ..first.clone() });
        assert_eq!((first.again, other.again, first.receipt.len()), (false, false, 12));
        assert_eq!(counted(site, contest, &entries).await, [1, 1]);
        let own = voting::own(&site.app.db, &first.receipt).await.unwrap().unwrap();
        assert_eq!((own.entry_id, own.state, own.leaf), (entries[0], VoteState::Counted, 1));
    }

    async fn many_at_once_are_each_counted_once_and_share_commits(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 3).await;
        let touches = (0..900_u16).map(|n| cast(site, contest, n % 300, 1 + u32::from(n % 3)));

        let answers = futures_util::future::join_all(touches).await;

        let receipts: std::collections::HashSet<String> =
            answers.into_iter().map(|answer| answer.unwrap().receipt).collect();
        assert_eq!(receipts.len(), 300);
        assert_eq!(counted(site, contest, &entries).await, [100, 100, 100]);
        let segments = entity::vote_segment::Entity::find().all(&site.app.db).await.unwrap();
        assert!(segments.len() < 30, "{} commits for 300 votes", segments.len());
    }

    async fn a_ballot_of_two_keeps_to_two_and_can_be_changed_until_the_close(site: Site) {
        let (contest, entries) = given(site, "{ in_all: 2 }", 3).await;

        let first = cast(site, contest, 1, 1).await.unwrap();
        cast(site, contest, 1, 2).await.unwrap();
        let third = cast(site, contest, 1, 3).await;
        let first_again = cast(site, contest, 1, 1).await.unwrap();
        site.app.votes.withdraw(contest, touch(site, 2), &voter(1)).await.unwrap();
        let twice = site.app.votes.withdraw(contest, touch(site, 2), &voter(1)).await;
        cast(site, contest, 1, 3).await.unwrap();
        cast(site, contest, 2, 3).await.unwrap();

        assert!(matches!(third, Err(Error::NoVotesLeft(2))), "{third:?}");
        assert!(matches!(twice, Err(Error::Unknown)), "{twice:?}");
        assert_eq!(first_again, Cast { again: true, ..first });
        assert_eq!(counted(site, contest, &entries).await, [1, 0, 2]);
        site.set_clock(OVER);
        let late = cast(site, contest, 3, 1).await;
        assert!(matches!(late, Err(Error::Closed)), "{late:?}");
        let bundle = bundle(site, contest).await;
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let audited = audit(&bundle, &key, (&[], 0)).unwrap();
        assert_eq!(
            audited.counts.json(),
            r#"{"counts":{"1":1,"3":2},"disqualified":0,"leaves":5,"levels":{"0":2},"quarantined":0,"standing":2}"#
        );
        assert_eq!(bundle.openings[&4], [1, 3]);
    }

    async fn votes_by_the_day_begin_anew_each_morning_in_vietnam(site: Site) {
        let (contest, entries) = given(site, "{ per_day: 1 }", 2).await;
        site.set_clock("2026-04-02T16:59:00Z");
        cast(site, contest, 1, 1).await.unwrap();
        let second = cast(site, contest, 1, 2).await;
        site.set_clock("2026-04-02T17:00:00Z");
        let next_day = cast(site, contest, 1, 2).await.unwrap();

        assert!(matches!(second, Err(Error::NoVotesLeft(1))), "{second:?}");
        assert!(!next_day.again);
        assert_eq!(counted(site, contest, &entries).await, [1, 1]);
    }

    async fn a_touch_that_was_sent_again_after_a_withdrawal_stays_withdrawn(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 1).await;
        let touch = Touch { nonce: 99, ..touch(site, 1) };
        let first = site.app.votes.cast(contest, touch, &voter(1)).await.unwrap();
        site.app.votes.withdraw(contest, touch, &voter(1)).await.unwrap();

        let late = site.app.votes.cast(contest, touch, &voter(1)).await.unwrap();

        assert_eq!(late, Cast { again: true, ..first });
        assert_eq!(counted(site, contest, &entries).await, [0]);
        let anew = Touch { nonce: 100, ..touch };
        assert!(!site.app.votes.cast(contest, anew, &voter(1)).await.unwrap().again);
        assert_eq!(counted(site, contest, &entries).await, [1]);
    }

    async fn a_node_takes_the_lead_when_the_other_is_silent_and_knows_every_vote(site: Site) {
        let (contest, entries) = given(site, "{ in_all: 2 }", 3).await;
        let first = cast(site, contest, 1, 1).await.unwrap();
        let other = another(site);

        let early = other.cast(contest, touch(site, 1), &voter(1)).await;
        let again = once_silent(site, &other, contest, (1, 1)).await.unwrap();
        let second = other.cast(contest, touch(site, 2), &voter(1)).await.unwrap();
        let third = other.cast(contest, touch(site, 3), &voter(1)).await;
        let outrun = cast(site, contest, 2, 3).await;

        assert!(matches!(&early, Err(Error::Elsewhere(_))), "{early:?}");
        assert_eq!(again, Cast { again: true, ..first });
        assert!(!second.again);
        assert!(matches!(third, Err(Error::NoVotesLeft(2))), "{third:?}");
        assert!(matches!(&outrun, Err(Error::Elsewhere(url)) if url == "http://other"), "{outrun:?}");
        site.set_clock("2026-04-01T02:00:00Z");
        assert_eq!(counted(site, contest, &entries).await, [1, 1, 0]);
    }

    async fn held_votes_look_counted_to_the_public_and_are_not_counted(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 2).await;
        for number in 1..=5 {
            cast(site, contest, number, 1).await.unwrap();
        }
        cast(site, contest, 6, 2).await.unwrap();
        let votes = &site.app.votes;
        let found = || (12, "312 phiếu từ 2 loại máy".to_owned());

        votes.hold(contest, vec![1, 2, 3], found()).await.unwrap();
        let twice = votes.hold(contest, vec![1], found()).await;

        assert!(matches!(twice, Err(Error::Decided)), "{twice:?}");
        assert_eq!(counted(site, contest, &entries).await, [2, 1]);
        let seen = Seen::Now.of(&site.app.db, contest, &entries).await.unwrap().unwrap();
        assert_eq!((seen[&entries[0]], seen[&entries[1]]), (5, 1));
        votes.strike(contest, vec![1, 2], found()).await.unwrap();
        votes.restore(contest, vec![3], found()).await.unwrap();
        assert_eq!(counted(site, contest, &entries).await, [3, 1]);
        let struck = vote::Entity::find().filter(vote::Column::State.eq(VoteState::Struck));
        assert_eq!(struck.all(&site.app.db).await.unwrap().len(), 2);
        site.set_clock(OVER);
        let bundle = bundle(site, contest).await;
        let key = votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let counts = audit(&bundle, &key, (&[], 0)).unwrap().counts;
        assert_eq!((counts.counts["1"], counts.disqualified, counts.quarantined), (3, 2, 0));
        let verdicts: Vec<Verdict> = bundle
            .leaves
            .iter()
            .filter_map(|leaf| match Leaf::read(leaf)? {
                Leaf::Note(note) => Some(note.verdict),
                _ => None,
            })
            .collect();
        assert_eq!(verdicts, [Verdict::Quarantine, Verdict::Disqualify, Verdict::Restore]);
    }

    async fn projections_that_were_tampered_with_are_told_and_made_anew_from_the_log(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 2).await;
        for number in 1..=4 {
            cast(site, contest, number, 1 + u32::from(number % 2)).await.unwrap();
        }
        site.app.votes.withdraw(contest, touch(site, 2), &voter(1)).await.unwrap();
        assert_eq!(counted(site, contest, &entries).await, [2, 1]);
        let before = vote::Entity::find().all(&site.app.db).await.unwrap();
        let tx = db::begin(&site.app.db).await.unwrap();
        let one = before.iter().find(|vote| vote.state == VoteState::Counted).unwrap();
        let mut one = one.clone().into_active_model();
        one.state = Set(VoteState::Withdrawn);
        one.update(&tx).await.unwrap();
        tx.commit().await.unwrap();

        assert!(!tally_agrees(&site.app.db, contest).await.unwrap());

        let tx = db::begin(&site.app.db).await.unwrap();
        voting::forget(&tx, contest).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(counted(site, contest, &entries).await, [2, 1]);
        let mut after = vote::Entity::find().all(&site.app.db).await.unwrap();
        let mut before = before;
        before.sort_by(|a, b| a.receipt.cmp(&b.receipt));
        after.sort_by(|a, b| a.receipt.cmp(&b.receipt));
        assert_eq!(after, before);
    }

    async fn a_log_that_was_changed_in_the_database_takes_no_votes(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 2).await;
        cast(site, contest, 1, 1).await.unwrap();
        let row = entity::vote_segment::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let mut leaves = row.leaves.clone();
        *leaves.last_mut().unwrap() ^= 1;
        let mut row = row.into_active_model();
        row.leaves = Set(leaves);
        row.update(&site.app.db).await.unwrap();
        let other = another(site);

        let refused = once_silent(site, &other, contest, (2, 1)).await;

        assert!(matches!(refused, Err(Error::BrokenLog)), "{refused:?}");
    }

    async fn an_extended_deadline_is_bound_in_the_log_before_the_next_vote(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        let longer = CONTEST.replace("LIMIT", "one_per_entry").replace("2026-04-30", "2026-05-10");
        let definition: Definition = document::read(&longer).unwrap();
        let tx = db::begin(&site.app.db).await.unwrap();
        let change = Change { reason: "Bão".to_owned(), notice: "Gia hạn".to_owned()  };
        apply(&tx, &definition, None, &change, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        site.set_clock("2026-05-05T01:00:00Z");

        cast(site, contest, 2, 1).await.unwrap();

        assert_eq!(counted(site, contest, &entries).await, [2]);
        site.set_clock("2026-06-01T01:00:00Z");
        let bundle = bundle(site, contest).await;
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        assert_eq!(audit(&bundle, &key, (&[], 0)).map(|audited| audited.counts.standing), Ok(2));
        assert_eq!(bundle.rules.len(), 2);
    }

    async fn without_the_nullifier_key_nobody_votes_and_the_log_can_still_be_recounted(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        site.set_clock(OVER);
        site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();

        site.app.votes.destroy_key(contest).await.unwrap();

        let folder = site.app.config.data.folder.join("votes").join(contest.to_string());
        assert!(!folder.join("nullifier").exists());
        site.set_clock("2026-05-02T00:00:00Z");
        let bundle = bundle(site, contest).await;
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        assert!(audit(&bundle, &key, (&[], 0)).is_ok());
    }

    async fn a_receipt_is_proven_and_so_is_the_growth_of_the_log(site: Site) {
        use hoithi::ledger::{Checkpoint, opened, proves_growth};
        let (contest, _) = given(site, "one_per_entry", 1).await;
        for number in 1..=9 {
            cast(site, contest, number, 1).await.unwrap();
        }
        let votes = &site.app.votes;
        let key = votes.key(&site.app.db, contest).await.unwrap().unwrap();

        let receipt = votes.receipt(&site.app.db, contest, 4).await.unwrap();
        let (path, newest) = votes.growth(&site.app.db, contest, 4).await.unwrap();

        assert_eq!(receipt.proven(&key).map(|head| head.size), Some(10));
        let segments = entity::vote_segment::Entity::find().all(&site.app.db).await.unwrap();
        let head = |note: &str| Checkpoint::read(opened(note, &key).unwrap()).unwrap();
        let old = segments.iter().map(|row| head(&row.checkpoint)).find(|head| head.size == 4);
        let (old, new) = (old.unwrap(), head(&newest));
        assert!(proves_growth(4, new.size, &path, &old.root, &new.root));
        assert!(votes.receipt(&site.app.db, contest, 10).await.is_err());
    }
}
