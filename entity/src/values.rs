//! Shared enumerations: stored as text, shown in the GraphQL schema, documented once.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter, prelude::StringLen};
use serde::{Deserialize, Serialize};

/// A value that has a name, by which it is stored and shown.
pub trait Named: Sized {
    /// The value of this name.
    fn named(text: &str) -> Option<Self>;
}

macro_rules! values {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }
    )+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            Serialize, Deserialize, Enum, EnumIter, DeriveActiveEnum,
        )]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $(
                $(#[$variant_doc])*
                #[sea_orm(string_value = $text)]
                #[graphql(name = $text)]
                $variant,
            )+
        }

        impl Named for $name {
            fn named(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl $name {
            /// All of them, in the order of the schema.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value as it is stored and as the GraphQL schema spells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    )+};
}

values! {
    /// What an account may do in the service plan.
    AccountRole {
        /// The leading group's office: runs the plan and sees everything.
        Office = "OFFICE",
        /// A leader, coordinator or secretary: sees the projects they serve or served.
        Staff = "STAFF",
        /// Reads figures of every project; never precise positions, photos or phone numbers.
        Analyst = "ANALYST",
        /// Manages accounts; sees no projects and no visits, and of people only who they are, whoever they are otherwise.
        Administrator = "ADMINISTRATOR",
    }

    /// What was done to an account's permissions.
    AuditAction {
        /// It was made.
        AccountCreated = "ACCOUNT_CREATED",
        /// It may do something else now.
        RoleChanged = "ROLE_CHANGED",
        /// It can't sign in any more.
        AccountDisabled = "ACCOUNT_DISABLED",
        /// It can sign in again.
        AccountEnabled = "ACCOUNT_ENABLED",
        /// Its owner chose another password.
        PasswordChanged = "PASSWORD_CHANGED",
        /// Someone else gave it another password.
        PasswordReset = "PASSWORD_RESET",
        /// Sessions of it were ended, but not by signing out.
        SessionsRevoked = "SESSIONS_REVOKED",
        /// It signs in with a second factor from now on.
        SecondFactorEnabled = "SECOND_FACTOR_ENABLED",
        /// Its owner gave up its second factor.
        SecondFactorDisabled = "SECOND_FACTOR_DISABLED",
        /// Someone else took its second factor away: its owner lost it.
        SecondFactorReset = "SECOND_FACTOR_RESET",
        /// A recovery code stood in for its second factor.
        RecoveryCodeUsed = "RECOVERY_CODE_USED",
        /// It got a personal access token.
        TokenCreated = "TOKEN_CREATED",
        /// A personal access token of it was ended.
        TokenRevoked = "TOKEN_REVOKED",
        /// Someone known to the identity provider can sign in to it from now on.
        IdentityLinked = "IDENTITY_LINKED",
        /// Nobody known to the identity provider can sign in to it any more.
        IdentityUnlinked = "IDENTITY_UNLINKED",
    }

    /// What a personal access token may do.
    TokenScope {
        /// Ask queries.
        Read = "READ",
        /// Follow subscriptions.
        Subscribe = "SUBSCRIBE",
    }

    /// The geodetic datum a coordinate was given in. Maps and phones in China differ by 100–700 m.
    Datum {
        /// WGS-84, what satellites and GeoJSON use.
        Wgs84 = "WGS84",
        /// GCJ-02, what maps published in China use.
        Gcj02 = "GCJ02",
        /// BD-09, GCJ-02 shifted once more, used by Baidu.
        Bd09 = "BD09",
    }

    /// Why a person decided about a check-in as they did.
    DecisionReason {
        /// Witnesses, a telephone call or records confirm that the person was there.
        Confirmed = "CONFIRMED",
        /// The photos show the site.
        PhotosShowSite = "PHOTOS_SHOW_SITE",
        /// The site was drawn wrongly.
        BoundaryWrong = "BOUNDARY_WRONG",
        /// The phone, the network or the server failed.
        TechnicalFault = "TECHNICAL_FAULT",
        /// The evidence is too weak to count.
        EvidenceInsufficient = "EVIDENCE_INSUFFICIENT",
        /// The person was not there.
        NotThere = "NOT_THERE",
        /// The evidence was made up.
        Fabricated = "FABRICATED",
    }

    /// What one rule found out about a check-in.
    FindingCode {
        /// Whether the project has a site to compare with.
        SiteKnown = "SITE_KNOWN",
        /// Whether the phone sent a position at all.
        FixPresent = "FIX_PRESENT",
        /// Whether the fix's 68 % accuracy radius is usable.
        FixAccuracy = "FIX_ACCURACY",
        /// How old the fix was when the check-in was captured.
        FixAge = "FIX_AGE",
        /// Where the fix lies against the site's boundary, accuracy and tolerance considered.
        Position = "POSITION",
        /// Whether the phone said that its location came from a mock provider.
        MockLocation = "MOCK_LOCATION",
        /// How far the phone's clock was from the server's.
        Clock = "CLOCK",
        /// Whether the photo the policy asks for is there.
        PhotoPresent = "PHOTO_PRESENT",
        /// Whether the stored photos are byte for byte those the phone announced (length and SHA-256).
        PhotoIntact = "PHOTO_INTACT",
        /// Whether the photos are pictures on which something can be made out.
        PhotoReadable = "PHOTO_READABLE",
        /// How far from the fix the photos say they were taken.
        PhotoPosition = "PHOTO_POSITION",
        /// How long before or after the capture the photos say they were taken.
        PhotoTime = "PHOTO_TIME",
        /// Whether the very same photo is evidence of another check-in.
        PhotoReused = "PHOTO_REUSED",
        /// Whether a photo that looks almost the same is evidence of another check-in.
        PhotoSimilar = "PHOTO_SIMILAR",
        /// Whether a photo looks like a screenshot or an edited file, or says something that can't be read. A hint only.
        PhotoOrigin = "PHOTO_ORIGIN",
        /// Whether the phone's clock was set between capture and sending.
        ClockJump = "CLOCK_JUMP",
        /// Whether the capture came after the challenge it carries was issued.
        Challenge = "CHALLENGE",
        /// Whether the check-in carries its device's signature.
        Signature = "SIGNATURE",
        /// How many other people checked in from the same device lately.
        DeviceShared = "DEVICE_SHARED",
        /// Whether the person used another device before. A hint only.
        DeviceNew = "DEVICE_NEW",
        /// Whether the phone's developer options were on. A hint only.
        DeveloperMode = "DEVELOPER_MODE",
        /// Whether several fixes of the check-in can all be true.
        FixesAgree = "FIXES_AGREE",
        /// On how many other days the person sent exactly the same coordinates.
        RepeatedPosition = "REPEATED_POSITION",
        /// How fast the person would have had to travel from their check-in before, or to the one after.
        Travel = "TRAVEL",
    }

    /// The outcome of one rule.
    FindingOutcome {
        /// The evidence satisfies the rule.
        Pass = "PASS",
        /// The evidence is missing or unusable. Never held against anyone.
        Unknown = "UNKNOWN",
        /// The evidence is between clear yes and clear no: a person decides.
        Review = "REVIEW",
        /// The evidence contradicts the rule.
        Fail = "FAIL",
    }

    /// Whether a leader met the weekly visit the plan asks for (R4).
    ObligationStatus {
        /// Enough verified visits.
        Met = "MET",
        /// Not enough verified visits yet, but visits that wait for evidence or review would make it enough.
        Provisional = "PROVISIONAL",
        /// The week is over and there were not enough visits.
        Missed = "MISSED",
        /// Nothing was owed: the project has no site yet, or the role, the open project or its site covered too little of the week.
        Excused = "EXCUSED",
        /// The week is not over.
        Pending = "PENDING",
    }

    /// What kind of organisation this is (R11).
    OrganisationKind {
        /// The municipal leadership.
        Municipality = "MUNICIPALITY",
        /// A sector department or bureau (委办局).
        Department = "DEPARTMENT",
        /// A township, subdistrict or economic zone (乡镇街区).
        Locality = "LOCALITY",
        /// Any other unit.
        Other = "OTHER",
    }

    /// Why an assessment was made.
    AssessmentTrigger {
        /// The check-in arrived.
        Submission = "SUBMISSION",
        /// Its photos were inspected.
        PhotoInspection = "PHOTO_INSPECTION",
        /// It was judged again, for a boundary was corrected or a part had failed.
        Rejudgement = "REJUDGEMENT",
        /// Another check-in that was recorded later contradicts it.
        Contradiction = "CONTRADICTION",
        /// The device that signed it was registered.
        DeviceRegistration = "DEVICE_REGISTRATION",
    }

    /// Work that waits, or comes again.
    JobKind {
        /// A photo of a check-in is to be inspected.
        PhotoInspection = "PHOTO_INSPECTION",
        /// What need not be kept is to be forgotten.
        Housekeeping = "HOUSEKEEPING",
    }

    /// How far a photo has come.
    PhotoState {
        /// An upload was allowed; nothing is attached yet.
        Requested = "REQUESTED",
        /// Attached to a check-in; its bytes wait to be inspected.
        Attached = "ATTACHED",
        /// The stored bytes are the announced ones.
        Intact = "INTACT",
        /// The stored bytes are not the announced ones, or are gone.
        Damaged = "DAMAGED",
    }

    /// A person's rank, as far as the plan's rules ask for it (R2, R3).
    Rank {
        /// Head of the municipality (正市级).
        MunicipalChief = "MUNICIPAL_CHIEF",
        /// Deputy-municipal (副市级).
        MunicipalDeputy = "MUNICIPAL_DEPUTY",
        /// Head of a township or department (正科级).
        TownshipChief = "TOWNSHIP_CHIEF",
        /// Deputy of a township or department (副科级).
        TownshipDeputy = "TOWNSHIP_DEPUTY",
        /// Any other rank.
        Other = "OTHER",
    }

    /// The stage a project has reached (R15).
    Stage {
        /// Information gathered (信息征集).
        Lead = "LEAD",
        /// In negotiation (洽谈).
        Negotiation = "NEGOTIATION",
        /// Signed (签约).
        Signed = "SIGNED",
        /// Enterprise registered (注册).
        Registered = "REGISTERED",
        /// Work begun (开工).
        Started = "STARTED",
        /// Under construction (建设).
        Construction = "CONSTRUCTION",
        /// In production (投产).
        Production = "PRODUCTION",
        /// At capacity (达产).
        Capacity = "CAPACITY",
        /// One full year at capacity: the cycle has ended (R10).
        Graduated = "GRADUATED",
    }

    /// Which part of a team someone plays.
    TeamRoleKind {
        /// “妈妈”: answerable for the project, visits weekly.
        Leader = "LEADER",
        /// “保姆”: clears obstacles, reports up.
        Coordinator = "COORDINATOR",
        /// “秘书”: archive, field liaison, runs errands for approvals.
        Secretary = "SECRETARY",
    }

    /// Which tier serves a project.
    Tier {
        /// The city (市级).
        Municipal = "MUNICIPAL",
        /// A township, subdistrict or economic zone (乡镇街区级).
        Township = "TOWNSHIP",
    }

    /// What was decided about a check-in, or about the visit its check-ins make.
    Verdict {
        /// Recorded; the photos are still being inspected.
        PendingEvidence = "PENDING_EVIDENCE",
        /// The evidence holds.
        Verified = "VERIFIED",
        /// A person has to look: something is missing, or between yes and no.
        NeedsReview = "NEEDS_REVIEW",
        /// The evidence contradicts the visit.
        Rejected = "REJECTED",
    }
}
