//! The layers: a file, and the environment over it, each held to the schema that the structs give.

use std::path::{Path, PathBuf};

use serde_json::Value as Schema;
use toml::{Table, Value};

use super::Config;

const PREFIX: &str = "HOITHI__";
const FROM_FILE: &str = "_FILE";

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{} is not TOML", path.display())]
    Syntax {
        /// Which.
        path: PathBuf,
        /// Why, and where.
        source: Box<toml::de::Error>,
    },
    /// Settings that are not known or do not fit.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Settings(Vec<Problem>),
    /// A value that does not fit.
    #[error("a value does not fit: {0}")]
    Value(String),
}

/// A setting that is not known or does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such setting.
    #[error("there is no setting `{name}`{}", meant(near))]
    Unknown {
        /// Its name, sections included.
        name: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// It is of another kind.
    #[error("`{name}` must be {kind}")]
    Kind {
        /// Its name, sections included.
        name: String,
        /// What it must be.
        kind: &'static str,
    },
    /// The file that should hold the value cannot be read.
    #[error("`{name}`: {path} cannot be read: {reason}")]
    Secret {
        /// Its name, sections included.
        name: String,
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

fn meant(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Reads the layers.
pub(super) fn read(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Error> {
    let schema = Schema::from(schemars::schema_for!(Config));
    let mut table = file.map_or_else(|| Ok(Table::new()), from_file)?;
    let mut problems = Vec::new();
    check(&schema, &schema, "", &table, &mut problems);
    let mut variables: Vec<_> = environment.into_iter().collect();
    variables.sort();
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        if let Err(problem) = lay(&schema, &mut table, &path.to_lowercase(), value) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return Err(Error::Settings(problems));
    }
    table.try_into().map_err(|error: toml::de::Error| Error::Value(error.message().to_owned()))
}

fn from_file(path: &Path) -> Result<Table, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::File { path: path.to_owned(), source })?;
    text.parse().map_err(|source| Error::Syntax { path: path.to_owned(), source: Box::new(source) })
}

/// Checks a table of the file against the schema of its section.
fn check(root: &Schema, at: &Schema, name: &str, table: &Table, problems: &mut Vec<Problem>) {
    for (key, value) in table {
        let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        let Some(schema) = property(root, at, key) else {
            problems.push(Problem::Unknown { near: nearest(root, at, &name), name });
            continue;
        };
        let kind = kind_of(root, schema);
        match (kind, value) {
            (Kind::Section, Value::Table(table)) => check(root, schema, &name, table, problems),
            (Kind::Text, Value::String(_))
            | (Kind::Number, Value::Integer(_))
            | (Kind::Flag, Value::Boolean(_))
            | (Kind::List, Value::Array(_)) => {}
            _ => problems.push(Problem::Kind { name, kind: kind.said() }),
        }
    }
}

/// Lays a variable of the environment over the file.
fn lay(schema: &Schema, table: &mut Table, path: &str, value: String) -> Result<(), Problem> {
    let parts: Vec<&str> = path.split("__").collect();
    let name = parts.join(".");
    match find(schema, &parts) {
        Ok(at) => set(table, &parts, typed(schema, at, &name, &value)?),
        Err(unknown) => {
            let Some(short) = path.strip_suffix(&FROM_FILE.to_lowercase()) else {
                return Err(unknown);
            };
            let parts: Vec<&str> = short.split("__").collect();
            let at = find(schema, &parts).map_err(|_| unknown)?;
            let name = parts.join(".");
            let held = std::fs::read_to_string(&value).map_err(|error| {
                let (name, path) = (name.clone(), value.clone());
                Problem::Secret { name, path, reason: error.to_string() }
            })?;
            set(table, &parts, typed(schema, at, &name, held.trim_end_matches(['\r', '\n']))?);
        }
    }
    Ok(())
}

fn find<'a>(root: &'a Schema, parts: &[&str]) -> Result<&'a Schema, Problem> {
    let (mut at, mut name) = (root, String::new());
    for part in parts {
        name = if name.is_empty() { (*part).to_owned() } else { format!("{name}.{part}") };
        let unknown = || Problem::Unknown { near: nearest(root, at, &name), name: parts.join(".") };
        at = property(root, at, part).ok_or_else(unknown)?;
    }
    Ok(at)
}

