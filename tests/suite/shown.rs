//! Pictures on the public's pages: in sizes to choose from, and their colour until they come.

use entity::file;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::entry::entered;
use crate::support::{Answer, both};

/// What a page offers a browser to choose from: each address with the width that it is said to have.
fn offered(page: &Answer) -> Vec<(String, u32)> {
    let sets = page.attributes("main img[srcset]", "srcset");
    let one = |offer: &str| {
        let (address, width) = offer.trim().split_once(' ').expect("an address and a width");
        (address.to_owned(), width.trim_end_matches('w').parse().expect("a width"))
    };
    sets.iter().flat_map(|set| set.split(',').map(one)).collect()
}

both! {
    async fn a_work_is_offered_in_sizes_and_its_colour_stands_there_until_it_comes(site: Site) {
        let (mut browser, code) = entered(site).await;
        site.work().await;
        let entry = hoithi::entry::by_code(&site.app.db, &code).await.unwrap();
        let mut entry = entry.into_active_model();
        (entry.state, entry.number) = (Set(entity::entry::State::Accepted), Set(Some(1)));
        entry.update(&site.app.db).await.unwrap();
        site.app.clock.set("2026-04-13T02:00:00Z".parse().unwrap());
        let row = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let colour = row.facts["colour"].as_str().expect("a colour").to_owned();

        let work = browser.get(&format!("/entries/{code}")).await;
        let gallery = browser.get("/contests/anh-dep/gallery").await;

        let of = |size: u32| (format!("/media/{}/{size}.webp", row.id), size);
        assert_eq!(offered(&work), [of(320), of(800), of(1600)]);
        assert_eq!(offered(&gallery), [of(320), of(800)]);
        for (address, size) in offered(&work) {
            let picture = browser.get(&address).await;
            let picture = image::load_from_memory(&picture.bytes).unwrap();
            // None is larger than the original.
            assert_eq!(picture.width(), size.min(600), "{address}");
        }
        for page in [&work, &gallery] {
            assert_eq!(page.attributes("svg.ground", "fill"), [colour.as_str()]);
            assert_eq!(page.attributes("svg.ground + img", "srcset").len(), 1, "behind the picture");
            assert!(!page.text().contains(" style="), "which no page may have");
        }
        let drawn = browser.get(&of(320).0).await;
        let drawn = image::load_from_memory(&drawn.bytes).unwrap().into_rgb8();
        let mean = |channel: usize| {
            let sum: u32 = drawn.pixels().map(|pixel| u32::from(pixel.0[channel])).sum();
            sum / (drawn.width() * drawn.height())
        };
        for channel in 0..3 {
            let written = u32::from_str_radix(&colour[1 + 2 * channel..3 + 2 * channel], 16).unwrap();
            assert!(written.abs_diff(mean(channel)) <= 3, "{colour}: {}", mean(channel));
        }
    }
}
