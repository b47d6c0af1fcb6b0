//! The minutes as a PDF.

use actix_web::web::Data;

use super::{Minutes, Round, gathered};
use crate::app::App;
use crate::pdf::{Cell, Column, Error, Flow, Head, Style, Table};
use crate::web;
use crate::web::organised::Organised;
use crate::web::{Result, View};

/// Sends the minutes as a PDF.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn pdf(app: Data<App>, v: View, by: Organised) -> Result {
    let minutes = gathered(&app, v, by).await?;
    web::pdf::send(format!("{}-bien-ban", minutes.slug), move || written(&minutes)).await
}

fn written(m: &Minutes) -> std::result::Result<Vec<u8>, Error> {
    let (v, title) = (&m.v, format!("{} – {}", m.v.t("minutes"), m.title));
    let mut flow = Flow::new(Head { title: title.clone(), language: v.tag(), at: m.at });
    flow.above(&v.t("minutes-state"));
    flow.above(&v.t("minutes-motto"));
    flow.above(&m.unit);
    flow.above(&v.t("minutes-no"));
    flow.above(&m.place());
    flow.title(&v.t("minutes-title"));
    flow.above(&m.title);
    if let Some(plan) = &m.plan {
        flow.above(&v.t1("plan-number", "number", plan.as_str()));
    }
    match &m.published {
        Some((number, at)) => {
            flow.above(&v.t2("minutes-published", "number", *number, "at", v.when(at)));
        }
        None => flow.text(Style::Strong, &v.t("minutes-not-published")),
    }
    flow.heading(&v.t("minutes-present"));
    let present: Vec<String> =
        m.present.iter().map(|(part, names)| format!("{part}: {names}")).collect();
    flow.list(&present);
    flow.text(Style::Text, &v.t("minutes-absent"));
    entries(&mut flow, m);
    for round in &m.rounds {
        judged(&mut flow, m, round);
    }
    placed(&mut flow, m);
    votes(&mut flow, m);
    let (ties, decisions) = ((&m.ties, m.more_ties), (&m.decisions, 0));
    for (head, (lines, left)) in [("minutes-ties", ties), ("decisions", decisions)] {
        if !lines.is_empty() {
            flow.heading(&v.t(head));
            flow.list(lines);
            more(&mut flow, m, left);
        }
    }
    if let Some(hash) = &m.hash {
        flow.text(Style::Small, &format!("{} {hash}", v.t("inputs-hash")));
    }
    let signers = m.signers();
    if !signers.is_empty() {
        flow.room(150.0);
        flow.heading(&v.t("minutes-signatures"));
        flow.text(Style::Small, &v.t("minutes-sign"));
        flow.signatures(&signers);
    }
    flow.bytes(&title, |page, pages| v.t2("minutes-page", "page", page, "pages", pages))
}

fn column(head: String, share: f32, is_number: bool) -> Column {
    Column { head, share, is_number }
}

fn entries(flow: &mut Flow, m: &Minutes) {
    let v = &m.v;
    flow.heading(&v.t("entries"));
    let counts: Vec<String> =
        m.counts.iter().map(|(key, count)| format!("{}: {}", v.t(key), v.number(count))).collect();
    flow.list(&counts);
    if m.out.is_empty() {
        return;
    }
    flow.heading(&v.t("minutes-out"));
    let row = |(number, title, state, reason): &(i32, String, &str, String)| {
        vec![
            v.number(number).into(),
            title.as_str().into(),
            v.t(state).into(),
            reason.as_str().into(),
        ]
    };
    flow.table(&Table {
        columns: vec![
            column(v.t("minutes-number"), 1.0, true),
            column(v.t("work-title"), 4.0, false),
            column(v.t("receipt-state"), 2.0, false),
            column(v.t("reason"), 4.0, false),
        ],
        heads: 0,
        rows: m.out.iter().map(row).collect(),
    });
    more(flow, m, m.more_out);
}

fn more(flow: &mut Flow, m: &Minutes, count: usize) {
    if count > 0 {
        flow.text(Style::Small, &m.v.t1("minutes-more", "count", count));
    }
}

