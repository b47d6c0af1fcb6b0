//! How an answer finds its way back from the writer: once for each thread and batch.
//!
//! Waking a task of another thread costs a system call. So the writer puts the answers of a batch
//! into the mailbox of each thread and wakes one of the tasks that wait there; that one wakes its
//! neighbours, which costs next to nothing on the same thread.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use slab::Slab;

use super::Error;
use super::ask::Answer;

/// Answers, each with the number of the wait it ends.
type Answers = Vec<(usize, Answer)>;

/// Answers for one thread, and the task to be woken for them.
#[derive(Debug, Default)]
struct Mailbox {
    inside: Mutex<(Answers, Option<Waker>)>,
}

impl Mailbox {
    /// Puts answers in and wakes whoever looks after the box.
    fn put(&self, answers: Answers) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.0.extend(answers);
        let waker = inside.1.take();
        drop(inside);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Sends answers, once to each thread that waits.
pub(super) fn send(answers: impl Iterator<Item = (Address, Answer)>) {
    let mut boxes: Vec<(Arc<Mailbox>, Answers)> = Vec::new();
    for (to, answer) in answers {
        let Some((to, ticket)) = to.open() else { continue };
        let found = boxes.iter_mut().find(|(mailbox, _)| Arc::ptr_eq(mailbox, &to));
        match found {
            Some((_, answers)) => answers.push((ticket, answer)),
            None => boxes.push((to, vec![(ticket, answer)])),
        }
    }
    for (mailbox, answers) in boxes {
        mailbox.put(answers);
    }
}

/// What becomes of a wait.
enum Wait {
    /// Nothing came yet; who is to be woken then.
    Open(Option<Waker>),
    Answered(Answer),
    /// The answer was taken.
    Over,
    /// Nobody waits any more; its place is free when the answer comes.
    Left,
}

impl Wait {
    /// The answer where it came; else `waker` is woken when it comes.
    fn taken(&mut self, waker: &Waker) -> Option<Answer> {
        let next =
            if let Self::Answered(_) = self { Self::Over } else { Self::Open(Some(waker.clone())) };
        match std::mem::replace(self, next) {
            Self::Answered(answer) => Some(answer),
            _ => None,
        }
    }

    /// Who is woken when the answer comes.
    fn waker(&self) -> Option<Waker> {
        if let Self::Open(waker) = self { waker.clone() } else { None }
    }
}

#[derive(Default)]
struct Here {
    mailbox: Arc<Mailbox>,
    waits: Slab<Wait>,
    /// The wait whose task looks after the box.
    keeper: Option<usize>,
}

thread_local! {
    static HERE: RefCell<Here> = RefCell::default();
}

/// Where an answer goes: the box of a thread, and the number of the wait. Whoever waits is answered
/// in any case: an address that is lost, with a queue or with a writer that fell, says to come again.
#[derive(Debug)]
pub(super) struct Address {
    mailbox: Option<Arc<Mailbox>>,
    ticket: usize,
}

impl Address {
    fn open(mut self) -> Option<(Arc<Mailbox>, usize)> {
        Some((self.mailbox.take()?, self.ticket))
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        if let Some(mailbox) = self.mailbox.take() {
            mailbox.put(vec![(self.ticket, Err(Error::Busy))]);
        }
    }
}

/// Waits on this thread for an answer.
#[derive(Debug)]
pub(super) struct Waiting {
    ticket: usize,
    // A wait belongs to the thread that began it.
    _here: std::marker::PhantomData<*const ()>,
}

/// Begins a wait.
pub(super) fn wait() -> (Address, Waiting) {
    HERE.with_borrow_mut(|here| {
        let ticket = here.waits.insert(Wait::Open(None));
        let mailbox = Arc::clone(&here.mailbox);
        (
            Address { mailbox: Some(mailbox), ticket },
            Waiting { ticket, _here: std::marker::PhantomData },
        )
    })
}

impl Here {
    /// Hands out what is in the box, and says who is to be woken.
    fn hand_out(&mut self, keeper: &Waker) -> Vec<Waker> {
        let mut inside = self.mailbox.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = std::mem::take(&mut inside.0);
        inside.1 = Some(keeper.clone());
        drop(inside);
        let mut woken = Vec::new();
        for (ticket, answer) in answers {
            match self.waits.get_mut(ticket) {
                Some(Wait::Left) => drop(self.waits.remove(ticket)),
                Some(wait) => {
                    if let Wait::Open(waker) = std::mem::replace(wait, Wait::Answered(answer)) {
                        woken.extend(waker.filter(|_| Some(ticket) != self.keeper));
                    }
                }
                None => {}
            }
        }
        woken
    }
}

impl Future for Waiting {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        let (answer, woken) = HERE.with_borrow_mut(|here| {
            let keeps = *here.keeper.get_or_insert(self.ticket) == self.ticket;
            let woken = if keeps { here.hand_out(cx.waker()) } else { Vec::new() };
            (here.waits.get_mut(self.ticket).and_then(|wait| wait.taken(cx.waker())), woken)
        });
        woken.into_iter().for_each(Waker::wake);
        answer.map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Waiting {
    /// Whoever looked after the box hands that on.
    fn drop(&mut self) {
        let next = HERE.try_with(|here| {
            let mut here = here.borrow_mut();
            match here.waits.get_mut(self.ticket) {
                Some(wait @ Wait::Open(_)) => *wait = Wait::Left,
                _ => drop(here.waits.try_remove(self.ticket)),
            }
            if here.keeper != Some(self.ticket) {
                return None;
            }
            here.keeper = None;
            here.waits.iter().find_map(|(_, wait)| wait.waker())
        });
        if let Ok(Some(waker)) = next {
            waker.wake();
        }
    }
}
