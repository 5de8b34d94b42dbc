//! What a request costs, by what can be fetched for it, and whether whoever sent it can still afford that.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, Error, ErrorExtensions, parser::types::Selection};
use messages::message;

use super::limits::excess;
use crate::graphql::support::error::{ErrorCode, coded};

pub(in crate::graphql) mod introspection;
pub(in crate::graphql) mod lists;
pub(in crate::graphql) mod price;

/// Takes a cost from what someone may spend, or tells for how long to wait.
pub type Charge = Box<dyn Fn(usize) -> Result<(), Duration> + Send + Sync>;

/// What one request costs.
#[derive(Default)]
pub struct Meter {
    cost: OnceLock<usize>,
    /// The limit's name, and what takes from it.
    charge: Option<(&'static str, Charge)>,
}

impl Meter {
    /// A meter that charges somebody for what it measures; `limit` is the setting that says what they may spend.
    pub fn charging(limit: &'static str, charge: Charge) -> Self {
        Self { cost: OnceLock::new(), charge: Some((limit, charge)) }
    }

    /// The cost, once it is measured.
    pub fn cost(&self) -> Option<usize> {
        self.cost.get().copied()
    }

    /// Takes note of a cost, and charges for it if it is within the limit.
    pub(in crate::graphql) fn measure(&self, cost: usize, limit: usize) -> Result<(), Error> {
        let _ = self.cost.set(cost);
        if cost > limit {
            return Err(excess("cost", cost, limit));
        }
        match &self.charge {
            Some((name, charge)) => charge(cost).map_err(|wait| rate_limited(name, wait)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// Something was asked for too often; `limit` is the setting's name.
pub fn rate_limited(limit: &str, wait: Duration) -> Error {
    let seconds = wait.as_secs().max(1);
    coded(ErrorCode::RateLimited, &message!(LimitUsedUp { limit, seconds })).extend_with(|_, extensions| {
        extensions.set("limit", limit);
        extensions.set("retryAfterSeconds", seconds);
    })
}

/// What may be done only so often in a minute, whatever a request for it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedAction {
    /// An attempt to sign in.
    SignIn,
    /// Leave to upload a photo.
    Upload,
}

/// What is left of that to whoever sent a request, and what became of what the request would do.
#[derive(Clone)]
pub struct ActionQuota {
    take: Arc<dyn Fn(LimitedAction) -> Result<(), Error> + Send + Sync>,
    used: Arc<Usage>,
}

#[derive(Default)]
struct Usage {
    /// Something was done.
    some: AtomicBool,
    /// Why something was not, where the request asks for nothing else.
    refusal: OnceLock<Error>,
}

impl ActionQuota {
    /// Each use calls `take`.
    pub fn new(take: impl Fn(LimitedAction) -> Result<(), Error> + Send + Sync + 'static) -> Self {
        Self { take: Arc::new(take), used: Arc::default() }
    }

    /// Why nothing of what the request would do may be done any more. Then there is nothing to tell of its execution.
    pub(in crate::graphql) fn refusal(&self) -> Option<Error> {
        self.used.refusal.get().filter(|_| !self.used.some.load(Ordering::Relaxed)).cloned()
    }
}

impl fmt::Debug for ActionQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActionQuota")
    }
}

/// Takes one of what is left to whoever asks, or tells how long to wait.
pub(in crate::graphql) fn take(ctx: &Context<'_>, action: LimitedAction) -> Result<(), Error> {
    let Some(quota) = ctx.data_opt::<ActionQuota>() else { return Ok(()) };
    let taken = (quota.take)(action);
    match &taken {
        Ok(()) => quota.used.some.store(true, Ordering::Relaxed),
        Err(error) if asks_for_nothing_else(ctx) => {
            let _ = quota.used.refusal.set(error.clone());
        }
        Err(_) => {}
    }
    taken
}

/// Whether the operation does nothing but what this field does, be it several times.
fn asks_for_nothing_else(ctx: &Context<'_>) -> bool {
    let own = ctx.field().name();
    ctx.query_env.operation.node.selection_set.node.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => field.node.name.node == own || field.node.name.node == "__typename",
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_over_the_limit_is_not_charged_for() {
        let meter = Meter::charging("viewerCost", Box::new(|_| panic!("charged")));
        let error = meter.measure(201, 200).unwrap_err();
        assert_eq!(error.extensions.unwrap().get("limit"), Some(&"cost".into()));
        assert_eq!(meter.cost(), Some(201));
    }

    #[test]
    fn who_has_spent_everything_is_told_when_to_come_back() {
        let meter = Meter::charging("viewerCost", Box::new(|_| Err(Duration::from_secs(7))));
        let error = meter.measure(20, 200).unwrap_err();
        assert!(error.message.contains("viewerCost") && error.message.contains("7 s"), "{}", error.message);
    }
}
