//! What holds when nobody is trusted: other nodes, witnesses, tampering, keys.

use entity::id::ContestId;
use entity::vote;
use entity::vote::State as VoteState;
use hoithi::contest::definition::Level;
use hoithi::ledger::audit;
use hoithi::voting::{self, Cast, Error, Proof, Votes};
use hoithi::{db, voting::tally_agrees};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};

use super::{OVER, another, bundle, cast, counted, given, touch, voter};
use crate::support::{Site, both, unguard};

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

both! {
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
        let mut minutes = 0..59;
        let settled = loop {
            let minute = minutes.next().expect("the other node leads for ever");
            site.set_clock(&format!("2026-04-01T02:{minute:02}:00Z"));
            match site.app.votes.settle(contest, site.app.clock.now()).await {
                Err(Error::Elsewhere(_)) => {}
                done => break done,
            }
        };
        assert_eq!(settled.unwrap().votes, 2);
        assert_eq!(counted(site, contest, &entries).await, [1, 1, 0]);
    }

    async fn a_node_that_takes_the_lead_knows_who_came_by_a_link(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 3).await;
        let other = another(site);
        let came = |number: u16| Proof { level: Level::GroupLink, link: Some((1, 2)), worked: false, ..voter(number) };
        for (number, entry) in [(1, 1), (1, 2), (2, 1)] {
            site.app.votes.cast(contest, touch(site, entry), &came(number)).await.unwrap();
        }
        once_silent(site, &other, contest, (9, 1)).await.unwrap();

        let known = other.cast(contest, touch(site, 3), &came(1)).await;
        let third = other.cast(contest, touch(site, 1), &came(3)).await;

        assert!(known.is_ok(), "{known:?}");
        assert!(matches!(third, Err(Error::NeedsWork)), "{third:?}");
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

    async fn a_receipt_is_found_in_the_log_while_rows_lag_behind_it(site: Site) {
        let (contest, _) = given(site, "{ in_all: 2 }", 3).await;
        for (number, entry) in [(1, 1), (2, 2), (1, 3), (3, 1)] {
            cast(site, contest, number, entry).await.unwrap();
        }
        site.app.votes.withdraw(contest, touch(site, 1), &voter(1)).await.unwrap();
        site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
        let rows = vote::Entity::find().all(&site.app.db).await.unwrap();
        let mut states: Vec<_> = rows.iter().map(|row| row.state).collect();
        states.sort_by_key(|state| *state as u8);
        let told = async || {
            let mut told = Vec::new();
            for row in &rows {
                told.push(voting::own(&site.app.db, &row.receipt).await.unwrap());
            }
            told
        };
        let before = told().await;
        let tx = db::begin(&site.app.db).await.unwrap();
        voting::forget(&tx, contest).await.unwrap();
        tx.commit().await.unwrap();

        let after = told().await;

        assert_eq!(states, [VoteState::Counted, VoteState::Counted, VoteState::Counted, VoteState::Withdrawn]);
        assert_eq!(after, before);
        assert!(before.iter().all(Option::is_some));
        assert_eq!(voting::own(&site.app.db, "000000000000").await.unwrap(), None);
        assert_eq!(voting::own(&site.app.db, "no receipt").await.unwrap(), None);
    }

    async fn a_log_that_was_changed_in_the_database_takes_no_votes(site: Site) {
        let (contest, _) = given(site, "one_per_entry", 2).await;
        cast(site, contest, 1, 1).await.unwrap();
        let row = entity::vote_segment::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let mut leaves = row.leaves.clone();
        *leaves.last_mut().unwrap() ^= 1;
        let mut row = row.into_active_model();
        row.leaves = Set(leaves);
        for statement in ["update vote_segment set count = count + 1", "delete from vote_segment"] {
            let refused = site.app.db.execute_unprepared(statement).await.unwrap_err();
            assert!(refused.to_string().contains("vote_segment is only added to"), "{refused}");
        }
        unguard(&site.app.db, "vote_segment").await;
        row.update(&site.app.db).await.unwrap();
        let other = another(site);

        let refused = once_silent(site, &other, contest, (2, 1)).await;

        assert!(matches!(refused, Err(Error::BrokenLog)), "{refused:?}");
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
