//! What can happen to a site under load, and the rig in which it is made to happen.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::postgres::Server;
use super::process::Process;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed where it stands.
    Kill,
    /// The power goes: the process is gone, and of SQLite's files all that was not synced.
    Power,
    /// PostgreSQL is stopped at once, and started again.
    Stop,
    /// Every connection to PostgreSQL is cut.
    Cut,
    /// Every connection to PostgreSQL stays open, and nothing comes through any more.
    HalfOpen,
}

/// What can happen to a site on SQLite.
pub const ON_SQLITE: [Fault; 2] = [Fault::Power, Fault::Kill];
/// What can happen to a site on PostgreSQL.
pub const ON_POSTGRES: [Fault; 4] = [Fault::Stop, Fault::Cut, Fault::Kill, Fault::HalfOpen];

/// What a site stands on.
enum Ground {
    /// SQLite in the folder, on a disk whose syncs are noted; or, where it lies, only acknowledged.
    Disk { lies: bool },
    /// A server of its own, behind a line that can be cut.
    Server(Server, Proxy),
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
        let rig = Self { folder: folder.to_owned(), database: None, ground: Ground::Disk { lies } };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/support/power.c");
        let mut build = Command::new("cc");
        build.args(["-shared", "-fPIC", "-O1", "-o"]).arg(rig.shim()).arg(source);
        assert!(build.status().is_ok_and(|status| status.success()), "a C compiler");
        std::fs::create_dir_all(rig.notes()).expect("a folder");
        rig
    }

    /// On PostgreSQL.
    pub fn on_postgres(folder: &Path) -> Self {
        let server = Server::start();
        let proxy = Proxy::before(server.address);
        let database = Some(format!("postgres://postgres@{}/postgres", proxy.address));
        Self { folder: folder.to_owned(), database, ground: Ground::Server(server, proxy) }
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
        let mut settings = vec![("HOITHI__LOG__FILTER", "error")];
        if let Some(database) = &self.database {
            settings.push(("HOITHI__DATA__DATABASE", database));
        }
        if let Ground::Disk { lies } = self.ground {
            settings.push(("LD_PRELOAD", shim.to_str().expect("a path")));
            settings.push(("POWER_UNDO", notes.to_str().expect("a path")));
            settings.extend(lies.then_some(("POWER_LIES", "1")));
        }
        Process::start(&self.folder, &settings)
    }

    /// Lets it happen.
    pub fn strike(&mut self, fault: Fault, site: &mut Process) {
        match (fault, &mut self.ground) {
            (Fault::Kill, _) => site.kill(),
            (Fault::Power, Ground::Disk { .. }) => {
                site.kill();
                forget_unsynced(&self.folder, &self.notes());
            }
            (Fault::Stop, Ground::Server(server, _)) => server.stop_at_once(),
            (Fault::Cut, Ground::Server(_, proxy)) => proxy.cut(),
            (Fault::HalfOpen, Ground::Server(_, proxy)) => proxy.silence(),
            _ => panic!("{fault:?} cannot happen here"),
        }
    }

    /// Puts right what somebody puts right from outside, and waits until the site is ready; says how
    /// long that took.
    pub fn mend(&mut self, fault: Fault, site: &mut Process) -> Duration {
        let begun = Instant::now();
        match (fault, &mut self.ground) {
            (Fault::Kill | Fault::Power, _) => *site = self.start(),
            (Fault::Stop, Ground::Server(server, _)) => server.start_again(),
            _ => {}
        }
        site.ready(begun)
    }
}

/// Puts back what was not synced when the power went.
fn forget_unsynced(folder: &Path, notes: &Path) {
    for file in std::fs::read_dir(folder).expect("a folder").flatten() {
        let number = file.metadata().expect("facts").ino().to_string();
        let Ok(noted) = std::fs::read(notes.join(&number)) else { continue };
        let disk = std::fs::File::options().write(true).open(file.path()).expect("a file");
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
        for (offset, length, bytes) in undo.into_iter().rev() {
            std::os::unix::fs::FileExt::write_all_at(&disk, bytes, offset).expect("put back");
            disk.set_len(length).expect("cut");
        }
        std::fs::remove_file(notes.join(number)).expect("forgotten");
    }
}

/// A line to the database that can be cut, or fall silent.
struct Proxy {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<Line>>>,
}

/// One connection: both ends, and whether what comes is swallowed.
struct Line {
    ends: [TcpStream; 2],
    silent: Arc<AtomicBool>,
}

impl Proxy {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
        let kept = Arc::clone(&lines);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else { continue };
                let silent = Arc::new(AtomicBool::new(false));
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) =
                        (from.try_clone().expect("a line"), to.try_clone().expect("a line"));
                    let silent = Arc::clone(&silent);
                    std::thread::spawn(move || carry(from, to, &silent));
                }
                kept.lock().expect("lines").push(Line { ends: [client, server], silent });
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

    /// Lets nothing through any more on the connections that there are; they stay open.
    fn silence(&self) {
        for line in self.lines.lock().expect("lines").iter() {
            line.silent.store(true, Ordering::SeqCst);
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool) {
    let mut bytes = [0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if !silent.load(Ordering::SeqCst) && to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    if !silent.load(Ordering::SeqCst) {
        to.shutdown(Shutdown::Both).ok();
    }
}
