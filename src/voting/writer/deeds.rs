//! What a writer does to its log beside votes: notes, the close, the result, new keys.

use super::{Batch, Deed, Details, Error, HANDED_ON, Standing, TRIES, Writer, in_time, project};

impl Writer {
    /// Does it; tries again while the database fails.
    pub(super) async fn perform(&mut self, deed: &Deed) -> Result<Standing, Error> {
        for attempt in 0..TRIES {
            match self.attempt_deed(deed).await {
                Err(error @ (Error::Database(_) | Error::Stuck)) => {
                    tracing::warn!("the log is not written yet: {error}");
                    self.recover(attempt).await;
                }
                Err(Error::Changed) => {}
                done => return done,
            }
        }
        Err(Error::Busy)
    }

    async fn attempt_deed(&mut self, deed: &Deed) -> Result<Standing, Error> {
        let late = if self.desk.node.1.is_empty() { 0 } else { HANDED_ON };
        let doors = self.desk.doors.clone();
        let loaded = self.load().await?;
        let ends = loaded.policy.ends();
        let from = if doors.any_before(ends) { None } else { Some(ends.plus_seconds(late)) };
        let mut batch = Batch::default();
        if matches!(deed, Deed::Rotate) {
            self.rotate().await?;
        } else if matches!(deed, Deed::Open) && loaded.memory.tree.size() == 0 {
            self.commit(&mut batch, false).await?;
        } else if let Some((leaf, text)) = loaded.leaf_of(deed, from)? {
            batch.add(&leaf, Details::Text(text.clone()));
            self.commit(&mut batch, false).await?;
            self.load().await?.memory.heed(&leaf, &text);
        } else if matches!(deed, Deed::Destroy) {
            loaded.keys.destroy_nullifier().map_err(Error::Keys)?;
            self.loaded = None;
        }
        if matches!(deed, Deed::Glance) {
            let step = project::step(self.line.pool(), self.contest, || true);
            self.lag = in_time(step).await?.more;
        }
        let loaded = self.load().await?;
        let waits = matches!(deed, Deed::Close(now) if loaded.is_due(*now));
        let memory = &loaded.memory;
        let (leaves, votes, closed) = (memory.tree.size(), memory.votes, memory.closed);
        Ok(Standing { leaves, votes, closed, waits })
    }

    /// Lets new keys sign from here on. The log says so first; then they take the old ones' place.
    async fn rotate(&mut self) -> Result<(), Error> {
        let fresh = self.desk.fresh;
        let loaded = self.load().await?;
        if loaded.memory.tree.size() == 0 {
            return Err(Error::Unknown);
        }
        let (rules, text) = match loaded.bind()? {
            Some((_, text)) => (loaded.policy.rules_hash(), text),
            None => (loaded.memory.rules, loaded.memory.text.clone()),
        };
        let renewed = loaded.keys.renewed(fresh).map_err(Error::Keys)?;
        let leaf = loaded.amend(rules, &renewed);
        loaded.renewed = Some(renewed);
        loaded.memory.rules = rules;
        let mut batch = Batch::default();
        batch.add(&leaf, Details::Text(text.clone()));
        let written = self.commit(&mut batch, false).await;
        let Some(loaded) = self.loaded.as_mut() else { return Err(Error::Busy) };
        let renewed = loaded.renewed.take();
        if let Err(error) = written {
            self.loaded = None;
            return Err(error);
        }
        loaded.memory.heed(&leaf, &text);
        if let Some(renewed) = renewed {
            renewed.settle().map_err(Error::Keys)?;
            loaded.keys = renewed;
        }
        Ok(())
    }
}