fn judged(flow: &mut Flow, m: &Minutes, round: &Round) {
    let v = &m.v;
    flow.heading(&round.title);
    flow.list(&round.rules);
    if !round.criteria.is_empty() {
        flow.text(Style::Strong, &v.t("criteria"));
        flow.list(&round.criteria);
    }
    if !round.judges.is_empty() {
        let row = |judge: &super::Judge| {
            let mut name = vec![(Style::Text, judge.name.clone())];
            name.extend(judge.is_chair.then(|| (Style::Small, v.t("chair"))));
            name.extend(judge.has_left.then(|| (Style::Small, v.t("has-left"))));
            let sheets = format!("{}/{}", judge.done, judge.all);
            vec![Cell(name), sheets.into(), v.number(judge.aside).into()]
        };
        flow.table(&Table {
            columns: vec![
                column(v.t("judge"), 5.0, false),
                column(v.t("minutes-sheets"), 2.0, true),
                column(v.t("stepped-aside"), 2.0, true),
            ],
            heads: 0,
            rows: round.judges.iter().map(row).collect(),
        });
    }
    flow.list(&round.papers);
    if !round.decided.is_empty() {
        flow.text(Style::Strong, &v.t("minutes-round-decisions"));
        flow.list(&round.decided);
    }
}

fn placed(flow: &mut Flow, m: &Minutes) {
    let v = &m.v;
    for (table, rest) in &m.tables {
        flow.heading(&table.title);
        flow.text(Style::Small, &table.formula);
        let row = |place: &super::super::Place| {
            let mut work = vec![(Style::Strong, place.name.clone())];
            work.extend(
                Some(&place.by).filter(|by| !by.is_empty()).map(|by| (Style::Small, by.clone())),
            );
            work.extend(place.worksheet.iter().map(|line| (Style::Small, line.clone())));
            let number = v.number(place.place);
            let prizes = place.prizes.join(", ");
            vec![number.into(), Cell(work), prizes.into(), place.points.as_str().into()]
        };
        flow.table(&Table {
            columns: vec![
                column(v.t("place"), 1.0, true),
                column(v.t("work-title"), 6.5, false),
                column(v.t("prize"), 2.5, false),
                column(v.t("points"), 1.5, true),
            ],
            heads: 1,
            rows: table.places.iter().map(row).collect(),
        });
        more(flow, m, *rest);
    }
}

fn votes(flow: &mut Flow, m: &Minutes) {
    let v = &m.v;
    if m.levels.is_empty() {
        return;
    }
    flow.heading(&v.t("votes-statement"));
    let row = |(level, counted, aside, back): &(String, i64, i64, i64)| {
        let numbers = [counted, aside, back].map(|number| Cell::from(v.number(number)));
        let mut row = vec![Cell::from(v.t(level))];
        row.extend(numbers);
        row
    };
    flow.table(&Table {
        columns: vec![
            column(v.t("statement-level"), 4.0, false),
            column(v.t("statement-counted"), 2.0, true),
            column(v.t("statement-aside"), 2.0, true),
            column(v.t("statement-withdrawn"), 2.0, true),
        ],
        heads: 0,
        rows: m.levels.iter().map(row).collect(),
    });
    if m.aside.is_empty() {
        return;
    }
    flow.text(Style::Strong, &v.t("statement-set-aside"));
    let row = |one: &crate::voting::cases::SetAside| {
        let (entry, votes) = (v.number(one.entry), v.number(one.votes));
        vec![entry.into(), votes.into(), v.t(&one.reason).into(), v.when(&one.decided_at).into()]
    };
    flow.table(&Table {
        columns: vec![
            column(v.t("fraud-entry"), 1.0, true),
            column(v.t("fraud-votes"), 1.5, true),
            column(v.t("fraud-reason"), 4.0, false),
            column(v.t("statement-decided"), 3.0, false),
        ],
        heads: 0,
        rows: m.aside.iter().map(row).collect(),
    });
}
