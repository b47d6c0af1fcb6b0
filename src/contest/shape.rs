//! The shape of a contest file: every unknown or missing key and every value of a wrong kind, not
//! only the first that a parser stumbles over. What may be written is read off the JSON Schema
//! that editors use, so the two cannot say different things.

use std::sync::LazyLock;

use saphyr::{MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

use super::definition::{self, Bytes};
use super::lint::{Finding, Severity};
use super::place::{self, Located, Place};

static SCHEMA: LazyLock<Value> = LazyLock::new(definition::schema);

/// Everything in which the document is not of the definition's shape.
pub(super) fn check(document: &MarkedYaml) -> Vec<Located> {
    let mut walk = Walk { found: Vec::new() };
    walk.node(document, place::of(document), &SCHEMA);
    walk.found
}

/// The document as JSON, without what [`check`] did not know, so that the rest can be looked at.
pub(super) fn without(document: &MarkedYaml, unknown: &[Located]) -> Value {
    match &document.data {
        YamlData::Mapping(map) => {
            let known = map.iter().filter(|(key, _)| {
                let (line, column) = place::of(key);
                !unknown.iter().any(|one| (one.line, one.column) == (line, column))
            });
            let pairs = known.map(|(key, value)| (name(key), without(value, unknown)));
            Value::Object(pairs.collect())
        }
        YamlData::Sequence(list) => list.iter().map(|item| without(item, unknown)).collect(),
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(value)) => (*value).into(),
        YamlData::Value(Scalar::Integer(value)) => (*value).into(),
        _ => name(document).into(),
    }
}

/// A scalar as it is written.
fn name(node: &MarkedYaml) -> String {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => text.to_string(),
        YamlData::Value(Scalar::Integer(number)) => number.to_string(),
        YamlData::Value(Scalar::Boolean(value)) => value.to_string(),
        YamlData::Value(Scalar::FloatingPoint(number)) => number.to_string(),
        _ => String::new(),
    }
}

struct Walk {
    found: Vec<Located>,
}

