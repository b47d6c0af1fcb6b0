//! Files that a contest is given at the desk: its signed plan and its poster.

use actix_web::http::StatusCode;
use entity::audit_log;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{FIELDS, slug};
use crate::entry::picture;
use crate::support::both;

both! {
    async fn the_scan_of_the_signed_plan_is_sent_at_the_desk_and_read_by_everybody(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/desk/contests", &FIELDS).await;
        let slug = slug(site).await;
        let (form, plan) = (format!("/desk/contests/{slug}/form"), format!("/contests/{slug}/plan"));
        let number = [("plan", "65/KH-TLĐ"), ("plan_file", "")];
        let scan: &[u8] = b"%PDF-1.7 signed";

        let text = officer.post_files(&form, &number, &[("plan_scan", "ke-hoach.pdf", b"no PDF")]).await;
        let bare = officer.post_files(&form, &[("plan", "")], &[("plan_scan", "a.pdf", scan)]).await;
        let sent = officer.post_files(&form, &number, &[("plan_scan", "ke-hoach.pdf", scan)]).await;
        let draft = site.browser().get(&plan).await;
        officer.post(&format!("/desk/contests/{slug}/announcement"), &[("sure", "yes")]).await;
        let page = site.browser().get(&format!("/contests/{slug}")).await;
        let read = site.browser().get(&plan).await;
        let told = [("reason", "chuyển chỗ"), ("notice", "Văn bản ở trang công đoàn")];
        let elsewhere = [("plan", "65/KH-TLĐ"), ("plan_file", "https://example.vn/kh.pdf"), told[0], told[1]];
        let moved = officer.post(&form, &elsewhere).await;

        assert_eq!(text.all("#plan_scan-fault"), ["Tệp này không phải PDF. Hãy gửi kế hoạch đã ký dưới dạng PDF."]);
        assert_eq!(bare.all("#plan-fault"), ["Kế hoạch chưa có số. Hãy ghi số, ví dụ 65/KH-TLĐ."]);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{:?}", sent.all(".notice"));
        assert_eq!(draft.status, StatusCode::NOT_FOUND);
        let links = page.attributes("a[rel=noopener]", "href");
        assert!(links.contains(&format!("http://localhost{plan}")), "{links:?}");
        assert_eq!((read.status, read.bytes.as_ref()), (StatusCode::OK, scan));
        assert_eq!(moved.status, StatusCode::SEE_OTHER, "{:?}", moved.all(".notice"));
        assert_eq!(site.browser().get(&plan).await.status, StatusCode::NOT_FOUND);
        site.work().await;
    }

    async fn a_poster_is_sent_at_the_desk_and_shown_wherever_the_contest_is(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/desk/contests", &FIELDS).await;
        let slug = slug(site).await;
        let form = format!("/desk/contests/{slug}/form");
        officer.post(&format!("/desk/contests/{slug}/announcement"), &[("sure", "yes")]).await;
        let drawn = picture(900, 1200, 5, image::ImageFormat::Png);

        let text = officer.post_files(&form, &[], &[("poster", "ap-phich.pdf", b"%PDF-1.7")]).await;
        let sent = officer.post_files(&form, &[], &[("poster", "ap-phich.png", &drawn)]).await;
        site.work().await;
        site.set_clock("2026-04-01T01:05:00Z");
        let page = site.browser().get(&format!("/contests/{slug}")).await;
        let home = site.browser().get("/").await;
        let gone = officer.post_files(&form, &[("poster_none", "yes")], &[]).await;
        site.set_clock("2026-04-01T01:10:00Z");
        let bare = site.browser().get(&format!("/contests/{slug}")).await;

        assert_eq!(text.all("#poster-fault"), ["Tệp này không phải ảnh. Hãy gửi áp phích dưới dạng ảnh JPG, PNG, WebP hoặc HEIC."]);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{:?}", sent.all(".notice"));
        let shown = page.attributes(".plate img", "src").remove(0);
        assert_eq!(site.browser().get(&shown).await.status, StatusCode::OK);
        let file = shown.trim_end_matches("/800.jpeg").to_owned();
        assert_eq!(page.attributes("meta[property='og:image']", "content"), [format!("http://localhost{file}/preview.jpeg")]);
        assert_eq!(home.attributes(".contests img", "src"), [format!("{file}/320.webp")]);
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{:?}", gone.all(".notice"));
        let acts = audit_log::Entity::find().filter(audit_log::Column::Act.eq("contest-files"));
        let acts = acts.order_by_asc(audit_log::Column::Seq).all(&site.app.db).await.unwrap();
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&drawn));
        let acts: Vec<_> = acts.into_iter().filter_map(|act| act.after).collect();
        assert_eq!(acts, [json!({ "poster": hash }), json!({ "poster": null })]);
        assert_eq!(bare.attributes(".plate img", "src").len(), 0);
    }
}
