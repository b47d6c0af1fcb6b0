//! What the marks of a round tell a committee that is no statistician, and a round that is closed by
//! the judge model.

use actix_web::http::StatusCode;
use entity::candidate;
use hoithi::judging::method::model::fitted;
use hoithi::judging::method::{Panel, Score};
use sea_orm::EntityTrait;

use super::kinds::{DESK, alias, answer, close, jury, outcome, round_id};
use crate::support::{Browser, Site, both};

const KIND: &str =
    "aggregate: judge_model, quorum: 2, criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";

/// What three judges give; the third is strict, but likes A.
const MARKS: [(&str, [i32; 3]); 4] =
    [("A", [6, 6, 9]), ("B", [7, 7, 3]), ("C", [4, 5, 1]), ("D", [3, 3, 0])];

async fn mark(site: &Site, judge: &mut Browser, title: &str, mark: i32) {
    let mark = mark.to_string();
    let saved = answer(site, judge, title, &[("mark.art", mark.as_str())]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}

/// The sentence that stands below a figure of this height.
fn sentence(height: f64, words: [&'static str; 3]) -> &'static str {
    words[if height >= 0.667 { 0 } else { 1 + usize::from(height < 0.3) }]
}

both! {
    async fn every_figure_of_a_round_has_a_plain_sentence_and_it_is_said_who_would_swap(site: Site) {
        let (mut organiser, mut panel) = jury(site, KIND, 4, 3).await;
        for (title, marks) in MARKS {
            for (judge, given) in panel.iter_mut().zip(marks) {
                mark(site, judge, title, given).await;
            }
        }

        let told = organiser.get(&format!("{DESK}/figures")).await;

        let agree = [
            "Giám khảo nhìn nhận khá thống nhất.",
            "Giám khảo thống nhất một phần. Với thi sáng tác, mức này là bình thường.",
            "Giám khảo ít thống nhất. Hãy trao đổi về tiêu chí trước khi kết luận.",
        ];
        let trust = [
            "Với số phiếu này, thứ tự chung khá chắc chắn.",
            "Thứ tự chung tạm tin được; các bài sát nhau có thể đổi chỗ nếu thêm giám khảo.",
            "Thứ tự chưa chắc chắn. Nên có thêm giám khảo cho mỗi bài.",
        ];
        let figures = [("alpha", agree), ("Kendall", agree), ("ICC", trust), ("tin cậy", trust)];
        let (names, said) = (told.all("dl dt"), told.all("dl dd"));
        assert_eq!((names.len(), said.len()), (4, 4), "{names:?}");
        for ((name, said), (figure, words)) in names.iter().zip(&said).zip(figures) {
            let height = name.rsplit(' ').next().unwrap().replace(',', ".");
            let height: f64 = height.replace('−', "-").parse().expect(name);
            assert!(name.contains(figure), "{name} is not {figure}");
            assert_eq!(said, sentence(height, words), "{name}");
        }
        let (a, b) = (alias(site, "A").await, alias(site, "B").await);
        let swap = format!("Không có giám khảo 3: {a}: 1 → 2; {b}: 2 → 1");
        assert!(told.all("section li").contains(&swap), "{swap}: {:?}", told.all("section li"));
    }

    async fn a_round_closes_by_the_judge_model_once_every_judge_has_three_sheets(site: Site) {
        let (mut organiser, mut panel) = jury(site, KIND, 4, 3).await;
        for (title, marks) in MARKS {
            for (judge, given) in panel[..2].iter_mut().zip(marks) {
                mark(site, judge, title, given).await;
            }
        }
        // The strict one knows whose A is.
        let work = format!("/judging/{}/{}", round_id(site).await, alias(site, "A").await);
        panel[2].post(&format!("{work}/recusal"), &[("reason", "Người quen")]).await;
        for (title, marks) in &MARKS[1..3] {
            mark(site, &mut panel[2], title, marks[2]).await;
        }

        let early = close(&mut organiser, &[]).await;
        mark(site, &mut panel[2], "D", 0).await;
        let closed = close(&mut organiser, &[]).await;

        assert!(early.text().contains("giám khảo 3 mới có 2 phiếu, cần ít nhất 3"), "{}", early.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        let order: String = outcome(site).await.iter().map(|line| &line[..1]).collect();
        assert_eq!(order, "BACD", "by raw means A, which the strict one did not mark, was first");
        let scores = MARKS.iter().enumerate().flat_map(|(entry, (_, marks))| {
            let given = marks.iter().enumerate().filter(move |(judge, _)| (entry, *judge) != (0, 2));
            given.map(move |(judge, mark)| Score { entry, judge, points: f64::from(*mark) })
        });
        let panel = Panel { entries: 4, judges: 3, scores: scores.collect() };
        let points = fitted(&panel).expect("a fit").points();
        let rows = candidate::Entity::find().all(&site.app.db).await.unwrap();
        for ((title, _), points) in MARKS.iter().zip(points) {
            let name = alias(site, title).await;
            let row = rows.iter().find(|row| row.alias == name).expect("a candidate");
            let got = row.millionths.expect("a result") as f64 / 1e6;
            assert!((got - points).abs() < 1e-3, "{title}: {got} is not {points}");
        }
    }
}
