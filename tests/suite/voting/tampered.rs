//! Tables that somebody wrote who rules over the database: they agree among themselves, and not with
//! the log.

use actix_web::http::StatusCode;
use entity::{publication, standing, tally, tally_minute, vote};
use hoithi::{contest, db, voting};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::counted;
use crate::story::{APPROVER, ORGANISER, STAGE, prizes, stage};
use crate::support::{Site, both};

const RULES: &str = "
voting: { phase: vote }
tables: [{ key: public, title: Yêu thích, formula: [{ source: votes }], ties: [decision] }]
prizes: [{ key: first, label: Giải nhất, table: public, count: 1 }]
";

/// Two works, of which the first gets two votes and the second one; the vote is over.
async fn given(site: &Site) {
    let codes = stage(site, RULES, &["Một", "Hai"]).await;
    crate::story::vote(site, &codes[0], 2).await;
    crate::story::vote(site, &codes[1], 1).await;
    site.set_clock("2026-04-11T01:00:00Z");
    assert_eq!(counted(site).await, super::votes(&[("Một", 2), ("Hai", 1)]));
}

/// Lets the two works change places, in every table alike.
async fn swap(site: &Site) {
    let tx = db::begin(&site.app.db).await.unwrap();
    let tallies = tally::Entity::find().all(&tx).await.unwrap();
    let [one, other] = [&tallies[0], &tallies[1]].map(|row| row.entry_id);
    let votes = vote::Entity::find().all(&tx).await.unwrap();
    vote::Entity::delete_many().exec(&tx).await.unwrap();
    for mut row in votes {
        row.entry_id = if row.entry_id == one { other } else { one };
        let row = row.into_active_model().reset_all();
        vote::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    }
    for row in tallies {
        let (counted, seen) = (3 - row.counted, 3 - row.seen);
        let mut row = row.into_active_model();
        (row.counted, row.seen) = (Set(counted), Set(seen));
        row.update(&tx).await.unwrap();
    }
    for row in tally_minute::Entity::find().all(&tx).await.unwrap() {
        let moved = 3 - row.moved;
        let mut row = row.into_active_model();
        row.moved = Set(moved);
        row.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

both! {
    async fn places_that_do_not_follow_from_the_log_are_not_published_until_the_tables_are_made_anew(site: Site) {
        given(site).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        swap(site).await;
        assert_eq!(counted(site).await, super::votes(&[("Một", 1), ("Hai", 2)]));
        assert!(voting::tally_agrees(&site.app.db, contest).await.unwrap(), "tables agree");
        let (mut one, mut other) = (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await);
        let desk = format!("/desk/contests/{STAGE}");
        let propose = [("act", "propose")];
        let sure = [("sure", "yes")];

        let proposed = one.post(&format!("{desk}/proposal"), &propose).await;
        let refused = other.post(&format!("{desk}/publication"), &sure).await;

        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text());
        let said = refused.all(".notice.danger li").concat();
        assert!(said.contains("sổ phiếu") && said.contains("hoithi vote rebuild"), "{}", refused.text());
        let row = publication::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(row.state, publication::State::Proposed);
        assert!(standing::Entity::find().all(&site.app.db).await.unwrap().is_empty());

        let tx = db::begin(&site.app.db).await.unwrap();
        voting::forget(&tx, contest).await.unwrap();
        tx.commit().await.unwrap();
        let stale = other.post(&format!("{desk}/publication"), &sure).await;
        assert_eq!(stale.all(".notice.danger li").len(), 1, "the proposal was about false places");
        one.post(&format!("{desk}/proposal"), &[("act", "drop")]).await;
        crate::story::publish(&mut one, &mut other, STAGE).await;
        assert_eq!(prizes(site, STAGE).await["Giải nhất"], ["Một"]);
        site.work().await;
    }
}