fn set(table: &mut Table, parts: &[&str], value: Value) {
    let Some((last, sections)) = parts.split_last() else { return };
    let mut at = table;
    for section in sections {
        let inner = at.entry((*section).to_owned()).or_insert_with(|| Value::Table(Table::new()));
        match inner {
            Value::Table(inner) => at = inner,
            _ => return,
        }
    }
    at.insert((*last).to_owned(), value);
}

/// What a setting is made of.
#[derive(Clone, Copy)]
enum Kind {
    Section,
    Text,
    Number,
    Flag,
    List,
}

impl Kind {
    fn said(self) -> &'static str {
        match self {
            Self::Section => "a section",
            Self::Text => "a text",
            Self::Number => "a whole number",
            Self::Flag => "true or false",
            Self::List => "a list",
        }
    }
}

fn typed(root: &Schema, at: &Schema, name: &str, value: &str) -> Result<Value, Problem> {
    let kind = kind_of(root, at);
    let fitting = match kind {
        Kind::Section => None,
        Kind::Text => Some(Value::String(value.to_owned())),
        Kind::Number => value.parse().ok().map(Value::Integer),
        Kind::Flag => value.parse().ok().map(Value::Boolean),
        Kind::List => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
    };
    fitting.ok_or_else(|| Problem::Kind { name: name.to_owned(), kind: kind.said() })
}

fn kind_of(root: &Schema, schema: &Schema) -> Kind {
    let schema = resolved(root, schema);
    let kind = match &schema["type"] {
        Schema::Array(kinds) => kinds.first().and_then(Schema::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("integer") => Kind::Number,
        Some("boolean") => Kind::Flag,
        Some("array") => Kind::List,
        Some("string") => Kind::Text,
        _ if schema.get("const").is_some() => Kind::Text,
        _ => Kind::Section,
    }
}

/// The schema that a reference points to.
pub(super) fn resolved<'a>(root: &'a Schema, schema: &'a Schema) -> &'a Schema {
    let pointer = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// The schema of a setting in a section; in one of several forms where the section has forms.
pub(super) fn property<'a>(root: &'a Schema, at: &'a Schema, key: &str) -> Option<&'a Schema> {
    let inside = |schema: &'a Schema| schema["properties"].get(key);
    let here = inside(at).or_else(|| inside(resolved(root, at)));
    here.or_else(|| forms(root, at).iter().find_map(|form| property(root, form, key)))
}

/// The forms of a section that has several.
pub(super) fn forms<'a>(root: &'a Schema, at: &'a Schema) -> &'a [Schema] {
    resolved(root, at)["oneOf"].as_array().map_or(&[], Vec::as_slice)
}

/// Names of all settings of a section.
pub(super) fn names(root: &Schema, at: &Schema) -> Vec<String> {
    let inside = |schema: &Schema| {
        schema["properties"]
            .as_object()
            .map(|all| all.keys().cloned().collect())
            .unwrap_or_default()
    };
    let mut found: Vec<String> = inside(at);
    found.extend::<Vec<String>>(inside(resolved(root, at)));
    found.extend(forms(root, at).iter().flat_map(|form| names(root, form)));
    found.sort();
    found.dedup();
    found
}

/// The known setting whose name is most like `name`'s last part.
fn nearest(root: &Schema, at: &Schema, name: &str) -> Option<String> {
    let (section, key) = name.rsplit_once('.').map_or(("", name), |(section, key)| (section, key));
    let near =
        names(root, at).into_iter().map(|known| (strsim::damerau_levenshtein(&known, key), known));
    let (distance, known) = near.min()?;
    let name = if section.is_empty() { known } else { format!("{section}.{known}") };
    (distance <= 3).then_some(name)
}
