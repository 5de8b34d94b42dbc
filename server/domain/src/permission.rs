//! Who is asking, and what they may do: the table, and what it comes to for one viewer.

use chrono::{DateTime, Utc};
use entity::{
    ids::{AccountId, PersonId, SessionId},
    values::{AccountRole, TokenScope},
};

mod rule;
pub mod table;

pub use rule::{Action, Grants, Relation, Rule, Who};
use table::{read, read_in_full};

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

    /// Who they are to the table.
    pub fn who(&self) -> Who {
        if self.grant == Grant::Enrolment { Who::Enrolling } else { Who::of(self.role) }
    }

    /// How near to them something about a person is that they were given by a rule.
    pub fn relation_to(&self, person: PersonId, given_by: &Rule) -> Relation {
        if self.is(person) { Relation::Own } else { given_by.reach(self.who()).unwrap_or(Relation::Any) }
    }

    /// Whether a rule allows them anything at all.
    pub fn has_part_in(&self, rule: &Rule) -> bool {
        rule.reach(self.who()).is_some()
    }

    /// What was done to accounts' permissions: administrators and the office.
    pub fn reads_audit_trail(&self) -> bool {
        self.has_part_in(const { read("Query", "auditTrail") })
    }

    /// Whether it makes a difference to [`Viewer::phone_of`] who serves on a team with them.
    pub fn asks_for_team_mates(&self) -> bool {
        let rule = const { read_in_full("Person", "phone") };
        rule.permits(self.who(), Relation::Team) && !rule.permits(self.who(), Relation::Any)
    }

    /// The phone number of a person as far as they may see it: whole for its owner, those on a team with them and the
    /// office, masked for others, none for administrators.
    pub fn phone_of(&self, person: PersonId, team_mate: bool, phone: &str) -> Option<String> {
        let relation = match (self.is(person), team_mate) {
            (true, _) => Relation::Own,
            (_, true) => Relation::Team,
            _ => Relation::Any,
        };
        if const { read_in_full("Person", "phone") }.permits(self.who(), relation) {
            Some(phone.to_owned())
        } else {
            self.has_part_in(const { read("Person", "phone") }).then(|| masked_phone(phone))
        }
    }
}

/// A phone number of which the first three and the last two digits are left.
fn masked_phone(phone: &str) -> String {
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
    // role, person, a team-mate; evidence, photos, phone
    #[case(AccountRole::Office, 9, false, [true, true], Some("13800000001"))]
    #[case(AccountRole::Staff, 1, true, [true, true], Some("13800000001"))]
    #[case(AccountRole::Staff, 2, true, [false, true], Some("13800000001"))]
    #[case(AccountRole::Staff, 2, false, [false, true], Some("138******01"))]
    #[case(AccountRole::Analyst, 9, false, [false, false], Some("138******01"))]
    #[case(AccountRole::Analyst, 9, true, [false, false], Some("138******01"))]
    #[case(AccountRole::Analyst, 1, false, [true, true], Some("13800000001"))]
    #[case(AccountRole::Administrator, 9, true, [false, false], None)]
    fn who_sees_what_of_a_check_in_they_may_load(
        #[case] role: AccountRole,
        #[case] person: u128,
        #[case] team_mate: bool,
        #[case] sees: [bool; 2],
        #[case] phone: Option<&str>,
    ) {
        let viewer = viewer(role, person);
        let seen = [("CheckIn", "fix"), ("Photo", "downloadUrl")]
            .map(|(on, field)| read(on, field).permits(viewer.who(), viewer.relation_to(OWNER, read(on, "id"))));
        assert_eq!(seen, sees);
        assert_eq!(viewer.phone_of(OWNER, team_mate, "13800000001").as_deref(), phone);
    }

    #[rstest]
    #[case(AccountRole::Office)]
    #[case(AccountRole::Staff)]
    #[case(AccountRole::Analyst)]
    #[case(AccountRole::Administrator)]
    fn who_is_kept_to_enrolment_may_do_nothing_else(#[case] role: AccountRole) {
        let viewer = Viewer { grant: Grant::Enrolment, ..viewer(role, 1) };
        let may = table::TABLE.iter().filter(|rule| rule.grants.is_some() && viewer.has_part_in(rule));
        let may: Vec<_> = may.flat_map(|rule| rule.fields.iter().copied()).collect();
        assert_eq!(
            may,
            [
                "singleSignOn",
                "viewer",
                "beginSingleSignOn",
                "completeSingleSignOn",
                "signIn",
                "beginTotpEnrolment",
                "confirmTotpEnrolment",
                "signOut",
                "person",
                "personalAccessTokens",
                "role",
                "secondFactor",
                "sessionExpiresAt",
                "sessions"
            ]
        );
    }

    #[rstest]
    #[case(AccountRole::Administrator, true, true)]
    #[case(AccountRole::Office, false, true)]
    #[case(AccountRole::Staff, false, false)]
    #[case(AccountRole::Analyst, false, false)]
    fn who_manages_accounts(#[case] role: AccountRole, #[case] manages: bool, #[case] reads: bool) {
        let viewer = viewer(role, 1);
        assert_eq!(viewer.has_part_in(table::change("createAccount")), manages);
        assert_eq!(viewer.reads_audit_trail(), reads);
    }

    #[rstest]
    #[case("13800000001", "138******01")]
    #[case("041185550000", "041*******00")]
    #[case("12345", "*****")]
    fn phones_are_masked(#[case] phone: &str, #[case] masked: &str) {
        assert_eq!(masked_phone(phone), masked);
    }
}
