//! Receipts: what became of an entry, for people who may have no e-mail.

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::entry::State;
use entity::id::EntryId;
use entity::instant::Instant;
use fast_qr::convert::{Builder, svg::SvgBuilder};
use fast_qr::qr::QRBuilder;

use super::draft::Desk;
use super::guardian;
use crate::app::App;
use crate::contest::definition::PhaseKind;
use crate::contest::{self, Contest};
use crate::entry::{self, Guarded, code};
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{contact, db, judging, results, screening};

/// The form that asks for a code.
#[derive(Template)]
#[template(path = "receipt/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// What was typed.
    pub code: String,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

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
    /// Reason of the last finding: key of its words.
    pub reason: Option<String>,
    /// Words of the last finding.
    pub note: Option<String>,
    /// What happens next: key of the words, when.
    pub next: Vec<(&'static str, Instant)>,
    /// Whether it may be changed now.
    pub changeable: bool,
    /// Until when it may be changed.
    pub until: Option<Instant>,
    /// By which the entry is taken up again elsewhere.
    pub resume: Option<String>,
    /// Address of the public page.
    pub share: String,
    /// What the judges said of it.
    pub feedback: Vec<Said>,
    /// What its author's guardian is asked and said.
    pub guarded: Option<Guarded>,
    /// Where the guardian agrees; told to the author alone.
    pub guardian: Option<String>,
}

/// What the judges of one round said of an entry.
pub struct Said {
    /// Title of the round.
    pub round: String,
    /// How many judges said it.
    pub sheets: usize,
    /// Criterion, mean mark in millionths of a point, highest mark.
    pub means: Vec<(String, i64, u32)>,
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
        Some(Said {
            round: round.title.read(english).to_owned(),
            sheets: told.sheets,
            means: means.collect(),
            comments: told.comments,
        })
    });
    Ok(told.collect())
}

/// Key of a state's words.
#[must_use]
pub fn state_words(state: State) -> &'static str {
    match state {
        State::Draft => "state-draft",
        State::Submitted => "state-submitted",
        State::Returned => "state-returned",
        State::Accepted => "state-accepted",
        State::Rejected => "state-rejected",
        State::Withdrawn => "state-withdrawn",
        State::Disqualified => "state-disqualified",
    }
}

