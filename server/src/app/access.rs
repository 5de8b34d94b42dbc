//! From who is asking to what they may load.

use domain::permission::{Grant, Relation, Rule, Viewer};
use entity::{
    account, session,
    values::{AccountRole, TokenScope},
};

use crate::store::scope::Scope;

/// What a viewer may load by a rule of the permission table.
pub fn scope_of(viewer: &Viewer, rule: &Rule) -> Scope {
    match (rule.reach(viewer.who()), viewer.person) {
        (Some(Relation::Any), _) => Scope::Everything,
        (Some(Relation::Unit), Some(person)) => Scope::Unit(person),
        (Some(Relation::Team), Some(person)) => Scope::Team(person),
        (Some(Relation::Own), Some(person)) => Scope::Own(person),
        (None, _) | (_, None) => Scope::Nothing,
    }
}

/// Whoever comes with a session of an account.
pub(super) fn viewer_with(session: &session::Model, account: &account::Model) -> Viewer {
    Viewer {
        account: account.id,
        session: session.id,
        expires_at: session.expires_at,
        // Who manages accounts does so for nobody: what they do as a person, they do with another account.
        person: account.person_id.filter(|_| account.role != AccountRole::Administrator),
        role: account.role,
        grant: session.scopes.as_deref().map_or(Grant::Whole, |scopes| Grant::of_token(&scopes_of(scopes))),
    }
}

/// The scopes that are written in a row. What a newer server wrote there allows nothing.
pub(super) fn scopes_of(text: &str) -> Vec<TokenScope> {
    let known = [TokenScope::Read, TokenScope::Subscribe];
    known.into_iter().filter(|scope| text.split(' ').any(|name| name == scope.as_str())).collect()
}
