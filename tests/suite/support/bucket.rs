//! S3 servers that others wrote, and a line to them that fails.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hoithi::storage::{Config, Store};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answers::note;
use super::process::{Plain, free_address, request};

/// A running S3 server; dropped, it is killed.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it says which uploads in parts are open.
    pub tells_parts: bool,
    objects: TempDir,
}

/// Set, a test does not fail for want of a program that others wrote.
const WITHOUT: &str = "HOITHI_TEST_WITHOUT_PEERS";

/// S3 servers that others wrote, where `scripts/test` has put them, each with an empty bucket `works`.
pub fn servers() -> Vec<Server> {
    let found = [("s3s-fs", Server::s3s()), ("moto", Server::moto())];
    let there = found.into_iter().filter_map(|(name, server)| {
        if server.is_none() {
            let missing = format!("no {name} in target/peers, where scripts/test puts it");
            let left_out = std::env::var_os(WITHOUT).is_some_and(|set| !set.is_empty());
            assert!(left_out, "{missing}; {WITHOUT}=1 leaves out what needs it");
            note(&missing);
        }
        server
    });
    there.collect()
}

fn peer(program: &str) -> Option<PathBuf> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    Some(peers.join(program)).filter(|program| program.exists())
}

impl Server {
    /// s3s-fs, whose objects are files of a folder.
    fn s3s() -> Option<Self> {
        let program = peer("s3s-fs/bin/s3s-fs")?;
        let objects = tempfile::tempdir().unwrap();
        let folder = objects.path().to_owned();
        std::fs::create_dir(folder.join("works")).unwrap();
        Some(Self::start(&program, objects, |port| {
            let keys = ["--access-key", "key", "--secret-key", "secret"].map(str::to_owned);
            let place = ["--host".to_owned(), "127.0.0.1".to_owned(), "--port".to_owned(), port];
            let folder = folder.to_str().unwrap().to_owned();
            [&place[..], &keys, &[folder]].concat()
        }))
    }

    /// moto, which keeps objects in memory.
    fn moto() -> Option<Self> {
        let program = peer("moto/bin/moto_server")?;
        let mut server = Self::start(&program, tempfile::tempdir().unwrap(), |port| {
            ["-H", "127.0.0.1", "-p", &port].map(str::to_owned).to_vec()
        });
        server.tells_parts = true;
        let made = request(server.address, "PUT", "/works", &[], b"").unwrap();
        assert_eq!(made.status, 200, "{}", made.head);
        Some(server)
    }

    fn start(program: &Path, objects: TempDir, arguments: impl Fn(String) -> Vec<String>) -> Self {
        let address = free_address();
        let child = Command::new(program)
            .args(arguments(address.port().to_string()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, address, tells_parts: false, objects };
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Where the file of an object lies, and files of parts beside it; nothing of moto's.
    pub fn files(&self) -> Vec<PathBuf> {
        let items = [self.objects.path().to_owned(), self.objects.path().join("works/originals")];
        let items = items.iter().filter_map(|folder| std::fs::read_dir(folder).ok());
        items.flatten().map(|item| item.unwrap().path()).filter(|path| path.is_file()).collect()
    }

    /// Files of parts that never became whole.
    pub fn parts(&self) -> usize {
        let is_part = |path: &PathBuf| path.to_string_lossy().contains("/.upload_id-");
        self.files().iter().filter(|path| is_part(path)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a line does to a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// Closes it at once.
    Outage,
    /// Answers that there are too many requests, so many times.
    SlowDown(u32),
    /// Closes it after so many bytes, once.
    Cut(usize),
    /// Waits so long before each piece.
    Slow(Duration),
    /// Waits so long before each piece of an answer.
    Late(Duration),
    /// Closes it after so many bytes of answers, and every one after it.
    Lost(usize),
    /// Closes it after so many bytes of requests, on whatever connections, and every one after it.
    Gone(usize),
}

/// A line to a server, with faults.
#[derive(Clone)]
pub struct Line {
    /// Where it begins.
    pub address: SocketAddr,
    fault: Arc<Mutex<Fault>>,
}

impl Line {
    /// A line without faults.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            address: listener.local_addr().unwrap(),
            fault: Arc::new(Mutex::new(Fault::None)),
        };
        let theirs = line.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(theirs.clone().carry(client, server));
            }
        });
        line
    }

    /// What it does from now on.
    pub fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry(self, client: tokio::net::TcpStream, server: SocketAddr) {
        match self.fault() {
            Fault::Outage => return,
            Fault::SlowDown(left) => {
                self.set(if left > 1 { Fault::SlowDown(left - 1) } else { Fault::None });
                return slow_down(client).await;
            }
            _ => {}
        }
        let Ok(server) = tokio::net::TcpStream::connect(server).await else { return };
        let (mut from_server, mut to_server) = server.into_split();
        let (mut from_client, mut to_client) = client.into_split();
        let line = self.clone();
        let back = tokio::spawn(async move {
            let mut piece = vec![0; 65536];
            while let Ok(read @ 1..) = from_server.read(&mut piece).await {
                match line.fault() {
                    Fault::Late(pause) => tokio::time::sleep(pause).await,
                    Fault::Lost(left) if read > left => {
                        line.set(Fault::Outage);
                        break;
                    }
                    Fault::Lost(left) => line.set(Fault::Lost(left - read)),
                    _ => {}
                }
                if to_client.write_all(&piece[..read]).await.is_err() {
                    break;
                }
            }
        });
        let mut piece = vec![0; 65536];
        let mut carried = 0;
        while let Ok(read @ 1..) = from_client.read(&mut piece).await {
            match self.fault() {
                Fault::Outage => break,
                Fault::Cut(most) if carried + read > most => {
                    self.set(Fault::None);
                    break;
                }
                Fault::Gone(left) if read > left => {
                    self.set(Fault::Outage);
                    break;
                }
                Fault::Gone(left) => self.set(Fault::Gone(left - read)),
                Fault::Slow(pause) => tokio::time::sleep(pause).await,
                _ => {}
            }
            carried += read;
            if to_server.write_all(&piece[..read]).await.is_err() {
                break;
            }
        }
        drop(to_server);
        back.abort();
    }
}

/// Says that there are too many requests.
async fn slow_down(mut client: tokio::net::TcpStream) {
    let mut head = vec![0; 65536];
    let _ = client.read(&mut head).await;
    let body = "<Error><Code>SlowDown</Code><Message>slower</Message></Error>";
    let answer = format!(
        "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = client.write_all(answer.as_bytes()).await;
    let _ = client.shutdown().await;
}

/// The bucket `works` behind an address, with further settings.
pub fn bucket(folder: &TempDir, address: SocketAddr, more: serde_json::Value) -> Store {
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let mut config = json!({
        "kind": "s3",
        "endpoint": format!("http://{address}"),
        "bucket": "works",
        "access_key": "key",
        "secret_key_file": secret,
        "path_style": true,
    });
    let more = more.as_object().cloned().unwrap_or_default();
    config.as_object_mut().unwrap().extend(more);
    let config: Config = serde_json::from_value(config).unwrap();
    Store::open(&config, folder.path()).unwrap()
}

/// What a browser gets that follows an address, without any cookie of ours.
pub fn fetched(address: &str) -> Plain {
    let rest = address.strip_prefix("http://").expect("an address");
    let (host, path) = rest.split_once('/').expect("a path");
    request(host.parse().expect("a host"), "GET", &format!("/{path}"), &[], b"").unwrap()
}
