//! A mail server of our own: takes letters from whoever knows its password, and refuses those to
//! addresses that it was told of.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::BASE64;

/// A letter as it came over the wire.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The address that it was sent from.
    pub from: String,
    /// The address that it is for.
    pub to: String,
    /// Its head, lines that go on joined.
    pub head: String,
    /// Its body, decoded.
    pub body: String,
}

#[derive(Debug, Default)]
struct Told {
    /// What it answers to a letter for an address.
    refused: BTreeMap<String, &'static str>,
    /// Addresses that letters were offered for, one each try.
    offered: Vec<String>,
    /// Names and passwords that were tried.
    logins: Vec<(String, String)>,
    taken: Vec<Taken>,
}

/// A mail server that runs as long as the test's process does.
#[derive(Debug)]
pub struct Smtp {
    /// Where it listens.
    pub address: SocketAddr,
    told: Arc<Mutex<Told>>,
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Smtp {
    /// A server that takes letters from whoever has this name and password.
    pub fn start(user: &str, password: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Mutex::new(Told::default()));
        let (shared, login) = (Arc::clone(&told), (user.to_owned(), password.to_owned()));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (told, login) = (Arc::clone(&shared), login.clone());
                // Whoever hangs up in the middle has said all that we need to know.
                std::thread::spawn(move || drop(talk(&stream, &told, &login)));
            }
        });
        Self { address, told }
    }

    /// Answers letters for this address with `reply` from now on, such as `550 no such mailbox`.
    pub fn refuse(&self, address: &str, reply: &'static str) {
        lock(&self.told).refused.insert(address.to_owned(), reply);
    }

    /// Takes letters for this address again.
    pub fn accept(&self, address: &str) {
        lock(&self.told).refused.remove(address);
    }

    /// How often a letter for this address was offered so far.
    pub fn offers(&self, address: &str) -> usize {
        lock(&self.told).offered.iter().filter(|other| *other == address).count()
    }

    /// Names and passwords that were tried.
    pub fn logins(&self) -> Vec<(String, String)> {
        lock(&self.told).logins.clone()
    }

    /// Letters that were taken since the last look.
    pub fn taken(&self) -> Vec<Taken> {
        std::mem::take(&mut lock(&self.told).taken)
    }
}

fn talk(stream: &TcpStream, told: &Mutex<Told>, login: &(String, String)) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let say = |reply: &str| (&mut &*stream).write_all(format!("{reply}\r\n").as_bytes());
    let (mut letter, mut is_known) = (Taken::default(), false);
    say("220 thu.example.vn ESMTP")?;
    while let Some(line) = lines.next().transpose()? {
        let (verb, rest) = line.split_at_checked(4).unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => say("250-thu.example.vn\r\n250-8BITMIME\r\n250 AUTH PLAIN")?,
            "AUTH" => {
                let tried = plain(rest);
                is_known = tried == *login;
                lock(told).logins.push(tried);
                say(if is_known { "235 welcome" } else { "535 5.7.8 wrong name or password" })?;
            }
            "MAIL" if !is_known => say("530 5.7.0 sign in first")?,
            "MAIL" => {
                letter = Taken { from: between(rest), ..Taken::default() };
                say("250 OK")?;
            }
            "RCPT" => {
                letter.to = between(rest);
                let mut told = lock(told);
                told.offered.push(letter.to.clone());
                say(told.refused.get(&letter.to).copied().unwrap_or("250 OK"))?;
            }
            "DATA" => {
                say("354 go on")?;
                let mut text = Vec::new();
                while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                    text.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
                }
                (letter.head, letter.body) = read(&text.join("\r\n"));
                lock(told).taken.push(std::mem::take(&mut letter));
                say("250 OK")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 OK")?,
        }
    }
    Ok(())
}

/// The address between `<` and `>`.
fn between(text: &str) -> String {
    let inner = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or("", |(inner, _)| inner).to_owned()
}

/// Name and password of `AUTH PLAIN`.
fn plain(rest: &str) -> (String, String) {
    let sent = rest.trim().rsplit(' ').next().unwrap_or_default();
    let bytes = BASE64.decode(sent.as_bytes()).unwrap_or_default();
    let mut parts = bytes.split(|byte| *byte == 0).skip(1);
    let mut next = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    (next(), next())
}

/// Head and body of a letter; the body is decoded.
fn read(text: &str) -> (String, String) {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let head = head.replace("\r\n ", " ");
    let body = if head.contains("Content-Transfer-Encoding: base64") {
        BASE64.decode(body.replace("\r\n", "").as_bytes()).unwrap_or_default()
    } else if head.contains("Content-Transfer-Encoding: quoted-printable") {
        unquoted(&body.replace("=\r\n", ""))
    } else {
        body.as_bytes().to_vec()
    };
    (head, String::from_utf8(body).unwrap_or_default().replace("\r\n", "\n"))
}

fn unquoted(text: &str) -> Vec<u8> {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        bytes.extend(u8::from_str_radix(code, 16));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}
