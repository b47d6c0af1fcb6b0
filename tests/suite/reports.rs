//! Participation, summed up the tree.

use actix_web::http::StatusCode;
use hoithi::{contest, reports};

use super::story::{ORGANISER, STAGE, Work, announce, enter, stage, staged, units};
use crate::support::both;

both! {
    async fn participation_counts_entries_and_people_of_all_below_each_once(site: Site) {
        site.units().await;
        let tree = [
            ("tinh", "Liên đoàn tỉnh", "superior", "ldld-thi-diem", None),
            ("huyen", "Công đoàn huyện", "superior", "tinh", Some(1000)),
            ("xa-a", "Cơ sở A", "base", "huyen", Some(300)),
            ("xa-b", "Cơ sở B", "base", "huyen", Some(200)),
            ("xa-c", "Cơ sở C", "base", "tinh", Some(50)),
            ("xa-d", "Cơ sở D", "base", "tinh", None),
        ];
        units(site, &tree).await;
        announce(site, &staged("")).await;
        // The same person enters two works; one work is left a draft.
        for (n, unit, phone) in [(1, "xa-a", "0915000001"), (2, "xa-a", "0915000001"), (3, "xa-b", "0915000003"), (4, "xa-c", "0915000004"), (5, "huyen", "0915000005")] {
            let work = Work { title: format!("Bài {n}"), name: format!("Người {phone}"), phone: phone.into(), seed: n, agree: &["original"], ..Work::of(STAGE, "photo", unit) };
            enter(&mut site.browser(), &work).await;
        }
        let form = [("category", "photo"), ("unit", "xa-d")];
        site.browser().post_files(&format!("/contests/{STAGE}/entries"), &form, &[]).await;
        site.work().await;

        let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let shares = reports::participation(&site.app.db, id, site.app.clock.now(), true).await.unwrap();

        let read: Vec<_> = shares
            .iter()
            .filter(|share| share.unit.path.contains("/tinh/"))
            .map(|share| (share.unit.code.as_str(), share.entries, share.entrants, share.members))
            .collect();
        // A unit's own number includes those below it; where it has none, its parts are added up.
        assert_eq!(read, [
            ("tinh", 5, 4, Some(1050)),
            ("huyen", 4, 3, Some(1000)),
            ("xa-a", 2, 1, Some(300)),
            ("xa-b", 1, 1, Some(200)),
            ("xa-c", 1, 1, Some(50)),
        ]);
        let at = format!("/contests/{STAGE}/participation");
        let page = site.browser().get(&at).await;
        assert_eq!(page.all("tbody th"), ["Liên đoàn tỉnh"]);
        let province = site.browser().get(&page.attributes("tbody th a", "href")[0]).await;
        assert_eq!(province.all("tbody th"), ["Công đoàn huyện", "Cơ sở C"], "most entries first");
        assert_eq!(province.all("tbody tr")[0].split_whitespace().collect::<Vec<_>>().join(" "), "Công đoàn huyện431.0000,30 %");
        let district = site.browser().get(&format!("{at}?unit=huyen")).await;
        assert_eq!(district.all("tbody th"), ["Cơ sở A", "Cơ sở B"]);
        assert!(district.text().contains("1 bài của chính đơn vị"), "its own entry is told");
        assert_eq!(district.all("svg.chart rect").len(), 2);
        assert_eq!(site.browser().get(&format!("{at}?unit=xa-d")).await.status, StatusCode::NOT_FOUND);

        let mut organiser = site.leads("ldld-thi-diem", ORGANISER).await;
        let desk = organiser.get(&format!("/desk/contests/{STAGE}/participation")).await;
        assert_eq!(desk.all("#way dd"), ["6", "5", "0"], "begun, submitted, accepted");
        assert_eq!(desk.all("#days tbody tr").len(), 1, "one day");
        let days = reports::days(&site.app.db, id).await.unwrap();
        let days: Vec<_> = days.iter().map(|day| (day.begins.to_string(), day.entries, day.votes)).collect();
        assert_eq!(days, [("2026-03-31T17:00:00Z".to_owned(), 5, 0)], "a day begins at midnight in Vietnam");
        site.work().await;
    }

    async fn votes_count_for_the_units_whose_links_brought_them_and_all_above(site: Site) {
        let codes = stage(site, "voting: { phase: vote, level: group_link }", &["Một"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        // A base of the zone, another of a commune, and a group of nobody's.
        let sheet = "Mã đơn vị;Tên nhóm;Số người\ntd-cs-02;Chuyền 1;9\ntd-cs-03;Tổ 2;9\n;Nhóm chung;9\n";
        let files: [(&str, &str, &[u8]); 1] = [("list", "ds.csv", sheet.as_bytes())];
        organiser.post_files(&format!("/desk/contests/{STAGE}/voters/links"), &[("days", "31")], &files).await;
        let exports = format!("/desk/contests/{STAGE}/exports");
        let links = organiser.get(&format!("{exports}/links.csv")).await;
        let links: Vec<String> = links.text().lines().filter_map(|line| line.split_once("/v/")).map(|(_, link)| format!("/v/{link}")).collect();
        for (link, voters) in links.iter().zip([3, 1, 2]) {
            for n in 0..voters {
                let mut phone = site.browser();
                phone.get(link).await;
                phone.get(&format!("/entries/{}", codes[0])).await;
                let counted = phone.post_for_json(&format!("/entries/{}/vote", codes[0]), &[]).await;
                assert_eq!(counted.json()["counted"], true, "{}", counted.text());
                if n == 2 {
                    phone.post_for_json(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;
                }
            }
        }

        let sheet = organiser.get(&format!("{exports}/participation.csv")).await;
        let desk = organiser.get(&format!("/desk/contests/{STAGE}/participation?unit=ldld-thi-diem")).await;

        // Code, entries, entrants, votes: of the three by the first link one was taken back.
        let rows: Vec<Vec<String>> = csv::Reader::from_reader(sheet.text().trim_start_matches('\u{feff}').as_bytes()).records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let read: Vec<_> = rows.iter().map(|row| (row[0].as_str(), row[2].as_str(), row[3].as_str(), row[4].as_str())).collect();
        assert_eq!(read, [
            ("tong-lien-doan", "1", "1", "3"),
            ("ldld-thi-diem", "1", "1", "3"),
            ("td-binh-hoa", "0", "0", "1"),
            ("td-cs-03", "0", "0", "1"),
            ("td-kcn", "1", "1", "2"),
            ("td-cs-02", "0", "0", "2"),
        ]);
        let zone: Vec<_> = desk.all("tbody tr").into_iter().filter(|row| row.contains("CĐ KCN")).collect();
        assert_eq!(zone.len(), 1, "{:?}", desk.all("tbody tr"));
        site.work().await;
    }

    async fn entries_are_set_beside_those_of_the_same_hour_of_an_earlier_contest(site: Site) {
        site.units().await;
        for (slug, unit, opens, closes) in [("nam-ngoai", "ldld-thi-diem", "2026-04-01", "2026-04-04"), ("nam-nay", "ldld-thi-diem", "2026-04-11", "2026-04-15"), ("noi-khac", "ldld-ha-noi", "2026-04-02", "2026-04-09")] {
            announce(site, &intake(slug, unit, opens, closes)).await;
        }
        let days = [("01T01", "nam-ngoai"), ("01T02", "nam-ngoai"), ("03T03", "nam-ngoai"), ("03T05", "nam-ngoai"), ("11T01", "nam-nay"), ("13T02", "nam-nay")];
        for (seed, (day, slug)) in (1..).zip(days) {
            site.set_clock(&format!("2026-04-{day}:00:00Z"));
            let work = Work { title: format!("Bài {seed}"), name: format!("Người {seed}"), phone: format!("091500000{seed}"), seed, agree: &["original"], ..Work::of(slug, "photo", "td-cs-59") };
            enter(&mut site.browser(), &work).await;
        }
        site.work().await;
        site.set_clock("2026-04-13T04:00:00Z");
        let mut organiser = site.leads("ldld-thi-diem", ORGANISER).await;
        let at = "/desk/contests/nam-nay/participation";

        let page = organiser.get(at).await;
        let alone = organiser.get(&format!("{at}?with=")).await;
        let strange = organiser.get(&format!("{at}?with=noi-khac")).await;
        let later = organiser.get("/desk/contests/nam-ngoai/participation").await;
        let table = organiser.get("/desk/contests/nam-nay/exports/arrivals.csv?with=nam-ngoai").await;

        assert_eq!(page.attributes("#with option", "value"), ["nam-ngoai", ""], "only what they run, and earlier");
        assert_eq!(page.all("#pace dd"), ["2", "3", "-1"], "the fourth came an hour later of its third day");
        assert_eq!(page.all("#pace svg polyline").len(), 2);
        let rows: Vec<String> = page.all("#pace tbody tr").iter().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(rows, ["111/4/20261122", "212/4/20260102", "313/4/20261224", "414/4/202604", "515/4/202604"]);
        assert!(alone.all("#pace dd").is_empty() && alone.all("#pace svg polyline").len() == 1, "{}", alone.text());
        assert_eq!(strange.status, StatusCode::NOT_FOUND);
        assert!(later.all("#with").is_empty(), "nothing was before it");
        let lines: Vec<String> = table.text().lines().map(str::to_owned).collect();
        assert_eq!((lines.len(), lines[3].as_str(), lines[5].as_str()), (6, "3,13/4/2026,1,2,2,4", "5,15/4/2026,,,0,4"));
    }
}

/// A contest that takes pictures in between two days.
fn intake(slug: &str, unit: &str, opens: &str, closes: &str) -> String {
    format!(
        "slug: {slug}
title: Ảnh đẹp {slug}
unit: {unit}
phases:
  - {{ key: intake, kind: intake, opens: {opens}, closes: {closes} }}
categories:
  - {{ key: photo, title: Ảnh, slots: [{{ key: photo, kind: photo, label: Ảnh dự thi }}] }}
declarations:
  - {{ key: original, text: Tôi cam kết đây là ảnh gốc. }}
"
    )
}
