//! The log of votes, as anybody may see it: its key, its head, proofs, one's own receipt, and after
//! the result all of it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use data_encoding::BASE64;
use entity::instant::Instant;
use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use serde::Deserialize;

use crate::app::App;
use crate::contest::{self, Contest};
use crate::entry::code;
use crate::ledger::Tile;
use crate::refusal::{Arg, Kind};
use crate::voting::{self, Packed, VoteState, witness};
use crate::web::{Failure, Result, UNKEPT, View, page, parcel, see_other};

/// The page of a contest's log.
#[derive(Template)]
#[template(path = "votes/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// The contest: name in addresses, and title.
    pub contest: (String, String),
    /// The log's public key at its beginning; none before it is opened.
    pub key: Option<String>,
    /// The one that signs now, where that is another.
    pub key_now: Option<String>,
    /// Bodies that cosigned the log: name, how many leaves, when.
    pub witnesses: Vec<(String, i64, Instant)>,
    /// Whether all of the log may be taken home.
    pub whole: bool,
}

async fn public(app: &App, slug: &str) -> Result<Contest> {
    let contest = contest::by_slug(&app.db, slug).await?;
    let votes = contest.is_public() && contest.definition.voting.is_some();
    if votes { Ok(contest) } else { Err(contest::Error::Unknown.into()) }
}

fn is_published(contest: &Contest) -> bool {
    use entity::contest::State;
    matches!(contest.row.state, State::Published | State::Closed)
}

/// Shows a contest's log.
///
/// # Errors
/// Not found where there is no public vote.
pub async fn show(app: web::Data<App>, v: View, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    let keys = app.votes.keys(&app.db, contest.id()).await?;
    let witnesses = witness::cosignatures(&app.db, contest.id()).await?.into_iter().map(|row| {
        let name = row.witness.split('+').next().unwrap_or_default().to_owned();
        (name, row.size, row.cosigned_at)
    });
    page(&Show {
        contest: (
            contest.slug().to_owned(),
            contest.definition.title.read(v.lang.is_english()).to_owned(),
        ),
        witnesses: witnesses.collect(),
        key_now: keys.as_ref().filter(|(key, now)| key != now).map(|(_, now)| now.text()),
        key: keys.map(|(key, _)| key.text()),
        whole: is_published(&contest),
        v,
    })
}

fn text(text: String) -> Result {
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(UNKEPT)
        .body(text))
}

/// The newest signed checkpoint.
///
/// # Errors
/// Not found before the log is opened.
pub async fn checkpoint(app: web::Data<App>, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    let newest = voting::checkpoint(&app.db, contest.id()).await?;
    text(newest.ok_or(voting::Error::Unknown)?)
}

/// The proof that the log of so many leaves is the beginning of the newest: hashes in base64, an
/// empty line, the newest checkpoint.
///
/// # Errors
/// Not found where there never was a log of so many leaves.
pub async fn growth(app: web::Data<App>, path: web::Path<(String, u64)>) -> Result {
    let (slug, old) = path.into_inner();
    let contest = public(&app, &slug).await?;
    let (path, newest) = app.votes.growth(&app.db, contest.id(), old).await?;
    let hashes: String = path.iter().map(|hash| BASE64.encode(hash) + "\n").collect();
    text(format!("{hashes}\n{newest}"))
}

/// A tile of the log, which never changes, after the result is published. Before, hashes would say
/// which receipts there are, and of which leaves there is none: notes, which are silent until then.
///
/// # Errors
/// Not found before that, and where the log is not so long.
pub async fn tile(app: web::Data<App>, path: web::Path<(String, String)>) -> Result {
    let (slug, path) = path.into_inner();
    let contest = public(&app, &slug).await?;
    let tile = Tile::read(&path).filter(|_| is_published(&contest));
    let bytes = app.votes.tile(&app.db, contest.id(), tile.ok_or(voting::Error::Unknown)?).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
        .body(bytes))
}

/// All that is needed to recount, after the result is published: a file, of which pieces may be asked
/// for.
///
/// # Errors
/// Not found before that.
pub async fn bundle(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    if !is_published(&contest) {
        return Err(voting::Error::Unknown.into());
    }
    let Packed { file, bytes, name } = app.votes.packed(&app.db, contest.id()).await?;
    let saved = format!("attachment; filename=\"{}-votes.zip\"", contest.slug());
    Ok(parcel::send(&request, (file, bytes), &name, |answer| {
        answer
            .content_type("application/zip")
            .insert_header(("Cache-Control", "public, max-age=300"))
            .insert_header(("Content-Disposition", saved));
    }))
}

