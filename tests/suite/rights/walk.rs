//! The walk: everybody asks for everything.

use actix_web::http::StatusCode;
use entity::{file, seat};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Rule::Open;
use super::Who::{
    self, Admin, Anonymous, Entrant, Judge, Lead, Organiser, OtherEntrant, OtherJudge, Screener,
    Sibling,
};
use super::asked::{address, ask};
use super::scene::{Keys, Scene, scene};
use super::{ALL, TABLE, is_refused, refusal, rule_elsewhere};
use crate::support::both;

both! {
    #[expect(clippy::too_many_lines, reason = "one walk from beginning to end")]
    async fn everybody_gets_what_is_theirs_and_nobody_else_does(site: Site) {
        let Scene { mut people, own, other, draft } = scene(site).await;
        let mut wrong = Vec::new();
        let mut asked = 0;
        for may in [false, true] {
            for (method, pattern, rule) in TABLE {
                for who in ALL.into_iter().filter(|who| refusal(*rule, *who).is_none() == may) {
                    let path = address(pattern, &own);
                    // Ending sessions, and signing out, would end the walk: a copy of the browser
                    // does not help, for the session itself ends. They go last, below.
                    if ["/account/sessions/end", "/session/destroy"].contains(pattern) && may {
                        continue;
                    }
                    let answer = ask(people.get_mut(&who).unwrap(), method, &path, &own).await;
                    asked += 1;
                    let right = match refusal(*rule, who) {
                        Some(status) => answer.status == status,
                        None if matches!(rule, Open) => !answer.status.is_server_error(),
                        None => !is_refused(answer.status),
                    };
                    if !right {
                        wrong.push(format!("{who:?} {method} {path}: {}", answer.status));
                    }
                }
            }
        }
        for (method, pattern, rule) in TABLE {
            let rule = rule_elsewhere(*rule);
            for who in ALL.into_iter().filter(|who| refusal(rule, *who).is_some()) {
                let path = address(pattern, &other);
                let answer = ask(people.get_mut(&who).unwrap(), method, &path, &other).await;
                asked += 1;
                if Some(answer.status) != refusal(rule, who) {
                    wrong.push(format!("elsewhere {who:?} {method} {path}: {}", answer.status));
                }
            }
        }
        let hidden = Keys::from([("slug", draft.to_owned())]);
        for (method, pattern, _) in TABLE.iter().filter(|row| row.1.contains("{slug}")) {
            for who in ALL.into_iter().filter(|who| ![Sibling, Admin].contains(who)) {
                let mut keys = other.clone();
                keys.extend(hidden.clone());
                let path = address(pattern, &keys);
                let answer = ask(people.get_mut(&who).unwrap(), method, &path, &keys).await;
                asked += 1;
                let signed = !matches!(who, Anonymous | Entrant | OtherEntrant);
                let desk = path.starts_with("/desk") && !signed;
                let wanted = if desk { StatusCode::UNAUTHORIZED } else { StatusCode::NOT_FOUND };
                if answer.status != wanted {
                    wrong.push(format!("draft {who:?} {method} {path}: {}", answer.status));
                }
            }
        }
        assert!(asked > 1500, "{asked}");
        assert_eq!(wrong, Vec::<String>::new(), "{} of {asked}", wrong.len());
        for pattern in ["/session/destroy", "/account/sessions/end"] {
            let answer = people.get_mut(&Lead).unwrap().post(pattern, &[]).await;
            let wanted = match pattern {
                "/session/destroy" => StatusCode::SEE_OTHER,
                _ => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(answer.status, wanted, "{pattern}");
        }
        site.jobs_may_wait();
    }

    async fn a_key_of_another_contest_opens_nothing_in_ones_own(site: Site) {
        let Scene { mut people, own, other, .. } = scene(site).await;
        let mixed = |theirs: &[&'static str]| {
            let mut keys = own.clone();
            for name in theirs {
                keys.insert(name, other[name].clone());
            }
            keys
        };
        let cases: [(Who, &str, &str, &[&'static str]); 9] = [
            (Organiser, "GET", "/desk/contests/{slug}/screening/{code}", &["work"]),
            (Screener, "POST", "/desk/contests/{slug}/screening/{code}", &["work"]),
            (Screener, "POST", "/desk/contests/{slug}/screening/{code}/undo", &["work"]),
            (Lead, "GET", "/desk/contests/{slug}/screening/{code}/originals/{file}", &["file"]),
            (Lead, "POST", "/desk/contests/{slug}/rounds/{key}/seats/{seat}/removal", &["seat"]),
            (Judge, "GET", "/judging/{round}/{alias}", &["round"]),
            (OtherJudge, "PUT", "/judging/{round}/{alias}/sheet", &[]),
            (Entrant, "GET", "/receipts/{code}/originals/{file}", &["file"]),
            (Entrant, "HEAD", "/drafts/{code}/uploads/{id}", &["upload"]),
        ];

        for (who, method, pattern, theirs) in cases {
            let keys = mixed(theirs);
            let path = address(pattern, &keys);
            let answer = ask(people.get_mut(&who).unwrap(), method, &path, &keys).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who:?} {method} {path}");
        }
        let seats = seat::Entity::find().filter(seat::Column::LeftAt.is_not_null());
        assert_eq!(seats.all(&site.app.db).await.unwrap().len(), 0, "nobody was taken off a panel");
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 5);
        site.jobs_may_wait();
    }
}
