//! One PostgreSQL server for the whole run, from Debian's package, in a temporary folder.
//!
//! It is started by a thread that lives as long as the run and dies with it: the kernel stops the
//! server when that thread ends, however the run ends.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::process::free_address;

static SERVER: OnceLock<PathBuf> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Whether the server waits for the disk, as in use; a suite does without. Said before the first
/// database is asked for.
pub(super) static SYNCS: AtomicBool = AtomicBool::new(false);

/// Address of a fresh database with the newest schema.
pub(super) async fn database() -> String {
    let folder = SERVER.get_or_init(|| std::thread::spawn(start).join().expect("a server"));
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    run(folder, "postgres", &format!("create database {name} template ready"));
    address(folder, &name)
}

/// Address of a fresh database in which there is nothing.
pub(super) fn empty() -> String {
    let folder = SERVER.get().expect("a test that has a database has a server");
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    run(folder, "postgres", &format!("create database {name} template template0"));
    address(folder, &name)
}

fn address(folder: &Path, name: &str) -> String {
    format!("postgres://postgres@localhost/{name}?host={}", folder.display())
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("Debian's postgresql package");
    let newest = versions.flatten().map(|version| version.path()).max().expect("a version");
    newest.join("bin")
}

/// A command that PostgreSQL is willing to be: not run by root.
fn humble(program: &str) -> Command {
    let mut command = Command::new(programs().join(program));
    if unsafe { libc::geteuid() } == 0 {
        let user = unsafe { libc::getpwnam(c"postgres".as_ptr()) };
        assert!(!user.is_null(), "the package makes a user `postgres`");
        let user = unsafe { &*user };
        command.uid(user.pw_uid).gid(user.pw_gid);
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn start() -> PathBuf {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let data = made(&folder);
    let (ready, when) = std::sync::mpsc::channel();
    let socket = folder.clone();
    std::thread::spawn(move || {
        let mut server = humble("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(&socket);
        let hurry: &[&str] = match SYNCS.load(Ordering::Relaxed) {
            true => &[],
            false => &["fsync=off", "full_page_writes=off"],
        };
        for setting in ["listen_addresses=", "max_connections=300"].iter().chain(hurry) {
            server.args(["-c", setting]);
        }
        server.stdout(Stdio::null()).stderr(Stdio::null());
        unsafe {
            server.pre_exec(|| {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGQUIT);
                Ok(())
            });
        }
        let mut server = server.spawn().expect("postgres starts");
        ready.send(()).expect("somebody waits");
        server.wait().ok();
    });
    when.recv().expect("a server");
    wait(&folder);
    run(&folder, "postgres", "create database ready");
    migrate(&address(&folder, "ready"));
    folder
}

/// Makes a cluster in `folder`; where its data lie.
fn made(folder: &Path) -> PathBuf {
    if unsafe { libc::geteuid() } == 0 {
        let user = unsafe { &*libc::getpwnam(c"postgres".as_ptr()) };
        std::os::unix::fs::chown(folder, Some(user.pw_uid), Some(user.pw_gid)).expect("chown");
    }
    let data = folder.join("data");
    let made = humble("initdb")
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
        .arg(&data)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("initdb runs").success());
    data
}

/// A server of one's own, which syncs as in use and can be stopped; dropped, it is gone.
pub struct Server {
    folder: tempfile::TempDir,
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Makes it and starts it.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        made(folder.path());
        let address = free_address();
        let child = Self::run(folder.path(), address);
        let mut server = Self { folder, child, address };
        server.wait();
        server
    }

    fn run(folder: &Path, address: SocketAddr) -> Child {
        let mut server = humble("postgres");
        server.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100"]);
        server.args(["-p", &address.port().to_string()]);
        server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("postgres starts")
    }

    /// Stops it where it stands: nothing that is not in its log of writes is kept.
    pub(super) fn stop_at_once(&mut self) {
        signal(self.child.id(), libc::SIGQUIT);
        // It may stand still; then the server would wait for it.
        self.writer().into_iter().for_each(|writer| signal(writer, libc::SIGKILL));
        self.child.wait().expect("gone");
    }

    /// From now on what is acknowledged before it is written down stays in memory: the process that
    /// writes it down stands still.
    pub(super) fn write_nothing_down(&self) {
        signal(self.writer().expect("a server has one"), libc::SIGSTOP);
    }

    /// Number of the process that writes down what nobody waits for.
    fn writer(&self) -> Option<u32> {
        let text = |id: u32, file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}"));
        let all = std::fs::read_dir("/proc").expect("processes").flatten();
        let mut all = all.filter_map(|one| one.file_name().to_str()?.parse::<u32>().ok());
        let parent = self.child.id().to_string();
        all.find(|id| {
            let facts = text(*id, "stat").unwrap_or_default();
            let of = facts.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
            of == Some(parent.as_str())
                && text(*id, "cmdline").is_ok_and(|name| name.contains("walwriter"))
        })
    }

    /// Starts it once more.
    pub(super) fn start_again(&mut self) {
        self.child = Self::run(self.folder.path(), self.address);
        self.wait();
    }

    /// Waits until it takes connections; it does not start while one who served a client still ends.
    fn wait(&mut self) {
        for _ in 0..600 {
            if self.child.try_wait().expect("a process").is_some() {
                self.child = Self::run(self.folder.path(), self.address);
            }
            let port = self.address.port().to_string();
            let asked = humble("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
            if asked.expect("pg_isready runs").success() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("postgres did not start");
    }
}

fn signal(id: u32, signal: i32) {
    unsafe { libc::kill(i32::try_from(id).expect("a number"), signal) };
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_at_once();
    }
}

/// Waits until the server takes connections: it makes its socket first and answers soon after.
fn wait(folder: &Path) {
    for _ in 0..600 {
        let asked = humble("pg_isready").arg("-q").arg("-h").arg(folder).status();
        if asked.expect("pg_isready runs").success() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("postgres did not start");
}

fn run(folder: &Path, database: &str, statement: &str) {
    let done = humble("psql")
        .args(["-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", statement])
        .arg("-h")
        .arg(folder)
        .status();
    assert!(done.expect("psql runs").success(), "{statement}");
}

fn migrate(address: &str) {
    use migration::MigratorTrait;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let db = hoithi::db::connect(address, 1).await.expect("a database");
        migration::Migrator::up(&db, None).await.expect("the newest schema");
        db.close().await.expect("closed");
    });
}
