//! Letters out: over SMTP, into a folder, or into a test's inbox.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lettre::message::{Mailbox, header};
use lettre::transport::smtp;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How letters go out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The sender, such as `Hội Thi <hoithi@example.org>`.
    pub from: String,
    /// The way out.
    pub way: Way,
}

/// A way out for letters.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Way {
    /// Files in a folder, `letters` in the data folder when none is named: for trying out.
    Folder {
        /// Its path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<PathBuf>,
    },
    /// A mail server.
    Smtp {
        /// Address, such as `smtps://user@host` or `smtp://localhost:1025`. An `@` in the user's
        /// name is written `%40`.
        #[schemars(example = "smtps://hoithi@mail.example.vn")]
        url: String,
        /// File that holds the password, and nothing else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = "/etc/hoithi/mail-password")]
        password_file: Option<PathBuf>,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self { from: "Hội Thi <hoithi@localhost>".to_owned(), way: Way::Folder { path: None } }
    }
}

/// A letter, ready to go.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Its name in the world: the same for every try, so that a second copy can be recognised.
    pub message_id: String,
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Why a letter did not go out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Trying again will not help.
    #[error("refused: {0}")]
    Refused(String),
    /// Another time perhaps.
    #[error("not now: {0}")]
    NotNow(String),
}

/// Sends letters.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// Over SMTP.
    Smtp(AsyncSmtpTransport<Tokio1Executor>, Mailbox),
    /// Into a folder.
    Folder(AsyncFileTransport<Tokio1Executor>, Mailbox),
    /// Into memory, for tests.
    Inbox(Arc<Mutex<Vec<Letter>>>),
}

impl Mailer {
    /// Opens the way that the configuration names; `data` is the data folder.
    ///
    /// # Errors
    /// When an address cannot be read or the folder cannot be made.
    pub fn open(config: &Config, data: &Path) -> anyhow::Result<Self> {
        let from: Mailbox = config.from.parse()?;
        Ok(match &config.way {
            Way::Folder { path } => {
                let path = path.clone().unwrap_or_else(|| data.join("letters"));
                std::fs::create_dir_all(&path)?;
                Self::Folder(AsyncFileTransport::new(path), from)
            }
            Way::Smtp { url, password_file } => {
                let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?;
                if let Some(file) = password_file {
                    let password = std::fs::read_to_string(file)?.trim().to_owned();
                    let login = smtp::authentication::Credentials::new(user(url), password);
                    transport = transport.credentials(login);
                }
                Self::Smtp(transport.build(), from)
            }
        })
    }

    /// Speaks to the mail server without sending anything; a folder or an inbox is always there.
    ///
    /// # Errors
    /// [`Error::NotNow`] when it does not answer, or not as it should.
    pub async fn greet(&self) -> Result<(), Error> {
        let Self::Smtp(transport, _) = self else { return Ok(()) };
        match transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::NotNow("the server hung up".to_owned())),
            Err(error) => {
                let why = std::error::Error::source(&error).map(|why| format!(": {why}"));
                Err(Error::NotNow(format!("{error}{}", why.unwrap_or_default())))
            }
        }
    }

    /// Sends one letter; when it returns, the other side has taken it.
    ///
    /// # Errors
    /// [`Error::Refused`] for good, [`Error::NotNow`] where another try may help.
    pub async fn send(&self, letter: &Letter) -> Result<(), Error> {
        match self {
            Self::Inbox(inbox) => {
                inbox.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
            Self::Folder(transport, from) => {
                let sent = transport.send(message(from, letter)?).await;
                sent.map(drop).map_err(|error| Error::NotNow(error.to_string()))
            }
            Self::Smtp(transport, from) => {
                let sent = transport.send(message(from, letter)?).await;
                sent.map(drop).map_err(|error| {
                    let text = error.to_string();
                    let is_ours = error.status().is_some_and(is_about_login);
                    if error.is_permanent() && !is_ours {
                        Error::Refused(text)
                    } else {
                        Error::NotNow(text)
                    }
                })
            }
        }
    }
}

/// Whether a server's answer is about our own login: then the letter is sound, and goes out once
/// somebody has set the password right (RFC 4954, section 6: 530, 534, 535 and 538).
fn is_about_login(code: smtp::response::Code) -> bool {
    matches!(u16::from(code), 530 | 534 | 535 | 538)
}

/// The user's name in an address, as the server knows it.
fn user(url: &str) -> String {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let ends = place.find(['/', '?']).unwrap_or(place.len());
    let name = place[..ends].rsplit_once('@').map_or("", |(name, _)| name);
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

fn message(from: &Mailbox, letter: &Letter) -> Result<Message, Error> {
    let refuse = |error: &dyn std::error::Error| Error::Refused(error.to_string());
    Message::builder()
        .from(from.clone())
        .to(letter.to.parse().map_err(|error| refuse(&error))?)
        .message_id(Some(letter.message_id.clone()))
        .subject(&letter.subject)
        .header(header::ContentType::TEXT_PLAIN)
        .body(letter.body.clone())
        .map_err(|error| refuse(&error))
}
