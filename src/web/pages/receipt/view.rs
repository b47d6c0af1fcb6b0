//! A receipt, as far as whoever asks may see it.

use askama::Template;
use entity::entry::State;
use entity::id::EntryId;
use entity::instant::Instant;

use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::PhaseKind;
use crate::entry::{self, Guarded};
use crate::judging;
use crate::refusal::Refused;
use crate::web::pages::draft::{Machine, Standing};
use crate::web::pages::entry::{state_key, why};
use crate::web::pages::result::Own;
use crate::web::{Result, View};

/// How much of a receipt somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Knows the code, which is public.
    Code,
    /// Knows the telephone number too.
    Phone,
    /// Is the author.
    Author,
}

/// A receipt.
#[derive(Template)]
#[template(path = "receipt/show.html")]
pub struct Show {
    /// What files of theirs still wait for, or did not become.
    pub told: Vec<Refused>,
    /// Who looks.
    pub v: View,
    /// The entry.
    pub entry: entity::entry::Model,
    /// The contest's name.
    pub contest: String,
    /// Name of the contest in addresses.
    pub slug: String,
    /// How much may be seen.
    pub proof: Proof,
    /// Key of the state's words.
    pub state: &'static str,
    /// What the prizes are called that it holds; none before the result is published.
    pub prizes: Option<Vec<String>>,
    /// Why it was returned, rejected or struck out.
    pub reason: Option<String>,
    /// Words of the last finding.
    pub note: Option<String>,
    /// What happens next: key of the words, when.
    pub next: Vec<(&'static str, Instant)>,
    /// Whether it may be changed now.
    pub changeable: bool,
    /// Until when it may be changed.
    pub until: Option<Instant>,
    /// How it is mended in this browser, for somebody who knows the end of the telephone number.
    pub mend: Option<Mend>,
    /// By which the entry is taken up again elsewhere.
    pub resume: Option<String>,
    /// Address of the public page.
    pub share: String,
    /// Files of which something is still being made, or cannot be: key, name, how far it is.
    pub unmade: Vec<(String, String, Standing)>,
    /// What the judges said of it.
    pub feedback: Vec<Said>,
    /// What its author's guardian is asked and said.
    pub guarded: Option<Guarded>,
    /// Where the guardian agrees; told to the author alone.
    pub guardian: Option<String>,
}

/// The form that asks for the whole telephone number, to mend a returned entry.
pub struct Mend {
    /// What was typed.
    pub phone: String,
    /// Whether it was another number.
    pub refused: bool,
}

/// What the judges of one round said of an entry.
pub struct Said {
    /// Title of the round.
    pub round: String,
    /// How many judges said it.
    pub sheets: usize,
    /// Criterion, mean mark in millionths of a point, highest mark.
    pub means: Vec<(String, i64, u32)>,
    /// Criterion, and words beside it, by nobody.
    pub notes: Vec<(String, Vec<String>)>,
    /// Comments, by nobody.
    pub comments: Vec<String>,
}

/// What the judges said of an entry, while the rules let its entrant read it: in the phase for it,
/// once the result is published.
async fn said(app: &App, v: &View, contest: &Contest, entry: EntryId) -> Result<Vec<Said>> {
    let open = contest.open(PhaseKind::Feedback, v.now).is_some();
    if !open || contest.row.state != entity::contest::State::Published {
        return Ok(Vec::new());
    }
    let english = v.lang.is_english();
    let told = judging::feedback(&app.db, contest, entry).await?;
    let told = told.into_iter().filter_map(|told| {
        let round = contest.definition.round(&told.round)?;
        let means = round.criteria.iter().filter_map(|criterion| {
            let mean = *told.means.get(&criterion.key)?;
            Some((criterion.label.read(english).to_owned(), mean, criterion.max))
        });
        let notes = round.criteria.iter().filter_map(|criterion| {
            let words = told.notes.get(&criterion.key)?.clone();
            Some((criterion.label.read(english).to_owned(), words))
        });
        Some(Said {
            notes: notes.collect(),
            round: round.title.read(english).to_owned(),
            sheets: told.sheets,
            means: means.collect(),
            comments: told.comments,
        })
    });
    Ok(told.collect())
}

/// Files of an entry of which the public cannot see anything yet.
async fn unmade(
    app: &App,
    v: &View,
    entry: entity::entry::Model,
) -> Result<Vec<(String, String, Standing)>> {
    let whole = entry::whole(&app.db, entry).await?;
    let machine = Machine::of(app, v, Some(&whole)).await?;
    let standing = |file: &entity::file::Model| {
        (file.id.to_string(), file.name.clone(), machine.standing(v, file))
    };
    let all = whole.files.iter().map(standing);
    Ok(all.filter(|(_, _, standing)| *standing != Standing::Ready).collect())
}

impl Show {
    /// The receipt of `entry`, for somebody who proved so much.
    pub(super) async fn of(
        app: &App,
        v: View,
        contest: &Contest,
        entry: entity::entry::Model,
        proof: Proof,
    ) -> Result<Self> {
        let (reason, note) = match proof {
            Proof::Code => (None, None),
            Proof::Phone | Proof::Author => why(app, &v, &entry).await?,
        };
        let own = Own::of(app, std::slice::from_ref(contest)).await?;
        let kinds = [
            (PhaseKind::Screening, "next-screening"),
            (PhaseKind::Voting, "next-voting"),
            (PhaseKind::Announcement, "next-announcement"),
        ];
        let next = kinds.iter().filter_map(|(kind, words)| {
            let soonest = contest.windows(*kind).map(|w| w.opens).filter(|at| *at > v.now).min();
            soonest.map(|at| (*words, at))
        });
        let until = match entry.state {
            State::Returned => entry.repair_until,
            _ => contest.open(PhaseKind::Intake, v.now).map(|window| window.closes),
        };
        let unmade = match proof {
            Proof::Author => unmade(app, &v, entry.clone()).await?,
            Proof::Phone | Proof::Code => Vec::new(),
        };
        Ok(Self {
            told: Vec::new(),
            unmade,
            contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
            slug: contest.slug().to_owned(),
            state: state_key(entry.state),
            prizes: own.prizes(&v, contest, entry.id),
            reason,
            note,
            next: next.collect(),
            changeable: proof == Proof::Author && entry::changeable(contest, &entry, v.now).is_ok(),
            until,
            mend: None,
            resume: None,
            guarded: match proof {
                Proof::Code => None,
                Proof::Phone | Proof::Author => {
                    entry::guarded(&app.db, contest, &entry, v.now).await?
                }
            },
            guardian: (proof == Proof::Author)
                .then(|| format!("{}{}", v.base, app.consent_path(&entry))),
            share: format!("{}/b/{}", v.base, entry.code),
            feedback: match proof {
                Proof::Code => Vec::new(),
                Proof::Phone | Proof::Author => said(app, &v, contest, entry.id).await?,
            },
            entry,
            proof,
            v,
        })
    }
}
