//! More votes than the queue holds: who finds it full is told so, and every other vote is counted.

use std::task::Poll;
use std::time::Duration;

use actix_web::http::StatusCode;
use hoithi::contest::definition::Level;
use hoithi::voting::{Person, Proof, Touch, Trace};
use hoithi::{contest, db};
use sea_orm::{ConnectionTrait, DbBackend};

use super::{code_of, header, known};
use crate::story::{STAGE, stage, vote};
use crate::support::{Answer, both};

const FULL: &str = "Đang có rất nhiều người bình chọn cùng lúc nên phiếu chưa được tính. \
                    Hãy chạm lại sau vài giây.";

fn stranger(number: u32) -> Proof {
    let mut key = [255; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    let trace = Trace { device: 7, network: 0 };
    Proof { key, level: Level::Device, person: Person::default(), link: None, worked: true, trace }
}

fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
    let seconds: u32 = header(answer, "retry-after").parse().expect("seconds");
    assert!((2..=5).contains(&seconds), "{seconds}");
    assert_eq!(header(answer, "cache-control"), "no-store");
}

both! {
    async fn who_finds_the_queue_full_is_told_and_every_other_vote_is_counted(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        vote(site, &codes[0], 1).await;
        let mut phone = known(site, &codes[0]).await;
        let (path, form) = (format!("/entries/{}/vote", codes[0]), [("nonce", "4711")]);
        let touch = Touch { entry: 1, nonce: 0, at: site.app.clock.now() };

        // Nothing can be written while this is open.
        let tx = db::begin(&site.app.db).await.unwrap();
        if tx.get_database_backend() == DbBackend::Postgres {
            tx.execute_unprepared("lock table vote_segment in exclusive mode").await.unwrap();
        }
        let (votes, mut waiting, mut before) = (site.app.votes.clone(), Vec::new(), usize::MAX);
        while before != waiting.len() {
            before = waiting.len();
            loop {
                let (votes, number) = (votes.clone(), u32::try_from(waiting.len()).unwrap());
                let mut cast = Box::pin(async move {
                    votes.cast(contest, touch, &stranger(number)).await
                });
                match std::future::poll_fn(|context| Poll::Ready(cast.as_mut().poll(context))).await {
                    Poll::Pending => waiting.push(cast),
                    Poll::Ready(_) => break,
                }
            }
            // The writer may take some more before it finds that it cannot write.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let script = phone.post_for_json(&path, &form).await;
        let page = phone.post(&path, &form).await;
        tx.rollback().await.unwrap();
        let waited = futures_util::future::join_all(waiting).await;
        let then = phone.post_for_json(&path, &form).await;
        let again = phone.post_for_json(&path, &form).await;

        is_told_to_wait(&script);
        is_told_to_wait(&page);
        assert_eq!((code_of(&script).as_str(), script.json()["title"].as_str()), ("votes-wait", Some(FULL)));
        assert!(page.all("main").join(" ").contains(FULL), "{}", page.text());
        let lost: Vec<_> = waited.iter().filter(|one| one.is_err()).collect();
        assert!(lost.is_empty(), "{} of {}: {:?}", lost.len(), waited.len(), lost[0]);
        assert!(waited.len() > 8000, "{}", waited.len());
        assert_eq!((then.json()["again"] == false, again.json()["again"] == true), (true, true));
        let standing = site.app.votes.close(contest, site.app.clock.now()).await.unwrap();
        assert_eq!(standing.votes, waited.len() as u64 + 2);
    }
}
