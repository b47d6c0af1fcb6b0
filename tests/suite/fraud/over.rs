//! What is forgotten of voters when the vote and its appeals are over.

use std::collections::{HashMap, HashSet};

use entity::instant::Instant;
use hoithi::contest;
use hoithi::ledger::audit;
use hoithi::voting::{self, Trace};
use sea_orm::EntityTrait;

use super::{RULES, counting, numbers, rigged, touch};
use crate::story::{APPROVER, ORGANISER, STAGE, publish, stage};
use crate::support::both;

both! {
    async fn traces_are_erased_sixty_days_after_the_vote(site: Site) {
        rigged(site).await;
        let traced = async || {
            let votes = entity::vote::Entity::find().all(&site.app.db).await.unwrap();
            let rows = entity::vote_segment::Entity::find().all(&site.app.db).await.unwrap();
            let votes = votes.iter().filter(|vote| vote.device != 0 || vote.network != 0).count();
            (votes, rows.iter().filter(|row| row.traces.is_some()).count() > 0)
        };
        let erase = async || {
            let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap();
            let tx = hoithi::db::begin(&site.app.db).await.unwrap();
            voting::expire(&tx, &contest, site.app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        assert_eq!(counting(site).await, 210);
        site.set_clock("2026-06-01T00:00:00Z");
        erase().await;
        assert_eq!(traced().await, (210, true));

        site.set_clock("2026-06-10T00:00:00Z");
        erase().await;

        assert_eq!(traced().await, (0, false));
        assert_eq!(counting(site).await, 210);
    }

    async fn votes_are_severed_from_voters_once_the_appeals_are_over_and_can_still_be_recounted(site: Site) {
        use entity::{vote, vote_segment};
        let codes = stage(site, RULES, &["Một", "Hai"]).await;
        let numbers = numbers(site, &codes).await;
        for (voter, entry) in [(1, 0), (1, 1), (2, 0), (3, 0)] {
            touch(site, voter, numbers[entry], (i64::from(voter), Trace::default())).await;
        }
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let destroy = async || {
            let now = site.app.clock.now();
            site.app.votes.destroy_key(&site.app.db, contest, now).await
        };
        site.set_clock("2026-04-11T01:00:00Z");
        let unpublished = destroy().await;
        let (mut one, mut other) = (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await);
        publish(&mut one, &mut other, STAGE).await;
        let soon = destroy().await;
        let folder = site.app.config.data.folder.join("votes").join(contest.to_string());
        assert!(folder.join("nullifier").exists());
        let voters = async || {
            let rows = vote::Entity::find().all(&site.app.db).await.unwrap();
            rows.into_iter().map(|row| (row.receipt, row.voter)).collect::<HashMap<_, _>>()
        };
        let before = voters().await;

        site.set_clock("2026-04-20T17:00:00Z");
        destroy().await.unwrap();
        destroy().await.unwrap();

        let until: Instant = "2026-04-20T17:00:00Z".parse().unwrap();
        assert!(matches!(unpublished, Err(voting::Error::AppealsOpen(None))), "{unpublished:?}");
        assert!(matches!(&soon, Err(voting::Error::AppealsOpen(Some(at))) if *at == until), "{soon:?}");
        assert!(!folder.join("nullifier").exists());
        let after = voters().await;
        assert_eq!(after.len(), 4);
        let old: HashSet<&Vec<u8>> = before.values().collect();
        assert!(after.values().all(|voter| !old.contains(voter)), "{after:?}");
        for (receipt, voter) in &before {
            for (other, second) in &before {
                assert_eq!(voter == second, after[receipt] == after[other], "votes stay together");
            }
        }
        for row in vote_segment::Entity::find().all(&site.app.db).await.unwrap() {
            assert!(old.iter().all(|voter| !row.details.windows(32).any(|part| part == &voter[..])));
        }
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        voting::forget(&tx, contest).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(counting(site).await, 4);
        let bundle = site.app.votes.bundle(&site.app.db, contest).await.unwrap();
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        assert_eq!(audit(&bundle, &key, (&[], 0)).map(|audited| audited.counts.standing), Ok(4));
    }
}
