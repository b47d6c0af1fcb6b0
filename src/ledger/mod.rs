//! The ledger: an append-only Merkle log of votes that a stranger can check.
//!
//! Pure: bytes in, bytes out; no database, no clock, no contest. The tree is RFC 6962, heads are
//! C2SP checkpoints in signed notes, receipts are C2SP tlog-proofs. What the leaves say is ours,
//! format v2, written down in `docs/ledger.md`; a second verifier in Python was written from that
//! page alone. [`audit()`] checks a whole bundle and names the first check that fails.

mod audit;
mod bundle;
mod fold;
mod leaf;
mod note;
mod proof;
mod seal;
mod spread;
mod tile;
mod tree;

pub use audit::{Audited, Finding, audit, audit_telling};
pub use bundle::{Bundle, Rules, Unreadable};
pub use fold::{Counts, Fold};
pub use leaf::{CTX, Leaf, MOST_NAMED, Note, Verdict, Vote};
pub use note::{Checkpoint, Signer, Verifier, all_signed, cosigned, opened};
pub use proof::Receipt;
pub use seal::{choice, key_hash, log_number, nullifier, salt};
pub use tile::Tile;
pub use tree::{Frontier, Hash, Tree, leaf_hash, node_hash, proves_growth, proves_inclusion};
