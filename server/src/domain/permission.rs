//! Who is asking, and what they may see of a person.

use chrono::{DateTime, Utc};
use entity::{
    ids::{AccountId, PersonId, SessionId},
    values::{AccountRole, TokenScope},
};

/// What a request would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Read.
    Query,
    /// Change something.
    Mutation,
    /// Follow what happens.
    Subscription,
}

/// What a viewer came with allows them, within what their account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A session: everything.
    Whole,
    /// A session without the second factor that their role must have: only to set that up.
    Enrolment,
    /// A personal access token: what its scopes say.
    Token {
        /// Queries.
        read: bool,
        /// Subscriptions.
        subscribe: bool,
    },
}

impl Grant {
    /// What a token of these scopes allows.
    pub fn of_token(scopes: &[TokenScope]) -> Self {
        Self::Token { read: scopes.contains(&TokenScope::Read), subscribe: scopes.contains(&TokenScope::Subscribe) }
    }
}

/// Whoever is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Their account.
    pub account: AccountId,
    /// The session they came with.
    pub session: SessionId,
    /// When that session ends by itself.
    pub expires_at: DateTime<Utc>,
    /// The person they are; an analyst may be none.
    pub person: Option<PersonId>,
    /// What their account may do.
    pub role: AccountRole,
    /// What of that the session or token they came with allows.
    pub grant: Grant,
}

impl Viewer {
    /// Whether they are that person.
    pub fn is(&self, person: PersonId) -> bool {
        self.person == Some(person)
    }

    /// Whether what they came with allows this kind of operation; no token ever allows a mutation.
    pub fn may(&self, operation: Operation) -> bool {
        match (self.grant, operation) {
            (Grant::Whole | Grant::Enrolment, _) => true,
            (Grant::Token { read, .. }, Operation::Query) => read,
            (Grant::Token { subscribe, .. }, Operation::Subscription) => subscribe,
            (Grant::Token { .. }, Operation::Mutation) => false,
        }
    }

    /// Accounts: administrators alone.
    pub fn manages_accounts(&self) -> bool {
        self.role == AccountRole::Administrator
    }

    /// What was done to accounts' permissions: administrators and the office.
    pub fn reads_audit_trail(&self) -> bool {
        matches!(self.role, AccountRole::Administrator | AccountRole::Office)
    }

    /// Precise positions, fixes and notes: their owner and the office.
    pub fn sees_evidence_of(&self, person: PersonId) -> bool {
        self.role == AccountRole::Office || self.is(person)
    }

    /// Photos: their owner, the project's team and the office; never an analyst.
    pub fn sees_photos_of(&self, person: PersonId, on_team: bool) -> bool {
        self.sees_evidence_of(person) || (on_team && self.role == AccountRole::Staff)
    }

    /// Whole phone numbers: their owner, team-mates and the office. Others see them masked.
    pub fn sees_phone_of(&self, person: PersonId, team_mate: bool) -> bool {
        self.sees_evidence_of(person) || (team_mate && self.role == AccountRole::Staff)
    }
}

/// A phone number of which the first three and the last two digits are left.
pub fn masked_phone(phone: &str) -> String {
    let length = phone.chars().count();
    let shown = |position| length >= 7 && (position < 3 || position + 2 >= length);
    phone.chars().enumerate().map(|(position, digit)| if shown(position) { digit } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use uuid::Uuid;

    const OWNER: PersonId = PersonId(Uuid::from_u128(1));

    fn viewer(role: AccountRole, person: u128) -> Viewer {
        Viewer {
            account: AccountId(Uuid::nil()),
            session: SessionId(Uuid::nil()),
            expires_at: DateTime::UNIX_EPOCH,
            person: Some(PersonId(Uuid::from_u128(person))),
            role,
            grant: Grant::Whole,
        }
    }

    #[rstest]
    #[case(Grant::Whole, [true, true, true])]
    #[case(Grant::of_token(&[TokenScope::Read]), [true, false, false])]
    #[case(Grant::of_token(&[TokenScope::Subscribe]), [false, false, true])]
    #[case(Grant::of_token(&[TokenScope::Read, TokenScope::Subscribe]), [true, false, true])]
    #[case(Grant::of_token(&[]), [false, false, false])]
    fn a_token_allows_what_its_scopes_say(#[case] grant: Grant, #[case] may: [bool; 3]) {
        let viewer = Viewer { grant, ..viewer(AccountRole::Office, 1) };
        let operations = [Operation::Query, Operation::Mutation, Operation::Subscription];
        assert_eq!(operations.map(|operation| viewer.may(operation)), may);
    }

    #[rstest]
    // role, person, on the team; evidence, photos, phone
    #[case(AccountRole::Office, 9, false, [true, true, true])]
    #[case(AccountRole::Staff, 1, true, [true, true, true])]
    #[case(AccountRole::Staff, 2, true, [false, true, true])]
    #[case(AccountRole::Staff, 2, false, [false, false, false])]
    #[case(AccountRole::Analyst, 9, false, [false, false, false])]
    #[case(AccountRole::Analyst, 9, true, [false, false, false])]
    #[case(AccountRole::Administrator, 9, true, [false, false, false])]
    fn who_sees_what(#[case] role: AccountRole, #[case] person: u128, #[case] team: bool, #[case] sees: [bool; 3]) {
        let viewer = viewer(role, person);
        let seen =
            [viewer.sees_evidence_of(OWNER), viewer.sees_photos_of(OWNER, team), viewer.sees_phone_of(OWNER, team)];
        assert_eq!(seen, sees);
    }

    #[rstest]
    #[case(AccountRole::Administrator, true, true)]
    #[case(AccountRole::Office, false, true)]
    #[case(AccountRole::Staff, false, false)]
    #[case(AccountRole::Analyst, false, false)]
    fn who_manages_accounts(#[case] role: AccountRole, #[case] manages: bool, #[case] reads: bool) {
        let viewer = viewer(role, 1);
        assert_eq!((viewer.manages_accounts(), viewer.reads_audit_trail()), (manages, reads));
    }

    #[rstest]
    #[case("13800000001", "138******01")]
    #[case("041185550000", "041*******00")]
    #[case("12345", "*****")]
    fn phones_are_masked(#[case] phone: &str, #[case] masked: &str) {
        assert_eq!(masked_phone(phone), masked);
    }
}
