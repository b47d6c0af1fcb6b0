//! How units and groups take part, and how entries came in.

use super::Export;
use crate::contest::Organiser;
use crate::sheet::Cell;
use crate::web::Result;
use crate::web::group::Group;
use crate::web::pages::pace::course;
use crate::{reports, unit, voting};

impl Export<'_> {
    pub(super) async fn participation(&mut self) -> Result<()> {
        let (db, now) = (&self.app.db, self.v.now);
        for share in reports::participation(db, self.contest.id(), now, true).await? {
            let members = share.members.filter(|members| *members > 0);
            let millionths = members.map(|all| {
                Cell::Millionths(i64::from(share.entrants) * 100_000_000 / i64::from(all))
            });
            self.row(&[
                share.unit.code.into(),
                share.unit.name.into(),
                share.entries.into(),
                share.entrants.into(),
                share.votes.into(),
                share.members.into(),
                millionths.into(),
            ])?;
        }
        Ok(())
    }

    /// Group links with how many people voted by each, never who, and their signed addresses.
    pub(super) async fn links(&mut self) -> Result<()> {
        let (db, contest) = (&self.app.db, self.contest.id());
        let links = voting::links(db, contest).await?;
        let voters = voting::voters_by_link(db, contest).await?;
        let units = unit::names(db, links.iter().filter_map(|link| link.unit_id)).await?;
        for link in links {
            let address = format!("{}/v/{}", self.v.base, Group::of(&link).text(self.app));
            let unit = link.unit_id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
            self.row(&[
                Cell::from(i64::from(link.number)),
                Cell::from(link.label),
                Cell::from(unit),
                Cell::from(i64::from(link.quota)),
                Cell::from(voters.get(&link.number).copied().unwrap_or(0)),
                Cell::from(address),
            ])?;
        }
        Ok(())
    }

    /// How entries came in, beside an earlier contest.
    pub(super) async fn arrivals(&mut self, by: &Organiser, with: Option<&str>) -> Result<()> {
        let course = course(self.app, self.v, (self.contest, by), with).await?;
        for day in course.into_iter().flat_map(|course| course.days) {
            self.row(&[
                day.number.into(),
                self.v.day(&day.begins).into(),
                day.own.map(|own| own.0).into(),
                day.own.map(|own| own.1).into(),
                day.before.map(|before| before.0).into(),
                day.before.map(|before| before.1).into(),
            ])?;
        }
        Ok(())
    }
}
