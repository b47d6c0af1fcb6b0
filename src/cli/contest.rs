//! `hoithi contest`: contests as files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use crate::app::App;
use crate::contest;
use crate::contest::apply::{self, Change};
use crate::contest::definition::Definition;
use crate::contest::document::{self, Located};
use crate::contest::lint::Severity;
use crate::db;
use crate::words::{self, Lang};

/// Check, apply and export contest files.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what is wrong with contest files, line by line.
    ///
    /// A file's parent is looked for among the files that are checked with it. Exits with 0 when
    /// all files can be used (warnings and advice do not count), with 1 when one cannot, with 2
    /// when the command itself is not understood.
    Check {
        /// Contest files; `-` is standard input.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to print: lines for people, or one JSON array for editors.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The language of the sentences.
        #[arg(long, value_enum, default_value_t = Language::Vi)]
        lang: Language,
    },
    /// Make the contest that a file defines, or change it to what the file says.
    Apply {
        /// The contest file.
        file: PathBuf,
        /// Why an announced contest is changed; for the record.
        #[arg(long, default_value = "")]
        reason: String,
        /// What the public is told of the change.
        #[arg(long, default_value = "")]
        notice: String,
    },
    /// Print a contest as a file.
    Export {
        /// The contest's name in addresses.
        slug: String,
    },
    /// Print a contest as a file for a new one: other slug, dates a number of years later.
    Clone {
        /// The contest's name in addresses.
        slug: String,
        /// Name of the new one in addresses.
        new: String,
        /// By how many years its dates move.
        #[arg(long, default_value_t = 1)]
        years: i16,
        /// Slug of the contest above the new one; without it, the same as before.
        #[arg(long)]
        parent: Option<String>,
    },
    /// Print the JSON Schema of contest files, for editors.
    Schema,
    /// List the contests.
    List,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// `file:line:column: severity: sentence`, one a line.
    Text,
    /// One array of objects.
    Json,
}

/// A language of the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Command {
    /// Whether the command needs no database.
    pub(super) fn is_offline(&self) -> bool {
        matches!(self, Self::Check { .. } | Self::Schema)
    }

    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) fn run_offline(&self) -> Result<()> {
        match self {
            Self::Schema => println!("{}", serde_json::to_string_pretty(&document::schema())?),
            Self::Check { files, format, lang } => {
                let lang = if *lang == Language::En { Lang::En } else { Lang::Vi };
                check(files, *format, lang)?;
            }
            _ => {}
        }
        Ok(())
    }

    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self, app: App) -> Result<()> {
        match self {
            Self::Check { .. } | Self::Schema => self.run_offline()?,
            Self::Apply { file, reason, notice } => {
                let definition = read(&file)?;
                let tx = db::begin(&app.db).await?;
                let change = Change { reason, notice };
                let now = app.clock.now();
                apply::apply(&tx, &definition, None, &change, now).await.map_err(said)?;
                tx.commit().await?;
                println!("{} is as {} says", definition.slug, file.display());
            }
            Self::Export { slug } => {
                let contest = contest::by_slug(&app.db, &slug).await?;
                print!("{}", document::write(&contest.definition));
            }
            Self::Clone { slug, new, years, parent } => {
                let contest = contest::by_slug(&app.db, &slug).await?;
                let mut cloned = contest.definition.cloned_as(&new, years);
                cloned.parent = parent.or(cloned.parent);
                print!("{}", document::write(&cloned));
            }
            Self::List => {
                for contest in contest::all(&app.db).await? {
                    println!("{}\t{:?}\t{}", contest.slug, contest.state, contest.title);
                }
            }
        }
        Ok(())
    }
}

fn said(error: apply::Error) -> anyhow::Error {
    use crate::refusal::Refusal;
    let sentences = error.refusals().into_iter().map(|refused| {
        let path = refused.field.map(|field| format!("{field}: ")).unwrap_or_default();
        format!("{path}{}", words::say(Lang::Vi, refused.code, &refused.args))
    });
    anyhow::anyhow!("{}", sentences.collect::<Vec<_>>().join("\n        "))
}

fn text_of(file: &Path) -> Result<String> {
    if file == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).context("standard input");
    }
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

/// The definition in a file that can be used; what is wrong with another goes to the terminal.
fn read(file: &Path) -> Result<Definition> {
    let text = text_of(file)?;
    let examined = document::examine(&text, |_| None);
    match examined.definition {
        Some(definition) if examined.found.iter().all(|one| !one.finding.is_error()) => {
            Ok(definition)
        }
        _ => {
            let errors = examined.found.iter().filter(|one| one.finding.is_error());
            let lines: Vec<String> =
                errors.map(|one| line_of(&file.display().to_string(), one, Lang::Vi)).collect();
            bail!("\n{}", lines.join("\n"))
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn check(files: &[PathBuf], format: Format, lang: Lang) -> Result<()> {
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|file| Ok((file.display().to_string(), text_of(file)?)))
        .collect::<Result<_>>()?;
    let all: Vec<Definition> =
        texts.iter().filter_map(|(_, text)| document::read(text).ok()).collect();
    let above = |slug: &str| all.iter().find(|other| other.slug == slug).cloned();
    let mut unusable = 0;
    let mut objects = Vec::new();
    for (file, text) in &texts {
        let examined = document::examine(text, above);
        unusable += usize::from(!examined.is_usable());
        for one in &examined.found {
            match format {
                Format::Text => println!("{}", line_of(file, one, lang)),
                Format::Json => objects.push(object_of(file, one, lang)),
            }
        }
    }
    match (format, unusable) {
        (Format::Json, _) => println!("{}", serde_json::to_string_pretty(&objects)?),
        (Format::Text, 0) => {
            let count = [("count", texts.len().into())];
            println!("{}", words::say(lang, "files-usable", &count));
        }
        (Format::Text, _) => {}
    }
    if unusable > 0 {
        let counts = [("count", unusable.into()), ("all", texts.len().into())];
        bail!(words::say(lang, "files-unusable", &counts));
    }
    Ok(())
}

fn severity_of(one: &Located) -> &'static str {
    match one.finding.severity {
        Severity::Error => "lint-error",
        Severity::Warning => "lint-warning",
        Severity::Advice => "lint-advice",
    }
}

fn line_of(file: &str, one: &Located, lang: Lang) -> String {
    let Located { line, column, finding } = one;
    let severity = words::say(lang, severity_of(one), &[]);
    let sentence = words::say(lang, finding.code, &finding.args);
    format!("{file}:{line}:{column}: {severity}: {sentence} [{}]", finding.code)
}

fn object_of(file: &str, one: &Located, lang: Lang) -> serde_json::Value {
    json!({
        "file": file,
        "line": one.line,
        "column": one.column,
        "path": one.finding.path,
        "severity": severity_of(one).trim_start_matches("lint-"),
        "code": one.finding.code,
        "sentence": words::say(lang, one.finding.code, &one.finding.args),
    })
}
