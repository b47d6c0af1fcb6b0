//! When a log is closed, and what waits for it.

use hoithi::contest::apply::{Change, apply};
use hoithi::contest::definition::{Definition, Work};
use hoithi::contest::document;
use hoithi::db;
use hoithi::ledger::{Leaf, audit};
use hoithi::voting::{self, Touch};
use hoithi::worker;
use sea_orm::EntityTrait;

use super::{CONTEST, OVER, another, bundle, cast, counted, given, held, voter};
use crate::support::{Site, both};

both! {
    async fn a_log_is_open_and_its_key_is_known_before_anybody_votes(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 1).await;
        site.set_clock("2026-03-20T01:00:00Z");
        let before = site.app.votes.key(&site.app.db, contest).await.unwrap();
        worker::opening::open(&site.app).await.unwrap();
        worker::opening::open(&site.app).await.unwrap();
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let page = site.browser().get("/contests/anh-dep/votes").await;
        assert!(before.is_none() && page.text().contains(&key.text()), "{}", page.text());
        let leads = async || {
            let row = entity::vote_log::Entity::find_by_id(contest).one(&site.app.db).await.unwrap();
            row.unwrap().leased_until > site.app.clock.now()
        };
        let begun = std::time::Instant::now();
        while leads().await && begun.elapsed().as_secs() < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }

        site.set_clock("2026-04-06T01:00:00Z");
        let other = another(site);
        let at = site.app.clock.now();
        other.cast(contest, Touch { entry: 1, nonce: 0, at }, &voter(1)).await.unwrap();
        site.set_clock(OVER);
        other.settle(contest, site.app.clock.now()).await.unwrap();
        let result = voting::result(&site.app.db, contest).await.unwrap().unwrap();
        other.bind(contest, result).await.unwrap();

        assert_eq!(voting::unopened(&site.app.db, at).await.unwrap(), []);
        let bundle = site.app.votes.bundle(&site.app.db, contest).await.unwrap();
        assert_eq!(audit(&bundle, &key, (&[], 0)).map(|audited| audited.leaves), Ok(4));
        assert!(bundle.checkpoints[0].lines().nth(1) == Some("1"), "{}", bundle.checkpoints[0]);
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
        let (contest, _) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        site.set_clock("2026-04-30T16:59:59Z");
        let tx = held(site).await;
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

    async fn what_a_voter_has_to_prove_changes_while_nobody_votes(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 1).await;
        cast(site, contest, 1, 1).await.unwrap();
        let work = |site: &Site| site.app.votes.policy(contest).map(|policy| policy.voting.work);
        let before = work(site);
        let stricter = CONTEST.replace("LIMIT", "one_per_entry, work: always");
        let definition: Definition = document::read(&stricter).unwrap();
        let tx = db::begin(&site.app.db).await.unwrap();
        let change = Change { reason: "Mua phiếu".to_owned(), notice: "Thêm bước".to_owned() };
        apply(&tx, &definition, None, &change, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();

        let begun = std::time::Instant::now();
        while work(site) == before && begun.elapsed().as_secs() < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }

        assert_eq!([before, work(site)], [Some(Work::Never), Some(Work::Always)]);
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
}
