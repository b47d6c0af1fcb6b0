//! What can happen to a site under load, and the rig in which it is made to happen.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::postgres::Server;
use super::process::Process;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed where it stands.
    Kill,
    /// The power goes: the process is gone, and of what was not synced in SQLite's files and those of
    /// uploads all, or the newest.
    Power,
    /// PostgreSQL is stopped at once, and started again.
    Stop,
    /// Every connection to PostgreSQL is cut.
    Cut,
    /// Every connection to PostgreSQL stays open, and nothing comes through any more.
    HalfOpen,
    /// What is asked on open connections still reaches PostgreSQL, and no answer comes back.
    Unanswered,
}

/// What can happen to a site on SQLite.
pub const ON_SQLITE: [Fault; 2] = [Fault::Power, Fault::Kill];
/// What can happen to a site on PostgreSQL.
pub const ON_POSTGRES: [Fault; 5] =
    [Fault::Stop, Fault::HalfOpen, Fault::Cut, Fault::Unanswered, Fault::Kill];

/// What a site stands on.
enum Ground {
    /// SQLite in the folder, on a disk whose syncs are noted; or, where it lies, only acknowledged.
    Disk { lies: bool, cuts: usize },
    /// A server of its own, behind a line that can be cut; where it `forgets`, it acknowledges commits
    /// that are not written down.
    Server { server: Server, proxy: Proxy, forgets: bool },
}

/// A site with what it stands on.
pub struct Rig {
    /// Its data folder.
    pub folder: PathBuf,
    /// Address of its database, as it reaches it; none where the folder holds it.
    pub database: Option<String>,
    ground: Ground,
}

impl Rig {
    /// On SQLite. A disk that lies says that it synced and did not: the control, in which a power cut
    /// must lose votes, or the harness would find nothing.
    pub fn on_sqlite(folder: &Path, lies: bool) -> Self {
        let ground = Ground::Disk { lies, cuts: 0 };
        let rig = Self { folder: folder.to_owned(), database: None, ground };
        make_shim(&rig.shim());
        std::fs::create_dir_all(rig.notes()).expect("a folder");
        rig
    }

    /// On PostgreSQL. A server that forgets acknowledges the site's commits before they are written
    /// down: the control, in which a stop at once must lose votes.
    pub fn on_postgres(folder: &Path, forgets: bool) -> Self {
        let server = Server::start();
        let proxy = Proxy::before(server.address);
        let database = Some(format!("postgres://postgres@{}/postgres", proxy.address));
        let ground = Ground::Server { server, proxy, forgets };
        Self { folder: folder.to_owned(), database, ground }
    }

    fn shim(&self) -> PathBuf {
        self.folder.join("power.so")
    }

    fn notes(&self) -> PathBuf {
        self.folder.join("power")
    }

    /// Starts the site.
    pub fn start(&self) -> Process {
        let (shim, notes) = (self.shim(), self.notes());
        let mut database = self.database.clone().unwrap_or_default();
        let mut settings = vec![("HOITHI__LOG__FILTER", "error")];
        match &self.ground {
            Ground::Disk { lies, .. } => {
                settings.push(("LD_PRELOAD", shim.to_str().expect("a path")));
                settings.push(("POWER_UNDO", notes.to_str().expect("a path")));
                settings.extend(lies.then_some(("POWER_LIES", "1")));
            }
            Ground::Server { server, forgets, .. } => {
                if *forgets {
                    server.write_nothing_down();
                    database.push_str("?options[synchronous_commit]=off");
                }
                settings.push(("HOITHI__DATA__DATABASE", &database));
            }
        }
        Process::start(&self.folder, &settings)
    }

    /// Lets it happen.
    pub fn strike(&mut self, fault: Fault, site: &mut Process) {
        let notes = self.notes();
        match (fault, &mut self.ground) {
            (Fault::Kill, _) => site.kill(),
            (Fault::Power, Ground::Disk { cuts, .. }) => {
                site.kill();
                forget_unsynced(&self.folder, &notes, *cuts);
                *cuts += 1;
            }
            (Fault::Stop, Ground::Server { server, .. }) => server.stop_at_once(),
            (Fault::Cut, Ground::Server { proxy, .. }) => proxy.cut(),
            (Fault::HalfOpen, Ground::Server { proxy, .. }) => proxy.let_through([0, 0]),
            (Fault::Unanswered, Ground::Server { proxy, .. }) => proxy.let_through([usize::MAX, 0]),
            _ => panic!("{fault:?} cannot happen here"),
        }
    }