/// The second verifier, as it comes with the source.
const VERIFIER: &str = include_str!("../../../scripts/verify_ledger.py");

/// Hands out the second verifier: plain Python that shares no line with this program.
///
/// # Errors
/// None.
pub async fn verifier() -> Result {
    Ok(HttpResponse::Ok()
        .content_type("text/x-python; charset=utf-8")
        .insert_header(("Cache-Control", "public, max-age=86400"))
        .insert_header(("Content-Disposition", "attachment; filename=\"verify_ledger.py\""))
        .body(VERIFIER))
}

/// Somebody looks for their own vote.
#[derive(Template)]
#[template(path = "votes/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// What was typed and not found.
    pub unknown: Option<String>,
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// The receipt's code.
    #[serde(default)]
    code: String,
}

/// Asks for the code of a receipt, or leads to the receipt.
///
/// # Errors
/// When the database fails.
pub async fn index(app: web::Data<App>, v: View, asked: web::Query<Asked>) -> Result {
    let typed = code::meant(&asked.code);
    if typed.is_empty() {
        return page(&Index { v, unknown: None });
    }
    match voting::own(&app.db, &typed).await? {
        Some(vote) => Ok(see_other(&format!("/votes/{}", vote.receipt))),
        None => page(&Index { v, unknown: Some(asked.code.clone()) }),
    }
}

/// One's own vote: that it is in, and how that is proved. Not what was chosen: until the close
/// nobody shall be able to prove that to somebody who pays for it.
#[derive(Template)]
#[template(path = "votes/receipt.html")]
pub struct Receipt {
    /// Who looks.
    pub v: View,
    /// The code.
    pub code: String,
    /// The contest: name in addresses, and title.
    pub contest: (String, String),
    /// Place in the log.
    pub place: i64,
    /// When it was read.
    pub at: Instant,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Whether it was disqualified, once that is public.
    pub struck: bool,
    /// Until when that can be appealed against, in words, and whether it still can be.
    pub appeal: Option<(String, bool)>,
}

/// Shows whether a vote is in.
///
/// # Errors
/// Not found where there is no such receipt.
pub async fn receipt(app: web::Data<App>, v: View, typed: web::Path<String>) -> Result {
    let vote = own(&app, &typed).await?;
    let contest = contest::by_id(&app.db, vote.contest).await?;
    let struck = vote.state == VoteState::Struck && is_published(&contest);
    let until = match struck {
        true => voting::cases::appeal_until(&app.db, contest.id(), &vote.receipt).await?,
        false => None,
    };
    page(&Receipt {
        code: code::grouped(&vote.receipt),
        contest: (
            contest.slug().to_owned(),
            contest.definition.title.read(v.lang.is_english()).to_owned(),
        ),
        place: vote.leaf,
        at: vote.at,
        withdrawn: vote.state == VoteState::Withdrawn,
        struck,
        appeal: until.map(|until| appeal(&v, until)),
        v,
    })
}

fn appeal(v: &View, until: Instant) -> (String, bool) {
    let is_open = v.now < until;
    let key = if is_open { "votes-appeal-until" } else { "votes-appeal-over" };
    (v.t1(key, "until", Arg::End(until)), is_open)
}

async fn own(app: &App, typed: &str) -> Result<voting::Own> {
    let code = code::meant(typed);
    let vote = voting::own(&app.db, &code).await?;
    vote.ok_or_else(|| Failure::new(Kind::NotFound, "vote-unknown"))
}

/// The receipt with its proof, as a C2SP tlog-proof.
///
/// # Errors
/// Not found where there is no such receipt.
pub async fn proof(app: web::Data<App>, typed: web::Path<String>) -> Result {
    let vote = own(&app, &typed).await?;
    let receipt = app.votes.receipt(&app.db, vote.contest, vote.leaf).await?;
    let name = format!("attachment; filename=\"{}.tlog-proof\"", vote.receipt);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "private, no-store"))
        .insert_header(("Content-Disposition", name))
        .body(receipt.text()))
}

/// A QR code that leads to the receipt.
///
/// # Errors
/// When the address is too long for one.
pub async fn qr(v: View, typed: web::Path<String>) -> Result {
    let address = format!("{}/votes/{}", v.base, code::meant(&typed));
    let broken = || Failure::new(Kind::Broken, "broken");
    let qr = QRBuilder::new(address).build().map_err(|_| broken())?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("Cache-Control", "public, max-age=86400"))
        .body(SvgBuilder::default().margin(4).to_str(&qr)))
}
