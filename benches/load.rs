//! A generator of load over HTTP/1.1, and the processor time that a process took meanwhile.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that stays open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What a browser sends when it asks for `path`.
pub fn visit(address: SocketAddr, path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\naccept-encoding: br, gzip\r\n\
         user-agent: bench\r\naccept-language: vi\r\n\r\n"
    )
    .into_bytes()
}

impl Connection {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, buffer: vec![0; 1 << 16] }
    }

    /// Asks once; gives the whole answer's head and the body's length.
    pub async fn ask(&mut self, request: &[u8]) -> (String, usize) {
        self.stream.write_all(request).await.expect("sent");
        let (mut filled, mut whole) = (0, None);
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.expect("an answer");
            assert!(read > 0, "the connection was closed");
            filled += read;
            if whole.is_none()
                && let Some(end) = self.buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
                });
                let length: usize = length.expect("a length");
                if self.buffer.len() < end + 4 + length {
                    self.buffer.resize(end + 4 + length, 0);
                }
                whole = Some((head, end + 4, length));
            }
            if let Some((head, start, length)) = &whole
                && filled >= start + length
            {
                return (head.clone(), *length);
            }
        }
    }
}

/// As many requests as `connections` connections get through in `time`.
pub async fn closed(address: SocketAddr, path: &str, connections: usize, time: Duration) -> u64 {
    let done = Arc::new(AtomicU64::new(0));
    let until = Instant::now() + time;
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (mut connection, done) = (Connection::to(address).await, Arc::clone(&done));
        let request = visit(address, path);
        tasks.push(tokio::spawn(async move {
            while Instant::now() < until {
                connection.ask(&request).await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await.expect("a client");
    }
    done.load(Ordering::Relaxed)
}

/// Times of answers when `rate` requests a second are sent over so many connections whether or not
/// earlier ones are answered, each counted from the moment at which it should have been sent; sorted.
pub async fn open(
    address: SocketAddr,
    (rate, connections): (f64, usize),
    time: Duration,
    request: impl Fn() -> Vec<u8> + Clone + 'static,
) -> Vec<Duration> {
    let mut kept = Vec::new();
    for _ in 0..connections {
        kept.push(Connection::to(address).await);
    }
    let begun = Instant::now() + Duration::from_millis(50);
    let pause = Duration::from_secs_f64(connections as f64 / rate);
    let mut tasks = Vec::new();
    for (number, mut connection) in kept.into_iter().enumerate() {
        let request = request.clone();
        tasks.push(actix_web::rt::spawn(async move {
            let mut due = begun + pause.mul_f64(number as f64 / connections as f64);
            let mut times = Vec::new();
            while due < begun + time {
                tokio::time::sleep_until(due.into()).await;
                let (head, _) = connection.ask(&request()).await;
                assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                times.push(due.elapsed());
                due += pause;
            }
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a client"));
    }
    times.sort();
    times
}

/// Processor time that a process has taken so far.
pub fn processor(id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("a process");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks: u64 =
        fields[11].parse::<u64>().expect("user") + fields[12].parse::<u64>().expect("system");
    Duration::from_millis(ticks * 10)
}
