//! The schema of contest files: what it allows and what it says.

use hoithi::contest::document;
use serde_json::Value;

#[test]
fn every_example_and_every_form_is_as_the_schema_says() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = document::schema();
    for folder in [folder.join("examples/contests"), folder.join("src/contest/templates")] {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
            let mut faults = Vec::new();
            validate(&schema, &schema, &value, "", &mut faults);
            assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
        }
    }
}

/// Checks a value by the words of JSON Schema that ours is written in; panics at any other word,
/// so that nothing is passed over in silence.
fn validate(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        return validate(
            root,
            &root["$defs"][name.trim_start_matches("#/$defs/")],
            value,
            at,
            faults,
        );
    }
    let passes = |part: &Value| {
        let mut inner = Vec::new();
        validate(root, part, value, at, &mut inner);
        inner.is_empty()
    };
    for (word, rule) in schema.as_object().unwrap() {
        let holds = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => true,
            "type" => {
                let names = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                names.iter().any(|name| is_of(value, name.as_str().unwrap()))
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
            "oneOf" => rule.as_array().unwrap().iter().filter(|part| passes(part)).count() == 1,
            "anyOf" => rule.as_array().unwrap().iter().any(passes),
            "required" => value.as_object().is_none_or(|map| {
                rule.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap()))
            }),
            "additionalProperties" if *rule == Value::Bool(false) => value
                .as_object()
                .is_none_or(|map| map.keys().all(|key| !schema["properties"][key].is_null())),
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(part) = rule.get(key) {
                        validate(root, part, inner, &format!("{at}/{key}"), faults);
                    }
                }
                true
            }
            "items" => {
                for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
                    validate(root, rule, inner, &format!("{at}/{index}"), faults);
                }
                true
            }
            other => panic!("the schema has a word that this test does not read: {other}"),
        };
        if !holds {
            faults.push(format!("{at}: {word}"));
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn every_part_of_the_schema_says_what_it_is_for() {
    let schema = document::schema();
    let mut silent = Vec::new();
    for (name, part) in schema["$defs"].as_object().unwrap() {
        let fields = part["properties"].as_object().into_iter().flatten();
        let silent_fields = fields.filter(|(_, field)| field["description"].is_null());
        silent.extend(silent_fields.map(|(field, _)| format!("{name}.{field}")));
        if part["description"].is_null() {
            silent.push(name.clone());
        }
    }

    assert_eq!(silent, Vec::<String>::new());
}
