//! Asking other servers: one request on a connection of its own, one answer, within bounds of time
//! and size. Certificates are checked by the system's list.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long a request may take, from the connection to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const MOST: u64 = 256 * 1024;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

/// Asks for what lies at an `http:` or `https:` address.
///
/// # Errors
/// When the server cannot be reached, does not answer in time or answers too much.
pub async fn get(address: &str) -> Result<Answer> {
    send("GET", address, "accept: application/json\r\n", b"").await
}

/// Sends `body`, of this content type, to an `http:` or `https:` address.
///
/// # Errors
/// As [`get`].
pub async fn post(address: &str, kind: &str, body: &[u8]) -> Result<Answer> {
    let headers = format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len());
    send("POST", address, &headers, body).await
}

async fn send(method: &str, address: &str, headers: &str, body: &[u8]) -> Result<Answer> {
    let address = Address::read(address).ok_or(ErrorKind::InvalidInput)?;
    let head = format!(
        "{method} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nuser-agent: hoithi\r\n\
         {headers}\r\n",
        address.path, address.host
    );
    let request = [head.as_bytes(), body].concat();
    let asked = async {
        let stream = TcpStream::connect((address.name, address.port)).await?;
        if !address.is_safe {
            return ask(stream, &request).await;
        }
        let name = ServerName::try_from(address.name.to_owned()).map_err(Error::other)?;
        ask(tls()?.connect(name, stream).await?, &request).await
    };
    tokio::time::timeout(PATIENCE, asked).await.map_err(|_| Error::from(ErrorKind::TimedOut))?
}

fn tls() -> Result<TlsConnector> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(Error::other)?;
    Ok(TlsConnector::from(Arc::new(builder.with_no_client_auth())))
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> Result<Answer> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    let mut answer = stream.take(MOST + 1);
    match answer.read_to_end(&mut bytes).await {
        // Some servers end TLS without saying so; a short body is told below.
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(error),
        _ => {}
    }
    if bytes.len() as u64 > MOST {
        return Err(ErrorKind::FileTooLarge.into());
    }
    read(&bytes).ok_or_else(|| ErrorKind::InvalidData.into())
}

/// An address, in parts.
struct Address<'a> {
    is_safe: bool,
    host: &'a str,
    name: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> Address<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_safe = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()?),
            None => (host, if is_safe { 443 } else { 80 }),
        };
        let clean = |byte: u8| byte.is_ascii_graphic();
        let fits = !name.is_empty() && text.bytes().all(clean);
        fits.then_some(Self {
            is_safe,
            host,
            name,
            port,
            path: if path.is_empty() { "/" } else { path },
        })
    }
}

/// Reads an answer, whole or in chunks.
fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let rest = bytes.get(end + 4..)?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let header = |wanted: &str| {
        let found = headers.clone().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim())
    };
    let body = if header("transfer-encoding").is_some_and(|way| way.eq_ignore_ascii_case("chunked"))
    {
        joined(rest)?
    } else if let Some(length) = header("content-length") {
        rest.get(..length.parse().ok()?)?.to_vec()
    } else {
        rest.to_vec()
    };
    Some(Answer { status, body })
}

fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
