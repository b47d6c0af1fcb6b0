//! `hoithi serve`: the site, and the worker beside it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use migration::{Migrator, MigratorTrait};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::App;
use crate::{db, log, unit, web, worker};

/// For so long a job that has begun may go on after SIGTERM. What is left of it another worker
/// begins anew when the lease is over.
const LAST_JOB: Duration = Duration::from_secs(28);

/// Brings the schema up to date, then serves until SIGTERM or Ctrl-C.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    log::start(&app.config.log);
    Migrator::up(&*app.db, None).await?;
    found(&app).await?;
    if let Some(link) = web::pages::session::first_link(&app).await? {
        invite(&link);
    }
    if let Some(address) = &app.config.server.metrics {
        web::metrics::serve(app.clone(), address)?;
    }
    let server = web::serve(app.clone())?;
    tracing::info!(listen = app.config.server.listen, "serving {}", app.config.server.base_url);
    let (stop, stopped) = watch::channel(false);
    let works = app.config.server.worker && !app.config.server.maintenance;
    let work = works.then(|| tokio::spawn(worker::run(app.clone(), stopped)));
    let obeyed = tokio::spawn(obey(app, server.handle(), stop));
    server.await?;
    let asked_at = obeyed.await?;
    if let Some(work) = work
        && tokio::time::timeout_at(asked_at + LAST_JOB, work).await.is_err()
    {
        tracing::warn!("a job has not ended; it begins anew when its lease is over");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Gives an empty site the top of the union's tree: without it nobody could be an officer.
async fn found(app: &App) -> anyhow::Result<()> {
    let tx = db::begin(&app.db).await?;
    if unit::all(&tx).await?.is_empty() {
        unit::import(&tx, unit::top(), app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Waits until somebody wants the end. SIGTERM gives proxies time to look elsewhere first; a second
/// signal ends all at once. Says when it was asked.
async fn obey(app: App, server: ServerHandle, stop: watch::Sender<bool>) -> Instant {
    let mut terminate = signal(SignalKind::terminate()).expect("a signal that can be caught");
    let mut interrupt = signal(SignalKind::interrupt()).expect("a signal that can be caught");
    let drain = tokio::select! {
        _ = terminate.recv() => Duration::from_secs(app.config.server.drain_seconds.min(5)),
        _ = interrupt.recv() => Duration::ZERO,
    };
    let asked_at = Instant::now();
    tracing::info!("stopping: what has begun may end");
    app.stopping.store(true, Ordering::Relaxed);
    stop.send_replace(true);
    tokio::select! {
        () = async { tokio::time::sleep(drain).await; server.stop(true).await } => {}
        _ = terminate.recv() => server.stop(false).await,
        _ = interrupt.recv() => server.stop(false).await,
    }
    asked_at
}

/// Prints the way in for the first administrator: the link is a secret, so no log gets it.
#[expect(clippy::print_stdout, reason = "this is for whoever starts the site")]
fn invite(link: &str) {
    println!("No administrator yet. Whoever opens this link within 24 hours becomes the first:");
    println!("{link}");
}
