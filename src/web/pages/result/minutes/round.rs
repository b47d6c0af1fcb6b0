//! What the minutes say of a round: its rules, its panel, what was decided.

use super::decision;
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::{self, Aggregate, RoundKind};
use crate::refusal::Arg;
use crate::web::{Failure, View};
use crate::{account, judging, words};

/// A judge on a panel.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// Name.
    pub name: String,
    /// Whether the judge leads the panel.
    pub is_chair: bool,
    /// Whether the judge left.
    pub has_left: bool,
    /// Complete sheets.
    pub done: usize,
    /// Sheets to be filled.
    pub all: usize,
    /// Entries that were stepped aside from.
    pub aside: usize,
}

/// A round.
#[derive(Clone, Debug)]
pub struct Round {
    /// Its title.
    pub title: String,
    /// How it was judged, a sentence each.
    pub rules: Vec<String>,
    /// Criteria, with their scales and weights.
    pub criteria: Vec<String>,
    /// The panel.
    pub judges: Vec<Judge>,
    /// Sheets that were filled by hand.
    pub papers: Vec<String>,
    /// What was decided with a reason.
    pub decided: Vec<String>,
}

/// What the minutes say of a round; nothing of one that the rules do not have any more.
pub(super) async fn round(
    app: &App,
    v: &View,
    contest: &Contest,
    row: &entity::round::Model,
) -> std::result::Result<Option<Round>, Failure> {
    let Some(round) = contest.definition.round(&row.key) else { return Ok(None) };
    let english = v.lang.is_english();
    let progress = judging::progress(&app.db, row.id).await?;
    let decided = judging::reasoned(&app.db, row.id).await?;
    let people = progress.iter().map(|one| one.seat.user_id);
    let names =
        account::names(&app.db, people.chain(decided.iter().filter_map(|one| one.by))).await?;
    let panel: Vec<_> = progress.iter().map(|one| one.seat.clone()).collect();
    let criteria = round.criteria.iter().map(|one| {
        let weight = one.weight.map(|weight| format!(", {weight} %")).unwrap_or_default();
        format!("{} (0–{}{weight})", one.label.read(english), one.max)
    });
    let decided = decided.into_iter().map(|one| {
        let by = one.by.and_then(|id| names.get(&id).cloned());
        decision(v, one.at, &v.act(&one.act), by, &one.reason)
    });
    let judge = |one: &judging::Progress| Judge {
        name: names.get(&one.seat.user_id).cloned().unwrap_or_default(),
        is_chair: one.seat.chair,
        has_left: one.seat.left_at.is_some(),
        done: one.done,
        all: one.all,
        aside: one.aside,
    };
    Ok(Some(Round {
        title: round.title.read(english).to_owned(),
        rules: rules(app, v, round, row).await?,
        criteria: criteria.collect(),
        judges: progress.iter().map(judge).collect(),
        papers: on_paper(app, v, &panel).await?,
        decided: decided.collect(),
    }))
}

/// How a round was judged, a sentence each.
async fn rules(
    app: &App,
    v: &View,
    round: &definition::Round,
    row: &entity::round::Model,
) -> std::result::Result<Vec<String>, Failure> {
    let titled = judging::titled(&app.db, row.id).await?;
    let on = titled.iter().filter(|(row, _)| row.went_on == Some(true)).count();
    let mut rules = vec![v.t(kind_key(round.kind))];
    if matches!(round.kind, RoundKind::Score | RoundKind::Rank) {
        rules.push(v.t1("minutes-aggregate", "how", v.t(aggregate_key(round.aggregate))));
    }
    match round.kind {
        RoundKind::Screen => rules.push(v.t1("minutes-yes", "count", i64::from(round.yes_needed))),
        RoundKind::Veto => rules.push(v.t1("minutes-vetoes", "count", i64::from(round.vetoes))),
        RoundKind::Pairwise => {
            let said = |key, count: Option<u32>| count.map(|n| v.t1(key, "count", i64::from(n)));
            rules.extend(said("minutes-pairs", round.comparisons));
            rules.extend(said("minutes-settled", round.settled_percent));
        }
        _ => {}
    }
    if round.kind != RoundKind::Deliberate {
        rules.push(match round.judges_per_entry {
            Some(count) => v.t1("minutes-judges-each", "count", i64::from(count)),
            None => v.t("minutes-judges-all"),
        });
        let shared = judging::calibration(&app.db, row.id).await?.len();
        rules.extend((shared > 0).then(|| v.t1("minutes-calibration", "count", shared)));
        rules.push(v.t1("minutes-quorum", "count", i64::from(round.quorum)));
    }
    rules.extend(round.blind.then(|| v.t("minutes-blind")));
    rules.push(v.t1("entries-judged", "count", titled.len()));
    if let Some(opened) = row.opened_at {
        rules.push(v.t1("minutes-opened", "at", v.when(&opened)));
    }
    if let Some(closed) = row.closed_at {
        rules.push(v.t2("minutes-closed", "at", v.when(&closed), "count", on));
    }
    Ok(rules)
}

fn kind_key(kind: RoundKind) -> &'static str {
    use RoundKind as K;
    match kind {
        K::Score => "round-kind-score",
        K::Screen => "round-kind-screen",
        K::Rank => "round-kind-rank",
        K::Pairwise => "round-kind-pairwise",
        K::Veto => "round-kind-veto",
        K::Deliberate => "round-kind-deliberate",
    }
}

fn aggregate_key(aggregate: Aggregate) -> &'static str {
    use Aggregate as A;
    match aggregate {
        A::Mean => "aggregate-mean",
        A::Median => "aggregate-median",
        A::TrimmedMean => "aggregate-trimmed-mean",
        A::Sum => "aggregate-sum",
        A::ZScore => "aggregate-z-score",
        A::JudgeModel => "aggregate-judge-model",
        A::Borda => "aggregate-borda",
        A::RankPoints => "aggregate-rank-points",
        A::Schulze => "aggregate-schulze",
        A::Transferable => "aggregate-transferable",
    }
}

/// Who keyed in, and who compared, the sheets of these seats that were filled by hand and count.
async fn on_paper(
    app: &App,
    v: &View,
    panel: &[entity::seat::Model],
) -> std::result::Result<Vec<String>, Failure> {
    let papers = judging::paper::papers(&app.db, panel.iter().map(|seat| seat.id)).await?;
    let people = papers.iter().flat_map(|row| [Some(row.keyed_by), row.checked_by]);
    let names = account::names(&app.db, people.flatten()).await?;
    let name = |id| Arg::from(names.get(&id).map(String::as_str).unwrap_or_default());
    let told = papers.iter().filter_map(|row| {
        let seat = panel.iter().find(|seat| seat.id == row.seat_id)?;
        let number = Arg::from(seat.number.to_string());
        let people = [("keyed", name(row.keyed_by)), ("checked", name(row.checked_by?))];
        let [keyed, checked] = people;
        Some(words::say(v.lang, "minutes-paper", &[("number", number), keyed, checked]))
    });
    Ok(told.collect())
}
