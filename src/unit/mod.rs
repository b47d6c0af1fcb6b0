//! The union's tree: units, their types, places and officers. Levels change by law, so types are
//! data; a move or merger is a new row, so history stays.

mod import;
mod keep;
mod many;
mod office;
mod strength;
mod tree;

pub use import::{
    Fault, Listed, Row, Unreadable, demo, import, import_seen, read, read_csv, rows, top,
};
pub use keep::{add, counted, hand_over, holders, import_below, put_below, record_members, rename};
pub use many::{by_codes, names};
pub use office::{Officer, appoint, dismiss, grant, office, offices, withdraw};
pub use strength::strength;
pub use tree::{
    Error, above, all, below, by_code, by_id, by_ids, children, label, members, merge, move_to,
    names_up, search, types,
};
