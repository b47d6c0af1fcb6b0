//! The manual of the settings, made of the doc comments and the defaults.

use serde_json::Value as Schema;

use super::Config;
use super::layers::{forms, names, property, resolved};

const HEAD: &str = "\
# Every setting at its default. Each can be set in the environment instead: HOITHI__SERVER__LISTEN is
# `listen` of [server]; HOITHI__DATA__DATABASE_FILE names a file that holds `database` of [data].
";

/// A file with every setting at its default and with what it means.
#[must_use]
pub fn example() -> String {
    let schema = Schema::from(schemars::schema_for!(Config));
    let defaults = toml::to_string(&Config::default()).unwrap_or_default();
    let mut text = HEAD.to_owned();
    let mut section: Option<(String, Vec<String>)> = None;
    for line in defaults.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            if let Some(done) = section.take() {
                text.push_str(&left(&schema, &done));
            }
            text.push_str(&format!(
                "\n{}{line}\n",
                comment(described(&schema, &at(&schema, name)))
            ));
            section = Some((name.to_owned(), Vec::new()));
        } else if let (Some((key, _)), Some((name, seen))) = (line.split_once(" = "), &mut section)
        {
            let setting = property(&schema, &at(&schema, name), key).cloned().unwrap_or_default();
            let kinds = kinds(&schema, &at(&schema, name));
            let about = if key == "kind" { kinds } else { described(&schema, &setting) };
            text.push_str(&format!("{}{line}\n", comment(about)));
            seen.push(key.to_owned());
        }
    }
    if let Some(done) = section.take() {
        text.push_str(&left(&schema, &done));
    }
    text
}

/// The kinds of which a section may be.
fn kinds(schema: &Schema, section: &Schema) -> String {
    let kinds = forms(schema, section).iter().filter_map(|form| {
        form["properties"]["kind"]["const"].as_str().map(|kind| format!("`{kind}`"))
    });
    format!("{}; what each has to be told stands below.", kinds.collect::<Vec<_>>().join(" or "))
}

/// Settings of a section that are absent by default, and its other forms, all as comments.
fn left(schema: &Schema, (section, seen): &(String, Vec<String>)) -> String {
    let here = at(schema, section);
    let forms = forms(schema, &here);
    let mut text = String::new();
    if forms.is_empty() {
        for key in names(schema, &here) {
            if seen.contains(&key) || format!("{section}.{key}").matches('.').count() > 1 {
                continue;
            }
            text.push_str(&absent(schema, &here, &key));
        }
    }
    for form in forms {
        let kind = form["properties"]["kind"]["const"].as_str().unwrap_or_default();
        let others = names(schema, form).into_iter().filter(|key| key != "kind");
        let settings: String = others.map(|key| absent(schema, form, &key)).collect();
        if !settings.is_empty() {
            let about = comment(described(schema, form));
            text.push_str(&format!("#\n{about}# kind = \"{kind}\"\n{settings}"));
        }
    }
    text
}

fn absent(schema: &Schema, section: &Schema, key: &str) -> String {
    let setting = property(schema, section, key).cloned().unwrap_or_default();
    if resolved(schema, &setting).get("oneOf").is_some() {
        return String::new();
    }
    let example = setting["examples"][0].as_str().unwrap_or_default();
    let default = setting.get("default").filter(|value| !value.is_null());
    let value = default.map_or_else(|| format!("\"{example}\""), ToString::to_string);
    format!("{}# {key} = {value}\n", comment(described(schema, &setting)))
}

fn at(schema: &Schema, section: &str) -> Schema {
    let mut here = schema;
    for part in section.split('.') {
        here = property(schema, here, part).unwrap_or(here);
    }
    here.clone()
}

fn described(schema: &Schema, setting: &Schema) -> String {
    let own = setting["description"].as_str();
    own.or_else(|| resolved(schema, setting)["description"].as_str()).unwrap_or_default().to_owned()
}

/// Wraps a text into lines of a comment.
fn comment(text: String) -> String {
    let (mut lines, mut line) = (String::new(), String::from("#"));
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > 98 {
            lines.push_str(&line);
            lines.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.len() > 1 {
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}
