//! The union's tree: units, their types, places and officers. Levels change by law, so types are
//! data; a move or merger is a new row, so history stays.

mod import;
mod office;
mod strength;
mod tree;

pub use import::{Fault, Listed, Row, Unreadable, demo, import, read, read_csv, rows, top};
pub use office::{Officer, appoint, dismiss, grant, office, offices, withdraw};
pub use strength::strength;
pub use tree::{
    Error, above, all, below, by_code, by_id, children, label, members, merge, move_to, names,
    names_up, search, types,
};
