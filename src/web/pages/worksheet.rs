//! Worksheets in words: how a place came about, so that anybody can reckon it again by hand.

use crate::contest::Contest;
use crate::results::formula::How;
use crate::results::rank::{Broken, Line, Worksheet};
use crate::web::View;
use crate::words;

/// A number of millionths, with as many places as it has.
pub(crate) fn number(v: &View, millionths: i64) -> String {
    words::billionths(v.lang, i128::from(millionths) * 1_000)
}

/// The name of a source, as the contest's rules call it.
pub(crate) fn source(v: &View, contest: &Contest, name: &str) -> String {
    let Some(key) = name.strip_prefix("round:") else {
        return v.t(match name {
            "votes" => "source-votes",
            "outside_points" => "source-outside-points",
            "accepted_entries" => "source-accepted-entries",
            _ => "source-entries-per-thousand",
        });
    };
    let round = contest.definition.round(key);
    let title = round.map(|round| round.title.read(v.lang.is_english()).to_owned());
    title.unwrap_or_else(|| key.to_owned())
}

/// A worksheet, a line for each step.
pub(crate) fn lines(v: &View, contest: &Contest, sheet: &Worksheet) -> Vec<String> {
    let mut lines: Vec<String> = sheet.terms.iter().map(|line| term(v, contest, line)).collect();
    let sum: Vec<String> =
        sheet.terms.iter().map(|line| format!("{} × {} %", exact(v, line), line.weight)).collect();
    let sum = sum.join(" + ");
    let args = [
        ("sum", sum.into()),
        ("result", number(v, sheet.millionths).into()),
        ("decimals", i64::from(sheet.decimals).into()),
    ];
    lines.push(words::say(v.lang, "sheet-sum", &args));
    lines.extend(tie(v, contest, sheet));
    lines
}

/// How a place came behind an equal, in words; nothing where there is none.
pub(crate) fn tie(v: &View, contest: &Contest, sheet: &Worksheet) -> Option<String> {
    sheet.tie.as_ref().map(|tie| broken(v, contest, tie))
}

/// Points with all their places; as a fraction where nine do not hold them.
fn exact(v: &View, line: &Line) -> String {
    match in_billionths(&line.exact) {
        Some(billionths) => words::billionths(v.lang, billionths),
        None => format!("({})", line.exact),
    }
}

/// A fraction, or a whole number, in billionths where it comes out even.
fn in_billionths(exact: &str) -> Option<i128> {
    let (top, bottom) = exact.split_once('/').unwrap_or((exact, "1"));
    let (top, bottom) = (top.parse::<i128>().ok()?, bottom.parse::<i128>().ok()?);
    let top = top.checked_mul(1_000_000_000)?;
    (bottom != 0 && top % bottom == 0).then(|| top / bottom)
}

fn term(v: &View, contest: &Contest, line: &Line) -> String {
    let mut args = vec![
        ("source", source(v, contest, &line.source).into()),
        ("raw", number(v, line.raw).into()),
        ("points", exact(v, line).into()),
    ];
    let key = match &line.how {
        How::Raw => "sheet-raw",
        How::ShareOfMax(greatest) => {
            args.push(("greatest", number(v, *greatest).into()));
            "sheet-share-of-max"
        }
        How::ShareOfCap(cap) => {
            args.push(("cap", i64::from(*cap).into()));
            "sheet-share-of-cap"
        }
        How::RankPoints { place, equal, sum } => {
            args.push(("place", i64::from(*place).into()));
            args.push(("equal", i64::from(*equal).into()));
            args.push(("sum", i64::from(*sum).into()));
            "sheet-rank-points"
        }
        How::Percentile { below, equal, all } => {
            args.push(("below", i64::from(*below).into()));
            args.push(("others", i64::from(equal.saturating_sub(1)).into()));
            args.push(("rest", i64::from(all.saturating_sub(1)).into()));
            "sheet-percentile"
        }
        How::LogShare(greatest) => {
            args.push(("greatest", number(v, *greatest).into()));
            "sheet-log-share"
        }
    };
    words::say(v.lang, key, &args)
}

fn broken(v: &View, contest: &Contest, tie: &Broken) -> String {
    let english = v.lang.is_english();
    let (name, before, own) = match tie {
        Broken::Earlier => return v.t("sheet-tie-earlier"),
        Broken::Decision => return v.t("sheet-tie-decision"),
        Broken::Criterion(path, before, own) => {
            let (round, key) = path.split_once('/').unwrap_or(("", path));
            let round = contest.definition.round(round);
            let found = round.and_then(|round| round.criteria.iter().find(|one| one.key == key));
            let label = found.map_or(key, |one| one.label.read(english));
            (label.to_owned(), number(v, *before), number(v, *own))
        }
        Broken::Higher(name, before, own) => {
            (source(v, contest, name), number(v, *before), number(v, *own))
        }
        Broken::Outside(kind, before, own) => {
            let kinds = contest.definition.outside_counts.as_ref().map(|counts| &counts.kinds);
            let found = kinds.and_then(|kinds| kinds.iter().find(|one| one.key == *kind));
            let label = found.map_or(kind.as_str(), |one| one.label.read(english));
            (label.to_owned(), v.number(before), v.number(own))
        }
    };
    let args = [("name", name.into()), ("before", before.into()), ("own", own.into())];
    words::say(v.lang, "sheet-tie", &args)
}

/// A table's formula in words, as it stands above its places.
pub(crate) fn formula(
    v: &View,
    contest: &Contest,
    table: &crate::contest::definition::Table,
) -> String {
    use crate::contest::definition::Normalisation as N;
    let term = |term: &crate::contest::definition::Term| {
        let source = source(v, contest, &crate::results::rank::name(&term.source));
        let how = match &term.normalise {
            None | Some(N::Raw) => v.t("formula-raw"),
            Some(N::ShareOfMax) => v.t("formula-share-of-max"),
            Some(N::ShareOfCap(cap)) => v.t1("formula-share-of-cap", "cap", i64::from(*cap)),
            Some(N::RankPoints(points)) => {
                let list: Vec<String> = points.iter().map(ToString::to_string).collect();
                v.t1("formula-rank-points", "points", list.join(", "))
            }
            Some(N::Percentile) => v.t("formula-percentile"),
            Some(N::LogShare) => v.t("formula-log-share"),
        };
        format!("{} % {source} ({how})", term.weight)
    };
    table.formula.iter().map(term).collect::<Vec<_>>().join(" + ")
}
