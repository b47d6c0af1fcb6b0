//! Who stands on the demo's stage: its union, its people, the password with which they sign in.

use anyhow::Result;
use entity::id::{OfficerId, UserId};
use entity::instant::Instant;
use entity::{contest as contests, officer, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use super::plays::{self, Crew, DAY};
use super::{cast, film};
use crate::app::{self, App};
use crate::entry::code;
use crate::{account, db, unit};

/// Who there is to sign in as: role, address, first page.
pub(super) const ROLES: [(&str, &str, &str); 5] = [
    ("Quản trị / administrator", "quantri@hoithi.example", "/desk"),
    ("Ban tổ chức / organiser", "totchuc@hoithi.example", "/desk"),
    ("Phê duyệt / approver", "pheduyet@hoithi.example", "/desk"),
    ("Giám khảo / judge", "giamkhao1@hoithi.example", "/desk"),
    ("Duyệt bài / screener", "duyetbai@hoithi.example", "/desk"),
];

/// Fills an empty folder; says the password with which all roles sign in.
pub(super) async fn fill(app: &App) -> Result<String> {
    let kept = app.config.data.folder.join("password");
    if contests::Entity::find().count(&app.db).await? > 0 {
        return Ok(std::fs::read_to_string(kept).unwrap_or_default());
    }
    let now = app.clock.now();
    let drawn = [0, 1].map(film::film);
    let password = fresh_password();
    union(app, now).await?;
    let mut cast = Vec::new();
    for (number, (_, email, _)) in (900..).zip(ROLES) {
        cast.push(cast::person(app, &super::people::name(number), email, now).await?);
    }
    for number in 2..4_u64 {
        let email = format!("giamkhao{number}@hoithi.example");
        cast.push(cast::person(app, &super::people::name(950 + number), &email, now).await?);
    }
    secrets(app, &cast, &password).await?;
    let [_, organiser, approver, first, screener, second, third] = cast[..] else {
        anyhow::bail!("seven people");
    };
    office(app, "ldld-thi-diem", organiser, now).await?;
    office(app, "tong-lien-doan", organiser, now).await?;
    let crew = Crew { organiser, approver, screener, judges: [first, second, third] };
    plays::finished(app, &crew, now).await?;
    plays::voting(app, &crew, now).await?;
    plays::essays(app, &crew, now).await?;
    plays::posters(app, &crew, now).await?;
    plays::films(app, &crew, drawn, now).await?;
    std::fs::write(kept, &password)?;
    Ok(password)
}

/// A password that chance did not make weak, with too few letters among its digits.
fn fresh_password() -> String {
    loop {
        let password = code::grouped(&code::letters(&app::fresh::<16>())).to_lowercase();
        if account::password::check(&password).is_ok() {
            return password;
        }
    }
}

async fn union(app: &App, now: Instant) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    unit::import(&tx, unit::top(), now.plus_seconds(-100 * DAY)).await?;
    unit::import(&tx, unit::demo(), now.plus_seconds(-100 * DAY)).await?;
    tx.commit().await?;
    Ok(())
}

async fn secrets(app: &App, cast: &[UserId], password: &str) -> Result<()> {
    let hash = account::password::hash(password)?;
    let tx = db::begin(&app.db).await?;
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .filter(user::Column::Id.is_in(cast.iter().copied()))
        .exec(&tx)
        .await?;
    user::Entity::update_many()
        .col_expr(user::Column::IsAdmin, Expr::value(true))
        .filter(user::Column::Id.eq(cast[0]))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn office(app: &App, code: &str, user: UserId, now: Instant) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    let row = officer::ActiveModel {
        id: Set(OfficerId::new()),
        unit_id: Set(unit::by_code(&tx, code).await?.id),
        user_id: Set(user),
        role: Set(officer::Role::Staff),
        valid_from: Set(now.plus_seconds(-100 * DAY)),
        valid_to: Set(None),
        granted_by: Set(None),
    };
    officer::Entity::insert(row).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(())
}
