//! `/metrics`: numbers for Prometheus, on a listener of their own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::{HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sea_orm::DatabaseConnection;

use crate::app::App;
use crate::jobs;

/// Upper bounds of the classes of durations, in seconds.
const CLASSES: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static ON: AtomicBool = AtomicBool::new(false);

/// Whether anybody asks for numbers.
pub(super) fn are_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Serves the numbers at `address` for as long as the process lives.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(app: App, address: &str) -> anyhow::Result<()> {
    let classes = Matcher::Suffix("_seconds".to_owned());
    let numbers = PrometheusBuilder::new().set_buckets_for_metric(classes, &CLASSES)?;
    let numbers = numbers.install_recorder()?;
    ON.store(true, Ordering::Relaxed);
    metrics::gauge!("hoithi_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    tokio::spawn(tidy(numbers.clone()));
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(web::Data::new((app.clone(), numbers.clone())))
            .route("/metrics", web::get().to(show))
    });
    tokio::spawn(server.workers(1).disable_signals().bind(address)?.run());
    Ok(())
}

/// Samples wait until somebody asks for them, unless they are tidied away.
async fn tidy(numbers: PrometheusHandle) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        numbers.run_upkeep();
    }
}

async fn show(given: web::Data<(App, PrometheusHandle)>) -> HttpResponse {
    let (app, numbers) = given.get_ref();
    if let Err(error) = look(app).await {
        tracing::warn!("queues cannot be counted: {error}");
    }
    pool(&app.db);
    memory();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(numbers.render())
}

/// Counts what waits, and for how long.
async fn look(app: &App) -> Result<(), sea_orm::DbErr> {
    for queue in jobs::queues(&app.db, app.clock.now()).await? {
        let age = queue.oldest_seconds;
        metrics::gauge!("hoithi_jobs", "queue" => queue.kind.clone(), "state" => "open")
            .set(queue.open as f64);
        metrics::gauge!("hoithi_jobs", "queue" => queue.kind.clone(), "state" => "given_up")
            .set(queue.given_up as f64);
        metrics::gauge!("hoithi_job_oldest_age_seconds", "queue" => queue.kind).set(age as f64);
    }
    Ok(())
}

fn pool(db: &DatabaseConnection) {
    let (open, idle) = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            let pool = db.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = db.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    metrics::gauge!("hoithi_db_pool_connections", "state" => "open").set(f64::from(open));
    metrics::gauge!("hoithi_db_pool_connections", "state" => "idle").set(idle as f64);
}

/// Memory that the process holds, where the system tells.
fn memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    if let Some(kilobytes) = kilobytes {
        metrics::gauge!("process_resident_memory_bytes").set(kilobytes * 1024.0);
    }
}
