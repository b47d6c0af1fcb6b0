//! Configuration: a file, then the environment; a name that is not known is an error.
//!
//! `HOITHI__SERVER__LISTEN` in the environment is `listen` of `[server]` in the file, and with
//! `_FILE` behind it names a file that holds the value: so secrets stay out of both.
//!
//! The doc comments of these structs are the manual: `hoithi config example` prints them.

mod example;
mod layers;
mod network;
mod nodes;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use example::example;
pub use layers::{Error, Problem};
pub use network::Network;
pub use nodes::Nodes;

use crate::{account, log, mail, storage, voting};

/// Everything that an operator sets.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// The data folder and the database.
    pub data: Data,
    /// Where files are kept.
    pub storage: storage::Config,
    /// How letters go out.
    pub mail: mail::Config,
    /// Accounts elsewhere by which voters may be known.
    pub account: account::Elsewhere,
    /// Bodies that watch over logs of votes.
    pub votes: voting::Config,
    /// What is logged.
    pub log: log::Config,
}

/// The HTTP server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: String,
    /// The site's address as people write it; links, cookies and the check of where a form comes
    /// from follow it. With `https:` cookies are secure and browsers are told to stay with TLS.
    pub base_url: String,
    /// Telephone number of whoever helps, shown at the foot of every page; empty: none.
    pub hotline: String,
    /// Addresses or networks of proxies whose `X-Forwarded-For` is believed, such as "127.0.0.1" or
    /// "10.0.0.0/8". Nobody else's is.
    pub trusted_proxies: Vec<Network>,
    /// Threads that answer requests; 0: one for each processor.
    pub threads: usize,
    /// Whether this process also does queued work.
    pub worker: bool,
    /// Whether the site is only read for now: pages stay, whatever would change something is
    /// answered with 503, and no queued work is done. For moving or restoring what it stands on.
    pub maintenance: bool,
    /// Where other nodes reach this process, `http://address:port`; empty: at `listen`, where that
    /// is an address of this machine alone, or PostgreSQL is on this machine and so all nodes are.
    /// All nodes share `key` and `votes` of the data folder.
    pub node_url: String,
    /// Seconds between SIGTERM and the end of listening, in which `/health/ready` says 503 so that
    /// proxies send nobody here any more; at most 5.
    pub drain_seconds: u64,
    /// Address and port of `/metrics`, apart from the site; absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = "127.0.0.1:9464")]
    pub metrics: Option<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            base_url: "http://localhost:8080".to_owned(),
            hotline: String::new(),
            trusted_proxies: Vec::new(),
            threads: 0,
            worker: true,
            maintenance: false,
            node_url: String::new(),
            drain_seconds: 0,
            metrics: None,
        }
    }
}

/// The data folder and the database.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Folder of everything that is kept here: database, objects, keys.
    pub folder: PathBuf,
    /// A PostgreSQL database; absent: SQLite in the data folder. It holds a password, so name a file
    /// that holds it in `HOITHI__DATA__DATABASE_FILE` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = "postgres://hoithi@localhost/hoithi")]
    pub database: Option<String>,
    /// Most connections to the database.
    pub connections: u32,
}

impl Default for Data {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), database: None, connections: 8 }
    }
}

impl Config {
    /// Reads `file`, when there is one, and the environment.
    ///
    /// # Errors
    /// When the file cannot be read, a name is not known or a value does not fit; the error names
    /// each, and what it may have been meant to be.
    pub fn read(file: Option<&Path>) -> Result<Self, Error> {
        Self::of(file, std::env::vars())
    }

    /// Reads `file`, when there is one, and these variables of an environment.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn of(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        layers::read(file, environment)
    }

    /// The database's address.
    #[must_use]
    pub fn database(&self) -> String {
        self.data.database.clone().unwrap_or_else(|| {
            format!("sqlite:{}", self.data.folder.join("hoithi.sqlite").display())
        })
    }

    /// The same without passwords, for showing.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let mut config = self.clone();
        config.data.database = config.data.database.as_deref().map(without_password);
        if let mail::Way::Smtp { url, .. } = &mut config.mail.way {
            *url = without_password(url);
        }
        config
    }
}

/// An address whose password, when there is one, is `***`.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return address.to_owned() };
    match user.split_once(':') {
        Some((name, _)) => format!("{scheme}://{name}:***@{host}"),
        None => address.to_owned(),
    }
}
