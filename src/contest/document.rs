//! Contest files: YAML to definition and back, what is wrong with them, and where.

use saphyr::{LoadableYamlNode, MarkedYaml};
use unicode_normalization::UnicodeNormalization;

use super::definition::Definition;
use super::lint::{self, Finding, Severity};
use super::place::place_in;
use super::shape;

pub use super::definition::schema;
pub use super::place::{Located, place};

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Line, from 1; 0 where it is not known.
    pub line: usize,
    /// Column, from 1; 0 where it is not known.
    pub column: usize,
    /// What is wrong, as the parser says it.
    pub reason: String,
}

/// What a file says, as far as it can be read, and everything found in it, from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// The definition; none when the file is not of its shape.
    pub definition: Option<Definition>,
    /// What was found.
    pub found: Vec<Located>,
}

impl Examined {
    /// Whether a contest can be run like this.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.definition.is_some() && !self.found.iter().any(|one| one.finding.is_error())
    }
}

/// Reads a contest file. Styled letters become plain ones and all text NFC.
///
/// # Errors
/// [`Unreadable`] with the place, when it is no YAML or not of the definition's shape.
pub fn read(text: &str) -> Result<Definition, Unreadable> {
    serde_saphyr::from_str(&plain(text)).map_err(|error| {
        let place = error.location();
        Unreadable {
            line: place.map_or(0, |place| usize::try_from(place.line()).unwrap_or(0)),
            column: place.map_or(0, |place| usize::try_from(place.column()).unwrap_or(0)),
            reason: reason(&error.to_string()),
        }
    })
}

/// The first line of what the parser says, without the place, which stands apart.
fn reason(said: &str) -> String {
    let line = said.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let bare = line.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    bare.map_or(line, |(_, rest)| rest).to_owned()
}

/// Whether a letter is a styled copy of a plain one: bold, script, circled, full-width.
fn is_styled(letter: char) -> bool {
    matches!(letter, '\u{1d400}'..='\u{1d7ff}' | '\u{ff01}'..='\u{ff5e}' | '\u{24b6}'..='\u{24e9}')
}

/// Styled letters as plain ones (NFKC), then everything in NFC.
fn plain(text: &str) -> String {
    let letters = text.chars().flat_map(|letter| {
        let styled = is_styled(letter).then(|| letter.nfkc());
        let same = styled.is_none().then_some(letter);
        styled.into_iter().flatten().chain(same)
    });
    letters.collect::<String>().nfc().collect()
}

/// Reads a contest file and finds everything that is wrong with it: no YAML, another shape, or
/// rules that cannot be. `above` finds the contest above by its slug.
pub fn examine(text: &str, above: impl Fn(&str) -> Option<Definition>) -> Examined {
    let mut found = styled(text);
    let text = plain(text);
    let documents = match MarkedYaml::load_from_str(&text) {
        Ok(documents) => documents,
        Err(error) => {
            let place = (error.marker().line(), error.marker().col() + 1);
            let code = match error.info() {
                info if info.contains("duplicated key") => "document-key-twice",
                _ => "document-unreadable",
            };
            found.push(located(place, code, error.info()));
            return Examined { definition: None, found };
        }
    };
    let Some(document) = documents.first() else {
        found.push(located((1, 1), "document-empty", ""));
        return Examined { definition: None, found };
    };
    let shape = shape::check(document);
    let unknown = |code| matches!(code, "shape-key-unknown" | "shape-key-unknown-here");
    let definition = if shape.is_empty() {
        read(&text).map_err(|error| {
            found.push(located((error.line, error.column), "document-unreadable", &error.reason));
        })
    } else if shape.iter().all(|one| unknown(one.finding.code)) {
        // JSON is YAML, and reads numbers as text where text is wanted.
        read(&shape::without(document, &shape).to_string()).map_err(drop)
    } else {
        Err(())
    };
    found.extend(shape);
    let definition: Option<Definition> = definition.ok();
    if let Some(definition) = &definition {
        let parent = definition.parent.as_deref().and_then(above);
        found.extend(lint::check(definition, parent.as_ref()).into_iter().map(|finding| {
            let (line, column) = place_in(document, &finding.path);
            Located { line, column, finding }
        }));
    }
    found.sort_by_key(|one| (one.line, one.column, one.finding.severity));
    Examined { definition, found }
}

fn located((line, column): (usize, usize), code: &'static str, reason: &str) -> Located {
    let args = vec![("reason", reason.into())];
    let finding = Finding { path: String::new(), code, args, severity: Severity::Error };
    Located { line, column, finding }
}

/// Styled letters, the first of each line.
fn styled(text: &str) -> Vec<Located> {
    let first = text.lines().enumerate().filter_map(|(index, line)| {
        let column = line.chars().position(is_styled)?;
        let one = located((index + 1, column + 1), "lint-styled-letters", "");
        let finding = Finding { severity: Severity::Warning, args: Vec::new(), ..one.finding };
        Some(Located { finding, ..one })
    });
    first.collect()
}

/// Writes a contest file that [`read`] reads back to the same definition.
#[must_use]
pub fn write(definition: &Definition) -> String {
    serde_saphyr::to_string(definition).unwrap_or_default()
}
