//! Receipts: by which voters find their votes.

use entity::vote;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::entry::code::letters;
use crate::ledger::Hash;

/// The receipt of a vote: first 60 bits of its leaf's hash.
pub(super) fn of(leaf: &Hash) -> u64 {
    let (head, _) = leaf.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    u64::from_be_bytes(*head) >> 4
}

/// The receipt as people copy it: twelve letters of five bits.
pub(super) fn code(receipt: u64) -> String {
    let letter = |place: u32| u8::try_from((receipt >> (55 - 5 * place)) & 31).unwrap_or(0);
    letters(&(0..12).map(letter).collect::<Vec<u8>>())
}

/// The vote with this receipt.
///
/// # Errors
/// When the database fails.
pub async fn own(db: &impl ConnectionTrait, receipt: &str) -> Result<Option<vote::Model>, DbErr> {
    vote::Entity::find().filter(vote::Column::Receipt.eq(receipt)).one(db).await
}
