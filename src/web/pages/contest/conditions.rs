//! Who may enter, and how much, in sentences: as the definition words it, else written from the
//! rule.

use entity::{unit, unit_type};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::contest::definition::{
    Definition, Eligibility, EligibilityRule, Proof, Quota, QuotaScope, Whom,
};
use crate::web::View;

/// Every condition and every limit on how many entries, in the order of the definition.
///
/// # Errors
/// When the database fails.
pub(super) async fn conditions(
    db: &impl ConnectionTrait,
    v: &View,
    definition: &Definition,
) -> Result<Vec<String>, DbErr> {
    let names = Names::of(db, v, definition).await?;
    let rules = definition.eligibility.iter().filter_map(|rule| sentence(v, rule, &names));
    let mut said: Vec<String> = rules.collect();
    if definition.eligibility.iter().any(|rule| rule.proof == Proof::Officer) {
        said.push(v.t("condition-officer"));
    }
    said.extend(definition.quotas.iter().filter_map(|quota| most(v, definition, quota, &names)));
    Ok(said)
}

/// The conditions that no row can prove: whoever submits says that they hold.
pub(crate) fn declared(v: &View, definition: &Definition) -> Vec<String> {
    let by_rows = |rule: &Eligibility| match rule.rule {
        EligibilityRule::Within(_) | EligibilityRule::UnitTypes(_) => true,
        EligibilityRule::Age(_) => rule.of == Whom::Author,
        _ => false,
    };
    let rules = definition.eligibility.iter().filter(|rule| !by_rows(rule));
    rules.filter_map(|rule| sentence(v, rule, &Names::default())).collect()
}

/// Names of the units and types of units that conditions speak of, by code.
#[derive(Default)]
struct Names {
    units: Vec<(String, String)>,
    types: Vec<(String, String)>,
}

impl Names {
    async fn of(
        db: &impl ConnectionTrait,
        v: &View,
        definition: &Definition,
    ) -> Result<Self, DbErr> {
        let within = definition.eligibility.iter().filter_map(|rule| match &rule.rule {
            EligibilityRule::Within(codes) => Some(codes),
            _ => None,
        });
        let codes: Vec<&String> = within.flatten().collect();
        let units = unit::Entity::find().filter(unit::Column::Code.is_in(codes)).all(db).await?;
        let types = unit_type::Entity::find().order_by_asc(unit_type::Column::Position);
        let english = v.lang.is_english();
        let labelled =
            |one: unit_type::Model| (one.code, if english { one.label_en } else { one.label_vi });
        Ok(Self {
            units: units.into_iter().map(|one| (one.code, one.name)).collect(),
            types: types.all(db).await?.into_iter().map(labelled).collect(),
        })
    }
}

/// The names of these codes, with commas between; a code without a name stands for itself.
fn named(codes: &[String], names: &[(String, String)]) -> String {
    let name = |code: &String| {
        let found = names.iter().find(|(known, _)| known == code);
        found.map_or(code.as_str(), |(_, name)| name.as_str()).to_owned()
    };
    codes.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn sentence(v: &View, rule: &Eligibility, names: &Names) -> Option<String> {
    if let Some(text) = &rule.text {
        return Some(text.read(v.lang.is_english()).to_owned());
    }
    Some(match &rule.rule {
        EligibilityRule::Within(codes) => {
            v.t1("condition-within", "units", named(codes, &names.units))
        }
        EligibilityRule::UnitTypes(codes) => {
            v.t1("condition-unit-types", "types", named(codes, &names.types))
        }
        EligibilityRule::Age(range) => match (range.min, range.max) {
            (Some(from), Some(to)) => v.t2("condition-age", "from", from, "to", to),
            (Some(from), None) => v.t1("condition-age-from", "from", from),
            (None, Some(to)) => v.t1("condition-age-to", "to", to),
            (None, None) => return None,
        },
        EligibilityRule::Woman => v.t("condition-woman"),
        EligibilityRule::Member => v.t("condition-member"),
        EligibilityRule::Declared => return None,
    })
}

/// A limit on how many entries; a target binds nobody and is not told here.
fn most(v: &View, definition: &Definition, quota: &Quota, names: &Names) -> Option<String> {
    let key = match quota.per {
        QuotaScope::Person => "condition-most-person",
        QuotaScope::Team => "condition-most-team",
        QuotaScope::Unit => "condition-most-unit",
        QuotaScope::Contest => "condition-most-contest",
    };
    let said = v.t1(key, "most", quota.max?);
    let kind = quota.unit_type.as_ref();
    let kind = kind.map(|code| named(std::slice::from_ref(code), &names.types));
    let category = quota.category.as_deref().and_then(|key| definition.category(key));
    let category = category.map(|one| one.title.read(v.lang.is_english()).to_owned());
    let about: Vec<String> = category.into_iter().chain(kind).collect();
    Some(if about.is_empty() { said } else { format!("{}: {said}", about.join(", ")) })
}
