//! The templates: nothing inline, nothing unescaped, every icon there, every page drawn in both
//! languages. Pages that a link leads to are drawn with the demo's rows by the browser suite; here
//! are the laws that a text search can hold, and the pages that no link leads to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use actix_web::http::StatusCode;

use super::screening::waiting;
use super::support::{Answer, Browser, both};

/// Values that templates print as they are, each with its reason.
const SAFE: [(&str, &str); 2] = [
    ("certificate/index.html: |safe", "the QR code is a drawing of our own"),
    ("layout/page.html: |safe", "the style is a file of our own"),
];

fn templates() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    found
}

/// Places where a template holds one of these, as `file: what`.
fn holding(marks: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, text) in templates() {
        for mark in marks.iter().filter(|mark| text.contains(**mark)) {
            found.insert(format!("{}: {mark}", path.display()));
        }
    }
    found
}

#[test]
fn no_template_holds_a_style_a_script_or_what_the_policy_forbids() {
    let inline =
        [" style=", "<style", "<script>", " onclick=", " onload=", " onsubmit=", "javascript:"];

    let own = BTreeSet::from(["layout/page.html: <style".to_owned()]);
    assert_eq!(holding(&inline), own, "the sheet itself, which the policy names");
    assert_eq!(holding(&["http://", "src=\"https://", "target=\"_blank\""]), BTreeSet::new());
}

#[test]
fn only_what_the_list_names_is_printed_unescaped() {
    let allowed = SAFE.iter().map(|(place, _)| (*place).to_owned()).collect();

    assert_eq!(holding(&["|safe", "| safe", "escape none"]), allowed);
}

#[test]
fn every_icon_that_a_template_names_is_on_the_sheet() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sheet = std::fs::read_to_string(root.join("assets/icons.svg")).unwrap();
    let mut missing = BTreeSet::new();
    for (path, text) in templates() {
        for rest in text.split("v.icon(\"").skip(1) {
            let name = rest.split('"').next().unwrap_or_default();
            if !sheet.contains(&format!("id=\"{name}\"")) {
                missing.insert(format!("{}: {name}", path.display()));
            }
        }
    }

    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn every_page_has_a_title_and_stands_in_the_layout() {
    let mut bare = BTreeSet::new();
    for (path, text) in
        templates().into_iter().filter(|(_, text)| text.contains("{% block main %}"))
    {
        let is_layout = path.starts_with("layout");
        let whole = text.contains("{% extends \"layout/") && text.contains("{% block title %}");
        if !is_layout && !whole {
            bare.insert(path.display().to_string());
        }
    }

    assert_eq!(bare, BTreeSet::new());
}

/// Words that look like keys but are what somebody named a contest or a unit.
const NAMES: [&str; 2] = ["anh-dep", "ldld-thi-diem"];

/// Texts of a page that are keys of words rather than words.
fn unsaid(page: &Answer) -> Vec<String> {
    let is_key = |text: &String| {
        text.contains('-') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let texts =
        page.all("h1, h2, h3, p, li, a, button, label, legend, th, td, dt, dd, small, span");
    texts.into_iter().filter(is_key).filter(|text| !NAMES.contains(&text.as_str())).collect()
}

/// Follows every link to a page from `starts` and says what is wrong with each page.
async fn walked(browser: &mut Browser, lang: &str, starts: &[&str]) -> (usize, Vec<String>) {
    let mut waiting: Vec<String> = starts.iter().map(|start| (*start).to_owned()).collect();
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    while let Some(path) = waiting.pop() {
        let files = [".csv", ".xlsx", ".json", ".svg", ".zip", ".pdf", "/pictures/", "/originals/"];
        let is_page = path.starts_with('/') && !files.iter().any(|mark| path.contains(mark));
        if !is_page || path.starts_with("/media/") || !seen.insert(path.clone()) {
            continue;
        }
        let page = browser.get(&path).await;
        let said = page.attributes("html", "lang");
        // The desk asks a stranger to sign in.
        let fits = page.status == StatusCode::OK
            || (path == "/desk" && page.status == StatusCode::UNAUTHORIZED);
        if !fits || said != [lang] || !unsaid(&page).is_empty() {
            faults.push(format!("{path}: {} {said:?} {:?}", page.status, unsaid(&page)));
        }
        let links = page.attributes("a[href]", "href").into_iter();
        waiting.extend(links.filter_map(|link| Some(link.split('#').next()?.to_owned())));
    }
    (seen.len(), faults)
}

both! {
    async fn every_page_that_a_link_leads_to_is_drawn_in_both_languages(site: Site) {
        let (_, mut officer) = waiting(site, 2).await;
        let mut anybody = site.browser();
        for lang in ["vi", "en"] {
            for (browser, starts) in
                [(&mut anybody, ["/", "/session/new", "/receipts"]), (&mut officer, ["/desk"; 3])]
            {
                browser.post("/preferences", &[("lang", lang)]).await;
                let (count, faults) = walked(browser, lang, &starts).await;
                assert_eq!(faults, Vec::<String>::new());
                assert!(count > 5, "{count} pages");
            }
        }
        site.jobs_may_wait();
    }

    async fn an_address_where_nothing_is_says_so_in_both_languages(site: Site) {
        for lang in ["vi", "en"] {
            let mut browser = site.browser();
            browser.post("/preferences", &[("lang", lang)]).await;
            let page = browser.get("/nothing/here").await;

            assert_eq!(page.status, StatusCode::NOT_FOUND);
            assert_eq!(
                (page.attributes("html", "lang"), unsaid(&page)),
                (vec![lang.to_owned()], vec![])
            );
        }
    }

    async fn language_and_colours_stay_chosen_and_lead_back_to_where_they_were_chosen(site: Site) {
        let mut browser = site.browser();
        let chosen = browser.post("/preferences", &[("lang", "en"), ("theme", "dark")]).await;

        assert_eq!(chosen.status, StatusCode::SEE_OTHER);
        let page = browser.get("/").await;
        assert!(page.text().contains("<html lang=\"en\" data-theme=\"dark\">"));
        assert!(page.text().contains("name=\"lang\" value=\"en\" lang=\"en\" aria-pressed=\"true\""));
    }
}
