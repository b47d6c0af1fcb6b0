//! Declarations: what has to be agreed to, by whom, and the exact text that was.

use entity::id::ConsentId;
use entity::instant::Instant;
use entity::{consent, contributor, entry};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set};
use sha2::{Digest, Sha256};

use super::eligible::is_minor;
use super::error::fault;
use crate::contest::Contest;
use crate::contest::definition::{DeclaredBy, Definition, EligibilityRule, Whom};
use crate::refusal::Refused;
use crate::words::{Lang, say};

/// A text that an entry needs agreement to.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its key.
    pub key: String,
    /// What is agreed to.
    pub text: String,
    /// Who agrees.
    pub of: DeclaredBy,
    /// Whether an entry is refused without it.
    pub required: bool,
}

/// Everything that has to be agreed to: the declarations, and those conditions that only people
/// can say of themselves.
#[must_use]
pub fn asked(definition: &Definition, lang: Lang) -> Vec<Asked> {
    let declared = definition.declarations.iter().map(|declaration| Asked {
        key: declaration.key.clone(),
        text: declaration.text.read(lang.is_english()).to_owned(),
        of: declaration.of,
        required: declaration.required,
    });
    let conditions = definition.eligibility.iter().enumerate().filter_map(|(at, rule)| {
        let checked = matches!(
            rule.rule,
            EligibilityRule::Within(_) | EligibilityRule::UnitTypes(_) | EligibilityRule::Age(_)
        );
        if checked && rule.of != Whom::Shown {
            return None;
        }
        let text = match (&rule.text, &rule.rule) {
            (Some(text), _) => text.read(lang.is_english()).to_owned(),
            (None, EligibilityRule::Woman) => say(lang, "eligibility-woman", &[]),
            (None, EligibilityRule::Member) => say(lang, "eligibility-member", &[]),
            (None, _) => say(lang, "eligibility-rules", &[]),
        };
        let of = if rule.of == Whom::Shown { DeclaredBy::Shown } else { DeclaredBy::Author };
        Some(Asked { key: format!("eligibility-{}", at + 1), text, of, required: true })
    });
    declared.chain(conditions).collect()
}

/// Keeps what was agreed to, and says what is missing.
pub(super) async fn consents(
    tx: &DatabaseTransaction,
    contest: &Contest,
    entry: &entry::Model,
    agreed: &[String],
    now: Instant,
) -> Result<Vec<Refused>, DbErr> {
    let given = consent::Entity::find()
        .filter(consent::Column::EntryId.eq(entry.id))
        .filter(consent::Column::WithdrawnAt.is_null())
        .all(tx)
        .await?;
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(entry.id));
    let people = people.all(tx).await?;
    let minor = is_minor(&people, now);
    let mut faults = Vec::new();
    let mut guardians = people.iter().filter(|who| who.role == contributor::Role::Guardian);
    if minor && !guardians.clone().any(|who| !who.name.is_empty()) {
        faults.push(fault("guardian-missing", "guardian"));
    }
    let wrong = |email: &str| crate::account::email(email).is_err();
    if guardians.any(|who| who.email.as_deref().is_some_and(wrong)) {
        faults.push(fault("guardian-email-wrong", "guardian_email"));
    }
    for asked in asked(&contest.definition, Lang::of(&entry.lang)) {
        let hash = Sha256::digest(&asked.text).to_vec();
        let known =
            given.iter().any(|row| row.declaration_key == asked.key && row.text_sha256 == hash);
        let for_minors = matches!(asked.of, DeclaredBy::Guardian | DeclaredBy::Child);
        if known || (for_minors && !minor) {
            continue;
        }
        if !agreed.contains(&asked.key) {
            // The guardian has a page of their own; until they agree the entry is not accepted.
            if asked.required && asked.of != DeclaredBy::Guardian {
                let field = format!("agree.{}", asked.key);
                faults.push(fault("declaration-missing", &field).with("text", asked.text));
            }
            continue;
        }
        let row = consent::ActiveModel {
            id: Set(ConsentId::new()),
            entry_id: Set(entry.id),
            declaration_key: Set(asked.key),
            given_by: Set(format!("{:?}", asked.of).to_lowercase()),
            text_sha256: Set(hash),
            text: Set(asked.text),
            given_at: Set(now),
            withdrawn_at: Set(None),
        };
        consent::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(faults)
}
