//! The worker: takes a due job, does it, and forgets it or lets it rest.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::app::App;
use crate::jobs::{self, Job, Taken};
use crate::{db, letters, media, storage};

mod bind;
mod compare;
pub mod cosign;
mod guardian;
pub mod keys;
pub mod opening;
mod promote;
mod remind;
mod render;
mod send;
mod tell;
pub mod watch;

/// Works until told to stop; looks for work twice a second when there was none. Films are drawn
/// beside everything else, one at a time.
pub async fn run(app: App, stop: tokio::sync::watch::Receiver<bool>) {
    tokio::join!(quick(&app, &stop), films(&app, &stop), cosign::run(&app, &stop));
}

async fn quick(app: &App, stop: &tokio::sync::watch::Receiver<bool>) {
    let mut sweep_at = app.clock.now();
    let mut watch = watch::Watch::default();
    let mut opening = opening::Opening::default();
    while !*stop.borrow() {
        if sweep_at <= app.clock.now() {
            sweep_at = app.clock.now().plus_seconds(3600);
            sweep(app).await;
            if let Err(error) = remind(app).await {
                tracing::error!("reminders cannot be written: {error:#}");
            }
        }
        opening.go(app).await;
        watch.go(app).await;
        rest(one(app).await).await;
    }
}

async fn films(app: &App, stop: &tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        rest(film(app).await).await;
    }
}

/// Waits a while where there was no work, and longer where the database could not be asked.
async fn rest(done: Result<bool>) {
    match done {
        Ok(true) => {}
        Ok(false) => tokio::time::sleep(Duration::from_millis(500)).await,
        Err(error) => {
            tracing::error!("the worker failed: {error:#}");
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }
}

/// Writes every reminder that is due; asked again, it writes none twice.
///
/// # Errors
/// When the database fails.
pub async fn remind(app: &App) -> Result<()> {
    remind::remind(app).await
}

/// Removes what nobody needs any more: uploads that nobody finished, traces of votes.
async fn sweep(app: &App) {
    if let Err(error) = watch::expire(app).await {
        tracing::warn!("traces of votes cannot be erased: {error:#}");
    }
    if let Err(error) = app.decoder.sweep(app.clock.now()) {
        tracing::warn!("what children left cannot be swept: {error}");
    }
    match app.spool.sweep(app.clock.now()).await {
        Ok(0) => {}
        Ok(swept) => tracing::info!(swept, "uploads that nobody finished are gone"),
        Err(error) => tracing::warn!("uploads cannot be swept: {error}"),
    }
}

/// Draws the film whose turn it is; false when there is none.
///
/// # Errors
/// As [`one`].
pub async fn film(app: &App) -> Result<bool> {
    match render::next_film(app).await? {
        Some(taken) => done(app, &taken).await,
        None => Ok(false),
    }
}

/// Does one due job that does not take long; false when there is none.
///
/// # Errors
/// When the job could not even be taken or laid down again. A job that fails is no error here: it
/// rests.
pub async fn one(app: &App) -> Result<bool> {
    let tx = db::begin(&app.db).await?;
    let taken = jobs::take(&tx, app.clock.now()).await?;
    tx.commit().await?;
    match taken {
        Some(taken) => done(app, &taken).await,
        None => Ok(false),
    }
}

async fn done(app: &App, taken: &Taken) -> Result<bool> {
    let done = work(app, taken).await;
    let tx = db::begin(&app.db).await?;
    match done {
        Ok(()) => jobs::done(&tx, taken.id).await?,
        Err(error) => {
            tracing::warn!(job = ?taken.job, "a job rests: {error:#}");
            let why = (&*format!("{error:#}"), is_away(&error));
            let given_up = jobs::rest(&tx, taken, why, app.clock.now()).await?;
            if let Some(Job::Send { letter }) = taken.job.as_ref().filter(|_| given_up) {
                letters::given_up(&tx, *letter).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// Whether work failed because the store is away: it will be back, if only after a weekend.
fn is_away(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| match cause.downcast_ref::<media::Error>() {
        Some(media::Error::Store(store)) => store.is_away(),
        _ => cause.downcast_ref::<storage::Error>().is_some_and(storage::Error::is_away),
    })
}

async fn work(app: &App, taken: &Taken) -> Result<()> {
    match taken.job.as_ref().context("no version of ours can read this job")? {
        Job::Send { letter } => send::send(app, *letter).await,
        Job::Render { file } => render::render(app, *file).await,
        Job::Film { file } => render::film(app, taken.id, *file).await,
        Job::Compare { entry } => compare::compare(app, *entry).await,
        Job::Tell { entry, about } => tell::tell(app, *entry, about).await,
        Job::Announce { publication } => tell::announce(app, *publication).await,
        Job::Settle { case } => Ok(app.votes.carry_out(&app.db, *case).await?),
        Job::BindVotes { publication, result } => bind::bind(app, *publication, result).await,
        Job::VoteKeys { contest, act } => keys::keys(app, *contest, *act).await,
        Job::Promote { publication } => promote::promote(app, *publication).await,
    }
}
