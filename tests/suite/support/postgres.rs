//! One PostgreSQL server for the whole run, from Debian's package, in a temporary folder.
//!
//! It is started by a thread that lives as long as the run and dies with it: the kernel stops the
//! server when that thread ends, however the run ends.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

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
    if unsafe { libc::geteuid() } == 0 {
        let user = unsafe { &*libc::getpwnam(c"postgres".as_ptr()) };
        std::os::unix::fs::chown(&folder, Some(user.pw_uid), Some(user.pw_gid)).expect("chown");
    }
    let data = folder.join("data");
    let made = humble("initdb")
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
        .arg(&data)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("initdb runs").success());
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
