//! `hoithi contest`: contests as files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use serde_json::json;

use crate::app::App;
use crate::contest::apply::{self, Change};
use crate::contest::definition::Definition;
use crate::contest::lint::{self, Finding, Severity};
use crate::contest::{self, document};
use crate::db;
use crate::words::{self, Lang};

/// Check, apply and export contest files.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what is wrong with contest files, line by line. Exits with 1 when there are errors.
    ///
    /// A file's parent is looked for among the files that are checked with it.
    Check {
        /// Contest files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print the findings as JSON, one a line.
        #[arg(long)]
        json: bool,
        /// Say it in English.
        #[arg(long)]
        english: bool,
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
    },
    /// Print the JSON Schema of contest files, for editors.
    Schema,
    /// List the contests.
    List,
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
            Self::Check { files, json, english } => {
                check(files, *json, if *english { Lang::En } else { Lang::Vi })?;
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
            Self::Clone { slug, new, years } => {
                let contest = contest::by_slug(&app.db, &slug).await?;
                print!("{}", document::write(&contest.definition.cloned_as(&new, years)));
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

fn read(file: &Path) -> Result<Definition> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    document::read(&text).map_err(|error| {
        anyhow::anyhow!("{}:{}:{}: {error}", file.display(), error.line, error.column)
    })
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn check(files: &[PathBuf], as_json: bool, lang: Lang) -> Result<()> {
    let mut read = Vec::new();
    let mut errors = 0;
    for file in files {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        match document::read(&text) {
            Ok(definition) => read.push((file, text, definition)),
            Err(error) => {
                errors += 1;
                let reason = words::say(
                    lang,
                    "document-unreadable",
                    &[("reason", error.reason.as_str().into())],
                );
                let place = (error.line, error.column);
                print_finding(
                    file,
                    place,
                    Severity::Error,
                    "document-unreadable",
                    &reason,
                    (as_json, lang),
                );
            }
        }
    }
    for (file, text, definition) in &read {
        let parent = read.iter().map(|(_, _, other)| other);
        let parent =
            parent.into_iter().find(|other| definition.parent.as_ref() == Some(&other.slug));
        for finding in lint::check(definition, parent) {
            errors += usize::from(finding.is_error());
            let Finding { path, code, args, severity } = &finding;
            let sentence = words::say(lang, code, args);
            let place = document::place(text, path);
            print_finding(file, place, *severity, code, &sentence, (as_json, lang));
        }
    }
    if errors > 0 {
        bail!("{errors} errors in {} files", files.len());
    }
    if !as_json {
        println!("{} files can be used", files.len());
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn print_finding(
    file: &Path,
    (line, column): (usize, usize),
    severity: Severity,
    code: &str,
    sentence: &str,
    (as_json, lang): (bool, Lang),
) {
    let key = match severity {
        Severity::Error => "lint-error",
        Severity::Warning => "lint-warning",
        Severity::Advice => "lint-advice",
    };
    let file = file.display();
    if as_json {
        let severity = key.trim_start_matches("lint-");
        println!(
            "{}",
            json!({ "file": file.to_string(), "line": line, "column": column,
                    "severity": severity, "code": code, "sentence": sentence })
        );
    } else {
        println!("{file}:{line}:{column}: {}: {sentence}", words::say(lang, key, &[]));
    }
}
