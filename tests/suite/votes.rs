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
        worked: true,
        trace: Trace { device: 7, network: 0 },
    }
}

fn touch(site: &Site, entry: u32) -> Touch {
    Touch { entry, nonce: 0, at: site.app.clock.now() }
}

async fn cast(site: &Site, contest: ContestId, number: u16, entry: u32) -> Result<Cast, Error> {
    site.app.votes.cast(contest, touch(site, entry), &voter(number)).await
}

/// A case about these leaves, as yet without a ruling.
async fn case(
    site: &Site,
    (contest_id, entry_id): (ContestId, EntryId),
    leaves: &[i64],
) -> entity::id::VoteCaseId {
    let now = site.app.clock.now();
    let row = entity::vote_case::Model {
        id: entity::id::VoteCaseId::new(),
        contest_id,
        code: format!("CASE{:04}", leaves[0]),
        entry_id,
        link: None,
        state: entity::vote_case::State::Open,
        points: 4,
        findings: serde_json::json!([]),
        leaves: serde_json::json!(leaves),
        first_at: now,
        last_at: now,
        found_at: now,
        reason: None,
        proposed_by: None,
        appeal_until: None,
    };
    let id = row.id;
    let tx = db::begin(&site.app.db).await.unwrap();
    let row = row.into_active_model().reset_all();
    entity::vote_case::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Puts a case into this state, and brings the log to it.
async fn rule(site: &Site, case: entity::id::VoteCaseId, state: entity::vote_case::State) {
    let tx = db::begin(&site.app.db).await.unwrap();
    let row = entity::vote_case::Entity::find_by_id(case).one(&tx).await.unwrap().unwrap();
    let mut row = row.into_active_model();
    row.state = Set(state);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    site.app.votes.carry_out(&site.app.db, case).await.unwrap();
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
        let seen = Seen::Now.of(&site.app.db, contest, Some(&entries)).await.unwrap().unwrap();
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

    async fn a_ballot_that_two_cases_hold_stays_aside_until_both_let_go(site: Site) {
        use entity::vote_case::State as Case;
        let (contest, entries) = given(site, "{ in_all: 2 }", 2).await;
        for number in 1..=4 {
            cast(site, contest, number, 1).await.unwrap();
            cast(site, contest, number, 2).await.unwrap();
        }
        assert_eq!(counted(site, contest, &entries).await, [4, 4]);
        let rows = vote::Entity::find().all(&site.app.db).await.unwrap();
        let leaves: std::collections::BTreeSet<i64> = rows.iter().map(|row| row.last_leaf).collect();
        let leaves: Vec<i64> = leaves.into_iter().collect();
        let one = case(site, (contest, entries[0]), &leaves[..3]).await;
        let other = case(site, (contest, entries[1]), &leaves[2..]).await;
        let mut seen = Vec::new();

        for (id, state) in [
            (one, Case::Held),
            (other, Case::Held),
            (one, Case::Struck),
            (other, Case::Released),
            (other, Case::Held),
            (one, Case::Restored),
            (one, Case::Restored),
            (other, Case::Released),
        ] {
            rule(site, id, state).await;
            seen.push(counted(site, contest, &entries).await[0]);
        }

        assert_eq!(seen, [1, 0, 0, 1, 0, 2, 2, 4]);
        site.set_clock(OVER);
        let bundle = bundle(site, contest).await;
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let counts = audit(&bundle, &key, (&[], 0)).unwrap().counts;
        assert_eq!((counts.standing, counts.quarantined, counts.disqualified), (4, 0, 0));
    }

    async fn a_log_is_not_closed_while_a_vote_that_came_in_time_is_on_its_way(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        site.set_clock("2026-04-30T16:59:59Z");
        let coming = site.app.votes.enter(site.app.clock.now());
        site.set_clock(OVER);
        let late = site.app.votes.enter(site.app.clock.now());

        let early = site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
        let touch = Touch { entry: 1, nonce: 0, at: coming.at() };
        let cast = site.app.votes.cast(contest, touch, &voter(2)).await;
        drop(coming);

        assert!(!early.closed && early.waits, "{early:?}");
        assert!(!voting::is_closed(&site.app.db, contest).await.unwrap());
        assert!(cast.is_ok(), "{cast:?}");
        let standing = site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
        assert_eq!((standing.votes, standing.closed, standing.waits), (2, true, false));
        assert!(voting::is_closed(&site.app.db, contest).await.unwrap());
        assert_eq!(counted(site, contest, &entries).await, [2]);
        drop(late);
    }

    async fn a_vote_that_waits_for_a_lock_is_in_the_log_before_the_close(site: Site) {
        use sea_orm::{ConnectionTrait, DbBackend};
        let (contest, _) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        site.set_clock("2026-04-30T16:59:59Z");
        let tx = db::begin(&site.app.db).await.unwrap();
        if tx.get_database_backend() == DbBackend::Postgres {
            tx.execute_unprepared("lock table vote_segment in exclusive mode").await.unwrap();
        }
        let coming = site.app.votes.enter(site.app.clock.now());
        let touch = Touch { entry: 1, nonce: 0, at: coming.at() };
        let voter = voter(2);

        let vote = async {
            let cast = site.app.votes.cast(contest, touch, &voter).await;
            drop(coming);
            cast
        };
        let close = async {
            site.set_clock(OVER);
            site.app.votes.settle(contest, site.app.clock.now()).await
        };
        let open = async {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
            tx.commit().await.unwrap();
        };
        let (cast, standing, ()) = tokio::join!(vote, close, open);

        assert!(cast.is_ok(), "{cast:?}");
        let standing = standing.unwrap();
        assert_eq!((standing.votes, standing.closed), (2, true));
        let bundle = bundle(site, contest).await;
        let places: Vec<&str> = bundle.leaves.iter().filter_map(|leaf| match Leaf::read(leaf)? {
            Leaf::Vote(_) => Some("vote"),
            Leaf::Close { .. } => Some("close"),
            _ => None,
        }).collect();
        assert_eq!(places, ["vote", "vote", "close"]);
    }

    #[expect(clippy::too_many_lines, reason = "one story from the first head to the counted witness")]
    async fn others_cosign_heads_that_grow_and_both_verifiers_count_them(site: Site) {
        use hoithi::ledger::{Checkpoint, Signer};
        use hoithi::voting::witness::{Unseen, Witness, cosign, cosignatures};
        let (contest, _) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let other = Site::new(crate::support::Engine::Sqlite).await;
        let mut app = other.app.clone();
        let mut config = (*app.config).clone();
        config.votes.witnessed = vec![key.text()];
        app.config = std::sync::Arc::new(config);
        let served = app.clone();
        let make = move || hoithi::web::site(served.clone(), Default::default());
        let server = actix_web::HttpServer::new(make).workers(1).bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/witness", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let own = app.votes.witness().unwrap().witness();
        let witnesses = [Witness { url, key: own.clone() }];
        let round = async || {
            hoithi::worker::cosign::round(&site.app, &witnesses).await.unwrap();
            let rows = cosignatures(&site.app.db, contest).await.unwrap();
            rows.into_iter().map(|row| row.size).collect::<Vec<_>>()
        };
        let mut sizes = vec![round().await];

        cast(site, contest, 2, 1).await.unwrap();
        sizes.push(round().await);
        entity::vote_cosignature::Entity::delete_many().exec(&site.app.db).await.unwrap();
        sizes.push(round().await);
        assert_eq!(sizes, [[2], [3], [3]]);

        let secret = site.app.config.data.folder.join("votes").join(contest.to_string()).join("log");
        let secret: [u8; 32] = std::fs::read(secret).unwrap().try_into().unwrap();
        let note = |origin: &str, size: u64| {
            let head = Checkpoint { origin: origin.to_owned(), size, root: [9; 32] };
            Signer::new(origin, &secret).note(&head.text())
        };
        let (origin, path) = (key.name(), "A".repeat(43) + "=\n");
        let signer = app.votes.witness().unwrap();
        let ask = async |text: String, known: &[hoithi::ledger::Verifier]| {
            let tx = db::begin(&app.db).await.unwrap();
            cosign(&tx, (&signer, known), &text, app.clock.now()).await.unwrap_err()
        };
        let known = [key.clone()];
        let forked = format!("old 3\n{path}{path}\n{}", note(origin, 5));
        assert_eq!(ask(forked.clone(), &known).await, Unseen::NoGrowth);
        assert_eq!(ask(format!("old 3\n\n{}", note(origin, 3)), &known).await, Unseen::Stale(3));
        assert_eq!(ask(format!("old 2\n{path}\n{}", note(origin, 5)), &known).await, Unseen::Stale(3));
        assert_eq!(ask(forked.clone(), &[]).await, Unseen::UnknownLog);
        let unsigned = forked.replace(&note(origin, 5), &Signer::new(origin, &[1; 32]).note(
            &Checkpoint { origin: origin.to_owned(), size: 5, root: [9; 32] }.text(),
        ));
        assert_eq!(ask(unsigned, &known).await, Unseen::Unsigned);
        assert_eq!(ask("old 03\n\nx".to_owned(), &known).await, Unseen::Unreadable);

        site.set_clock(OVER);
        bundle(site, contest).await;
        round().await;
        handle.stop(false).await;
        let bundle = site.app.votes.bundle(&site.app.db, contest).await.unwrap();
        let arguments = ["--key", &key.text(), "--witness", &own.text(), "--quorum", "1"];
        assert!(audit(&bundle, &key, (std::slice::from_ref(&own), 1)).is_ok());
        assert_eq!(crate::ledger::in_python(&bundle, &arguments), Ok(()));
        let newest = voting::checkpoint(&site.app.db, contest).await.unwrap().unwrap();
        assert_eq!(hoithi::ledger::cosigned(&newest, std::slice::from_ref(&own)), 1);
        let mut alone = bundle;
        let last = alone.checkpoints.last_mut().unwrap();
        let end = last.trim_end().rfind('\n').unwrap();
        last.truncate(end + 1);
        assert_eq!(audit(&alone, &key, (std::slice::from_ref(&own), 1)).unwrap_err().check, 5);
        assert_eq!(crate::ledger::in_python(&alone, &arguments), Err(5));
        other.end().await;
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

    async fn how_ballots_count_stays_once_the_vote_has_begun(site: Site) {
        let (contest, _) = given(site, "{ in_all: 3 }", 1).await;
        let change = Change { reason: "Bão".to_owned(), notice: "Đổi".to_owned() };
        let applied = async |limit: &str| {
            let definition = document::read(&CONTEST.replace("LIMIT", limit)).unwrap();
            let tx = db::begin(&site.app.db).await.unwrap();
            let done = apply(&tx, &definition, None, &change, site.app.clock.now()).await;
            tx.commit().await.unwrap();
            done.map(|_| ()).map_err(|error| error.to_string())
        };

        let begun = [applied("{ in_all: 2 }").await, applied("{ in_all: 3 }, least: 2").await];
        let dates = applied("{ in_all: 3 }, bands: [10]").await;
        site.set_clock("2026-03-20T01:00:00Z");
        let before = applied("{ in_all: 3 }, points: [3, 2, 1]").await;

        assert_eq!(begun, [(); 2].map(|()| Err("the vote has begun".to_owned())));
        assert_eq!((dates, before), (Ok(()), Ok(())));
        let rules = contest::by_id(&site.app.db, contest).await.unwrap();
        assert_eq!(rules.definition.voting.as_ref().unwrap().points, [3, 2, 1]);
    }

    async fn new_keys_sign_from_a_leaf_on_and_what_the_old_ones_signed_still_verifies(site: Site) {
        use hoithi::ledger::opened;
        let (contest, entries) = given(site, "one_per_entry", 1).await;
        let votes = &site.app.votes;
        let none = votes.rotate_keys(contest).await;
        assert!(matches!(none, Err(Error::Unknown)), "{none:?}");
        cast(site, contest, 1, 1).await.unwrap();
        let found = || (2, "một loại máy".to_owned());
        votes.hold(contest, vec![1], found()).await.unwrap();
        let first = votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let old = voting::checkpoint(&site.app.db, contest).await.unwrap().unwrap();

        votes.rotate_keys(contest).await.unwrap();
        cast(site, contest, 2, 1).await.unwrap();
        votes.strike(contest, vec![1], found()).await.unwrap();
        votes.rotate_keys(contest).await.unwrap();
        cast(site, contest, 3, 1).await.unwrap();

        let (beginning, now) = votes.keys(&site.app.db, contest).await.unwrap().unwrap();
        let newest = voting::checkpoint(&site.app.db, contest).await.unwrap().unwrap();
        assert_eq!(beginning, first);
        assert!(now != first && opened(&newest, &now).is_some() && opened(&newest, &first).is_none());
        assert!(opened(&old, &first).is_some());
        assert_eq!(counted(site, contest, &entries).await, [2]);
        site.set_clock(OVER);
        let bundle = bundle(site, contest).await;
        let audited = audit(&bundle, &first, (&[], 0)).unwrap();
        assert_eq!((audited.counts.standing, audited.counts.disqualified), (2, 1));
        assert_eq!(crate::ledger::in_python(&bundle, &["--key", &first.text()]), Ok(()));
        assert_eq!(audit(&bundle, &now, (&[], 0)).unwrap_err().check, 2);
        assert_eq!(crate::ledger::in_python(&bundle, &["--key", &now.text()]), Err(2));
    }

    async fn a_crash_between_the_log_and_the_folder_loses_no_key(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        let folder = site.app.config.data.folder.join("votes").join(contest.to_string());
        let names = ["staff-0", "staff-1", "log"];
        let old = names.map(|name| std::fs::read(folder.join(name)).unwrap());
        site.app.votes.rotate_keys(contest).await.unwrap();
        let new = names.map(|name| std::fs::read(folder.join(name)).unwrap());
        assert!(names.iter().all(|name| !folder.join(format!("{name}.next")).exists()));
        for ((name, old), new) in names.iter().zip(&old).zip(&new) {
            assert_ne!(old, new, "{name}");
            std::fs::write(folder.join(name), old).unwrap();
        }
        let lost = once_silent(site, &another(site), contest, (2, 1)).await;
        assert!(matches!(lost, Err(Error::Busy | Error::Keys(_))), "{lost:?}");
        for (name, new) in names.iter().zip(&new).skip(1) {
            std::fs::write(folder.join(format!("{name}.next")), new).unwrap();
        }
        std::fs::write(folder.join("staff-0"), &new[0]).unwrap();

        once_silent(site, &another(site), contest, (2, 1)).await.unwrap();

        assert_eq!(names.map(|name| std::fs::read(folder.join(name)).unwrap()), new);
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
