//! The process dies at any moment; what it acknowledged does not.

use crate::support::storm::{Toll, storm};
use crate::support::{Engine, fresh};

const KILLS: u32 = 8;

fn nothing_is_lost_or_doubled(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let database = fresh(engine);

    let toll = storm(folder.path(), database.as_deref(), KILLS);

    let rest = Toll { acknowledged: [0; 3], slowest_start: 0, ..toll };
    assert_eq!(rest, Toll::default(), "{toll:?}");
    assert!(toll.acknowledged.iter().all(|acknowledged| *acknowledged > 0), "{toll:?}");
}

mod what_was_acknowledged_outlives_the_process_and_nothing_is_there_twice {
    use super::{Engine, nothing_is_lost_or_doubled};

    #[test]
    fn on_sqlite() {
        nothing_is_lost_or_doubled(Engine::Sqlite);
    }

    #[test]
    fn on_postgres() {
        nothing_is_lost_or_doubled(Engine::Postgres);
    }
}
