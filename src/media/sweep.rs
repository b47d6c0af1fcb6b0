//! What the store must hold, for whoever checks or sweeps it.

use entity::{file, rendition};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};

use super::format::Format;
use super::keep::ERASED;

/// An object that a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Where the store keeps it.
    pub key: String,
    /// Its hash, for an original.
    pub sha256: Option<Vec<u8>>,
}

impl Object {
    /// Its media type, where its key tells it.
    #[must_use]
    pub fn mime(&self) -> &'static str {
        let ending = self.key.rsplit_once('.').map_or("", |(_, ending)| ending);
        Format::of_name(ending).map_or("application/octet-stream", Format::mime)
    }
}

/// Every object that a row names; erased originals are gone on purpose.
///
/// # Errors
/// When the database fails.
pub async fn objects(db: &impl ConnectionTrait) -> Result<Vec<Object>, DbErr> {
    let originals: Vec<(String, Vec<u8>)> = file::Entity::find()
        .filter(file::Column::Refusal.is_null().or(file::Column::Refusal.ne(ERASED)))
        .select_only()
        .columns([file::Column::StorageKey, file::Column::Sha256])
        .into_tuple()
        .all(db)
        .await?;
    let copies: Vec<String> = rendition::Entity::find()
        .select_only()
        .column(rendition::Column::StorageKey)
        .into_tuple()
        .all(db)
        .await?;
    let originals = originals.into_iter().map(|(key, hash)| Object { key, sha256: Some(hash) });
    let copies = copies.into_iter().map(|key| Object { key, sha256: None });
    Ok(originals.chain(copies).collect())
}