impl Show {
    async fn of(
        app: &App,
        v: View,
        contest: &Contest,
        entry: entity::entry::Model,
        proof: Proof,
    ) -> Result<Self> {
        let last = match entry.state {
            State::Returned | State::Rejected if proof != Proof::Code => {
                screening::last(&app.db, entry.id).await?
            }
            _ => None,
        };
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
        Ok(Self {
            contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
            slug: contest.slug().to_owned(),
            state: state_words(entry.state),
            reason: last.as_ref().and_then(|found| found.reason.clone()),
            note: last.and_then(|found| found.note),
            next: next.collect(),
            changeable: proof == Proof::Author && entry::changeable(contest, &entry, v.now).is_ok(),
            until,
            resume: None,
            guarded: match proof {
                Proof::Code => None,
                Proof::Phone | Proof::Author => {
                    entry::guarded(&app.db, contest, &entry, v.now).await?
                }
            },
            guardian: (proof == Proof::Author)
                .then(|| format!("{}{}", v.base, guardian::link(app, &entry))),
            share: format!("{}/entries/{}", v.base, entry.code),
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

/// Asks for a code.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn index(v: View) -> Result {
    page(&Index { v, code: String::new(), refused: Vec::new() })
}

/// Looks an entry up: by its code and the end of a telephone number, or by a resume code, which
/// brings its drafts back into this browser.
///
/// # Errors
/// When it was tried too often.
pub async fn look_up(app: web::Data<App>, v: View, form: Form) -> Result {
    let typed = code::meant(form.text("code"));
    app.limits.passwords(&format!("receipt:{typed}"))?;
    if let Some(resume) = Resume::typed(&typed) {
        let known = entry::newest_of(&app.db, resume.hash(&app)).await?;
        if let Some(known) = known {
            let to = match known.state {
                State::Draft => format!("/drafts/{}/work", known.code),
                _ => format!("/receipts/{}", known.code),
            };
            let mut answer = see_other(&to);
            resume.keep(&app, &mut answer);
            return Ok(answer);
        }
    }
    let entry = entry::by_code(&app.db, &typed).await.ok();
    let entry = entry.filter(|entry| entry.submitted_at.is_some());
    let Some(entry) = entry else {
        let refused = vec![Refused::new(Kind::NotFound, "receipt-unknown").at("code")];
        return page(&Index { v, code: form.text("code").to_owned(), refused });
    };
    let digits = contact::phone(form.text("phone"));
    let proved = digits.len() >= 4
        && entry.phone.as_ref().is_some_and(|phone| {
            digits.get(digits.len() - 4..) == phone.get(phone.len().saturating_sub(4)..)
        });
    let proof = if proved { Proof::Phone } else { Proof::Code };
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    page(&Show::of(&app, v, &contest, entry, proof).await?)
}

/// Shows a receipt.
///
/// # Errors
/// When there is no such entry.
pub async fn show(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    if let Ok(desk) = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await {
        if desk.author.entry.state == State::Draft {
            return Ok(see_other(&format!("/drafts/{}/work", desk.author.entry.code)));
        }
        let by_browser = desk.author.entry.resume_hash.is_some() && !resume.is_fresh();
        let entry = desk.author.entry.clone();
        let mut receipt = Show::of(&app, v, &desk.contest, entry, Proof::Author).await?;
        receipt.resume = by_browser.then(|| resume.shown());
        return page(&receipt);
    }
    let entry = entry::by_code(&app.db, &code::meant(&typed)).await?;
    if entry.submitted_at.is_none() {
        return Err(entry::Error::Unknown.into());
    }
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    page(&Show::of(&app, v, &contest, entry, Proof::Code).await?)
}

/// A QR code that leads to the receipt.
///
/// # Errors
/// When the address is too long for one.
pub async fn qr(v: View, typed: web::Path<String>) -> Result {
    let address = format!("{}/receipts/{}", v.base, code::meant(&typed));
    let broken = || Failure::new(Kind::Broken, "broken");
    let qr = QRBuilder::new(address).build().map_err(|_| broken())?;
    let drawn = SvgBuilder::default().margin(4).to_str(&qr);
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("Cache-Control", "public, max-age=86400"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(drawn))
}

/// Takes an entry back.
///
/// # Errors
/// When it is not theirs, or was decided on.
pub async fn withdraw(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let tx = db::begin(&app.db).await?;
    let keys = entry::withdraw(&tx, &desk.author, v.now).await?;
    tx.commit().await?;
    clear(&app, desk.author.id(), &keys).await;
    Ok(see_other(&format!("/receipts/{}", desk.author.entry.code)))
}

/// Erases what is personal in an entry.
///
/// # Errors
/// When it is not theirs.
pub async fn erase(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let tx = db::begin(&app.db).await?;
    let keys = entry::erase(&tx, &desk.author, v.now).await?;
    results::award::forget(&tx, desk.author.id()).await?;
    tx.commit().await?;
    clear(&app, desk.author.id(), &keys).await;
    Ok(see_other("/receipts"))
}

/// Deletes objects that no row names any more, and bytes of uploads that had not ended; what fails
/// is left to a sweep.
pub(super) async fn clear(app: &App, entry: EntryId, keys: &[String]) {
    for key in keys {
        if let Err(error) = app.store.delete(key).await {
            tracing::warn!(key, "an object stays behind: {error}");
        }
    }
    for open in app.spool.open(entry).unwrap_or_default() {
        let gone = match app.spool.hold(&open.id, entry).await {
            Ok(held) => app.spool.remove(held),
            Err(error) => Err(error),
        };
        if let Err(error) = gone {
            tracing::warn!("an upload stays behind: {error}");
        }
    }
}

/// Everything that we hold about an entry, as a file.
///
/// # Errors
/// When it is not theirs.
pub async fn export(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let saved = format!("attachment; filename=\"{}.json\"", desk.author.entry.code);
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-store"))
        .insert_header(("Content-Disposition", saved))
        .json(entry::export(&app.db, &desk.author).await?))
}

/// An original of one's own.
///
/// # Errors
/// When it is not theirs.
pub async fn original(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let (typed, file) = path.into_inner();
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let whole = entry::whole(&app.db, desk.author.entry).await?;
    let file = whole.files.iter().find(|held| held.id.to_string() == file);
    super::media::original(&app, file.ok_or(entry::Error::Unknown)?).await
}