    /// Puts right what somebody puts right from outside, and waits until the site is ready; says how
    /// long that took.
    pub fn mend(&mut self, fault: Fault, site: &mut Process) -> Duration {
        let begun = Instant::now();
        match (fault, &mut self.ground) {
            (Fault::Kill | Fault::Power, _) => *site = self.start(),
            (Fault::Stop, Ground::Server { server, .. }) => server.start_again(),
            _ => {}
        }
        site.ready(begun)
    }
}

/// Makes what notes what a disk holds, to be loaded before a program.
pub fn make_shim(to: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/support/power.c");
    let mut build = Command::new("cc");
    build.args(["-shared", "-fPIC", "-O1", "-o"]).arg(to).arg(source);
    assert!(build.status().is_ok_and(|status| status.success()), "a C compiler");
}

/// Puts back what was not synced when the power went. At the first of the `cuts` that is all; later the
/// oldest writes may have reached the disk by themselves, another share of them each time.
fn forget_unsynced(folder: &Path, notes: &Path, cuts: usize) {
    for item in std::fs::read_dir(folder).expect("a folder").flatten() {
        let facts = item.metadata().expect("facts");
        if facts.is_dir() {
            forget_unsynced(&item.path(), notes, cuts);
            continue;
        }
        let number = facts.ino().to_string();
        let Ok(noted) = std::fs::read(notes.join(&number)) else { continue };
        let disk = std::fs::File::options().write(true).open(item.path()).expect("a file");
        let mut undo = Vec::new();
        let mut rest = &noted[..];
        while let Some((head, after)) = rest.split_first_chunk::<24>() {
            let number =
                |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().expect("eight"));
            let (offset, length, count) = (number(0), number(8), number(16));
            // The last note may be half written; then nothing was written over.
            let Some((bytes, after)) =
                after.split_at_checked(usize::try_from(count).expect("a size"))
            else {
                break;
            };
            undo.push((offset, length, bytes));
            rest = after;
        }
        let kept = undo.len() * (cuts * 3 % 5) / 5;
        for (offset, length, bytes) in undo.into_iter().skip(kept).rev() {
            std::os::unix::fs::FileExt::write_all_at(&disk, bytes, offset).expect("put back");
            disk.set_len(length).expect("cut");
        }
        std::fs::remove_file(notes.join(number)).expect("forgotten");
    }
}

/// A line to the database that can be cut, or fall silent.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    lines: Arc<Mutex<Vec<Line>>>,
}

/// One connection: the site's end and the server's, and how often something from each still comes
/// through before all is swallowed.
struct Line {
    ends: [TcpStream; 2],
    left: [Arc<AtomicUsize>; 2],
}

impl Proxy {
    /// A line to this server.
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
        let kept = Arc::clone(&lines);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else { continue };
                let left = [(); 2].map(|()| Arc::new(AtomicUsize::new(usize::MAX)));
                for (from, to, left) in [(&client, &server, &left[0]), (&server, &client, &left[1])]
                {
                    let (from, to) =
                        (from.try_clone().expect("a line"), to.try_clone().expect("a line"));
                    let left = Arc::clone(left);
                    std::thread::spawn(move || carry(from, to, &left));
                }
                kept.lock().expect("lines").push(Line { ends: [client, server], left });
            }
        });
        Self { address, lines }
    }

    /// Cuts every connection that there is.
    fn cut(&self) {
        for line in self.lines.lock().expect("lines").drain(..) {
            for end in line.ends {
                end.shutdown(Shutdown::Both).ok();
            }
        }
    }

    /// Lets come through what the site says, and what the server says, so often on each of the
    /// connections that there are, and swallows the rest; they stay open.
    pub fn let_through(&self, most: [usize; 2]) {
        for line in self.lines.lock().expect("lines").iter() {
            for (left, most) in line.left.iter().zip(most) {
                left.fetch_min(most, Ordering::SeqCst);
            }
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, left: &AtomicUsize) {
    let fewer = |left: usize| if left == usize::MAX { Some(left) } else { left.checked_sub(1) };
    let mut bytes = [0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let passes = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok();
        if passes && to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    if left.load(Ordering::SeqCst) > 0 {
        to.shutdown(Shutdown::Both).ok();
    }
}
