//! Whoever runs a contest, and the contest: what every page of its desk begins with.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::signed::Signed;
use super::{Failure, View};
use crate::app::App;
use crate::contest::{self, Contest, Organiser};
use crate::refusal::Kind;

/// The contest that an address names as `{slug}`, and the right to run it; anybody else is refused.
#[derive(Debug)]
pub struct Organised(pub Contest, pub Organiser);

impl FromRequest for Organised {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let who = Signed::extract(&request).await?;
            let app = request.app_data::<web::Data<App>>();
            let app = app.ok_or_else(|| Failure::new(Kind::Broken, "broken"))?;
            let slug = request.match_info().get("slug").unwrap_or_default();
            let contest = contest::by_slug(&app.db, slug).await?;
            let now = View::of(&request).now;
            let organiser = Organiser::of(&app.db, &contest, who.id(), now).await?;
            Ok(Self(contest, organiser))
        })
    }
}
