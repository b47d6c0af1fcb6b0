//! Checkpoints (C2SP tlog-checkpoint) in signed notes (C2SP signed-note), and cosignatures
//! (C2SP tlog-cosignature).

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::Hash;

/// Kind of a signature: Ed25519 over the text.
const ED25519: u8 = 1;
/// Kind of a signature: Ed25519 over a time and the text, by a witness.
const COSIGNATURE: u8 = 4;

/// The head of a log: how many leaves, under which root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// Root of their tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root))
    }

    /// Reads a text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok()?;
        if origin.is_empty() || number.to_string() != size || lines.any(str::is_empty) {
            return None;
        }
        let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
        Some(Self { origin: origin.to_owned(), size: number, root })
    }
}

/// Four bytes by which a signature says whose it is.
fn key_id(name: &str, kind: u8, public: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', kind])
        .chain_update(public)
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Whoever signs notes, under a name. Its secret is never printed.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: SigningKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({}, ***)", self.name)
    }
}

impl Signer {
    /// A signer with this secret.
    #[must_use]
    pub fn new(name: &str, secret: &[u8; 32]) -> Self {
        Self { name: name.to_owned(), key: SigningKey::from_bytes(secret) }
    }

    /// The same under another name.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), key: self.key.clone() }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Who can check its signatures.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key(), kind: ED25519 }
    }

    /// Signs plain bytes.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// The note of `text` with a signature under it.
    #[must_use]
    pub fn note(&self, text: &str) -> String {
        let mut signature = key_id(&self.name, ED25519, &self.public()).to_vec();
        signature.extend_from_slice(&self.sign(text.as_bytes()));
        format!("{text}\n— {} {}\n", self.name, BASE64.encode(&signature))
    }

    /// The line by which a witness says that it saw `text` at `seconds` since 1970.
    #[must_use]
    pub fn cosignature(&self, text: &str, seconds: u64) -> String {
        let signed = self.sign(cosigned_text(text, seconds).as_bytes());
        let mut signature = key_id(&self.name, COSIGNATURE, &self.public()).to_vec();
        signature.extend_from_slice(&seconds.to_be_bytes());
        signature.extend_from_slice(&signed);
        format!("— {} {}\n", self.name, BASE64.encode(&signature))
    }

    /// The witness's key as others write it down.
    #[must_use]
    pub fn witness(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key(), kind: COSIGNATURE }
    }
}

fn cosigned_text(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// Whoever checks the signatures of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
    kind: u8,
}

impl Verifier {
    /// A verifier of plain signatures under `name` by this public key.
    #[must_use]
    pub fn new(name: &str, public: &[u8; 32]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(public).ok()?;
        Some(Self { name: name.to_owned(), key, kind: ED25519 })
    }

    /// Reads `name+id+key`, as such keys are written.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = BASE64.decode(key.as_bytes()).ok()?;
        let (kind, public) = bytes.split_first()?;
        let public: &[u8; 32] = public.try_into().ok()?;
        let right = HEXLOWER.encode(&key_id(name, *kind, public)) == id;
        if !right || ![ED25519, COSIGNATURE].contains(kind) || name.is_empty() {
            return None;
        }
        let key = VerifyingKey::from_bytes(public).ok()?;
        Some(Self { name: name.to_owned(), key, kind: *kind })
    }

    /// The key as it is written: `name+id+key`.
    #[must_use]
    pub fn text(&self) -> String {
        let public = self.key.to_bytes();
        let mut bytes = vec![self.kind];
        bytes.extend_from_slice(&public);
        let id = HEXLOWER.encode(&key_id(&self.name, self.kind, &public));
        format!("{}+{id}+{}", self.name, BASE64.encode(&bytes))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this key made the plain `signature` of `bytes`.
    #[must_use]
    pub fn signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(bytes, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }

    /// What a line says under this key's name, after name and key.
    fn under(&self, line: &str) -> Option<Vec<u8>> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = BASE64.decode(signature.as_bytes()).ok()?;
        let rest = bytes.strip_prefix(&key_id(&self.name, self.kind, &self.key.to_bytes()))?;
        (name == self.name).then(|| rest.to_vec())
    }

    fn line(&self, text: &str, line: &str) -> bool {
        let Some(rest) = self.under(line) else { return false };
        if self.kind == ED25519 {
            return rest.try_into().is_ok_and(|sig| self.signed(text.as_bytes(), &sig));
        }
        let Some((seconds, rest)) = rest.split_first_chunk::<8>() else { return false };
        let text = cosigned_text(text, u64::from_be_bytes(*seconds));
        rest.try_into().is_ok_and(|sig| self.signed(text.as_bytes(), sig))
    }
}

/// Text and signature lines of a note.
fn parts(note: &str) -> Option<(&str, &str)> {
    let end = note.rfind("\n\n")?;
    Some((&note[..=end], &note[end + 2..]))
}

/// The text of `note`, when `by` signed it.
#[must_use]
pub fn opened<'a>(note: &'a str, by: &Verifier) -> Option<&'a str> {
    let (text, lines) = parts(note)?;
    lines.lines().any(|line| by.line(text, line)).then_some(text)
}

/// Whether each of these notes was plainly signed by whom it stands with: by one equation for all, which
/// costs less than half of [`opened`] for each; where it says no, that tells of which. It is not as
/// strict: whoever holds the key, and nobody else, can make a signature that passes here and not there.
#[must_use]
pub fn all_signed(notes: &[(&str, &Verifier)]) -> bool {
    let (mut texts, mut signatures, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for (note, by) in notes {
        let Some((text, lines)) = parts(note) else { return false };
        let signature = lines.lines().find_map(|line| by.under(line)?.try_into().ok());
        let Some(signature) = signature.filter(|_| !by.key.is_weak()) else { return false };
        texts.push(text.as_bytes());
        signatures.push(ed25519_dalek::Signature::from_bytes(&signature));
        keys.push(by.key);
    }
    ed25519_dalek::verify_batch(&texts, &signatures, &keys).is_ok()
}

/// How many of these witnesses cosigned `note`.
#[must_use]
pub fn cosigned(note: &str, witnesses: &[Verifier]) -> usize {
    let Some((text, lines)) = parts(note) else { return 0 };
    witnesses.iter().filter(|by| lines.lines().any(|line| by.line(text, line))).count()
}
