//! The browser's modules: small, ours, and found where pages name them.

use std::path::Path;

use hoithi::web::assets;

use crate::entry::contest;
use crate::support::both;

/// Most bytes of a module as it is sent.
const MOST: usize = 2048;

#[test]
fn every_module_is_at_most_two_kilobytes_as_it_is_sent() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/js");
    let mut large = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        let sent = assets::squeeze(&std::fs::read(&path).unwrap(), 11).len();
        if sent > MOST {
            large.push((path, sent));
        }
    }

    assert_eq!(large, []);
}

both! {
    async fn a_page_and_its_modules_name_modules_by_addresses_that_are_served(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let page = browser.get("/contests/anh-dep/entries/new?category=photo").await;
        let mut waiting = page.attributes("script[type=module]", "src");
        assert_eq!(waiting, ["js/upload.js", "js/still.js", "js/draft.js", "js/units.js"].map(assets::address));
        let mut served = Vec::new();
        while let Some(address) = waiting.pop() {
            let module = browser.get(&address).await;
            assert_eq!((address.as_str(), module.status.as_u16()), (address.as_str(), 200));
            let text = module.text();
            let named = text.split(" from \"").skip(1).filter_map(|rest| rest.split('"').next());
            waiting.extend(named.map(str::to_owned));
            served.push(address);
        }
        let names = ["card", "draft", "kept", "look", "still", "swap", "tus", "units", "upload"];
        let mut wanted: Vec<_> = names.iter().map(|n| assets::address(&format!("js/{n}.js"))).collect();
        wanted.sort();
        served.sort();
        served.dedup();
        assert_eq!(served, wanted);
    }
    async fn what_is_typed_is_kept_without_going_on_to_the_next_step(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let form = [("category", "photo"), ("unit", "td-cs-59")];
        let begun = browser.post_for_json("/contests/anh-dep/entries", &form).await;
        let (code, at) = (begun.json()["draft"].clone(), begun.json()["at"].clone());
        let code = code.as_str().expect("a code").to_owned();
        assert_eq!(at, format!("/drafts/{code}/work"));
        let about = format!("/drafts/{code}/about");
        let form = [("version", "1"), ("title", "Ca đêm"), ("unit", "td-cs-59")];
        let kept = browser.post_for_json(&about, &form).await;
        assert_eq!((kept.status.as_u16(), kept.json()["version"].clone()), (200, 2.into()));
        let again = browser.post_for_json(&about, &form).await;
        assert_eq!((again.status.as_u16(), again.json()["version"].clone()), (200, 2.into()));
        let other = [("version", "1"), ("title", "Ca ngày"), ("unit", "td-cs-59")];
        let stale = browser.post_for_json(&about, &other).await;
        assert_eq!(stale.status.as_u16(), 409);
        let page = browser.get(&about).await;
        assert_eq!(page.attributes("#title", "value"), ["Ca đêm"]);
    }

    async fn units_are_found_by_letters_without_marks_and_never_by_one_letter(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let found = browser.get("/units/search?q=dien%20tu").await.json();
        let names: Vec<_> = found["units"].as_array().unwrap().iter().map(|u| u[1].to_string()).collect();
        assert!(!names.is_empty() && names.iter().all(|name| hoithi::words::fold(name).contains("dien tu")), "{names:?}");
        assert_eq!(browser.get("/units/search?q=d").await.json()["units"], serde_json::json!([]));
        assert_eq!(browser.get("/units/search").await.json()["said"], "");
    }
}
