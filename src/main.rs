//! One binary: its roles are subcommands.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A child that opens a stranger's file has no use for threads and gives up the rest at once.
    if let Some(code) = hoithi::media::child::serve(std::env::args_os()) {
        return code;
    }
    match actix_web::rt::System::new().block_on(hoithi::cli::run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            hoithi::cli::say(&error);
            ExitCode::FAILURE
        }
    }
}
