//! The real binary as a process of its own, and plain HTTP to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A running `hoithi serve`; dropped, it is killed.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Process {
    /// Starts the site on `folder`, on a port that was free, with further settings from the
    /// environment, and does not wait.
    pub fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let address = free_address();
        let child = command(folder)
            .arg("serve")
            .env("HOITHI__SERVER__LISTEN", address.to_string())
            .env("HOITHI__SERVER__BASE_URL", format!("http://{address}"))
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        Self { child, address }
    }

    /// Waits until the site says that it is ready; says how long it took since `begun`.
    pub fn ready(&mut self, begun: Instant) -> Duration {
        loop {
            if let Ok(answer) = request(self.address, "GET", "/health/ready", &[], b"")
                && answer.status == 204
            {
                return begun.elapsed();
            }
            if let Some(status) = self.child.try_wait().expect("a process") {
                let mut said = String::new();
                let log = self.child.stderr.as_mut().expect("a log");
                log.read_to_string(&mut said).expect("text");
                panic!("the site stopped with {status}: {said}");
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "the site is never ready");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it where it stands, as a power cut of the process.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Asks it to stop, and does not wait.
    pub fn ask_to_stop(&self) {
        let id = i32::try_from(self.child.id()).expect("a number");
        assert_eq!(unsafe { libc::kill(id, libc::SIGTERM) }, 0);
    }

    /// Waits until it is gone; gives its last word and all that it logged.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        let log = self.child.stderr.as_mut().expect("a log");
        log.read_to_string(&mut said).expect("text");
        (self.child.wait().expect("gone"), said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The binary with `folder` as its data folder and nothing else of the environment's settings.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoithi"));
    command.env("HOITHI__DATA__FOLDER", folder).stdin(Stdio::null());
    command
}

/// An address of this machine that nobody listens on.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

/// A plain answer.
#[derive(Debug)]
pub struct Plain {
    /// Its status.
    pub status: u16,
    /// Its head, status line included.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Plain {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// One request on a connection of its own, from our own pages.
///
/// # Errors
/// When there is no connection, or no whole answer.
pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Plain> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         sec-fetch-site: same-origin\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)?;
    answer(&mut BufReader::new(stream))
}

fn answer(from: &mut impl BufRead) -> std::io::Result<Plain> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    let mut plain = Plain { status, head, body: Vec::new() };
    match plain.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) => {
            plain.body.resize(length, 0);
            from.read_exact(&mut plain.body)?;
        }
        None => {
            from.read_to_end(&mut plain.body)?;
        }
    }
    Ok(plain)
}
