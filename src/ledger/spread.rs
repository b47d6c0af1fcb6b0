//! The same question about many things, spread over the processor's cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// What `one` says of each, in order; of those for which it fails, the first.
pub(super) fn each<T: Sync, R: Send, E: Send>(
    all: &[T],
    one: impl Fn(usize, &T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = all.len().div_ceil(cores).max(1);
    let (mut said, one) = (Vec::with_capacity(all.len()), &one);
    thread::scope(|scope| {
        let part = |(number, part): (usize, &[T])| -> Result<Vec<R>, E> {
            let places = number * share..;
            places.zip(part).map(|(place, item)| one(place, item)).collect()
        };
        let asked: Vec<_> =
            all.chunks(share).enumerate().map(|chunk| scope.spawn(move || part(chunk))).collect();
        for part in asked {
            said.extend(part.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(said)
    })
}
