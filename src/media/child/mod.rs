//! A limited child for every decoder: the same binary again, with little memory, little time, no
//! network and one folder to write to.
//!
//! What strangers send is opened here only. A decoder that crashes, hangs or swells takes its child
//! along and nothing else; the file is refused then, and the server goes on.

mod confine;
mod film;
mod order;
mod paper;
mod programs;
mod work;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use entity::instant::Instant;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::{Semaphore, watch};

use self::order::{ANSWER, Answer, Ask, Bounds, Order, PROGRESS};
use super::facts::Facts;
use super::flaw::Flaw;
use super::keep::Error;
use super::render::Drawn;

pub use order::Leaks;

/// The subcommand that nobody types.
const SUBCOMMAND: &str = "decode-alone";

/// Time between two looks at how far a film is.
const LOOK: Duration = Duration::from_secs(1);

/// Children at the same time in this process.
const CHILDREN: usize = 4;

/// Where the programs of the system lie.
const PROGRAMS: &str = "/usr/local/bin:/usr/bin:/bin";

/// Programs that we can do without.
const HELPERS: [&str; 5] = ["ffmpeg", "ffprobe", "heif-convert", "pdftotext", "pdftoppm"];

/// Seconds after which a folder that a killed server left is swept.
const STALE: i64 = 4 * 3600;

/// Copies that a child drew; they are gone when this is.
#[derive(Debug)]
pub struct Made {
    folder: TempDir,
    /// What was drawn.
    pub copies: Vec<Drawn>,
}

impl Made {
    /// The file that holds a copy.
    #[must_use]
    pub fn path(&self, copy: &Drawn) -> PathBuf {
        self.folder.path().join(copy.file())
    }
}

/// Opens strangers' files in children.
#[derive(Clone, Debug)]
pub struct Decoder {
    program: PathBuf,
    folder: PathBuf,
    programs: String,
    most: Option<Duration>,
    places: Arc<Semaphore>,
}

impl Decoder {
    /// Children are started from `program`, a binary of ours, and write below `folder`.
    #[must_use]
    pub fn at(program: PathBuf, folder: PathBuf) -> Self {
        let places = Arc::new(Semaphore::new(CHILDREN));
        Self { program, folder, programs: PROGRAMS.to_owned(), most: None, places }
    }

    /// The same with programs of the system in these folders only, parted by colons.
    #[must_use]
    pub fn with_programs(mut self, folders: &str) -> Self {
        folders.clone_into(&mut self.programs);
        self
    }

    /// The same with no child living longer than this.
    #[must_use]
    pub fn with_deadline(mut self, most: Duration) -> Self {
        self.most = Some(most);
        self
    }

