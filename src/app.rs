//! What every door is given.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;

use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::media::Decoder;
use crate::media::spool::Spool;
use crate::storage::Store;
use crate::voting::Votes;

/// What every door is given: cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: db::Pool,
    /// Where files are kept.
    pub store: Store,
    /// Where uploads gather until they are whole.
    pub spool: Arc<Spool>,
    /// What opens strangers' files.
    pub decoder: Decoder,
    /// How letters go out.
    pub mailer: Mailer,
    /// The clock.
    pub clock: Clock,
    /// What the operator set.
    pub config: Arc<Config>,
    /// Our own secret.
    pub key: Key,
    /// How often something may be tried.
    pub limits: Limits,
    /// Where votes are handed in.
    pub votes: Votes,
    /// Whether the process is on its way out: it finishes what has begun and wants no more.
    pub stopping: Arc<AtomicBool>,
}

impl App {
    /// Opens everything that the configuration names. The schema is not touched.
    ///
    /// # Errors
    /// When the data folder, the database or the store cannot be opened.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        make_private(&config.data.folder)?;
        let node = config.node_url();
        let names = (config.server.base_url.as_str(), node.as_str());
        let votes =
            Votes::open(&config.database(), &config.data.folder, names, Clock::System, fresh);
        Ok(Self {
            votes,
            db: db::Pool::open(&config.database(), config.data.connections)
                .await
                .context("the database cannot be reached: check data.database, and that it runs")?,
            store: Store::open(&config.storage, &config.data.folder)?,
            spool: Arc::new(Spool::at(config.data.folder.join("uploads"))),
            decoder: Decoder::at(std::env::current_exe()?, config.data.folder.join("work")),
            mailer: Mailer::open(&config.mail, &config.data.folder)?,
            clock: Clock::System,
            key: Key::open(&config.data.folder)?,
            config: Arc::new(config),
            limits: Limits::default(),
            stopping: Arc::default(),
        })
    }
}

impl App {
    /// Path of the page on which the guardian of an entry's author agrees: its end are 128 bits that
    /// only we can make.
    #[must_use]
    pub fn consent_path(&self, entry: &entity::entry::Model) -> String {
        let hash = self.key.hash("guardian", &[entry.id.to_string().as_bytes()]);
        let proof = data_encoding::BASE64URL_NOPAD.encode(&hash[..16]);
        format!("/consents/{}/{proof}", entry.code)
    }
}

/// Makes the data folder, for its owner's eyes alone: it holds telephone numbers and a key.
///
/// # Errors
/// When it cannot be made.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A secret of this site, kept in `key` in the data folder and never in the database.
#[derive(Clone)]
pub struct Key(Arc<Hmac<Sha256>>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(***)")
    }
}

impl Key {
    /// The key of these bytes.
    #[must_use]
    pub fn fixed(bytes: [u8; 32]) -> Self {
        match Hmac::new_from_slice(&bytes) {
            Ok(mac) => Self(Arc::new(mac)),
            Err(_) => unreachable!("HMAC takes keys of any length"),
        }
    }

    /// The key that a data folder holds, if there is one.
    ///
    /// # Errors
    /// When it cannot be read, or is not 32 bytes long: another one must not take its place.
    pub fn kept(folder: &Path) -> std::io::Result<Option<Self>> {
        let kept = match std::fs::read(folder.join("key")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            kept => kept?,
        };
        let broken = |_| std::io::Error::new(ErrorKind::InvalidData, "`key` is not 32 bytes long");
        Ok(Some(Self::fixed(<[u8; 32]>::try_from(kept).map_err(broken)?)))
    }

    fn open(folder: &Path) -> std::io::Result<Self> {
        if let Some(kept) = Self::kept(folder)? {
            return Ok(kept);
        }
        let path = folder.join("key");
        let bytes = fresh::<32>();
        let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&path).map_err(|error| error.error)?;
        Ok(Self::fixed(bytes))
    }

    /// By which the key can be told from another; it gives nothing away.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.hash("fingerprint", &[])[..8])
    }

    /// HMAC-SHA-256 of `parts`, each with its length before it, for one `purpose`.
    #[must_use]
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::clone(&self.0);
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Fresh random bytes from the system's generator, for tokens and codes.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where tokens are made")]
pub fn fresh<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill(&mut bytes);
    bytes
}
