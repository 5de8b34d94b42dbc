//! What people do with Onsite, one file an action: authorise, load, decide, store, publish.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU32},
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Notify, Semaphore};

use crate::{
    clock::Clock,
    domain::week::local_date,
    events::Feed,
    identity_provider::IdentityProvider,
    photos::ObjectStore,
    store::{self, Database},
};

mod access;
mod access_tokens;
mod account_policy;
mod accounts;
mod arrivals;
mod attempts;
mod audit;
mod backup;
mod boundaries;
mod boundary_hints;
mod chain;
mod change_password;
mod check_in;
mod clock_watch;
mod contradictions;
mod counting;
mod devices;
mod discard_photos;
mod export_evidence;
mod failure;
mod housekeeping;
mod identities;
mod import_roster;
mod import_sites;
mod inspection;
mod judging;
mod known_projects;
mod known_sessions;
mod list_accounts;
mod manage_accounts;
mod nearest_sites;
mod passwords;
mod period;
mod photo_limits;
mod photo_upload;
mod policies;
mod projects;
mod reassess;
mod recount;
mod rejudge;
mod restore;
mod review;
mod second_factor;
mod sessions;
mod sign_in;
mod single_sign_on;
mod store_watch;
mod submission;
mod weekly_visits;

use boundaries::Boundaries;
use known_sessions::KnownSessions;

pub use access::scope_of;
pub use access_tokens::{AccessToken, TokenRequest};
pub use account_policy::AccountPolicy;
pub use accounts::{NewAccount, login_of};
pub use arrivals::Arrivals;
pub use audit::{Actor, accounts_of_trail, audit_trail};
pub use backup::BackedUp;
pub use boundary_hints::BoundaryHint;
pub use check_in::{Recorded, fuzz_check_in};
pub use clock_watch::ClockWatch;
pub use devices::{DeviceRequest, IssuedChallenge};
pub use export_evidence::Exported;
pub use failure::{Broken, Failure, Refusal, RefusalCode};
pub use import_roster::RosterImported;
pub use import_sites::{SiteElsewhere, SitesImported};
pub use inspection::INSPECTION_LEASE;
pub use list_accounts::ListedAccount;
pub use nearest_sites::{SiteOffer, Whereabouts};
pub use period::Period;
pub use photo_limits::PhotoLimits;
pub use photo_upload::{PhotoUploadRequest, UploadTicket};
pub use policies::PolicyChange;
pub use reassess::{Reassessment, Trial};
pub use recount::{Difference, Recounted};
pub use rejudge::{RejudgeRequest, Rejudged, Transition};
pub use restore::{RestoreError, Restored, restore};
pub use review::{AppealRequest, ReviewRequest};
pub use second_factor::Enrolment;
pub use sign_in::{SignInRequest, SignedIn};
pub use single_sign_on::{SentAway, SingleSignOnReturn};
pub use submission::{
    BATCH_LIMIT, CheckInRequest, DeviceSignature, FIX_LIMIT, FixRequest, NOTE_LIMIT, PHOTO_LIMIT, Uptime,
};
pub use weekly_visits::{LeaderWeek, WeekRange, weekly_visits};

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
        let policies = store::policy::all(self.database.reader()).await?;
        Ok(check_in::policy_at(&policies, self.clock.now())?.time_zone)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It holds keys.
        f.write_str("App")
    }
}
