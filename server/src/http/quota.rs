//! How much each may ask in a minute: whoever is signed in, and every address.
//!
//! Each server counts for itself, so several servers allow so many times as much. Limits are buckets that fill evenly
//! (GCRA): whoever has asked nothing for a minute may ask a minute's worth at once.

use std::{
    fmt::Write,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_graphql::Error;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use entity::ids::AccountId;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::{StateInformationMiddleware, StateSnapshot},
    state::keyed::DefaultKeyedStateStore,
};
use serde::Deserialize;

use super::client::Caller;
use crate::graphql::{ActionQuota, LimitedAction, Meter, engine::cost::rate_limited};

/// How much may be asked in a minute. `onsite.example.toml` gives each limit's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Requests of whoever is signed in.
    pub viewer_requests: NonZeroU32,
    /// Requests from an address, of whomever.
    pub address_requests: NonZeroU32,
    /// Cost of what someone who is signed in asks.
    pub viewer_cost: NonZeroU32,
    /// Cost of what is asked from an address by nobody who is signed in.
    pub address_cost: NonZeroU32,
    /// Attempts to sign in from an address.
    pub sign_ins: NonZeroU32,
    /// Uploads that someone asks for.
    pub viewer_uploads: NonZeroU32,
}

impl Default for Rates {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            viewer_requests: number(600),
            address_requests: number(3_000),
            viewer_cost: number(1_000_000),
            address_cost: number(100_000),
            sign_ins: number(60),
            viewer_uploads: number(120),
        }
    }
}

/// Who pays for what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum QuotaHolder {
    Viewer(AccountId),
    Address(IpAddr),
}

impl QuotaHolder {
    fn of(caller: Caller) -> Self {
        caller.access.0.map_or(Self::Address(caller.address), |viewer| Self::Viewer(viewer.account))
    }
}

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// One limit, for each of many.
struct Bucket<K: Clone + Eq + Hash> {
    /// The setting's name, as clients are told.
    name: &'static str,
    per_minute: NonZeroU32,
    limiter: Keyed<K>,
    uses: AtomicU32,
}

impl<K: Clone + Eq + Hash> Bucket<K> {
    /// Uses between two clearings of those who have asked nothing for a minute.
    const CLEARING: u32 = 10_000;

    fn new(name: &'static str, per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware::<StateInformationMiddleware>();
        Self { name, per_minute, limiter, uses: AtomicU32::new(1) }
    }

    /// Takes so many; what is left, or how long to wait.
    fn take(&self, key: &K, number: u32) -> Result<u32, Duration> {
        if self.uses.fetch_add(1, Ordering::Relaxed).is_multiple_of(Self::CLEARING) {
            self.limiter.retain_recent();
        }
        let left = |state: StateSnapshot| state.remaining_burst_capacity();
        let Some(number) = NonZeroU32::new(number) else { return Ok(self.per_minute.get()) };
        match self.limiter.check_key_n(key, number) {
            Ok(Ok(state)) => Ok(left(state)),
            Ok(Err(not_until)) => Err(not_until.wait_time_from(self.limiter.clock().now())),
            // More than a minute's worth at once: never.
            Err(_) => Err(Duration::from_secs(60)),
        }
    }
}

/// All limits a minute.
pub(super) struct Quotas {
    addresses: Bucket<IpAddr>,
    viewers: Bucket<QuotaHolder>,
    viewer_cost: Arc<Bucket<QuotaHolder>>,
    address_cost: Arc<Bucket<QuotaHolder>>,
    sign_ins: Arc<Bucket<IpAddr>>,
    viewer_uploads: Arc<Bucket<QuotaHolder>>,
    /// What whoever is signed in may spend, as a header; and whoever is not.
    viewer_policy: Option<HeaderValue>,
    address_policy: Option<HeaderValue>,
}

impl Quotas {
    /// Everyone's buckets, full.
    pub(super) fn new(rates: Rates) -> Self {
        Self {
            addresses: Bucket::new("addressRequests", rates.address_requests),
            viewers: Bucket::new("viewerRequests", rates.viewer_requests),
            viewer_cost: Arc::new(Bucket::new("viewerCost", rates.viewer_cost)),
            address_cost: Arc::new(Bucket::new("addressCost", rates.address_cost)),
            sign_ins: Arc::new(Bucket::new("signIns", rates.sign_ins)),
            viewer_uploads: Arc::new(Bucket::new("viewerUploads", rates.viewer_uploads)),
            viewer_policy: policy(&[("requests", rates.viewer_requests), ("cost", rates.viewer_cost)]),
            address_policy: policy(&[("cost", rates.address_cost)]),
        }
    }

    /// One request from an address, before anything is looked up for it.
    pub(super) fn address(&self, address: IpAddr) -> Result<(), Error> {
        self.addresses.take(&address, 1).map(drop).map_err(|wait| rate_limited(self.addresses.name, wait))
    }

