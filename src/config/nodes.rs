//! Many nodes on one database: where the others reach this one.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Config;
use crate::db;

/// Where other nodes reach this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// It is the only one: SQLite is for one.
    Alone,
    /// At this address.
    At(String),
    /// Nowhere, as far as the configuration says.
    Nowhere,
    /// `server.node_url` is set and there is one node alone.
    Needless,
    /// `server.node_url` is no address of a machine.
    Misspelt,
}

impl Nodes {
    /// Whether the configuration has to be mended.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Needless | Self::Misspelt)
    }
}

impl Display for Nodes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alone => "this is the only node, for SQLite is for one",
            Self::At(url) => return write!(f, "others reach this one at {url}"),
            Self::Nowhere => {
                "others do not reach this one. As the only node it needs nothing; where there are \
                 more, votes that come to them are not counted while this one leads: write \
                 server.node_url = \"http://ADDRESS:PORT\" on each, with its own address"
            }
            Self::Needless => {
                "server.node_url is set, but SQLite is for one node: name a PostgreSQL database in \
                 data.database, or leave node_url out"
            }
            Self::Misspelt => {
                "server.node_url must be http://ADDRESS:PORT, as http://10.0.0.11:8080: nodes speak \
                 plain HTTP to each other, inside their own network"
            }
        })
    }
}

impl Config {
    /// Where other nodes reach this one: what `server.node_url` says; else what `server.listen` says,
    /// where the others can be there.
    #[must_use]
    pub fn nodes(&self) -> Nodes {
        let (said, database) = (&self.server.node_url, self.data.database.as_deref());
        match database {
            None if said.is_empty() => Nodes::Alone,
            None => Nodes::Needless,
            Some(_) if is_address(said) => Nodes::At(said.clone()),
            Some(_) if !said.is_empty() => Nodes::Misspelt,
            Some(database) => listens(&self.server.listen, db::is_here(database)),
        }
    }

    /// The address at which other nodes reach this one; empty where there is none.
    #[must_use]
    pub fn node_url(&self) -> String {
        if let Nodes::At(url) = self.nodes() { url } else { String::new() }
    }
}

/// Whether it is `http://` with the name or address of a machine and a port.
fn is_address(url: &str) -> bool {
    let Some(host) = url.strip_prefix("http://").map(|host| host.trim_end_matches('/')) else {
        return false;
    };
    let names_machine = host.parse::<SocketAddr>().map_or(true, |at| !at.ip().is_unspecified());
    let port = host.rsplit_once(':').map(|(_, port)| port);
    names_machine && !host.contains('/') && port.is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Where others reach who listens so. With a database on this machine they are on it too, and
/// every address of it will do.
fn listens(listen: &str, all_are_here: bool) -> Nodes {
    let listen = listen.replacen("localhost:", "127.0.0.1:", 1);
    let Ok(mut at) = listen.parse::<SocketAddr>() else { return Nodes::Nowhere };
    if at.ip().is_unspecified() && all_are_here {
        at.set_ip(match at.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    if at.ip().is_unspecified() || (at.ip().is_loopback() && !all_are_here) {
        return Nodes::Nowhere;
    }
    Nodes::At(format!("http://{at}"))
}
