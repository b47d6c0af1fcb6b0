//! `hoithi config`: what an operator can set.

use anyhow::bail;
use clap::Subcommand;

use crate::config::{Config, Nodes};

/// Show or check the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a file with every setting at its default.
    Example,
    /// Read the configuration and say whether it can be used.
    Check,
    /// Print the configuration as it is in force.
    Print,
}

impl Command {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) fn run(self, read: impl Fn() -> anyhow::Result<Config>) -> anyhow::Result<()> {
        match self {
            Self::Example => print!("{}", crate::config::example()),
            Self::Check => {
                let nodes = read()?.nodes();
                if nodes.is_wrong() {
                    bail!("{nodes}");
                }
                println!("the configuration can be used");
                if nodes != Nodes::Alone {
                    println!("nodes: {nodes}");
                }
            }
            Self::Print => print!("{}", toml::to_string_pretty(&read()?.redacted())?),
        }
        Ok(())
    }
}
