//! Pages: one file per resource, one template folder beside it.

pub mod comparison;
pub mod contest;
pub mod desk;
pub mod draft;
pub mod entry;
pub mod health;
pub mod judging;
pub mod list;
pub mod media;
pub mod officer;
pub mod receipt;
pub mod result;
pub mod round;
pub mod screening;
pub mod session;
pub mod upload;
pub mod worksheet;
