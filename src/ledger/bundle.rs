//! What is handed out after the close, so that anybody can recount: one ZIP of plain files.

use std::collections::HashMap;
use std::io::{Cursor, Read, Seek, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Hash;

/// The rules that a log binds itself to, in the order of their canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// End of the vote, not included, RFC 3339 in UTC.
    pub closes: String,
    /// Name of the contest.
    pub contest: String,
    /// SHA-256 of the whole definition, hexadecimal.
    pub definition: String,
    /// Fewest entries that a ballot has to name to count.
    pub least: u8,
    /// The least that is known of a voter.
    pub level: u8,
    /// `entry`: one vote for each entry, the slot is the entry; `day`, `all`: the slot is a day
    /// (days since 1970 in Vietnam), or 0.
    pub limit: String,
    /// Most entries that a ballot may name.
    pub most: u8,
    /// Beginning of the vote.
    pub opens: String,
    /// What the first, second, … entry of a ballot is worth; empty: one each.
    pub points: Vec<u32>,
}

impl Rules {
    /// Canonical JSON (RFC 8785).
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// SHA-256 of the canonical JSON.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.json()).into()
    }

    /// What the entry at this place of a ballot is worth.
    #[must_use]
    pub fn worth(&self, place: usize) -> u64 {
        if self.points.is_empty() {
            return 1;
        }
        self.points.get(place).copied().unwrap_or(0).into()
    }
}

/// A log and all that is needed to recount it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Name of the log.
    pub origin: String,
    /// The log's key at its beginning, as such keys are written.
    pub key: String,
    /// The salt key.
    pub salt_key: [u8; 32],
    /// The rules, as OPEN and then each AMEND bind them: canonical JSON.
    pub rules: Vec<String>,
    /// The leaves.
    pub leaves: Vec<Vec<u8>>,
    /// The signed checkpoints, oldest first.
    pub checkpoints: Vec<String>,
    /// What the vote at an index chose.
    pub openings: HashMap<u64, Vec<u32>>,
    /// The published result: canonical JSON.
    pub result: String,
}

/// Why a bundle cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no ZIP, or lacks a file.
    #[error("not a bundle: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// A file could not be read.
    #[error("cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// A file is not what it should be.
    #[error("{0} is not what it should be")]
    Content(&'static str),
}

/// What stands in `log.json`.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    key: String,
    origin: String,
    salt_key: String,
}

const FORMAT: &str = "hoithi-vote-ledger/v2";
/// Between two checkpoints.
const BETWEEN: &str = "---\n";

impl Bundle {
    /// Writes the bundle as a ZIP.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn write<W: Write + Seek>(&self, to: W) -> Result<W, Unreadable> {
        let mut zip = zip::ZipWriter::new(to);
        for (name, content) in self.files() {
            // The same log is the same bytes, whenever and wherever it is written.
            let plain = zip::write::SimpleFileOptions::default()
                .last_modified_time(zip::DateTime::default());
            let method = if name == "leaves.bin" {
                zip::CompressionMethod::Stored
            } else {
                zip::CompressionMethod::Deflated
            };
            zip.start_file(name, plain.compression_method(method).large_file(true))?;
            zip.write_all(&content)?;
        }
        Ok(zip.finish()?)
    }

    fn files(&self) -> [(&'static str, Vec<u8>); 6] {
        let head = Head {
            format: FORMAT.to_owned(),
            key: self.key.clone(),
            origin: self.origin.clone(),
            salt_key: data_encoding::HEXLOWER.encode(&self.salt_key),
        };
        let mut leaves = Vec::new();
        for leaf in &self.leaves {
            leaves.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
            leaves.extend_from_slice(leaf);
        }
        let mut openings: Vec<_> = self.openings.iter().collect();
        openings.sort();
        let mut csv = String::from("index,entries\n");
        for (index, entries) in openings {
            let entries: Vec<String> = entries.iter().map(u32::to_string).collect();
            csv.push_str(&format!("{index},{}\n", entries.join(" ")));
        }
        let rules: String = self.rules.iter().map(|rules| format!("{rules}\n")).collect();
        [
            ("log.json", serde_json::to_vec(&head).unwrap_or_default()),
            ("rules.jsonl", rules.into_bytes()),
            ("leaves.bin", leaves),
            ("checkpoints.txt", self.checkpoints.join(BETWEEN).into_bytes()),
            ("openings.csv", csv.into_bytes()),
            ("result.json", self.result.clone().into_bytes()),
        ]
    }

    /// The bundle as the bytes of a ZIP.
    ///
    /// # Errors
    /// When memory is short.
    pub fn bytes(&self) -> Result<Vec<u8>, Unreadable> {
        Ok(self.write(Cursor::new(Vec::new()))?.into_inner())
    }

    /// Reads a ZIP.
    ///
    /// # Errors
    /// When it is none, or a file in it is not what it should be.
    pub fn read(from: impl Read + Seek) -> Result<Self, Unreadable> {
        let mut zip = zip::ZipArchive::new(from)?;
        let mut file = |name: &'static str| -> Result<Vec<u8>, Unreadable> {
            let mut bytes = Vec::new();
            zip.by_name(name)?.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let mut text = |name: &'static str| -> Result<String, Unreadable> {
            String::from_utf8(file(name)?).map_err(|_| Unreadable::Content(name))
        };
        let head: Head = serde_json::from_str(&text("log.json")?)
            .map_err(|_| Unreadable::Content("log.json"))?;
        let salt = data_encoding::HEXLOWER.decode(head.salt_key.as_bytes());
        let salt = salt.ok().and_then(|key| key.try_into().ok());
        let salt_key = salt.ok_or(Unreadable::Content("log.json"))?;
        if head.format != FORMAT {
            return Err(Unreadable::Content("log.json"));
        }
        let checkpoints = text("checkpoints.txt")?;
        let openings = openings(&text("openings.csv")?);
        Ok(Self {
            origin: head.origin,
            key: head.key,
            salt_key,
            rules: text("rules.jsonl")?.lines().map(str::to_owned).collect(),
            checkpoints: checkpoints.split(BETWEEN).map(str::to_owned).collect(),
            openings: openings.ok_or(Unreadable::Content("openings.csv"))?,
            result: text("result.json")?,
            leaves: leaves(&file("leaves.bin")?).ok_or(Unreadable::Content("leaves.bin"))?,
        })
    }
}

fn leaves(mut rest: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut leaves = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (leaf, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        leaves.push(leaf.to_vec());
        rest = after;
    }
    Some(leaves)
}

fn openings(csv: &str) -> Option<HashMap<u64, Vec<u32>>> {
    let mut lines = csv.lines();
    if lines.next() != Some("index,entries") {
        return None;
    }
    let line = |line: &str| {
        let (index, entries) = line.split_once(',')?;
        let entries = entries.split_whitespace().map(|entry| entry.parse().ok());
        Some((index.parse().ok()?, entries.collect::<Option<_>>()?))
    };
    lines.map(line).collect()
}
