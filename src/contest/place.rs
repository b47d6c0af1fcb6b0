//! Where things stand in a contest file: line and column, from 1.

use saphyr::{LoadableYamlNode, MarkedYaml, YamlData};

use super::lint::Finding;

/// A finding with its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What was found.
    pub finding: Finding,
}

/// Line and column.
pub(super) type Place = (usize, usize);

/// Where a part begins.
pub(super) fn of(node: &MarkedYaml) -> Place {
    (node.span.start.line(), node.span.start.col() + 1)
}

/// Line and column, from 1, of the part at `path` (`/phases/2/closes`), or of the nearest part
/// around it that stands in the text.
#[must_use]
pub fn place(text: &str, path: &str) -> (usize, usize) {
    let Ok(documents) = MarkedYaml::load_from_str(text) else { return (1, 1) };
    documents.first().map_or((1, 1), |document| place_in(document, path))
}

/// The same, in a file that is read already.
pub(super) fn place_in(document: &MarkedYaml, path: &str) -> Place {
    let (mut node, mut place) = (document, document);
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
    of(place)
}
