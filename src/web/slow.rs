//! Bodies that never end: whoever sends nothing for long, or next to nothing, is broken off. actix
//! itself waits for ever.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How much of it a sender is given.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The longest silence.
    pub silence: Duration,
    /// The time before the rate counts.
    pub start: Duration,
    /// The least rate from the beginning on, in bytes a second.
    pub rate: u64,
}

impl Patience {
    /// A telephone at the edge of a network, 10 kbit/s, comes through; silence of 20 seconds does not.
    pub const USUAL: Self =
        Self { silence: Duration::from_secs(20), start: Duration::from_secs(30), rate: 1024 };
}

/// A body that ends with an error when patience does.
pub struct Patient<S> {
    body: S,
    patience: Patience,
    begun_at: Instant,
    received: u64,
    /// Whether it was waited for before.
    waited: bool,
    /// Begins with the second wait: the rest of most bodies has come with their heads, and is read
    /// when it was waited for once.
    until: Option<Pin<Box<Sleep>>>,
}

impl<S> std::fmt::Debug for Patient<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patient").field("received", &self.received).finish_non_exhaustive()
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Patient<S> {
    /// Reads `body` with `patience`, which begins now.
    pub fn new(body: S, patience: Patience) -> Self {
        Self { body, patience, begun_at: Instant::now(), received: 0, waited: false, until: None }
    }

    /// When patience ends if nothing more comes.
    fn end(&self) -> Instant {
        let earned = Duration::from_millis(self.received * 1000 / self.patience.rate.max(1));
        let silent = Instant::now() + self.patience.silence;
        silent.min(self.begun_at + self.patience.start + earned)
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for Patient<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(piece))) => {
                self.received += piece.len() as u64;
                if self.until.is_some() {
                    let end = self.end();
                    self.until.iter_mut().for_each(|until| until.as_mut().reset(end));
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(other) => Poll::Ready(other),
            Poll::Pending if !std::mem::replace(&mut self.waited, true) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => {
                let end = self.end();
                let until = self.until.get_or_insert_with(|| Box::pin(sleep_until(end)));
                until
                    .as_mut()
                    .poll(cx)
                    .map(|()| Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}
