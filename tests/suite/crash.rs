//! The process dies at any moment, and so does what it stands on; what it acknowledged does not.

use std::path::Path;

use hoithi::app::App;
use image::ImageFormat;
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

use crate::entry::picture;
use crate::support::fault::{Fault, ON_POSTGRES, ON_SQLITE, Rig, make_shim};
use crate::support::process;
use crate::support::sender::Sender;
use crate::support::stage;
use crate::support::storm::{Toll, storm};

/// Milliseconds after a fault within which a vote has to be counted again, on a busy machine too.
const SOON: u128 = 60_000;

fn nothing_is_lost_or_doubled(rig: impl FnOnce(&Path) -> Rig, faults: &[Fault], rounds: usize) {
    let folder = tempfile::tempdir().unwrap();

    let toll = storm(&mut rig(folder.path()), faults, rounds);

    let rest = Toll { acknowledged: [0; 3], slowest_start: 0, slowest_vote: 0, ..toll };
    assert_eq!(rest, Toll::default(), "{toll:?}");
    assert!(toll.acknowledged.iter().all(|acknowledged| *acknowledged > 0), "{toll:?}");
    assert!(toll.slowest_vote < SOON, "{toll:?}");
}

mod what_was_acknowledged_outlives_every_fault_and_nothing_is_there_twice {
    use super::{ON_POSTGRES, ON_SQLITE, Rig, nothing_is_lost_or_doubled};

    #[test]
    fn on_sqlite() {
        nothing_is_lost_or_doubled(|folder| Rig::on_sqlite(folder, false), &ON_SQLITE, 8);
    }

    #[test]
    fn on_postgres() {
        nothing_is_lost_or_doubled(|folder| Rig::on_postgres(folder, false), &ON_POSTGRES, 5);
    }
}

#[test]
fn a_disk_that_lies_is_found_out_when_the_power_goes() {
    let folder = tempfile::tempdir().unwrap();

    let toll = storm(&mut Rig::on_sqlite(folder.path(), true), &[Fault::Power], 1);

    assert!(toll.lost > 0, "{toll:?}");
}

#[actix_web::test]
async fn the_folders_in_which_keys_of_a_log_lie_are_there_when_the_power_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    let contest = {
        let rules = include_str!("../../benches/votes.yaml");
        let (app, contest) = stage::contest(&at, None, rules).await;
        app.db.close().await.unwrap();
        contest
    };
    let (shim, names) = (at.join("power.so"), at.join("folders"));
    make_shim(&shim);

    // Looking at a log opens it, with keys that are made for it.
    let mut look = process::command(&at);
    look.args(["vote", "verify", "anh-dep"]).env("LD_PRELOAD", &shim).env("POWER_FOLDERS", &names);
    let looked = look.output().unwrap();

    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stderr));
    let synced = std::fs::read_to_string(&names).unwrap();
    let logs = at.join("votes");
    for needed in [logs.join(contest.to_string()), logs, at] {
        let is_synced = synced.lines().any(|one| Path::new(one) == needed);
        assert!(is_synced, "{} is not among {synced}", needed.display());
    }
}

#[actix_web::test]
async fn bytes_of_an_upload_that_were_acknowledged_are_there_when_the_power_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let rules = include_str!("../../benches/uploads.yaml");
    let (app, _) = stage::contest(folder.path(), None, rules).await;
    app.db.close().await.unwrap();
    let mut rig = Rig::on_sqlite(folder.path(), false);
    let mut site = rig.start();
    site.ready(std::time::Instant::now());
    let photo = picture(900, 600, 4, ImageFormat::Jpeg);
    let mut sender = Sender::with_draft(site.address).expect("a draft");
    let to = sender.begin(photo.len()).expect("an upload");

    let told = sender.append(&to, 0, &photo[..photo.len() / 2]);
    rig.strike(Fault::Power, &mut site);
    rig.mend(Fault::Power, &mut site);

    sender.address = site.address;
    assert_eq!(told, Some(photo.len() / 2));
    assert_eq!(sender.arrived(&to), told);
    sender.append(&to, photo.len() / 2, &photo[photo.len() / 2..]).expect("the rest");
    let app = App::open(stage::config(folder.path(), None)).await.unwrap();
    let files = entity::file::Entity::find().all(&app.db).await.unwrap();
    assert_eq!(files[0].sha256, Sha256::digest(&photo).to_vec());
}

#[test]
fn a_server_that_acknowledges_early_is_found_out_when_it_is_stopped_at_once() {
    let folder = tempfile::tempdir().unwrap();

    let toll = storm(&mut Rig::on_postgres(folder.path(), true), &[Fault::Stop], 1);

    assert!(toll.lost > 0, "{toll:?}");
}
