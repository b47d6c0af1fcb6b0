//! `hoithi serve`: the site, and the worker beside it.

use migration::{Migrator, MigratorTrait};
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::{web, worker};

/// Brings the schema up to date, then serves until SIGTERM or Ctrl-C.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    log(&app);
    Migrator::up(&app.db, None).await?;
    if let Some(link) = web::pages::session::first_link(&app).await? {
        invite(&link);
    }
    tracing::info!(listen = app.config.server.listen, "serving {}", app.config.server.base_url);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let work = app.config.server.worker.then(|| tokio::spawn(worker::run(app.clone(), stopped)));
    web::serve(app).await?;
    stop.send_replace(true);
    if let Some(work) = work {
        work.await?;
    }
    Ok(())
}

/// Prints the way in for the first administrator: the link is a secret, so no log gets it.
#[expect(clippy::print_stdout, reason = "this is for whoever starts the site")]
fn invite(link: &str) {
    println!("No administrator yet. Whoever opens this link within 24 hours becomes the first:");
    println!("{link}");
}

/// Starts the log as the configuration says.
pub(super) fn log(app: &App) {
    let filter = EnvFilter::new(&app.config.log.filter);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if app.config.log.json { lines.json().try_init() } else { lines.try_init() };
    drop(started);
}
