//! Certificates: numbered within a contest, each with a public code by which anybody can check it.

use entity::award;
use entity::entry::{self, State as EntryState};
use entity::instant::Instant;
use entity::publication;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, Set,
};
use serde_json::json;

use super::award::{Given, holds};
use super::error::Error;
use super::record::record;
use crate::contest::{self, Organiser};

/// Gives a number and a code to every prize that somebody holds whose work still counts, and that
/// has none yet, in the order of the rules; those that have one keep it. Answers how many are new. `code` makes fresh codes.
///
/// # Errors
/// [`Error::Unknown`] before anything was published.
pub async fn certify(
    tx: &DatabaseTransaction,
    by: &Organiser,
    mut code: impl FnMut() -> String,
    now: Instant,
) -> Result<usize, Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let given = Given::of(tx, &contest).await?;
    let publications = publication::Entity::find()
        .filter(publication::Column::ContestId.eq(contest.id()))
        .all(tx)
        .await?;
    let greatest: Option<Option<i32>> = award::Entity::find()
        .select_only()
        .column_as(award::Column::CertificateNo.max(), "greatest")
        .filter(award::Column::PublicationId.is_in(publications.iter().map(|row| row.id)))
        .into_tuple()
        .one(tx)
        .await?;
    let first = greatest.flatten().unwrap_or(0) + 1;
    let mut made = 0;
    for prize in &contest.definition.prizes {
        let bare = given
            .awards
            .iter()
            .filter(|row| row.prize_key == prize.key && row.certificate.is_none())
            .filter(|row| given.stands(row));
        for row in bare {
            let mut row = row.clone().into_active_model();
            row.certificate = Set(Some(code()));
            row.certificate_no = Set(Some(first + made));
            row.update(tx).await?;
            made += 1;
        }
    }
    if made > 0 {
        let after = json!({ "first": first, "count": made });
        record(tx, (by.user(), "organiser"), contest.id(), "certificates-made", after, now).await?;
    }
    Ok(usize::try_from(made).unwrap_or(0))
}

/// A certificate as anybody may check it.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The prize it certifies.
    pub award: award::Model,
    /// The publication that gave it.
    pub publication: publication::Model,
    /// Whether it holds: the publication is in force, the prize was neither declined nor lapsed, and
    /// the work was not struck out since.
    pub is_valid: bool,
}

/// The certificate with this code: that of the publication in force, else of the newest that gave
/// it.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn certificate(db: &impl ConnectionTrait, code: &str) -> Result<Certificate, Error> {
    let rows = award::Entity::find().filter(award::Column::Certificate.eq(code)).all(db).await?;
    let publications = publication::Entity::find()
        .filter(publication::Column::Id.is_in(rows.iter().map(|row| row.publication_id)))
        .all(db)
        .await?;
    let newest = publications
        .into_iter()
        .max_by_key(|row| (row.state == publication::State::Published, row.number));
    let publication = newest.ok_or(Error::Unknown)?;
    let award = rows.into_iter().find(|row| row.publication_id == publication.id);
    let award = award.ok_or(Error::Unknown)?;
    let work = match award.entry_id {
        Some(id) => entry::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let refused = [EntryState::Disqualified, EntryState::Rejected];
    let is_refused = work.is_some_and(|work| refused.contains(&work.state));
    let is_valid =
        publication.state == publication::State::Published && holds(&award) && !is_refused;
    Ok(Certificate { award, publication, is_valid })
}
