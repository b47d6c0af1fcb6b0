//! Pages: one file per resource, one template folder beside it.

pub mod health;
pub mod session;
