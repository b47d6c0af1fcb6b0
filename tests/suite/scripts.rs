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
        let sent = assets::squeeze(&std::fs::read(&path).unwrap(), 9).len();
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
        assert_eq!(waiting, [assets::address("js/upload.js")]);
        let mut served = Vec::new();
        while let Some(address) = waiting.pop() {
            let module = browser.get(&address).await;
            assert_eq!((address.as_str(), module.status.as_u16()), (address.as_str(), 200));
            let text = module.text();
            let named = text.split(" from \"").skip(1).filter_map(|rest| rest.split('"').next());
            waiting.extend(named.map(str::to_owned));
            served.push(address);
        }
        let names = ["card", "kept", "look", "swap", "tus", "upload"];
        let mut wanted: Vec<_> = names.iter().map(|n| assets::address(&format!("js/{n}.js"))).collect();
        wanted.sort();
        served.sort();
        assert_eq!(served, wanted);
    }
}
