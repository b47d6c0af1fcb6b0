//! Accounts elsewhere by which voters may be known: what an operator sets.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accounts elsewhere by which voters may be known (OpenID Connect).
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Elsewhere {
    /// Address of the body that knows people, its issuer; empty: there is none. It has to send people
    /// back to `/accounts/back` of this site.
    pub issuer: String,
    /// The number that it gave to this site.
    pub client_id: String,
    /// File that holds the secret that it gave to this site, and nothing else; absent: it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = "/etc/hoithi/account-secret")]
    pub client_secret_file: Option<PathBuf>,
}

impl Elsewhere {
    /// The secret, where there is one.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn secret(&self) -> std::io::Result<Option<String>> {
        let Some(file) = &self.client_secret_file else { return Ok(None) };
        Ok(Some(std::fs::read_to_string(file)?.trim().to_owned()))
    }
}
