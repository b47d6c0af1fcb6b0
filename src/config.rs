//! Configuration: a file, then the environment; a name that is not known is an error.
//!
//! `HOITHI__SERVER__LISTEN` in the environment is `listen` of `[server]` in the file. Secrets are
//! named by the files that hold them, so that no listing of the environment shows one.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{mail, storage};

/// Everything that an operator sets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// What is logged.
    pub log: Log,
}

/// The HTTP server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: String,
    /// The site's address as people write it; links and cookies follow it.
    pub base_url: String,
    /// Telephone number of whoever helps, shown at the foot of every page; empty: none.
    pub hotline: String,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Threads that answer requests; 0: one for each processor.
    pub threads: usize,
    /// Whether this process also does queued work.
    pub worker: bool,
    /// Where other nodes reach this process, `http://host:port`; empty where it is the only one.
    /// All nodes share the files `key` and `votes` of the data folder.
    pub node_url: String,
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
            node_url: String::new(),
        }
    }
}

/// The data folder and the database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Folder of everything that is kept here: database, objects, keys.
    pub folder: PathBuf,
    /// `postgres://…`; absent: SQLite in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Most connections to the database.
    pub connections: u32,
}

impl Default for Data {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), database: None, connections: 8 }
    }
}

/// What is logged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Filter, such as `info` or `hoithi=debug,info`.
    pub filter: String,
    /// Whether lines are JSON.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}

impl Config {
    /// Reads `file`, when there is one, and the environment.
    ///
    /// # Errors
    /// When the file cannot be read, a name is not known or a value does not fit; the error names
    /// it.
    pub fn read(file: Option<&Path>) -> Result<Self, config::ConfigError> {
        let mut sources = config::Config::builder();
        if let Some(file) = file {
            sources = sources.add_source(config::File::from(file));
        }
        let environment = config::Environment::with_prefix("HOITHI")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        sources.add_source(environment).build()?.try_deserialize()
    }

    /// The database's address.
    #[must_use]
    pub fn database(&self) -> String {
        self.data.database.clone().unwrap_or_else(|| {
            format!("sqlite:{}", self.data.folder.join("hoithi.sqlite").display())
        })
    }
}
