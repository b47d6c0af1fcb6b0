//! How far a long command is, where somebody looks.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;

use entity::id::ContestId;

use crate::app::App;
use crate::voting;

/// Says how far it is: what is counted, how many are done, and of how many; each per cent once.
#[expect(clippy::print_stderr, reason = "progress goes to the terminal")]
pub(super) fn progress() -> impl Fn(&'static str, usize, usize) {
    let last = Cell::new(None);
    move |what, done, all| {
        let now = Some((what, done * 100 / all.max(1)));
        if all > 0 && std::io::stderr().is_terminal() && last.replace(now) != now {
            eprint!("\r{what} {done}/{all}{}", if done >= all { "\n" } else { "" });
        }
    }
}

/// Does `work`, which takes a contest's log of votes into rows, and says meanwhile how far it is.
pub(super) async fn while_counting<T>(
    app: &App,
    contest: ContestId,
    work: impl Future<Output = T>,
) -> T {
    let seen = progress();
    let mut work = std::pin::pin!(work);
    loop {
        let done = tokio::select! {
            done = &mut work => Some(done),
            () = tokio::time::sleep(Duration::from_millis(500)) => None,
        };
        if let Ok((taken, all)) = voting::taken(&app.db, contest).await {
            seen("leaves", taken, all);
        }
        if let Some(done) = done {
            return done;
        }
    }
}
