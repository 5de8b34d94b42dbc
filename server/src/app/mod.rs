//! What people do with Onsite, one file an action: authorise, load, decide, store, publish.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU32},
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::visits::week::local_date;
use objects::ObjectStore;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Notify, Semaphore};

use crate::{clock::Clock, events::Feed, identity_provider::IdentityProvider, store::Database};

mod access;
mod accounts;
mod check_ins;
mod failure;
mod policy;
mod projects;
mod upkeep;
mod visits;

use accounts::known_sessions::KnownSessions;
use projects::boundaries::Boundaries;

pub use access::scope_of;
pub use accounts::{
    access_tokens::{AccessToken, TokenRequest},
    account_policy::AccountPolicy,
    add_account::{NewAccount, login_of},
    audit::Actor,
    list_accounts::ListedAccount,
    second_factor::Enrolment,
    sign_in::{SignInRequest, SignedIn},
    single_sign_on::{AuthorizationRedirect, SingleSignOnReturn},
};
#[cfg(feature = "fuzzing")]
pub use check_ins::fuzzing::fuzz_check_in;
pub use check_ins::{
    arrivals::Arrivals,
    check_in::Recorded,
    devices::{DeviceRequest, IssuedChallenge},
    export_evidence::Exported,
    fixes::first_fix,
    inspection::INSPECTION_LEASE,
    photo_limits::PhotoLimits,
    photo_upload::{PhotoUploadRequest, UploadTicket},
    reassess::{Reassessment, TrialPolicy},
    rejudge::{RejudgeRequest, Rejudged, Transition},
    review::{AppealRequest, ReviewRequest},
    submission::{BATCH_LIMIT, CheckInRequest, DeviceSignature, FIX_LIMIT, NOTE_LIMIT, PHOTO_LIMIT, Uptime},
};
pub use failure::{Broken, Failure, Refusal, RefusalCode};
pub use policy::PolicyChange;
pub use projects::{
    boundary_hints::BoundaryHint,
    import_roster::RosterImported,
    import_sites::{SiteElsewhere, SitesImported},
    nearest_sites::{PhonePosition, SiteOffer},
};
pub use upkeep::{
    backup::BackedUp,
    clock_watch::ClockWatch,
    restore::{RestoreError, Restored, restore},
};
pub use visits::{
    period::Period,
    recount::{Difference, Recounted},
    weekly_visits::{LeaderWeek, WeekRange, weekly_visits},
};

/// The parts every action may need.
pub struct App {
    /// The database.
    pub database: Database,
    /// Where photos are.
    pub objects: ObjectStore,
    /// Time and ids.
    pub clock: Clock,
    /// What happened, in order.
    pub feed: Arc<Feed>,
    /// What is asked of accounts.
    account_policy: AccountPolicy,
    /// Where people sign in beside here; none where single sign-on is off.
    identity_provider: Option<IdentityProvider>,
    /// Authenticates challenges.
    challenge_key: Vec<u8>,
    boundaries: Boundaries,
    /// What was seen when the clock was last looked at.
    pub clock_watch: Arc<ClockWatch>,
    known_sessions: KnownSessions,
    /// Rung when a photo waits for inspection.
    photo_waits: Notify,
    photo_limits: PhotoLimits,
    /// Looking at a picture takes memory and a core: one at a time.
    looking: Semaphore,
    /// Rounds of inspection in a row in which the store handed over nothing.
    store_failures: AtomicU32,
    /// argon2id takes memory and time on purpose: only so many at once.
    hashing: Semaphore,
}

impl App {
    /// Puts the parts together.
    #[expect(clippy::too_many_arguments, reason = "one for each part")]
    pub fn new(
        database: Database,
        objects: ObjectStore,
        clock: Clock,
        feed: Arc<Feed>,
        challenge_key: &SecretString,
        account_policy: AccountPolicy,
        photo_limits: PhotoLimits,
        identity_provider: Option<IdentityProvider>,
    ) -> Self {
        let challenge_key = challenge_key.expose_secret().as_bytes().to_vec();
        Self {
            account_policy,
            identity_provider,
            challenge_key,
            boundaries: Boundaries::new(),
            clock_watch: Arc::default(),
            known_sessions: KnownSessions::new(),
            database,
            objects,
            clock,
            feed,
            photo_waits: Notify::new(),
            photo_limits,
            looking: Semaphore::new(1),
            store_failures: AtomicU32::new(0),
            hashing: Semaphore::new(2),
        }
    }

    /// Which day it is where the plan runs.
    pub async fn today(&self) -> Result<NaiveDate, Broken> {
        Ok(local_date(self.clock.now(), self.time_zone().await?))
    }

    /// The time zone of the policy in force.
    pub async fn time_zone(&self) -> Result<Tz, Broken> {
        Ok(policy::versions(self.database.reader()).await?.at(self.clock.now())?.time_zone)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It holds keys.
        f.write_str("App")
    }
}
