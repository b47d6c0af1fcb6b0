//! Pages: one file per resource, one template folder beside it.

pub mod award;
pub mod comparison;
pub mod complaint;
pub mod contest;
pub mod count;
pub mod desk;
pub mod draft;
pub mod entry;
pub mod export;
pub mod figures;
pub mod health;
pub mod judging;
pub mod list;
pub mod media;
pub mod officer;
pub mod participation;
pub mod receipt;
pub mod result;
pub mod round;
pub mod screening;
pub mod session;
pub mod sheet;
pub mod unit;
pub mod upload;
pub mod votes;
pub mod worksheet;
