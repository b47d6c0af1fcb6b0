//! The audit log of a contest.

use actix_web::web;
use askama::Template;

use crate::account;
use crate::app::App;
use crate::audit::{self, Verdict};
use crate::contest::{self, Auditor};
use crate::web::signed::Signed;
use crate::web::{Result, View, page};

/// The audit log of a contest.
#[derive(Template)]
#[template(path = "result/audit.html")]
pub struct Log {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Whether the whole log is as it was written.
    pub is_whole: bool,
    /// Rows: number, when, who, act, subject.
    pub rows: Vec<(i64, entity::instant::Instant, String, String, String)>,
}

/// Shows the audit log of a contest and checks the whole chain.
///
/// # Errors
/// Forbidden to anybody but auditors.
pub async fn log(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    use entity::audit_log;
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
    let contest = contest::by_slug(&app.db, &slug).await?;
    Auditor::of(&app.db, &contest, who.id(), v.now).await?;
    let rows = audit_log::Entity::find()
        .filter(audit_log::Column::ContestId.eq(contest.id()))
        .order_by_desc(audit_log::Column::Seq)
        .limit(500)
        .all(&app.db)
        .await?;
    let names = account::names(&app.db, rows.iter().filter_map(|row| row.actor_id)).await?;
    let is_whole = matches!(audit::verify(&app.db).await?, Verdict::Whole(_));
    let rows = rows.into_iter().map(|row| {
        let who = row.actor_id.and_then(|id| names.get(&id).cloned()).unwrap_or(row.role);
        (row.seq, row.happened_at, who, v.act(&row.act), row.subject)
    });
    page(&Log { slug: slug.into_inner(), is_whole, rows: rows.collect(), v })
}
