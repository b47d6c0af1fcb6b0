//! The form: the few fields of a contest, with what is wrong beside each.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use askama::Template;

use super::origin::Origin;
use super::{plan, poster};
use crate::contest::definition::{Definition, Prize, Slot};
use crate::contest::{Contest, outline};
use crate::refusal::Refused;
use crate::web::{Result, View, page};

/// A field of the form.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub label: String,
    /// `text`, `date`, `number`, `lines`, `pdf`, `picture`, `tick`, `select` or `radio`.
    pub shape: &'static str,
    /// What is written in it.
    pub value: String,
    /// What may be chosen: value and name.
    pub options: Vec<(String, String)>,
    /// What is wrong with it.
    pub faults: Vec<String>,
}

/// Fields under one heading.
#[derive(Debug)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// A sentence under it.
    pub hint: String,
    /// Whether it stands open.
    pub open: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// The page on which the few fields are filled in.
#[derive(Template)]
#[template(path = "desk/form.html")]
pub struct Filled {
    /// Who looks.
    pub v: View,
    /// Heading of the page.
    pub heading: String,
    /// Where the form is sent.
    pub action: String,
    /// Fields that are sent along unseen.
    pub hidden: Vec<(String, String)>,
    /// The fields.
    pub sections: Vec<Section>,
    /// What is wrong: the field, and the sentence.
    pub faults: Vec<(String, String)>,
    /// Lengths of time to choose from: key and name, where dates are chosen first.
    pub lengths: Vec<(&'static str, String)>,
    /// The address of this form, without a length.
    pub here: String,
    /// The contest whose whole document may be written instead.
    pub slug: Option<String>,
}

/// What the form is for.
pub(super) enum Way<'a> {
    /// A new contest.
    Make(&'a Origin),
    /// A change of this one.
    Change(&'a Contest),
}

/// What may be chosen: units that the contest may belong to, and contests above it.
#[derive(Default)]
pub(super) struct Choices {
    /// Code and name.
    pub(super) units: Vec<(String, String)>,
    /// Name in addresses, and title.
    pub(super) parents: Vec<(String, String)>,
}

pub(super) fn filled(
    v: View,
    definition: &Definition,
    choices: &Choices,
    sent: &[(String, String)],
    refused: Vec<Refused>,
    way: Way,
) -> Filled {
    let named = |name: &str| sent.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let mut by_field: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &refused {
        let field = match one.field.as_deref() {
            Some(path) if path.starts_with('/') => outline::field_of(definition, path),
            field => field.unwrap_or_default().to_owned(),
        };
        by_field.entry(field).or_default().push(v.said(one));
    }
    let mut sections = sections(&v, definition, choices, &way);
    for field in sections.iter_mut().flat_map(|section| &mut section.fields) {
        field.value = named(&field.name).cloned().unwrap_or_default();
        field.faults = by_field.get(&field.name).cloned().unwrap_or_default();
    }
    for section in &mut sections {
        section.open |= section.fields.iter().any(|field| !field.faults.is_empty());
    }
    let faults = by_field
        .into_iter()
        .flat_map(|(field, said)| said.into_iter().map(move |one| (field.clone(), one)))
        .collect();
    let way = way.words(&v);
    Filled { sections, faults, v, ..way }
}

impl Way<'_> {
    /// The page's own words and addresses, without its fields.
    fn words(&self, v: &View) -> Filled {
        let bare = Filled {
            heading: v.t("edit-fields"),
            action: String::new(),
            hidden: Vec::new(),
            sections: Vec::new(),
            faults: Vec::new(),
            lengths: Vec::new(),
            here: String::new(),
            slug: None,
            v: v.clone(),
        };
        let origin = match self {
            Self::Change(contest) => {
                let slug = contest.slug().to_owned();
                let action = format!("/desk/contests/{slug}/form");
                return Filled { action, slug: Some(slug), ..bare };
            }
            Self::Make(origin) => origin,
        };
        let lengths = ["weeks", "month"].map(|key| (key, v.t(&format!("length-{key}"))));
        let (heading, here) = if origin.from.is_empty() {
            ("new-contest", format!("/desk/contests/new?template={}", origin.template))
        } else {
            ("clone-contest", format!("/desk/contests/new?from={}", origin.from))
        };
        Filled {
            heading: v.t(heading),
            action: "/desk/contests".to_owned(),
            hidden: vec![
                ("template".to_owned(), origin.template.clone()),
                ("source".to_owned(), origin.from.clone()),
            ],
            lengths: lengths.to_vec(),
            here,
            ..bare
        }
    }
}

fn field(v: &View, name: &str, label: &str, shape: &'static str) -> Field {
    Field {
        name: name.to_owned(),
        label: v.t(label),
        shape,
        value: String::new(),
        options: Vec::new(),
        faults: Vec::new(),
    }
}

fn choice(v: &View, name: &str, label: &str, options: &[(&str, &str)]) -> Field {
    let options = options.iter().map(|(value, key)| ((*value).to_owned(), v.t(key)));
    Field { options: options.collect(), ..field(v, name, label, "radio") }
}

fn sections(v: &View, definition: &Definition, choices: &Choices, way: &Way) -> Vec<Section> {
    let section = |key: &str, open: bool, fields: Vec<Field>| {
        let (title, hint) = (v.t(&format!("form-{key}")), v.t(&format!("form-{key}-hint")));
        Section { title, hint, open, fields }
    };
    let mut names = vec![field(v, "title", "contest-title", "text")];
    if matches!(way, Way::Make(_)) {
        let options = choices.units.clone();
        names.push(Field { options, ..field(v, "unit", "contest-unit", "select") });
    }
    let mut dates = vec![
        field(v, "from", "intake-from", "date"),
        field(v, "to", "intake-to", "date"),
        field(v, "announce", "announce-on", "date"),
    ];
    let mut people =
        vec![choice(v, "who", "form-who", &[("unit", "who-unit"), ("all", "who-all")])];
    if definition.voting.is_some() {
        dates.insert(2, field(v, "vote", "vote-to", "date"));
        let voters =
            [("device", "voters-device"), ("code", "voters-code"), ("none", "voters-none")];
        people.push(choice(v, "voters", "form-voters", &voters));
    }
    people.push(field(v, "quota", "form-quota", "number"));
    let mut all = vec![
        section("names", true, names),
        section("dates", true, dates),
        section("people", true, people),
        section("files", true, limits(v, definition)),
    ];
    if matches!(way, Way::Make(_)) {
        all.push(section("judges", true, vec![field(v, "judges", "judges-lines", "lines")]));
    }
    all.push(section("prizes", false, prizes(v, definition)));
    let criteria = criteria(v, definition);
    if !criteria.is_empty() {
        all.push(section("criteria", false, criteria));
    }
    all.push(section("rules", false, vec![field(v, "rules", "rules", "lines")]));
    let mut parents = vec![(String::new(), v.t("parent-none"))];
    parents.extend(choices.parents.iter().cloned());
    let parent = Field { options: parents, ..field(v, "parent", "form-parent-which", "select") };
    all.push(section("parent", false, vec![parent, field(v, "up", "form-up", "number")]));
    all.push(section("more", false, more(v, way)));
    if let Way::Change(contest) = way
        && contest.is_public()
    {
        let told = ["reason", "notice"];
        let told = told.map(|name| field(v, name, &format!("change-{name}"), "text"));
        all.push(section("change", true, told.into()));
    }
    all
}

/// The plan, whom to ask, and, once there is a contest, files of its own.
fn more(v: &View, way: &Way) -> Vec<Field> {
    let more = ["plan", "plan_file", "contact", "phone"];
    let more = more.map(|name| field(v, name, &format!("form-{}", name.replace('_', "-")), "text"));
    let mut more = Vec::from(more);
    if let Way::Change(contest) = way {
        more.insert(2, field(v, plan::SCAN, "form-plan-scan", "pdf"));
        more.push(field(v, poster::PICTURE, "form-poster", "picture"));
        if contest.row.poster_file_id.is_some() {
            more.push(field(v, poster::NONE, "form-poster-none", "tick"));
        }
    }
    more
}

fn limits(v: &View, definition: &Definition) -> Vec<Field> {
    let slots = definition.categories.first().map(|one| one.slots.as_slice()).unwrap_or_default();
    let one = |(at, slot): (usize, &Slot)| {
        let label = slot.label.read(v.lang.is_english()).to_owned();
        let of = |limit: &&'static str| Field {
            label: v.t1(&format!("limit-{limit}"), "slot", label.as_str()),
            ..field(v, &format!("slot.{at}.{limit}"), "rules", "number")
        };
        outline::limits(slot.kind).iter().map(of).collect::<Vec<_>>()
    };
    slots.iter().enumerate().flat_map(one).collect()
}

