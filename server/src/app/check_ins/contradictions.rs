//! Judges check-ins again that another one, recorded later, contradicts: of the two both are for review.
//!
//! Who is contradicted is put into a queue by the transaction that records the other, so that no crash forgets it, and
//! is judged again right after it, or by any server's job. People's decisions stand.

use std::time::Duration;

use entity::ids::CheckInId;
use sea_orm::ConnectionTrait;
use tracing::Instrument;

use super::judging::Contradicted;
use crate::{
    app::{
        App, Broken, policy,
        visits::counting::{self, Trigger},
    },
    clock::Clock,
    store,
};

/// How often the queue is looked at; what is found is judged at once as well.
const POLL: Duration = Duration::from_secs(5);
const AT_ONCE: u64 = 64;

/// Queues those that the rule which contradicts them has not found before; returns whether there are any.
pub(in crate::app) async fn queue(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    contradicted: &[Contradicted],
) -> Result<bool, Broken> {
    if contradicted.is_empty() {
        return Ok(false);
    }
    let known = store::contradiction::known(connection, contradicted.iter().map(|other| other.check_in)).await?;
    let news = |other: &&Contradicted| other.rule.is_none_or(|rule| !known.contains(&(other.check_in, rule)));
    let mut queued: Vec<CheckInId> = contradicted.iter().filter(news).map(|other| other.check_in).collect();
    queued.sort_unstable();
    queued.dedup();
    if queued.is_empty() {
        return Ok(false);
    }
    store::contradiction::queue(connection, queued, clock.now()).await?;
    Ok(true)
}

impl App {
    /// Judges what waits, for ever; drop the future to stop.
    pub async fn watch_contradictions(&self) {
        loop {
            self.judge_contradicted().await;
            tokio::time::sleep(POLL).await;
        }
    }

    /// Judges what waits. What can't be judged now stays in the queue.
    pub(in crate::app) async fn judge_contradicted(&self) {
        let waiting = match store::contradiction::waiting(self.database.reader(), AT_ONCE).await {
            Ok(waiting) => waiting,
            Err(error) => return tracing::warn!(%error, "contradictions can't be looked for; trying again"),
        };
        let any = !waiting.is_empty();
        for check_in in waiting {
            let judging = async {
                if let Err(error) = self.judge_contradicted_one(check_in).await {
                    tracing::warn!(%check_in, %error, "a contradicted check-in can't be judged again; trying again");
                }
            };
            judging.instrument(self.job_span_of("CONTRADICTION", check_in.0)).await;
        }
        if any {
            self.feed.wake();
        }
    }

    async fn judge_contradicted_one(&self, id: CheckInId) -> Result<(), Broken> {
        let transaction = self.database.begin().await?;
        let check_in = store::check_in::get(&transaction, id).await?.ok_or_else(|| counting::missing(id))?;
        let week = counting::week_of(&check_in);
        let tally = store::weekly_tally::lock(&transaction, check_in.project_id, check_in.person_id, week).await?;
        let taken = store::contradiction::take(&transaction, id).await?;
        if taken && !self.is_inspected_later(&transaction, id).await? {
            let policies = policy::versions(&transaction).await?;
            let policy = policies.at(check_in.corrected_at)?;
            let look = self.look(&transaction, &check_in, &[], policy).await?;
            if !look.same {
                let trigger = Trigger::Contradiction;
                counting::record(&transaction, &self.clock, &check_in, &look.judged, trigger, &tally).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Whether photos of it wait for inspection, which judges it by everything known then.
    pub(in crate::app) async fn is_inspected_later(
        &self,
        connection: &impl ConnectionTrait,
        id: CheckInId,
    ) -> Result<bool, Broken> {
        let photos = store::photo::of_check_ins(connection, [id]).await?;
        Ok(photos.iter().any(|photo| photo.inspected_at.is_none()))
    }

    /// After a judgement was committed that other transactions may have missed, and that may have missed theirs: looks
    /// once more, and queues the check-in if it stands otherwise now.
    pub(in crate::app) async fn look_once_more(&self, id: CheckInId) -> Result<(), Broken> {
        let connection = self.database.reader();
        let check_in = store::check_in::get(connection, id).await?.ok_or_else(|| counting::missing(id))?;
        if self.is_inspected_later(connection, id).await? {
            return Ok(());
        }
        let policies = policy::versions(connection).await?;
        let policy = policies.at(check_in.corrected_at)?;
        if !self.look(connection, &check_in, &[], policy).await?.same {
            store::contradiction::queue(self.database.writer(), vec![id], self.clock.now()).await?;
        }
        Ok(())
    }
}
