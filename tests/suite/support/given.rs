//! What tests find ready: units, people, browsers that are signed in.

use entity::id::UserId;
use hoithi::{account, db, unit};

use super::{Browser, Site};

/// The rounds of a definition: one, `final`, in the phase of that name, of which it says this
/// besides, with these criteria.
pub fn rounds(more: &str, criteria: &[&str]) -> String {
    let criteria = criteria.join(", ");
    format!(
        "
rounds:
  - key: final
    title: Chung khảo
    phase: final
    {more}
    criteria: [{criteria}]
"
    )
}

impl Site {
    /// The shipped units and the demo's province.
    pub async fn units(&self) {
        let tx = db::begin(&self.app.db).await.expect("a transaction");
        let mut rows = unit::top();
        rows.extend(unit::demo().into_iter().map(|(line, row)| (line + 1000, row)));
        let faults = unit::import(&tx, rows, self.app.clock.now()).await.expect("an import");
        assert_eq!(faults, []);
        tx.commit().await.expect("committed");
    }

    /// Somebody with this address, whose name is the part before the @.
    pub async fn person(&self, email: &str) -> UserId {
        let tx = db::begin(&self.app.db).await.expect("a transaction");
        let id = account::invite(&tx, "", email, self.app.clock.now()).await.expect("a person");
        tx.commit().await.expect("committed");
        id
    }

    /// Somebody who administers the site.
    pub async fn admin(&self, email: &str) -> UserId {
        use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
        let id = self.person(email).await;
        let row = entity::user::Entity::find_by_id(id).one(&self.app.db).await;
        let mut row = row.expect("a row").expect("a person").into_active_model();
        row.is_admin = Set(true);
        let tx = db::begin(&self.app.db).await.expect("a transaction");
        row.update(&tx).await.expect("an administrator");
        tx.commit().await.expect("committed");
        id
    }

    /// A browser in which this person signed in by a code.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.post("/session/code", &[("email", email)]).await;
        self.work().await;
        let letter = self.letters().pop().expect("a letter with the code");
        let code: String = letter
            .body
            .lines()
            .next()
            .expect("a line")
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let answer = browser.post("/session", &[("email", email), ("code", &code)]).await;
        assert_eq!(answer.location.as_deref(), Some("/desk"), "{email} is signed in");
        browser
    }

    /// An officer who leads this unit, and the browser in which they are signed in.
    pub async fn leads(&self, unit: &str, email: &str) -> Browser {
        self.holds_office(unit, email, entity::officer::Role::Lead).await
    }

    /// An officer of this unit, and the browser in which they are signed in.
    pub async fn holds_office(
        &self,
        unit: &str,
        email: &str,
        role: entity::officer::Role,
    ) -> Browser {
        use entity::officer;
        use sea_orm::{EntityTrait, Set};
        let user = self.person(email).await;
        let tx = db::begin(&self.app.db).await.expect("a transaction");
        let unit = unit::by_code(&tx, unit).await.expect("a unit");
        let row = officer::ActiveModel {
            id: Set(entity::id::OfficerId::new()),
            unit_id: Set(unit.id),
            user_id: Set(user),
            role: Set(role),
            valid_from: Set(self.app.clock.now()),
            valid_to: Set(None),
            granted_by: Set(None),
        };
        officer::Entity::insert(row).exec_without_returning(&tx).await.expect("an office");
        tx.commit().await.expect("committed");
        self.signed_in(email).await
    }
}
