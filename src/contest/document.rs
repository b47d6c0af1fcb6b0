//! Contest files: YAML to definition and back, and paths to lines.

use saphyr::{LoadableYamlNode, MarkedYaml, YamlData};
use unicode_normalization::UnicodeNormalization;

use super::definition::Definition;

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

/// Reads a contest file. Styled letters become plain ones and all text NFC.
///
/// # Errors
/// [`Unreadable`] with the place, when it is no YAML or not of the definition's shape.
pub fn read(text: &str) -> Result<Definition, Unreadable> {
    let text: String = text.nfc().collect();
    serde_saphyr::from_str(&text).map_err(|error| {
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

/// Writes a contest file that [`read`] reads back to the same definition.
#[must_use]
pub fn write(definition: &Definition) -> String {
    serde_saphyr::to_string(definition).unwrap_or_default()
}

/// The JSON Schema of contest files, for editors.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Definition).to_value()
}

/// Line and column, from 1, of the part at `path` (`/phases/2/closes`), or of the nearest part
/// around it that stands in the text.
#[must_use]
pub fn place(text: &str, path: &str) -> (usize, usize) {
    let Ok(documents) = MarkedYaml::load_from_str(text) else { return (1, 1) };
    let Some(mut node) = documents.first() else { return (1, 1) };
    let mut place = node;
    for step in path.split('/').skip(1) {
        let inner = match &node.data {
            YamlData::Mapping(map) => map.iter().find(|(key, _)| key.data.as_str() == Some(step)),
            YamlData::Sequence(list) => step
                .parse::<usize>()
                .ok()
                .and_then(|index| list.get(index))
                .map(|item| (item, item)),
            _ => None,
        };
        let Some((key, value)) = inner else { break };
        (place, node) = (key, value);
    }
    (place.span.start.line(), place.span.start.col() + 1)
}
