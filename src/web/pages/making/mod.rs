//! Making a contest: choose a form, fill in a few fields, check, announce. Each step is a page that
//! works without scripts; what was typed stays whatever is wrong with it.

mod change;
mod check;
mod form;
mod funnel;
mod origin;
mod start;

pub use change::{edit, update};
pub use check::{Check, Needs, announce, check, qr};
pub use form::{Field, Filled, Section};
pub use funnel::{Funnel, change_funnel, funnel};
pub use start::{Asked, New, create, new};

/// Six forms of contests to begin from: key, and the document.
pub const TEMPLATES: [(&str, &str); 6] = [
    ("photo", include_str!("../../../contest/templates/photo.yaml")),
    ("series", include_str!("../../../contest/templates/series.yaml")),
    ("video", include_str!("../../../contest/templates/video.yaml")),
    ("essay", include_str!("../../../contest/templates/essay.yaml")),
    ("poster", include_str!("../../../contest/templates/poster.yaml")),
    ("link", include_str!("../../../contest/templates/link.yaml")),
];
