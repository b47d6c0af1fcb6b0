//! Connections to PostgreSQL fall silent, and a site is itself again.

use std::time::{Duration, Instant};

use hoithi::db::Pool;
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use crate::support::fault::Proxy;
use crate::support::postgres::Server;

/// Connections, and those who ask.
const CONNECTIONS: u32 = 4;
const ASKING: usize = 8;
/// For so long somebody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Within this a site is itself again, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

async fn is_answered(pool: &Pool) -> bool {
    let asked = tokio::time::timeout(PATIENCE, pool.execute_unprepared("select 1")).await;
    matches!(asked, Ok(Ok(_)))
}

/// Many ask, each until nobody answers or they have asked `times`.
async fn crowd(pool: &Pool, times: usize) {
    let mut all = JoinSet::new();
    for _ in 0..ASKING {
        let pool = pool.clone();
        all.spawn(async move {
            let mut left = times;
            while left > 0 && is_answered(&pool).await {
                left -= 1;
            }
        });
    }
    all.join_all().await;
}

/// Whatever they were at: the answer to a statement, or to one of the two questions that a connection
/// is asked when it is given back.
#[actix_web::test]
async fn connections_that_fall_silent_at_any_step_are_replaced() {
    let server = Server::start();
    let mut all = JoinSet::new();
    for answers in 0..6 {
        let proxy = Proxy::before(server.address);
        all.spawn(async move {
            let url = format!("postgres://postgres@{}/postgres", proxy.address);
            let pool = Pool::open(&url, CONNECTIONS).await.unwrap();
            crowd(&pool, 20).await;

            // All have come back: they go the next steps side by side.
            tokio::time::sleep(Duration::from_millis(300)).await;
            proxy.let_through([usize::MAX, answers]);
            crowd(&pool, 200).await;

            let since = Instant::now();
            while !is_answered(&pool).await {
                assert!(since.elapsed() < SOON, "silent after {answers} answers, and for ever");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }
    all.join_all().await;
}
