//! Receipts: C2SP tlog-proof, with the leaf as the extra data.

use data_encoding::BASE64;

use super::{Checkpoint, Hash, Verifier, leaf_hash, opened, proves_inclusion};

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// A leaf, where it stands, and the proof of it; can be checked without us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The leaf.
    pub leaf: Vec<u8>,
    /// Its place.
    pub index: u64,
    /// Hashes that lead to the root, nearest first.
    pub path: Vec<Hash>,
    /// The signed checkpoint under which it stands.
    pub checkpoint: String,
}

impl Receipt {
    /// The receipt as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text =
            format!("{HEAD}\nextra {}\nindex {}\n", BASE64.encode(&self.leaf), self.index);
        for hash in &self.path {
            text.push_str(&BASE64.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text + &self.checkpoint
    }

    /// Reads a receipt.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (proof, checkpoint) = text.split_once("\n\n")?;
        let mut lines = proof.split('\n');
        if lines.next()? != HEAD {
            return None;
        }
        let leaf = BASE64.decode(lines.next()?.strip_prefix("extra ")?.as_bytes()).ok()?;
        let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
        let hash = |line: &str| BASE64.decode(line.as_bytes()).ok()?.try_into().ok();
        let path = lines.map(hash).collect::<Option<Vec<Hash>>>()?;
        Some(Self { leaf, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// The checkpoint, when the log's key signed it and the leaf stands under it.
    #[must_use]
    pub fn proven(&self, log: &Verifier) -> Option<Checkpoint> {
        let head = Checkpoint::read(opened(&self.checkpoint, log)?)?;
        let leaf = leaf_hash(&self.leaf);
        proves_inclusion(&leaf, self.index, head.size, &self.path, &head.root).then_some(head)
    }
}
