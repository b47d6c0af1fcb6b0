//! People: how they prove themselves, and how long that holds.
//!
//! Anybody who can read a mailbox may sign in with a code sent to it; the account is made then. So
//! the page that asks for a code says the same to everybody and tells nobody who is known here.
//! Secrets arrive as hashes: this room never sees a code or a token.

mod code;
mod elsewhere;
mod erasure;
mod link;
mod name;
pub mod password;
mod person;
mod session;

pub use code::{Redeemed, issue, redeem};
pub use elsewhere::Elsewhere;
pub use erasure::{ERASED, erase, leaving};
pub use link::{Opens, first_admin, open_link, take_link, way_in};
pub use name::rename;
pub use person::{
    Error, admins, by_email, by_id, disable, email, enable, invite, is_admin, names, search,
    set_admin, set_lang, set_password, sign_up,
};
pub use session::{Signed, end, end_all, find, list, open, seen};
