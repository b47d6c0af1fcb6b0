//! Votes that are set aside, and what the public sees of it.

use entity::id::{ContestId, EntryId};
use entity::vote;
use entity::vote::State as VoteState;
use hoithi::db;
use hoithi::ledger::{Leaf, Verdict, audit};
use hoithi::voting::{self, Error, Seen};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::{OVER, bundle, cast, counted, given, touch, voter};
use crate::support::{Site, both};

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

both! {
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

    async fn a_ballot_that_is_set_aside_stays_aside_whatever_is_changed_on_it(site: Site) {
        let (contest, entries) = given(site, "{ in_all: 2 }", 3).await;
        for number in 1..=3 {
            cast(site, contest, number, 1).await.unwrap();
        }
        let votes = &site.app.votes;
        let found = || (12, "rất ít máy".to_owned());
        let back = async |number, entry| votes.withdraw(contest, touch(site, entry), &voter(number)).await;

        votes.hold(contest, vec![1, 2], found()).await.unwrap();
        cast(site, contest, 1, 2).await.unwrap();
        back(2, 1).await.unwrap();
        let taken_back = counted(site, contest, &entries).await;
        cast(site, contest, 2, 1).await.unwrap();
        cast(site, contest, 2, 3).await.unwrap();
        let held = counted(site, contest, &entries).await;
        let seen = Seen::Now.of(&site.app.db, contest, Some(&entries)).await.unwrap().unwrap();
        votes.strike(contest, vec![1], found()).await.unwrap();
        votes.restore(contest, vec![2], found()).await.unwrap();
        back(1, 1).await.unwrap();
        cast(site, contest, 1, 3).await.unwrap();
        let decided = counted(site, contest, &entries).await;
        let tx = db::begin(&site.app.db).await.unwrap();
        voting::forget(&tx, contest).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!((taken_back, held), (vec![1, 0, 0], vec![1, 0, 0]));
        assert_eq!(entries.iter().map(|entry| seen[entry]).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(decided, [2, 0, 1]);
        assert_eq!(counted(site, contest, &entries).await, [2, 0, 1], "anew from the log");
        site.set_clock(OVER);
        let bundle = bundle(site, contest).await;
        let key = votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let counts = audit(&bundle, &key, (&[], 0)).unwrap().counts;
        assert_eq!((counts.counts["1"], counts.counts["3"], counts.standing), (2, 1, 2));
        assert_eq!((counts.quarantined, counts.disqualified), (0, 1));
        assert_eq!(crate::ledger::in_python(&bundle, &["--key", &key.text()]), Ok(()));
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
        let leaves: std::collections::BTreeSet<i64> = rows.iter().map(|row| row.ballot).collect();
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
}
