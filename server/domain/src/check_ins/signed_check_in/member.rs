//! The members of what is signed, by name, and sets of them.

use serde::{Deserialize, Serialize};

macro_rules! members {
    ($($member:ident = $name:literal),+ $(,)?) => {
        /// A member of what is signed; those of a fix stand for those of any fix.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each is the member of its name")]
        pub enum Member {
            $(#[serde(rename = $name)] $member),+
        }

        impl Member {
            const ALL: &[Self] = &[$(Self::$member),+];

            /// Its name in the text.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$member => $name),+
                }
            }
        }
    };
}

members! {
    Id = "id",
    ProjectId = "projectId",
    CapturedAt = "capturedAt",
    Fixes = "fixes",
    Latitude = "latitude",
    Longitude = "longitude",
    Datum = "datum",
    AccuracyMeters = "accuracyMeters",
    FixedAt = "fixedAt",
    Mocked = "mocked",
    Photos = "photos",
    Note = "note",
    Challenge = "challenge",
    BootId = "bootId",
    CapturedUptimeMs = "capturedUptimeMs",
    DeveloperMode = "developerMode",
}

/// A set of members, written as a list of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Member>", from = "Vec<Member>")]
pub struct Members(u32);

impl Members {
    /// Of these.
    pub fn of(members: impl IntoIterator<Item = Member>) -> Self {
        let mut set = Self::default();
        members.into_iter().for_each(|member| set.insert(member));
        set
    }

    /// Adds one.
    pub const fn insert(&mut self, member: Member) {
        self.0 |= 1 << member as u32;
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order in which they are told.
    pub fn iter(self) -> impl Iterator<Item = Member> {
        Member::ALL.iter().copied().filter(move |member| self.0 & (1 << *member as u32) != 0)
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Member::name).collect()
    }
}

impl From<Members> for Vec<Member> {
    fn from(members: Members) -> Self {
        members.iter().collect()
    }
}

impl From<Vec<Member>> for Members {
    fn from(members: Vec<Member>) -> Self {
        Self::of(members)
    }
}
