//! Whether nodes find each other.

use sea_orm::DatabaseConnection;

use super::Findings;
use crate::app::Key;
use crate::clock::Clock;
use crate::config::{Config, Nodes};
use crate::storage;
use crate::voting::{self, Lead};
use crate::web::node;

/// Says where others reach this node, and whether votes reach the nodes that lead.
pub(super) async fn look(found: &mut Findings, config: &Config, db: &DatabaseConnection) {
    match config.nodes() {
        Nodes::Alone => return,
        nodes @ Nodes::At(_) => found.good("nodes", &nodes.to_string()),
        Nodes::Nowhere => found.note("nodes", &Nodes::Nowhere.to_string()),
        nodes => found.wrong("nodes", &nodes.to_string()),
    }
    if !config.server.node_url.is_empty()
        && matches!(config.storage, storage::Config::Folder { .. })
    {
        found.note("nodes", "objects lie in a folder, which all nodes have to mount; or use S3");
    }
    let folder = &config.data.folder;
    let leads = match voting::leads(db, folder, Clock::System.now()).await {
        Ok(leads) => leads,
        Err(error) => return found.wrong("logs", &format!("cannot be read: {error}")),
    };
    let key = Key::kept(folder).ok().flatten();
    for lead in leads {
        if !lead.has_keys {
            let at = folder.join("votes");
            found.wrong(
                "logs",
                &format!(
                    "the keys of {} are not in {}; let all nodes share that folder",
                    lead.origin,
                    at.display()
                ),
            );
        }
        if let Some(key) = &key {
            reach(found, &lead, &config.node_url(), key).await;
        }
    }
}

/// Whether votes that come here can be handed on to the node that leads the log.
async fn reach(found: &mut Findings, lead: &Lead, own: &str, key: &Key) {
    let Lead { origin, elsewhere: Some(url), .. } = lead else { return };
    if url.is_empty() {
        let text = "is led by a node that nobody reaches; write server.node_url there";
        return found.wrong("logs", &format!("{origin} {text}"));
    }
    if url == own {
        let text = "which this one says of itself; give each its own server.node_url";
        return found.wrong("logs", &format!("{origin} is led by another node at {url}, {text}"));
    }
    match node::knows(url, key).await {
        Ok(true) => found.good("logs", &format!("{origin} is led at {url}, which is reached")),
        Ok(false) => found.wrong(
            "logs",
            &format!("{origin} is led at {url}, which has another `key`; copy one to all nodes"),
        ),
        Err(error) => found.wrong(
            "logs",
            &format!("{origin} is led at {url}, which is not reached from here: {error}"),
        ),
    }
}
