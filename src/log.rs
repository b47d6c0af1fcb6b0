//! The log: lines for people or for programs, in which personal data is `***`.
//!
//! What code writes on purpose names nobody. This is for the rest: what a mail server, a database or
//! a library says may hold an address or a telephone number, so every line is masked on its way out.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What is logged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Filter, such as `info` or `hoithi=debug,info`.
    pub filter: String,
    /// Whether lines are JSON.
    pub json: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}

/// Starts the log on the standard error stream; a log that runs already goes on.
pub fn start(config: &Config) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.filter))
        // Where nobody reads the log any more, saying so would be a panic, and the site goes on.
        .log_internal_errors(false)
        .with_writer(Masking(io::stderr));
    let started = if config.json {
        lines.json().try_init()
    } else {
        lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init()
    };
    drop(started);
}

/// Makes writers whose lines are masked.
#[derive(Clone, Debug)]
pub struct Masking<M>(pub M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Masking<M> {
    type Writer = Masked<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Masked(self.0.make_writer())
    }
}

/// A writer whose lines are masked; it is handed whole lines.
#[derive(Debug)]
pub struct Masked<W>(W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(mask(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text with e-mail addresses, telephone numbers and passwords in addresses as `***`.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (between, from) = rest.split_at(start);
        let (escape, from) = from.split_at(escape(between, from));
        let (token, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        masked.push_str(between);
        masked.push_str(escape);
        masked.push_str(if is_mail(token) || is_phone(token) { "***" } else { token });
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// How many letters of `from` are still of an escape of JSON that began with a backslash before it:
/// in `\n0912345678` the n is no letter of the number, and without it the line would be no JSON.
fn escape(before: &str, from: &str) -> usize {
    match from.as_bytes().first().filter(|_| before.ends_with('\\')) {
        Some(b'u') => from.bytes().take(5).take_while(u8::is_ascii_alphanumeric).count(),
        Some(letter) if letter.is_ascii_alphabetic() => 1,
        _ => 0,
    }
}

/// Letters of which addresses and numbers are made. Percent-encoded ones too: queries hold them.
fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '@' | '.' | '+' | '-' | '_' | '%')
}

fn is_mail(token: &str) -> bool {
    let at = token.find('@').map(|at| (at, 1)).or_else(|| token.find("%40").map(|at| (at, 3)));
    at.is_some_and(|(at, length)| at > 0 && at + length < token.len())
}

/// Whether it reads as a number of Vietnam's plan: 0 or +84, then nine or ten digits, perhaps in
/// groups.
fn is_phone(token: &str) -> bool {
    let token = token.trim_end_matches('.');
    let digits: String = token.chars().filter(char::is_ascii_digit).collect();
    let plain = token.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '.' | '-'));
    let national = digits.starts_with('0') && (10..=11).contains(&digits.len());
    let abroad = digits.starts_with("84") && (11..=12).contains(&digits.len());
    plain && (national || abroad)
}
