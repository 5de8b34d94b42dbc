//! Lists accounts, for the command line.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{account, ids::AccountId, person};

use crate::{
    app::{App, Broken},
    store::{self, account::AccountFilter},
};

/// Accounts read at once.
const BATCH: u64 = 500;

/// An account and what is known of it.
#[derive(Clone, Debug)]
pub struct ListedAccount {
    /// As the database has it.
    pub account: account::Model,
    /// Whom it belongs to.
    pub person: Option<person::Model>,
    /// Since when it signs in with a second factor.
    pub second_factor_since: Option<DateTime<Utc>>,
    /// Whether someone known to the identity provider signs in to it.
    pub linked: bool,
    /// When somebody last signed in to it.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

impl App {
    /// Accounts by sign-in name, those of `filter`, after `after`; none where there are no more.
    pub async fn listed_accounts(
        &self,
        filter: &AccountFilter,
        after: Option<&ListedAccount>,
    ) -> Result<Vec<ListedAccount>, Broken> {
        let reader = self.database.reader();
        let after = after.map(|listed| listed.account.login.as_str());
        let rows = store::account::after(reader, filter, after, BATCH).await?;
        let ids: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
        let people = store::person::find(reader, rows.iter().filter_map(|row| row.person_id)).await?;
        let people: HashMap<_, _> = people.into_iter().map(|person| (person.id, person)).collect();
        let factors: HashMap<_, _> =
            store::second_factor::confirmed(reader, ids.iter().copied()).await?.into_iter().collect();
        let identities = store::identity::of_accounts(reader, ids.iter().copied()).await?;
        let linked: HashSet<_> = identities.into_iter().map(|identity| identity.account_id).collect();
        let signed_in: HashMap<_, _> = store::session::last_opened(reader, ids).await?.into_iter().collect();
        let listed = rows.into_iter().map(|account| ListedAccount {
            person: account.person_id.and_then(|id| people.get(&id).cloned()),
            second_factor_since: factors.get(&account.id).copied(),
            linked: linked.contains(&account.id),
            last_sign_in_at: signed_in.get(&account.id).copied(),
            account,
        });
        Ok(listed.collect())
    }
}
