//! Votes from node to node: one node writes a contest's log, the others hand votes on to it.
//!
//! What is handed on is already proved and stamped; it carries a hash keyed with the site's secret,
//! which all nodes share, so nobody else can hand anything in.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use entity::id::ContestId;
use entity::instant::Instant;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Failure, Result, UNKEPT};
use crate::app::{App, Key};
use crate::contest::definition::Level;
use crate::refusal::Kind;
use crate::voting::{Act, Cast, Error, Person, Proof, Touch, Trace};

/// How long another node may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const MOST: u64 = 4096;
const PATH: &str = "/internal/votes";
const HEADER: &str = "x-hoithi-node";

/// A vote on its way.
#[derive(Debug, Serialize, Deserialize)]
struct Handed {
    contest: ContestId,
    entry: u32,
    nonce: u64,
    at: i64,
    act: Act,
    key: [u8; 32],
    level: Level,
    #[serde(default)]
    person: Person,
    link: Option<(u32, u32)>,
    worked: bool,
    trace: (u32, u32),
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
enum Told {
    /// Receipt, when it was read, whether it had been there before, entries that the ballot lacks.
    Counted(String, i64, bool, #[serde(default)] u32),
    Withdrawn,
    Closed,
    Unknown,
    NotVotedOn,
    Own,
    TooLow(Level),
    NeedsWork,
    LinkUsedUp,
    NoVotesLeft(u32),
    Spent(u32),
    Stays,
    Busy,
}

fn told(done: std::result::Result<Option<Cast>, Error>) -> Told {
    match done {
        Ok(Some(cast)) => Told::Counted(cast.receipt, cast.at.micros(), cast.again, cast.missing),
        Ok(None) => Told::Withdrawn,
        Err(Error::Closed) => Told::Closed,
        Err(Error::Unknown) => Told::Unknown,
        Err(Error::NotVotedOn) => Told::NotVotedOn,
        Err(Error::Own) => Told::Own,
        Err(Error::TooLow(level)) => Told::TooLow(level),
        Err(Error::NeedsWork) => Told::NeedsWork,
        Err(Error::LinkUsedUp) => Told::LinkUsedUp,
        Err(Error::NoVotesLeft(most)) => Told::NoVotesLeft(most),
        Err(Error::Spent(most)) => Told::Spent(most),
        Err(Error::Stays) => Told::Stays,
        Err(_) => Told::Busy,
    }
}

fn heard(told: Told) -> std::result::Result<Option<Cast>, Error> {
    Err(match told {
        Told::Counted(receipt, at, again, missing) => {
            let at = Instant::from_micros(at).map_err(|_| Error::Busy)?;
            return Ok(Some(Cast { receipt, at, again, missing }));
        }
        Told::Withdrawn => return Ok(None),
        Told::Closed => Error::Closed,
        Told::Unknown => Error::Unknown,
        Told::NotVotedOn => Error::NotVotedOn,
        Told::Own => Error::Own,
        Told::TooLow(level) => Error::TooLow(level),
        Told::NeedsWork => Error::NeedsWork,
        Told::LinkUsedUp => Error::LinkUsedUp,
        Told::NoVotesLeft(most) => Error::NoVotesLeft(most),
        Told::Spent(most) => Error::Spent(most),
        Told::Stays => Error::Stays,
        Told::Busy => Error::Busy,
    })
}

/// Casts a vote, takes it back or raises it (then there is no receipt); hands it on where another node leads.
///
/// # Errors
/// As [`crate::voting::Votes::cast`]; [`Error::Busy`] when the other node cannot be reached.
pub async fn cast(
    app: &App,
    contest: ContestId,
    (touch, proof): (Touch, &Proof),
    act: Act,
) -> std::result::Result<Option<Cast>, Error> {
    match here(app, contest, (touch, proof), act).await {
        Err(Error::Elsewhere(url)) => {
            Box::pin(hand_on(app, contest, (touch, proof), (act, url))).await
        }
        done => done,
    }
}

async fn hand_on(
    app: &App,
    contest: ContestId,
    (touch, proof): (Touch, &Proof),
    (act, url): (Act, String),
) -> std::result::Result<Option<Cast>, Error> {
    let handed = Handed {
        contest,
        entry: touch.entry,
        nonce: touch.nonce,
        at: touch.at.micros(),
        act,
        key: proof.key,
        level: proof.level,
        person: proof.person.clone(),
        link: proof.link,
        worked: proof.worked,
        trace: (proof.trace.device, proof.trace.network),
    };
    let body = serde_json::to_vec(&handed).map_err(|_| Error::Busy)?;
    let hash = data_encoding::HEXLOWER.encode(&app.key.hash("node-vote", &[&body]));
    let answer = tokio::time::timeout(PATIENCE, post(&url, &hash, &body)).await;
    match answer {
        Ok(Ok(told)) => heard(told),
        Ok(Err(error)) => {
            tracing::warn!(url, "the node that leads cannot be reached: {error}");
            Err(Error::Busy)
        }
        Err(_) => Err(Error::Busy),
    }
}

async fn here(
    app: &App,
    contest: ContestId,
    (touch, proof): (Touch, &Proof),
    act: Act,
) -> std::result::Result<Option<Cast>, Error> {
    match act {
        Act::Give => app.votes.cast(contest, touch, proof).await.map(Some),
        Act::TakeBack => app.votes.withdraw(contest, touch, proof).await.map(|()| None),
        Act::Raise => app.votes.raise(contest, touch, proof).await.map(|()| None),
    }
}

/// Hands a vote on to the node at `url`.
async fn post(url: &str, hash: &str, body: &[u8]) -> std::io::Result<Told> {
    let (head, body) = ask(url, hash, body).await?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(std::io::Error::other(head.lines().next().unwrap_or_default().to_owned()));
    }
    serde_json::from_str(&body).map_err(std::io::Error::other)
}

/// Whether the node at `url` holds our secret, so that votes can be handed on to it.
///
/// # Errors
/// When it is not reached in time.
pub async fn knows(url: &str, key: &Key) -> std::io::Result<bool> {
    let hash = data_encoding::HEXLOWER.encode(&key.hash("node-vote", &[b""]));
    let (head, _) = tokio::time::timeout(PATIENCE, ask(url, &hash, b"")).await??;
    Ok(head.starts_with("HTTP/1.1 204"))
}

/// One request to another node, on a connection of its own: head and body of the answer.
async fn ask(url: &str, hash: &str, body: &[u8]) -> std::io::Result<(String, String)> {
    let host = url.strip_prefix("http://").map(|host| host.trim_end_matches('/'));
    let host = host.filter(|host| !host.is_empty()).ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n{HEADER}: {hash}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    Ok((head.to_owned(), body.to_owned()))
}

/// Takes a vote that another node hands on; to an empty request it answers that both hold one secret.
///
/// # Errors
/// Not found to anybody who does not hold the site's secret.
pub async fn take(app: web::Data<App>, request: HttpRequest, body: web::Bytes) -> Result {
    let nobody = || Failure::new(Kind::NotFound, "nothing-here");
    let hash = request.headers().get(HEADER).map(|hash| hash.as_bytes().to_vec());
    let hash = hash.and_then(|hash| data_encoding::HEXLOWER.decode(&hash).ok());
    let right = app.key.hash("node-vote", &[&body]);
    if !hash.is_some_and(|hash| bool::from(right[..].ct_eq(&hash))) {
        return Err(nobody());
    }
    if body.is_empty() {
        return Ok(HttpResponse::NoContent().insert_header(UNKEPT).finish());
    }
    let handed: Handed = serde_json::from_slice(&body).map_err(|_| nobody())?;
    let at = Instant::from_micros(handed.at).map_err(|_| nobody())?;
    let _coming = app.votes.enter(at);
    let touch = Touch { entry: handed.entry, nonce: handed.nonce, at };
    let proof = Proof {
        key: handed.key,
        level: handed.level,
        person: handed.person,
        link: handed.link,
        worked: handed.worked,
        trace: Trace { device: handed.trace.0, network: handed.trace.1 },
    };
    let done = here(&app, handed.contest, (touch, &proof), handed.act).await;
    Ok(HttpResponse::Ok().insert_header(UNKEPT).json(told(done)))
}