impl Walk {
    fn say(&mut self, (line, column): Place, code: &'static str, args: &[(&'static str, &str)]) {
        let args = args.iter().map(|(name, text)| (*name, (*text).into())).collect();
        let finding = Finding { path: String::new(), code, args, severity: Severity::Error };
        self.found.push(Located { line, column, finding });
    }

    fn node(&mut self, node: &MarkedYaml, at: Place, schema: &Value) {
        let (schema, may_be_absent) = resolved(schema);
        if may_be_absent && matches!(node.data, YamlData::Value(Scalar::Null)) {
            return;
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return self.choice(node, at, choices);
        }
        if let Some(ways) = schema["anyOf"].as_array() {
            return self.either(node, at, ways);
        }
        match (kind(schema), &node.data) {
            ("object", YamlData::Mapping(_)) => self.mapping(node, at, schema),
            ("object", _) => self.say(at, "shape-mapping-wanted", &[]),
            ("array", YamlData::Sequence(list)) => {
                for item in list {
                    self.node(item, place::of(item), &schema["items"]);
                }
            }
            ("array", _) => self.say(at, "shape-list-wanted", &[]),
            ("boolean", YamlData::Value(Scalar::Boolean(_))) => {}
            ("boolean", _) => self.say(at, "shape-yes-no-wanted", &[("written", &name(node))]),
            ("integer", YamlData::Value(Scalar::Integer(number))) if fits(*number, schema) => {}
            ("integer", _) => self.say(at, "shape-number-wanted", &[("written", &name(node))]),
            (_, YamlData::Value(scalar)) if !matches!(scalar, Scalar::Null) => {
                if let Some(names) = schema["enum"].as_array() {
                    self.one_of(node, at, names.iter().filter_map(Value::as_str).collect());
                }
            }
            _ => self.say(at, "shape-text-wanted", &[]),
        }
    }

    fn mapping(&mut self, node: &MarkedYaml, at: Place, schema: &Value) {
        let YamlData::Mapping(map) = &node.data else { return };
        let none = Map::new();
        let known = schema["properties"].as_object().unwrap_or(&none);
        for (key, value) in map {
            let written = name(key);
            match known.get(&written) {
                Some(schema) => self.node(value, place::of(key), schema),
                None => self.unknown(place::of(key), &written, known.keys().map(String::as_str)),
            }
        }
        let asked = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for key in asked.filter(|asked| !map.iter().any(|(key, _)| name(key) == **asked)) {
            self.say(at, "shape-key-missing", &[("key", key)]);
        }
    }

    fn unknown<'k>(&mut self, at: Place, key: &str, known: impl Iterator<Item = &'k str> + Clone) {
        match nearest(key, known.clone()) {
            Some(meant) => self.say(at, "shape-key-unknown", &[("key", key), ("meant", meant)]),
            None => {
                let all = known.collect::<Vec<_>>().join(", ");
                self.say(at, "shape-key-unknown-here", &[("key", key), ("known", &all)]);
            }
        }
    }

    /// One of several names, some of which carry a value: `decision`, or `{ higher: votes }`.
    fn choice(&mut self, node: &MarkedYaml, at: Place, choices: &[Value]) {
        let named = |one: &Value| one["properties"].as_object()?.keys().next().cloned();
        let bare = choices.iter().flat_map(|one| {
            let several = one["enum"].as_array().into_iter().flatten();
            several.chain(one.get("const")).filter_map(Value::as_str)
        });
        let bare: Vec<&str> = bare.collect();
        let carrying: Vec<String> = choices.iter().filter_map(named).collect();
        let all = || bare.iter().copied().chain(carrying.iter().map(String::as_str)).collect();
        match &node.data {
            YamlData::Mapping(map) if map.len() == 1 => {
                let Some((key, value)) = map.iter().next() else { return };
                let of = |one: &&Value| named(one).is_some_and(|own| own == name(key));
                match choices.iter().find(of) {
                    Some(one) => self.node(value, at, &one["properties"][name(key)]),
                    None => self.one_of(key, at, all()),
                }
            }
            YamlData::Value(_) if carrying.contains(&name(node)) => {
                self.say(at, "shape-value-needs-more", &[("written", &name(node))]);
            }
            YamlData::Value(_) if bare.contains(&name(node).as_str()) => {}
            _ => self.one_of(node, at, all()),
        }
    }

    fn one_of(&mut self, node: &MarkedYaml, at: Place, names: Vec<&str>) {
        let written = name(node);
        if !names.contains(&written.as_str()) {
            let known = names.join(", ");
            self.say(at, "shape-value-unknown", &[("written", &written), ("known", &known)]);
        }
    }

    /// A text in one language or two, or a size as number or text.
    fn either(&mut self, node: &MarkedYaml, at: Place, ways: &[Value]) {
        let way = |wanted: &str| ways.iter().find(|way| kind(resolved(way).0) == wanted);
        match (&node.data, way("object"), way("integer")) {
            (YamlData::Mapping(_), Some(object), _) => self.mapping(node, at, resolved(object).0),
            (YamlData::Value(Scalar::Null), ..) => self.say(at, "shape-text-wanted", &[]),
            (YamlData::Value(_), _, Some(_)) => {
                if name(node).parse::<Bytes>().is_err() {
                    self.say(at, "shape-size-wanted", &[("written", &name(node))]);
                }
            }
            (YamlData::Value(_), ..) => {}
            _ => self.say(at, "shape-text-wanted", &[]),
        }
    }
}

/// What a schema refers to, and whether it may be left empty.
fn resolved(schema: &Value) -> (&Value, bool) {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return resolved(&SCHEMA["$defs"][name]);
    }
    let ways = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_null = |way: &&Value| way["type"] == "null";
    match (ways.iter().any(|way| is_null(&way)), ways.iter().find(|way| !is_null(way))) {
        (true, Some(way)) => (resolved(way).0, true),
        _ => (schema, schema["type"].as_array().is_some_and(|all| all.contains(&"null".into()))),
    }
}

fn kind(schema: &Value) -> &str {
    let several = schema["type"].as_array().into_iter().flatten();
    let mut named = several.chain(std::iter::once(&schema["type"])).filter_map(Value::as_str);
    named.find(|name| *name != "null").unwrap_or_default()
}

fn fits(number: i64, schema: &Value) -> bool {
    let most = if schema["format"] == "uint32" { i64::from(u32::MAX) } else { i64::MAX };
    schema["minimum"].as_i64().is_none_or(|least| number >= least) && number <= most
}

/// The known name that was probably meant.
fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.map(|name| (strsim::damerau_levenshtein(written, name), name)).min()?;
    (near.0 <= 1 + written.chars().count() / 4).then_some(near.1)
}
