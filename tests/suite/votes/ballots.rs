//! What a ballot holds, and what the same touch is worth.

use entity::vote::State as VoteState;
use hoithi::contest::apply::{Change, apply};
use hoithi::contest::{self, document};
use hoithi::ledger::audit;
use hoithi::voting::{self, Cast, Error, Proof, Touch, Votes};
use hoithi::{app, db};
use sea_orm::EntityTrait;

use super::{CONTEST, OVER, bundle, cast, counted, given, touch, voter};
use crate::support::both;

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
        assert_eq!((own.contest, own.state, own.leaf), (contest, VoteState::Counted, 1));
    }

    async fn voters_whose_writer_falls_are_told_to_come_again_and_another_writer_takes_its_place(site: Site) {
        use hoithi::refusal::{Kind, Refusal};
        use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
        static FALLS: AtomicBool = AtomicBool::new(false);
        // Both engines share the switch.
        static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        fn fresh() -> [u8; 32] {
            assert!(!FALLS.load(SeqCst), "the writer falls here");
            app::fresh()
        }
        let _alone = ALONE.lock().await;
        let (contest, _) = given(site, "one_per_entry", 1).await;
        let names = (site.app.config.server.base_url.as_str(), "");
        let (folder, clock) = (&site.app.config.data.folder, site.app.clock.clone());
        let votes = Votes::open(site.address(), folder, names, clock, fresh);
        let (at, voters): (_, Vec<Proof>) = (touch(site, 1), (1..=20).map(voter).collect());

        FALLS.store(true, SeqCst);
        let lost = voters.iter().map(|voter| votes.cast(contest, at, voter));
        let lost = futures_util::future::join_all(lost);
        let lost = tokio::time::timeout(std::time::Duration::from_secs(20), lost).await.unwrap();
        FALLS.store(false, SeqCst);
        let mut then = votes.cast(contest, at, &voters[0]).await;
        for _ in 0..100 {
            if then.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            then = votes.cast(contest, at, &voters[0]).await;
        }

        for answer in lost {
            let refused = answer.unwrap_err().refusal();
            assert_eq!((refused.kind, refused.code), (Kind::Unavailable, "votes-wait"));
        }
        assert!(!then.unwrap().again);
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
}