fn prizes(v: &View, definition: &Definition) -> Vec<Field> {
    let one = |(at, prize): (usize, &Prize)| {
        let label = prize.label.read(v.lang.is_english()).to_owned();
        ["count", "amount"].map(|part| Field {
            label: v.t1(&format!("prize-{part}"), "prize", label.as_str()),
            ..field(v, &format!("prize.{at}.{part}"), "rules", "number")
        })
    };
    definition.prizes.iter().enumerate().flat_map(one).collect()
}

/// Name, highest mark and weight of what judges mark, round by round.
fn criteria(v: &View, definition: &Definition) -> Vec<Field> {
    let all = outline::scored(definition).flat_map(|(at, round)| {
        let title = round.title.read(v.lang.is_english()).to_owned();
        let parts = [("label", "text"), ("max", "number"), ("weight", "number")];
        (0..outline::rows(round)).flat_map(move |number| {
            let title = title.clone();
            parts.map(move |(part, shape)| Field {
                label: v.t2(
                    &format!("criterion-{part}"),
                    "round",
                    title.as_str(),
                    "number",
                    number + 1,
                ),
                ..field(v, &format!("round.{at}.criterion.{number}.{part}"), "rules", shape)
            })
        })
    });
    all.collect()
}

/// A page with what is wrong, as its status says.
pub(super) fn again(filled: &Filled) -> Result {
    let mut answer = page(filled)?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}
