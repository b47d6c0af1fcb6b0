//! Votes that come while others are being committed to a slow disk.

use std::time::Duration;

use actix_web::rt::time::sleep;
use entity::id::ContestId;
use hoithi::contest::apply::{Change, apply};
use hoithi::contest::definition::Level;
use hoithi::contest::document;
use hoithi::ledger::audit;
use hoithi::voting::{Cast, Error, Proof};

use super::{CONTEST, OVER, bundle, cast, counted, given, held, touch, voter};
use crate::support::{Site, both};

/// A commit takes long: from now on the disk counts as slow.
async fn slow(site: &Site, contest: ContestId, number: u16) {
    let tx = held(site).await;
    let open = async {
        sleep(Duration::from_millis(50)).await;
        tx.commit().await.unwrap();
    };
    let (vote, ()) = tokio::join!(cast(site, contest, number, 1), open);
    vote.unwrap();
    site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
}

both! {
    async fn who_comes_while_others_are_committed_is_counted_once(site: Site) {
        let (contest, entries) = given(site, "{ in_all: 2 }", 2).await;
        slow(site, contest, 1).await;
        let tx = held(site).await;

        let later = async {
            sleep(Duration::from_millis(50)).await;
            tokio::join!(
                cast(site, contest, 2, 1),
                cast(site, contest, 3, 1),
                cast(site, contest, 3, 2),
                cast(site, contest, 3, 1),
            )
        };
        let open = async {
            sleep(Duration::from_millis(200)).await;
            tx.commit().await.unwrap();
        };
        let (first, (again, one, two, same), ()) =
            tokio::join!(cast(site, contest, 2, 1), later, open);

        let (first, one) = (first.unwrap(), one.unwrap());
        assert_eq!(again.unwrap(), Cast { again: true, ..first.clone() });
        assert_eq!(same.unwrap(), Cast { again: true, ..one.clone() });
        assert!(!first.again && !one.again && !two.unwrap().again);
        assert_eq!(counted(site, contest, &entries).await, [3, 1]);
    }

    async fn what_was_judged_before_the_contest_changed_is_judged_anew(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 2).await;
        slow(site, contest, 1).await;
        let tx = held(site).await;

        let later = async {
            sleep(Duration::from_millis(50)).await;
            tokio::join!(cast(site, contest, 3, 1), cast(site, contest, 1, 1))
        };
        let change = async {
            sleep(Duration::from_millis(200)).await;
            let rules = CONTEST.replace("LIMIT", "one_per_entry, level: code");
            let rules = document::read(&rules).unwrap();
            let why = Change { reason: "Mua phiếu".to_owned(), notice: "Thêm bước".to_owned() };
            apply(&tx, &rules, None, &why, site.app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        let (first, (second, known), ()) =
            tokio::join!(cast(site, contest, 2, 1), later, change);
        let proven = Proof { level: Level::Code, ..voter(4) };
        let then = site.app.votes.cast(contest, touch(site, 2), &proven).await;

        assert!(matches!(first, Err(Error::TooLow(_))), "{first:?}");
        assert!(matches!(second, Err(Error::TooLow(_))), "{second:?}");
        assert!(known.is_err(), "{known:?}");
        assert!(then.is_ok(), "{then:?}");
        assert_eq!(counted(site, contest, &entries).await, [1, 1]);
        site.set_clock(OVER);
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let audited = audit(&bundle(site, contest).await, &key, (&[], 0)).unwrap();
        assert_eq!(audited.leaves, 6, "OPEN, a vote, AMEND, a vote, CLOSE, RESULT");
    }
}