    /// The folder below which children write, and whoever works for them.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self) -> std::io::Result<&Path> {
        std::fs::create_dir_all(&self.folder)?;
        Ok(&self.folder)
    }

    /// What a file is.
    ///
    /// # Errors
    /// [`Error::Flaw`] for anything that we cannot use, a child that died of it included;
    /// [`Error::Child`] when no child could be started.
    pub async fn read(&self, file: &Path) -> Result<Facts, Error> {
        match self.ask(file, Ask::Read, Bounds::READ).await? {
            (Answer::Read(facts), _) => Ok(facts),
            _ => Err(Flaw::Stopped.into()),
        }
    }

    /// What these bytes are; as [`Decoder::read`].
    ///
    /// # Errors
    /// As [`Decoder::read`].
    pub async fn read_bytes(&self, bytes: bytes::Bytes) -> Result<Facts, Error> {
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            let mut file = tempfile::Builder::new().prefix("bytes-").tempfile_in(&folder)?;
            std::io::Write::write_all(file.as_file_mut(), &bytes)?;
            Ok(file)
        });
        let file = written.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        self.read(file.map_err(Error::Child)?.path()).await
    }

    /// Draws what the public sees of a picture or a document.
    ///
    /// # Errors
    /// As [`Decoder::read`].
    pub async fn draw(&self, file: &Path) -> Result<Made, Error> {
        made(self.ask(file, Ask::Draw, Bounds::DRAW).await?)
    }

    /// Draws what the public sees of a film, and tells from time to time how many milliseconds of
    /// it are drawn.
    ///
    /// # Errors
    /// As [`Decoder::read`].
    pub async fn draw_film(&self, file: &Path, told: &watch::Sender<i64>) -> Result<Made, Error> {
        made(self.ask_telling(file, Ask::Draw, Bounds::FILM, Some(told)).await?)
    }

    /// Programs of the system that are missing here: for whoever checks a machine.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let found =
            |name: &str| self.programs.split(':').any(|f| Path::new(f).join(name).is_file());
        HELPERS.into_iter().filter(|name| !found(name)).collect()
    }

    /// What a child can do here that it must not: for whoever checks a machine.
    ///
    /// # Errors
    /// [`Error::Child`] when no child could be started.
    pub async fn leaks(&self) -> Result<Leaks, Error> {
        let nothing = Path::new("/dev/null");
        let Answer::Tried(leaks) = self.ask(nothing, Ask::Try, Bounds::READ).await?.0 else {
            return Err(Flaw::Stopped.into());
        };
        let file = self.ask(nothing, Ask::Swell, Bounds::TRIED).await.is_ok();
        let begun = tokio::time::Instant::now();
        // It never answers; either its limit ended it, or its deadline.
        let _ = self.ask(nothing, Ask::Spin, Bounds::TRIED).await;
        let processor = begun.elapsed() >= Duration::from_secs(Bounds::TRIED.deadline);
        Ok(Leaks { file, processor, ..leaks })
    }

    async fn ask(&self, file: &Path, ask: Ask, bounds: Bounds) -> Result<(Answer, TempDir), Error> {
        self.ask_telling(file, ask, bounds, None).await
    }

    async fn ask_telling(
        &self,
        file: &Path,
        ask: Ask,
        bounds: Bounds,
        told: Option<&watch::Sender<i64>>,
    ) -> Result<(Answer, TempDir), Error> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|error| Error::Child(std::io::Error::other(error)))?;
        std::fs::create_dir_all(&self.folder).map_err(Error::Child)?;
        let folder = tempfile::Builder::new().prefix("child-").tempdir_in(&self.folder);
        let folder = folder.map_err(Error::Child)?;
        let absolute = |path: &Path| std::path::absolute(path).map_err(Error::Child);
        let order = Order {
            file: absolute(file)?,
            folder: absolute(folder.path())?,
            ask,
            bounds,
            programs: self.programs.clone(),
        };
        let report = order.folder.join(PROGRESS);
        let ran = tokio::select! {
            ran = self.run(&order) => ran,
            () = tell(&report, told) => unreachable!("it never ends"),
        };
        let (ended, answer) = ran.map_err(Error::Child)?;
        match serde_json::from_slice(&answer) {
            Ok(Answer::Flaw(flaw)) => Err(flaw.into()),
            Ok(answer) => Ok((answer, folder)),
            Err(_) => {
                tracing::warn!(ask = ?ask, "a child gave no answer: {ended}");
                Err(Flaw::Stopped.into())
            }
        }
    }

    /// Starts a child and waits for it; says how it ended, and what it wrote.
    async fn run(&self, order: &Order) -> std::io::Result<(String, Vec<u8>)> {
        let mut child = Command::new(&self.program)
            .args([OsString::from(SUBCOMMAND), serde_json::to_string(order)?.into()])
            .env_clear()
            .env("PATH", &self.programs)
            .env("HOME", &order.folder)
            .env("TMPDIR", &order.folder)
            .env("LANG", "C.UTF-8")
            .current_dir(&order.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let group = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        let stdout = child.stdout.take();
        let mut answer = Vec::new();
        let heard = async {
            if let Some(stdout) = stdout {
                stdout.take(ANSWER).read_to_end(&mut answer).await?;
            }
            child.wait().await
        };
        let most = Duration::from_secs(order.bounds.deadline);
        let most = self.most.map_or(most, |less| less.min(most));
        let ended = tokio::time::timeout(most, heard).await;
        // Programs that the child started go with it.
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        match ended {
            Ok(status) => Ok((status?.to_string(), answer)),
            Err(_) => {
                child.wait().await?;
                Ok((format!("nothing for {} s", most.as_secs()), Vec::new()))
            }
        }
    }

    /// Removes what children of a killed server left; says how much there was.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self, now: Instant) -> std::io::Result<usize> {
        let mut swept = 0;
        let Ok(items) = std::fs::read_dir(&self.folder) else { return Ok(0) };
        for item in items {
            let item = item?;
            let written = item.metadata()?.modified()?;
            let age = written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let written = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            if now.micros() / 1_000_000 - written > STALE {
                let path = item.path();
                if path.is_dir() {
                    std::fs::remove_dir_all(path)?;
                } else {
                    std::fs::remove_file(path)?;
                }
                swept += 1;
            }
        }
        Ok(swept)
    }
}

fn made((answer, folder): (Answer, TempDir)) -> Result<Made, Error> {
    match answer {
        Answer::Drawn(copies) => Ok(Made { folder, copies }),
        _ => Err(Flaw::Stopped.into()),
    }
}

/// Tells again and again how far ffmpeg's report says it is; never ends.
async fn tell(report: &Path, told: Option<&watch::Sender<i64>>) {
    let Some(told) = told else { return std::future::pending().await };
    loop {
        tokio::time::sleep(LOOK).await;
        let Ok(report) = tokio::fs::read_to_string(report).await else { continue };
        let last = report.lines().rev().find_map(|line| line.strip_prefix("out_time_us="));
        if let Some(micros) = last.and_then(|micros| micros.parse::<i64>().ok()) {
            told.send_replace(micros / 1000);
        }
    }
}

/// Does a child's work, where this process was started as one; `None` for every other start.
#[must_use]
pub fn serve(mut arguments: impl Iterator<Item = OsString>) -> Option<std::process::ExitCode> {
    arguments.next();
    (arguments.next()? == SUBCOMMAND).then(|| work::serve(arguments.next()))
}
