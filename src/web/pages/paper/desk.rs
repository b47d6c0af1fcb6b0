//! A judge's desk as it stands on paper.

use std::collections::HashMap;

use entity::id::{EntryId, SeatId};

use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::{Criterion, Round, RoundKind};
use crate::judging::paper::Rows;
use crate::judging::{self, Error, Judge, Work};
use crate::refusal::Refused;
use crate::web::form::Form;
use crate::web::pages::judging::written;
use crate::web::{Failure, View};
use crate::{account, contest};

/// One entry on a sheet.
pub struct Line {
    /// By which judges know it.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// Marks by criterion, as typed or saved; empty where there is none.
    pub marks: Vec<Mark>,
    /// Their sum in millionths of a point, to compare with the paper; none without marks.
    pub total: Option<i64>,
    /// Words to the panel.
    pub comment: String,
}

/// A mark on a sheet.
pub struct Mark {
    /// Its field in the form.
    pub field: String,
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
    /// The field for words beside it, and what stands there.
    pub note: (String, String),
}

/// The sheets of one judge.
pub struct Desk {
    /// The seat.
    pub seat: SeatId,
    /// By which minutes call the judge.
    pub number: i32,
    /// The judge's name.
    pub name: String,
    /// Entries in the judge's own order.
    pub lines: Vec<Line>,
}

/// A criterion's name, and its highest mark.
pub struct Column {
    /// The name.
    pub label: String,
    /// The highest mark.
    pub max: u32,
}

/// What stands on every page about paper.
pub struct Head {
    /// Name of the contest in addresses.
    pub slug: String,
    /// Title of the contest.
    pub contest: String,
    /// Key of the round.
    pub key: String,
    /// Title of the round.
    pub round: String,
    /// The criteria.
    pub columns: Vec<Column>,
}

/// The round, where it is one that is marked on sheets.
pub(super) async fn round_of(
    app: &App,
    v: &View,
    contest: &Contest,
    key: &str,
) -> std::result::Result<(entity::round::Model, Round, Head), Failure> {
    let row = contest::round_by_key(&app.db, contest.id(), key).await?;
    let round = contest.definition.round(key).ok_or(Error::Unknown)?.clone();
    if round.sheet().is_empty() {
        return Err(Error::Unknown.into());
    }
    let english = v.lang.is_english();
    let label = |criterion: &Criterion| match round.kind {
        RoundKind::Score => criterion.label.read(english).to_owned(),
        _ => v.t(&format!("mark-{}", criterion.key)),
    };
    let columns =
        round.sheet().iter().map(|one| Column { label: label(one), max: one.max }).collect();
    let head = Head {
        slug: contest.slug().to_owned(),
        contest: contest.definition.title.read(english).to_owned(),
        key: key.to_owned(),
        round: round.title.read(english).to_owned(),
        columns,
    };
    Ok((row, round, head))
}

/// How a desk is drawn.
pub(super) struct Drawn<'a> {
    pub(super) v: &'a View,
    pub(super) round: &'a Round,
    pub(super) titles: &'a HashMap<EntryId, String>,
    /// What was keyed in, in place of what is saved.
    pub(super) rows: Option<&'a Rows>,
    pub(super) typed: &'a Form,
    pub(super) refused: &'a [Refused],
}

impl Drawn<'_> {
    fn line(&self, one: &Work) -> Line {
        let row = self.rows.and_then(|rows| rows.get(&one.alias));
        let marks = if self.rows.is_some() { row.map(|row| &row.marks) } else { Some(&one.marks) };
        let notes = if self.rows.is_some() {
            row.map(|row| row.notes.clone())
        } else {
            one.sheet.as_ref().map(judging::notes)
        };
        let notes = notes.unwrap_or_default();
        let saved = one.sheet.as_ref().and_then(|sheet| sheet.comment.clone());
        let comment = if self.rows.is_some() { row.map(|row| row.comment.clone()) } else { saved };
        let sheet = self.round.sheet();
        let cells = sheet.iter().map(|criterion| {
            let field = format!("mark.{}.{}", one.alias, criterion.key);
            let held = marks.and_then(|marks| marks.get(&criterion.key));
            let beside = format!("note.{}.{}", one.alias, criterion.key);
            let noted = self.typed.some(&beside).or_else(|| notes.get(&criterion.key).cloned());
            let wrong = self.refused.iter().find(|one| one.field.as_ref() == Some(&field));
            Mark {
                text: self
                    .typed
                    .some(&field)
                    .or_else(|| held.map(|mark| written(self.v, *mark)))
                    .unwrap_or_default(),
                wrong: wrong.map(|refused| self.v.said(refused)),
                note: (beside, noted.unwrap_or_default()),
                field,
            }
        });
        let sum = marks.map(|marks| marks.values().map(|mark| i64::from(*mark) * 10_000).sum());
        Line {
            title: self.titles.get(&one.assignment.entry_id).cloned().unwrap_or_default(),
            marks: cells.collect(),
            total: sum.filter(|_| marks.is_some_and(|marks| !marks.is_empty())),
            comment: self
                .typed
                .some(&format!("comment.{}", one.alias))
                .or(comment)
                .unwrap_or_default(),
            alias: one.alias.clone(),
        }
    }

    /// Everything on one judge's desk.
    pub(super) async fn desk(
        &self,
        app: &App,
        judge: &Judge,
    ) -> std::result::Result<Desk, Failure> {
        let names = account::names(&app.db, [judge.seat.user_id]).await?;
        let work = judging::work(&app.db, judge).await?;
        Ok(Desk {
            seat: judge.seat.id,
            number: judge.seat.number,
            name: names.get(&judge.seat.user_id).cloned().unwrap_or_default(),
            lines: work.iter().map(|one| self.line(one)).collect(),
        })
    }
}
