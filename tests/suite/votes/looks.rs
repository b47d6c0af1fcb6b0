//! Who looks at counts while a crowd votes.

use std::cell::Cell;

use futures_util::future::join_all;
use hoithi::{db, voting};

use super::{cast, counted, given};
use crate::support::both;

both! {
    async fn votes_go_between_the_rows_that_somebody_waits_for(site: Site) {
        let (contest, entries) = given(site, "one_per_entry", 1).await;
        for from in (0..2400).step_by(60) {
            let votes = join_all((from..from + 60).map(|voter| cast(site, contest, voter, 1))).await;
            votes.into_iter().for_each(|vote| drop(vote.unwrap()));
        }
        site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
        let tx = db::begin(&site.app.db).await.unwrap();
        voting::forget(&tx, contest).await.unwrap();
        tx.commit().await.unwrap();

        let (looks, meanwhile) = (Cell::new(true), Cell::new(0));
        let look = async {
            let standing = site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
            looks.set(false);
            standing
        };
        let crowd = async {
            for voter in 2400.. {
                cast(site, contest, voter, 1).await.unwrap();
                if !looks.get() {
                    break;
                }
                meanwhile.set(meanwhile.get() + 1);
            }
        };
        let (standing, ()) = tokio::join!(look, crowd);

        assert!(meanwhile.get() >= 6, "{} votes while somebody looked", meanwhile.get());
        assert!(standing.leaves > 2400, "{standing:?}");
        assert_eq!(counted(site, contest, &entries).await, [2401 + meanwhile.get()]);
    }
}
