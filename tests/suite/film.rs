//! Films: drawn in turns, one entrant after the other.

use entity::file::{self, State};
use entity::id::{FileId, PartId};
use entity::part;
use hoithi::{db, entry, media, worker};
use sea_orm::{EntityTrait, Set};

use super::entry::{begin, contest};
use super::media::film;
use crate::support::{Site, both};

/// Puts one more film into an entry, and lets a second pass.
async fn add(site: &Site, code: &str, place: i32) -> FileId {
    let now = site.app.clock.now().plus_seconds(1);
    site.app.clock.set(now);
    let bytes = film(30 + u32::try_from(place).unwrap());
    let facts = media::read(&bytes).unwrap();
    let kept = media::keep(&site.app.store, bytes.into(), "phim.mp4", facts).await.unwrap();
    let tx = db::begin(&site.app.db).await.unwrap();
    let id = media::record(&tx, kept, None, now).await.unwrap();
    let row = part::ActiveModel {
        id: Set(PartId::new()),
        entry_id: Set(entry::by_code(&tx, code).await.unwrap().id),
        slot_key: Set("film".to_owned()),
        position: Set(place),
        file_id: Set(Some(id)),
        ..Default::default()
    };
    part::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

both! {
    async fn nobody_waits_behind_the_many_films_of_another(site: Site) {
        contest(site, |text| text).await;
        let many = begin(&mut site.browser(), 1).await;
        let one = begin(&mut site.browser(), 2).await;
        site.work().await;
        site.app.decoder = site.app.decoder.clone().with_programs("/nowhere");
        let mut films = Vec::new();
        for (code, place) in [(&many, 0), (&many, 1), (&many, 2), (&one, 0)] {
            films.push(add(site, code, place).await);
        }

        let mut order = Vec::new();
        while worker::film(&site.app).await.unwrap() {
            let rows = file::Entity::find().all(&site.app.db).await.unwrap();
            let ready = |id: &&FileId| {
                rows.iter().any(|row| row.id == **id && row.state == State::Ready)
            };
            let new = films.iter().filter(ready).find(|id| !order.contains(*id)).copied();
            order.push(new.expect("a film was drawn"));
        }

        assert_eq!(order, [films[0], films[3], films[1], films[2]]);
    }
}
