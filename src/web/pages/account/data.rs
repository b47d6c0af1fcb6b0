//! Everything that we hold about whoever is signed in, as a file, and what the file leaves out.

use actix_web::{HttpResponse, web};
use entity::{complaint, crew, entry as row, letter};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::app::App;
use crate::entry::{self, Author};
use crate::judging::Judge;
use crate::web::signed::Signed;
use crate::web::{Result, View};
use crate::{account, audit, contact, contest, letters, results, unit};

/// Kinds of letters that let somebody in, or answer for a child.
const SECRET: [&str; 3] = ["code", "guardian", "guardian-again"];

/// Answers the account, where they are signed in, offices, parts in contests, seats, every entry of
/// theirs, letters to them, complaints that name their address, what they decided, and a list of what
/// is not in the file.
///
/// # Errors
/// When the database fails.
pub async fn export(app: web::Data<App>, v: View, who: Signed) -> Result {
    let (db, user) = (&app.db, &who.user);
    let sessions = account::list(db, who.id(), v.now).await?;
    let offices = unit::offices(db, who.id(), v.now).await?;
    let address = user.email.as_deref().unwrap_or_default();
    let letters = letters::to(db, address).await?;
    let complaints = results::complaint::of_contact(db, address).await?;
    let (parts, seats) = parts(&app, &v, &who).await?;
    let all = json!({
        "account": {
            "name": user.name, "email": user.email, "phone": user.phone, "lang": user.lang,
            "has_password": user.password_hash.is_some(), "created_at": user.created_at,
        },
        "sessions": sessions.iter().map(|row| json!({
            "device": row.device, "opened_at": row.created_at, "seen_at": row.seen_at,
        })).collect::<Vec<_>>(),
        "offices": offices.iter().map(|(office, unit)| json!({
            "unit": unit.name, "role": office.role, "since": office.valid_from,
        })).collect::<Vec<_>>(),
        "parts": parts,
        "seats": seats,
        "entries": entries(&app, &v, &who).await?,
        "letters": letters.iter().map(written).collect::<Vec<_>>(),
        "complaints": complaints.iter().map(|row| complained(row, address)).collect::<Vec<_>>(),
        "acts": acts(&app, &v, &who).await?,
        "not_in_this_file": [
            v.t("own-data-without-files"), v.t("own-data-without-strangers"),
            v.t("own-data-without-votes"), v.t("own-data-without-marks"),
            v.t("own-data-without-codes"),
        ],
    });
    let name = "attachment; filename=\"hoithi-du-lieu.json\"";
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Disposition", name))
        .insert_header(("Cache-Control", "private, no-store"))
        .json(all))
}

/// What they do in contests beside entering: as crew, and as judges.
async fn parts(app: &App, v: &View, who: &Signed) -> Result<(Vec<Value>, Vec<Value>)> {
    let db = &app.db;
    let parts = crew::Entity::find().filter(crew::Column::UserId.eq(who.id())).all(db).await?;
    let seats = Judge::all(db, who.id()).await?;
    let contests = parts.iter().map(|part| part.contest_id);
    let contests = contests.chain(seats.iter().map(|seat| seat.round.contest_id));
    let contests = contest::by_ids(db, contests).await?;
    let title = |id| {
        let found = contests.iter().find(|contest| contest.id() == id);
        found.map(|contest| contest.definition.title.read(v.lang.is_english()).to_owned())
    };
    let parts = parts.iter().map(|part| {
        json!({
            "contest": title(part.contest_id), "role": part.role,
            "since": part.granted_at, "until": part.ended_at,
        })
    });
    let seats = seats
        .iter()
        .map(|judge| json!({ "contest": title(judge.round.contest_id), "round": judge.round.key }));
    Ok((parts.collect(), seats.collect()))
}

/// Entries of theirs, oldest first.
async fn entries(app: &App, v: &View, who: &Signed) -> Result<Vec<Value>> {
    let rows = row::Entity::find()
        .filter(row::Column::AuthorId.eq(who.id()))
        .order_by_asc(row::Column::CreatedAt)
        .all(&app.db)
        .await?;
    let mut entries = Vec::new();
    for row in rows {
        let author = Author::of(&app.db, row, Some(who.id()), None, v.now).await?;
        entries.push(entry::export(&app.db, &author).await?);
    }
    Ok(entries)
}

/// A letter to them; codes and links by which whoever has them acts stay out of the file.
fn written(row: &letter::Model) -> Value {
    let body = (!SECRET.contains(&row.kind.as_str())).then_some(&row.body);
    json!({
        "kind": row.kind, "subject": row.subject, "body": body, "state": row.state,
        "written_at": row.created_at, "sent_at": row.sent_at,
    })
}

/// A complaint of theirs, and its answer. Where others are named beside them as well, who these are
/// stays out of the file.
fn complained(row: &complaint::Model, address: &str) -> Value {
    let alone = contact::any(&row.contact) == address;
    json!({
        "code": row.code, "name": alone.then_some(&row.name),
        "contact": alone.then_some(&row.contact), "body": row.body,
        "filed_at": row.filed_at, "decision": row.decision, "answer": row.answer,
        "answered_at": row.answered_at,
    })
}

/// What the log of acts says that they did, oldest first.
async fn acts(app: &App, v: &View, who: &Signed) -> std::result::Result<Vec<Value>, DbErr> {
    let rows = audit::of_person(&app.db, who.id()).await?;
    let act = |row: &entity::audit_log::Model| json!({ "at": row.happened_at, "act": v.act(&row.act), "about": row.subject });
    Ok(rows.iter().map(act).collect())
}
