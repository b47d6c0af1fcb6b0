//! The panel: who joins it, who leaves it, who may change final sheets.

use actix_web::web;

use super::back;
use super::show::draw;
use crate::app::App;
use crate::judging::{self, Error};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::invite;
use crate::web::{Failure, Result, View};
use crate::{account, db};

/// Gives somebody a seat and writes to them.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn add(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, key) = path.into_inner();
    let tx = db::begin(&app.db).await?;
    let invited = account::invite(&tx, form.text("name"), form.text("email"), v.now).await;
    let user = match invited {
        Ok(user) => user,
        Err(error) => {
            drop(tx);
            let refused = Failure::from(error).said()?;
            return draw(&app, v, &contest, key, &form, refused).await;
        }
    };
    judging::add(&tx, &organiser, &key, user, form.ticked("chair"), v.now).await?;
    invite::write(&tx, &v, &contest, ("seat", form.text("email")), |_| Vec::new()).await?;
    tx.commit().await?;
    back(&slug, &key)
}

/// Takes a judge off the panel.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn remove(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    path: web::Path<(String, String, String)>,
    form: Form,
) -> Result {
    let (slug, key, seat) = path.into_inner();
    let seat = seat.parse().map_err(|_| Error::Unknown)?;
    let tx = db::begin(&app.db).await?;
    judging::remove(&tx, &organiser, &key, seat, v.now).await?;
    if let Err(unsure) = form.sure() {
        drop(tx);
        return draw(&app, v, &contest, key, &form, vec![unsure]).await;
    }
    tx.commit().await?;
    back(&slug, &key)
}

/// Lets a judge who declared the sheets final change them again.
///
/// # Errors
/// Forbidden to anybody but organisers; everything else is said on the page.
pub async fn unlock(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    path: web::Path<(String, String, String)>,
    form: Form,
) -> Result {
    let (slug, key, seat) = path.into_inner();
    let seat = seat.parse().map_err(|_| Error::Unknown)?;
    let tx = db::begin(&app.db).await?;
    match judging::unlock(&tx, &by, (&key, seat), form.text("reason"), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            back(&slug, &key)
        }
        Err(error) => {
            drop(tx);
            let refused = Failure::from(error).said()?;
            draw(&app, v, &contest, key, &Form::default(), refused).await
        }
    }
}
