//! `hoithi config`: what an operator can set.

use clap::Subcommand;

use crate::config::Config;

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
                read()?;
                println!("the configuration can be used");
            }
            Self::Print => print!("{}", toml::to_string_pretty(&read()?.redacted())?),
        }
        Ok(())
    }
}
