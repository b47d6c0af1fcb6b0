//! Cosigning the heads of other bodies' logs of votes (C2SP tlog-witness).

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::db;
use crate::voting::witness::{Unseen, cosign};
use crate::web::{Failure, Result, UNKEPT};

/// Most bytes of a request: a head, some signatures and 63 hashes.
const MOST: usize = 16 * 1024;

/// Cosigns a head, when the log is one that the operator named and grows from what it was.
///
/// # Errors
/// When the key or the database fails; what is refused is answered as the protocol says.
pub async fn create(app: web::Data<App>, body: web::Bytes) -> Result {
    let logs = app.config.votes.witnessed();
    let text = std::str::from_utf8(&body).ok().filter(|text| text.len() <= MOST);
    let by = app.votes.witness().map_err(Failure::broken)?;
    let tx = db::begin(&app.db).await?;
    let done = match text {
        Some(text) => cosign(&tx, (&by, &logs), text, app.clock.now()).await,
        None => Err(Unseen::Unreadable),
    };
    let plain = |status: u16, text: String| {
        let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
        let mut answer = HttpResponse::build(status);
        answer.insert_header(UNKEPT);
        answer.content_type("text/plain; charset=utf-8").body(text)
    };
    Ok(match done {
        Ok(line) => {
            tx.commit().await?;
            plain(200, line)
        }
        Err(Unseen::Stale(size)) => HttpResponse::Conflict()
            .insert_header(UNKEPT)
            .content_type("text/x.tlog.size")
            .body(format!("{size}\n")),
        Err(Unseen::Database(error)) => return Err(error.into()),
        Err(error) => {
            let status = match error {
                Unseen::UnknownLog => 404,
                Unseen::Unsigned => 403,
                Unseen::NoGrowth => 422,
                _ => 400,
            };
            plain(status, format!("{error}\n"))
        }
    })
}

/// The key under which this site cosigns.
///
/// # Errors
/// When the key cannot be read or written.
pub async fn show(app: web::Data<App>) -> Result {
    let key = app.votes.witness().map_err(Failure::broken)?.witness().text();
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(key + "\n"))
}