    /// One request of whoever it turned out to be.
    pub(super) fn request(&self, caller: Caller, rate_limit: &mut RateLimitStatus) -> Result<(), Error> {
        let holder = QuotaHolder::of(caller);
        if let QuotaHolder::Address(_) = holder {
            rate_limit.policy.clone_from(&self.address_policy);
            return Ok(());
        }
        rate_limit.policy.clone_from(&self.viewer_policy);
        let taken = self.viewers.take(&holder, 1);
        rate_limit.requests = Some(taken.unwrap_or(0));
        taken.map(drop).map_err(|wait| rate_limited(self.viewers.name, wait))
    }

    /// A meter for what the caller asks.
    pub(super) fn meter(&self, caller: Caller, rate_limit: &mut RateLimitStatus) -> Meter {
        let holder = QuotaHolder::of(caller);
        let bucket = match holder {
            QuotaHolder::Viewer(_) => Arc::clone(&self.viewer_cost),
            QuotaHolder::Address(_) => Arc::clone(&self.address_cost),
        };
        let left = Arc::new(AtomicU32::new(u32::MAX));
        rate_limit.cost = Some(Arc::clone(&left));
        Meter::charging(
            bucket.name,
            Box::new(move |cost| {
                let taken = bucket.take(&holder, u32::try_from(cost).unwrap_or(u32::MAX));
                left.store(taken.unwrap_or(0), Ordering::Relaxed);
                taken.map(drop)
            }),
        )
    }

    /// What is left to a caller: attempts to sign in, to their address; uploads, to themselves.
    pub(super) fn quota(&self, caller: Caller) -> ActionQuota {
        let (sign_ins, uploads) = (Arc::clone(&self.sign_ins), Arc::clone(&self.viewer_uploads));
        ActionQuota::new(move |action| {
            let (name, taken) = match action {
                LimitedAction::SignIn => (sign_ins.name, sign_ins.take(&caller.address, 1)),
                LimitedAction::Upload => (uploads.name, uploads.take(&QuotaHolder::of(caller), 1)),
            };
            taken.map(drop).map_err(|wait| rate_limited(name, wait))
        })
    }
}

/// As `RateLimit-Policy`: how much of what in a minute.
fn policy(parts: &[(&str, NonZeroU32)]) -> Option<HeaderValue> {
    let parts: Vec<_> = parts.iter().map(|(name, quota)| format!("\"{name}\";q={quota};w=60")).collect();
    HeaderValue::try_from(parts.join(", ")).ok()
}

/// What a caller had and has left, for the answer's headers.
#[derive(Debug, Default)]
pub(super) struct RateLimitStatus {
    /// What they may spend.
    policy: Option<HeaderValue>,
    /// Requests that are left.
    requests: Option<u32>,
    /// Cost that is left; `u32::MAX` until it is measured.
    cost: Option<Arc<AtomicU32>>,
}

impl RateLimitStatus {
    /// As `RateLimit-Policy` and `RateLimit` (IETF draft-ietf-httpapi-ratelimit-headers-10).
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
        const LEFT: HeaderName = HeaderName::from_static("ratelimit");
        let cost = self.cost.as_ref().map(|left| left.load(Ordering::Relaxed)).filter(|left| *left != u32::MAX);
        let mut told = String::with_capacity(48);
        for (name, left) in [("requests", self.requests), ("cost", cost)] {
            if let Some(left) = left {
                let comma = if told.is_empty() { "" } else { ", " };
                let _ = write!(told, "{comma}\"{name}\";r={left}");
            }
        }
        let told = Some(told).filter(|told| !told.is_empty()).and_then(|told| HeaderValue::try_from(told).ok());
        for (name, value) in [(POLICY, self.policy.clone()), (LEFT, told)] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_at_once_and_no_more() {
        let bucket = Bucket::new("test", NonZeroU32::new(10).unwrap());
        assert_eq!(bucket.take(&1, 4), Ok(6));
        assert_eq!(bucket.take(&1, 6), Ok(0));
        let wait = bucket.take(&1, 1).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(6), "{wait:?}");
        assert_eq!(bucket.take(&2, 1), Ok(9), "everyone has their own");
        assert_eq!(bucket.take(&2, 11), Err(Duration::from_secs(60)));
    }

    #[test]
    fn what_may_be_spent_and_what_is_left_is_told_in_headers() {
        let policy = policy(&[("requests", NonZeroU32::MIN), ("cost", NonZeroU32::MAX)]);
        let rate_limit = RateLimitStatus { policy, requests: Some(599), cost: Some(Arc::new(AtomicU32::new(958))) };
        let mut headers = HeaderMap::new();
        rate_limit.tell(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"requests\";q=1;w=60, \"cost\";q=4294967295;w=60");
        assert_eq!(headers["ratelimit"], "\"requests\";r=599, \"cost\";r=958");
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let unmeasured =
            RateLimitStatus { cost: Some(Arc::new(AtomicU32::new(u32::MAX))), ..RateLimitStatus::default() };
        let mut headers = HeaderMap::new();
        unmeasured.tell(&mut headers);
        assert!(headers.is_empty());
    }
}
