//! Looking a contest over, announcing it, telling people of it.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::contest::State;
use entity::round;
use fast_qr::convert::{Builder, svg::SvgBuilder};
use fast_qr::qr::QRBuilder;

use crate::app::App;
use crate::contest::apply;
use crate::contest::definition::{PhaseKind, SlotKind};
use crate::contest::lint;
use crate::contest::{self, Contest, moment};
use crate::refusal::Kind;
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::desk::{parent, severity};
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, judging, unit};

/// What a phase needs before it opens: its name, when it opens, and each thing with whether it is
/// there, as a key of the words.
pub struct Needs {
    /// Name of the phase.
    pub title: String,
    /// When it opens.
    pub opens: entity::instant::Instant,
    /// Things: whether they are there, and the key of their sentence.
    pub things: Vec<(bool, &'static str)>,
}

/// The page on which a contest is looked over and announced.
#[derive(Template)]
#[template(path = "desk/check.html")]
pub struct Check {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// What it says, in short: label and words.
    pub facts: Vec<(String, String)>,
    /// What the linter says: severity as a key of the words, sentence.
    pub findings: Vec<(&'static str, String)>,
    /// What is missing before each phase.
    pub needs: Vec<Needs>,
    /// The public address.
    pub address: String,
    /// Words to paste into a chat.
    pub chat: String,
}

/// Shows a contest before and after it is announced: what it says, what is missing, and the link.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn check(app: web::Data<App>, v: View, Organised(contest, _): Organised) -> Result {
    let definition = &contest.definition;
    let parent = parent(&app, &contest).await?;
    let findings = lint::check(definition, parent.as_ref().map(|one| &*one.definition));
    let said = findings.iter().map(|finding| (severity(finding), v.said(&finding.refused())));
    let title = definition.title.read(v.lang.is_english()).to_owned();
    let address = format!("{}/contests/{}", v.base, contest.slug());
    let closes = contest.windows(PhaseKind::Intake).map(|window| window.closes).max();
    let until = closes.map(|end| v.when(&end.plus_seconds(-60))).unwrap_or_default();
    let chat = v.t2("chat-text", "title", title.as_str(), "until", until);
    page(&Check {
        slug: contest.slug().to_owned(),
        is_draft: contest.row.state == State::Draft,
        facts: facts(&app, &v, &contest).await?,
        findings: said.collect(),
        needs: needs(&app, &v, &contest).await?,
        chat: format!("{chat}\n{address}"),
        address,
        title,
        v,
    })
}

async fn facts(
    app: &App,
    v: &View,
    contest: &Contest,
) -> std::result::Result<Vec<(String, String)>, Failure> {
    let definition = &contest.definition;
    let english = v.lang.is_english();
    let home = unit::by_id(&app.db, contest.row.unit_id).await?;
    let mut facts = vec![(v.t("contest-unit"), home.name)];
    for phase in contest.phases() {
        let written = definition.phase(&phase.key).and_then(|written| written.title.as_ref());
        let title = written.map_or_else(
            || v.t(&format!("phase-kind-{}", phase.kind.replace('_', "-"))),
            |title| title.read(english).to_owned(),
        );
        let (opens, closes) = (phase.opens_at, phase.closes_at.plus_seconds(-1));
        facts.push((title, format!("{} – {}", v.when(&opens), v.when(&closes))));
    }
    for category in &definition.categories {
        let slots = category.slots.iter().map(|slot| slot.label.read(english).to_owned());
        let slots = slots.collect::<Vec<_>>().join(", ");
        facts.push((category.title.read(english).to_owned(), slots));
    }
    let prizes = definition
        .prizes
        .iter()
        .map(|prize| format!("{} × {}", v.number(prize.count), prize.label.read(english)));
    facts.push((v.t("prizes"), prizes.collect::<Vec<_>>().join("; ")));
    Ok(facts)
}

async fn needs(app: &App, v: &View, contest: &Contest) -> std::result::Result<Vec<Needs>, Failure> {
    let definition = &contest.definition;
    let rounds = contest::rounds(&app.db, contest.id()).await?;
    let mut seats: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rounds {
        let panel = judging::panel(&app.db, row.id).await?;
        let sitting = panel.iter().filter(|seat| seat.left_at.is_none()).count();
        seats.insert(row.key.clone(), sitting);
    }
    let file = |kind| matches!(kind, SlotKind::Photo | SlotKind::Video | SlotKind::Document);
    let has_files = definition.categories.iter().flat_map(|one| &one.slots).any(|s| file(s.kind));
    let mut needs = Vec::new();
    for written in &definition.phases {
        let Ok(opens) = moment::opens(&written.opens) else { continue };
        let things = match written.kind {
            PhaseKind::Intake => {
                let mut things = vec![
                    (contest.is_public(), "need-announced"),
                    (definition.rules.is_some(), "need-rules"),
                    (definition.plan.is_some(), "need-plan"),
                    (definition.contact.is_some(), "need-contact"),
                ];
                if has_files {
                    things.push((!definition.declarations.is_empty(), "need-declarations"));
                }
                things
            }
            PhaseKind::Round => {
                let own = definition.rounds.iter().filter(|round| round.phase == written.key);
                let enough = own.clone().all(|round| {
                    let least = round.judges_per_entry.unwrap_or(1).max(round.quorum);
                    seats.get(&round.key).copied().unwrap_or(0) >= least as usize
                });
                let waits = |key: &str| {
                    let row = rounds.iter().find(|row| row.key == key);
                    row.is_some_and(|row| row.state == round::State::Waiting)
                };
                let opened = own.clone().all(|round| !waits(&round.key));
                let mut things = vec![(enough, "need-judges")];
                if v.now >= opens {
                    things.push((opened, "need-round-opened"));
                }
                things
            }
            PhaseKind::Announcement => {
                let approver = entity::crew::Role::Approver;
                vec![(has_crew(app, contest, approver).await?, "need-approver")]
            }
            _ => continue,
        };
        let title = v.t(&format!("phase-kind-{}", written.kind.name().replace('_', "-")));
        needs.push(Needs { title, opens, things });
    }
    needs.sort_by_key(|one| one.opens);
    Ok(needs)
}

async fn has_crew(
    app: &App,
    contest: &Contest,
    role: entity::crew::Role,
) -> std::result::Result<bool, Failure> {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let row = entity::crew::Entity::find()
        .filter(entity::crew::Column::ContestId.eq(contest.id()))
        .filter(entity::crew::Column::Role.eq(role))
        .filter(entity::crew::Column::EndedAt.is_null())
        .one(&app.db)
        .await?;
    Ok(row.is_some())
}

/// Shows the contest to the public.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn announce(
    app: web::Data<App>,
    v: View,
    Organised(_, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let tx = db::begin(&app.db).await?;
    apply::announce(&tx, &organiser, v.now).await?;
    form.sure().map_err(Failure::of)?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}/check")))
}

/// The contest's address as a QR code.
///
/// # Errors
/// Not found while the contest is a draft.
pub async fn qr(app: web::Data<App>, v: View, slug: web::Path<String>) -> Result {
    let contest = crate::web::pages::contest::public(&app, &slug).await?;
    let address = format!("{}/contests/{}", v.base, contest.slug());
    let code = QRBuilder::new(address).build();
    let code = code.map_err(|_| Failure::new(Kind::Broken, "broken"))?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("Cache-Control", "public, max-age=86400"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(SvgBuilder::default().margin(4).to_str(&code)))
}
