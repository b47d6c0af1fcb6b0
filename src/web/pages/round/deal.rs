//! What would be dealt if a round were opened now, in words.

use crate::app::App;
use crate::contest::Contest;
use crate::judging::{self, Error, Preview};
use crate::refusal::{Arg, Refusal};
use crate::web::{Failure, View};
use crate::{results, words};

/// Entries that a sentence names; of the others it says how many they are.
const NAMED: usize = 5;

/// Sentences, each with whether it is a warning.
pub(super) async fn preview(
    app: &App,
    v: &View,
    contest: &Contest,
    key: &str,
) -> Result<Vec<(bool, String)>, Failure> {
    if contest.definition.round(key).is_some_and(|round| round.gate.is_some()) {
        app.votes.caught_up(contest, v.now).await?;
    }
    let counted = match results::counted_for(&app.db, contest, key, v.now).await {
        Ok(counted) => counted,
        Err(error @ results::Error::Problems(_)) => {
            return Ok(error.refusals().iter().map(|one| (false, v.said(one))).collect());
        }
        Err(error) => return Err(error.into()),
    };
    let preview = match judging::preview(&app.db, contest, (key, &counted)).await {
        Ok(preview) => preview,
        Err(error @ (Error::TooEarly | Error::Nothing)) => {
            return Ok(vec![(false, v.said(&error.refusal()))]);
        }
        Err(error) => return Err(error.into()),
    };
    let wanted = contest.definition.round(key).map_or(0, |round| round.calibration as usize);
    let mut said = vec![(false, loads(v, &preview))];
    if preview.kept_out > 0 {
        let all = preview.entries + preview.kept_out;
        said.push((false, v.t2("deal-gate", "count", preview.entries, "all", all)));
    }
    if preview.shared > 0 {
        said.push((false, v.t1("deal-shared", "count", preview.shared)));
    }
    if preview.shared < wanted.min(preview.entries) {
        said.push((true, v.t2("deal-shared-few", "wanted", wanted, "count", preview.shared)));
    }
    if !preview.short.is_empty() {
        said.push((true, v.t1("deal-short", "entries", short(v, &preview.short))));
    }
    if !preview.deal.bound.is_empty() {
        let judges = preview.deal.bound.iter().map(|at| preview.judges[*at].to_string());
        said.push((true, v.t1("deal-bound", "judges", judges.collect::<Vec<_>>().join(", "))));
    }
    Ok(said)
}

fn loads(v: &View, preview: &Preview) -> String {
    let (least, most) = preview.deal.spread();
    let args = [
        ("entries", Arg::from(preview.entries)),
        ("judges", Arg::from(preview.judges.len())),
        ("least", Arg::from(least)),
        ("most", Arg::from(most)),
    ];
    words::say(v.lang, if least == most { "deal-even" } else { "deal-loads" }, &args)
}

fn short(v: &View, short: &[(String, usize)]) -> String {
    let named = short.iter().take(NAMED);
    let named =
        named.map(|(title, n)| v.t2("deal-short-one", "title", title.as_str(), "count", *n));
    let mut named: Vec<String> = named.collect();
    if short.len() > NAMED {
        named.push(v.t1("deal-short-more", "count", short.len() - NAMED));
    }
    named.join("; ")
}
