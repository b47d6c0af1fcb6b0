//! One binary: its roles are subcommands.

use std::process::ExitCode;

#[actix_web::main]
async fn main() -> ExitCode {
    match hoithi::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            hoithi::cli::say(&error);
            ExitCode::FAILURE
        }
    }
}
