//! `hoithi user`: people, their offices and ways in, from the operator's side.

use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use entity::id::UserId;
use entity::instant::Instant;
use entity::officer::Role;
use entity::user;
use sea_orm::DatabaseTransaction;
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Act};
use crate::{account, db, unit, web};

/// People: add them, give and take rights, let them in again.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add somebody. They sign in with a code sent to their address; no password is made up.
    ///
    /// Example: hoithi user add lan@example.vn --name "Nguyễn Thị Lan" --admin
    Add {
        /// E-mail address.
        email: String,
        /// Full name, family name first; without it, the address up to its @.
        #[arg(long, default_value = "")]
        name: String,
        /// Let them run the whole site.
        #[arg(long)]
        admin: bool,
    },
    /// Give somebody an office in a unit, or the whole site to run.
    ///
    /// Example: hoithi user grant lan@example.vn --unit ldld-an-giang --role lead
    Grant {
        /// E-mail address.
        email: String,
        /// The unit's code; `hoithi unit list` shows them.
        #[arg(long, value_name = "CODE", required_unless_present = "admin")]
        unit: Option<String>,
        /// What the office allows.
        #[arg(long, value_enum, default_value_t = Office::Staff)]
        role: Office,
        /// Let them run the whole site.
        #[arg(long, conflicts_with = "unit")]
        admin: bool,
    },
    /// Print a link by which somebody signs in once, within a day: for those who get no letters.
    Link {
        /// E-mail address.
        email: String,
    },
    /// List people.
    List {
        /// Only those whose name or address holds this, with or without diacritics.
        #[arg(default_value = "")]
        search: String,
        /// Print JSON, one person a line.
        #[arg(long)]
        json: bool,
    },
    /// End somebody's sessions, and take away what is named.
    Revoke {
        /// E-mail address.
        email: String,
        /// Their offices in this unit.
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// The site as theirs to run.
        #[arg(long)]
        admin: bool,
        /// The account: they cannot sign in any more. `user add` lets them in again.
        #[arg(long)]
        account: bool,
    },
}

/// What an office allows.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Office {
    /// Run contests and enter for people.
    Staff,
    /// The same, and grant offices and approve results.
    Lead,
}

impl From<Office> for Role {
    fn from(office: Office) -> Self {
        match office {
            Office::Staff => Self::Staff,
            Office::Lead => Self::Lead,
        }
    }
}

impl Command {
    pub(super) async fn run(self, app: App) -> Result<()> {
        let now = app.clock.now();
        if let Self::List { search, json } = self {
            return list(&app, &search, json).await;
        }
        let tx = db::begin(&app.db).await?;
        let (said, who) = match self {
            Self::Add { email, name, admin } => {
                let id = account::invite(&tx, &name, &email, now)
                    .await
                    .with_context(|| email.clone())?;
                account::enable(&tx, id).await?;
                if admin {
                    account::set_admin(&tx, id, true).await?;
                }
                let rights = if admin { " and runs the whole site" } else { "" };
                (
                    format!("{email} can sign in at {}/session/new{rights}", base(&app)),
                    ("user-added", id),
                )
            }
            Self::Grant { email, admin: true, .. } => {
                let person = find(&tx, &email).await?;
                account::set_admin(&tx, person.id, true).await?;
                (format!("{email} runs the whole site"), ("admin-granted", person.id))
            }
            Self::Grant { email, unit, role, .. } => {
                let person = find(&tx, &email).await?;
                let unit = place(&tx, &unit.unwrap_or_default()).await?;
                unit::appoint(&tx, unit.id, person.id, role.into(), now).await?;
                (
                    format!("{email} acts for {} and all below it", unit.name),
                    ("office-granted", person.id),
                )
            }
            Self::Link { email } => {
                let person = find(&tx, &email).await?;
                let link = web::pages::session::way_in(&app, &tx, person.id).await?;
                (link, ("sign-in-link-made", person.id))
            }
            Self::Revoke { email, unit, admin, account } => {
                let person = find(&tx, &email).await?;
                let taken = revoke(&tx, person.id, unit, (admin, account), now).await;
                let taken = taken.with_context(|| format!("nothing is taken from {email}"))?;
                (format!("taken from {email}: {taken}"), ("rights-revoked", person.id))
            }
            Self::List { .. } => unreachable!("lists return above"),
        };
        let (act, id) = who;
        let act = Act { role: "operator", act, subject: format!("user:{id}"), ..Act::default() };
        audit::record(&tx, act, now).await?;
        tx.commit().await?;
        print(&said);
        Ok(())
    }
}

/// Ends somebody's sessions and takes away what is named; says what was taken.
async fn revoke(
    tx: &DatabaseTransaction,
    person: UserId,
    unit: Option<String>,
    (admin, account): (bool, bool),
    now: Instant,
) -> Result<String> {
    let mut taken = vec!["their sessions".to_owned()];
    if let Some(code) = unit {
        let unit = place(tx, &code).await?;
        let offices = unit::dismiss(tx, unit.id, person, now).await?;
        taken.push(format!("{offices} offices in {}", unit.name));
    }
    let alone = "let somebody else run the site first: `hoithi user grant EMAIL --admin`";
    if admin {
        account::set_admin(tx, person, false).await.context(alone)?;
        taken.push("the whole site".to_owned());
    }
    if account {
        account::disable(tx, person, now).await.context(alone)?;
        taken.push("the account".to_owned());
    }
    account::end_all(tx, person, None, now).await?;
    Ok(taken.join(", "))
}

fn base(app: &App) -> &str {
    app.config.server.base_url.trim_end_matches('/')
}

async fn find(tx: &DatabaseTransaction, email: &str) -> Result<user::Model> {
    let address = account::email(email).with_context(|| email.to_owned())?;
    match account::by_email(tx, &address).await? {
        Some(person) => Ok(person),
        None => bail!("nobody has the address {address}; `hoithi user add {address}` adds them"),
    }
}

async fn place(tx: &DatabaseTransaction, code: &str) -> Result<entity::unit::Model> {
    let unit = unit::by_code(tx, code).await;
    unit.with_context(|| "`hoithi unit list` shows the codes".to_owned())
}

async fn list(app: &App, search: &str, as_json: bool) -> Result<()> {
    for person in account::search(&app.db, search).await? {
        let email = person.email.as_deref().unwrap_or_default();
        let offices = unit::offices(&app.db, person.id, app.clock.now()).await?;
        let offices: Vec<_> = offices
            .iter()
            .map(|(office, unit)| format!("{}:{}", unit.code, role(office.role)))
            .collect();
        let (admin, off) = (person.is_admin, person.disabled_at.is_some());
        print(&if as_json {
            json!({ "email": email, "name": person.name, "admin": admin, "offices": offices,
                    "disabled": off })
            .to_string()
        } else {
            let rights = [(admin, "admin"), (off, "switched off")];
            let rights =
                rights.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| (*word).to_owned());
            let rights: Vec<_> = rights.chain(offices).collect();
            format!("{email}\t{}\t{}", person.name, rights.join(" "))
        });
    }
    Ok(())
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Lead => "lead",
        Role::Staff => "staff",
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn print(line: &str) {
    println!("{line}");
}
