//! `onsite account list`

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use comfy_table::{Table, presets::NOTHING};
use entity::values::AccountRole;
use messages::{Message, message};
use serde_json::json;

use super::super::{
    CommandError,
    speech::words,
    values::{account_role, any_role},
};
use crate::{
    app::{App, ListedAccount},
    store::account::AccountFilter,
};

/// List accounts, by sign-in name. Times are UTC.
#[derive(Debug, Args)]
pub(in crate::command) struct List {
    /// Only accounts with this role
    #[arg(long, value_parser = any_role())]
    role: Option<AccountRole>,
    /// Only accounts that are disabled
    #[arg(long)]
    disabled: bool,
    /// For programs: one JSON object a line
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, app: &App) -> Result<(), CommandError> {
        let filter = AccountFilter {
            roles: self.role.map(|role| vec![role]),
            disabled: self.disabled.then_some(true),
            ..AccountFilter::default()
        };
        let mut table = Table::new();
        table.load_preset(NOTHING).set_header([
            words!(AccountsLogin),
            words!(AccountsRole),
            words!(AccountsPerson),
            words!(AccountsWays),
            words!(AccountsLast),
        ]);
        let mut last = None;
        let mut out = io::stdout().lock();
        loop {
            let listed = app.listed_accounts(&filter, last.as_ref()).await?;
            if listed.is_empty() {
                break;
            }
            for account in &listed {
                if self.json {
                    writeln!(out, "{}", object(account))?;
                } else {
                    table.add_row(row(account));
                }
            }
            last = listed.into_iter().next_back();
        }
        if !self.json {
            writeln!(out, "{table}")?;
        }
        Ok(())
    }
}

fn row(listed: &ListedAccount) -> [String; 5] {
    let account = &listed.account;
    let ways = [
        (account.disabled_at.is_some(), message!(AccountsDisabled)),
        (account.disabled_at.is_none() && account.one_time_until.is_some(), message!(AccountsOneTimePassword)),
        (listed.second_factor_since.is_some(), message!(AccountsSecondFactor)),
        (listed.linked, message!(AccountsSingleSignOn)),
    ];
    let ways: Vec<Message> = ways.into_iter().filter_map(|(is, way)| is.then_some(way)).collect();
    let ways = if ways.is_empty() { vec![message!(AccountsPassword)] } else { ways };
    let person = listed.person.as_ref().map_or_else(|| "–".to_owned(), |person| person.name.clone());
    [
        account.login.clone(),
        account_role(account.role),
        person,
        words!(AccountsListed { ways }),
        listed.last_sign_in_at.map_or_else(|| words!(AccountsNever), told),
    ]
}

fn object(listed: &ListedAccount) -> serde_json::Value {
    let account = &listed.account;
    json!({
        "login": account.login,
        "role": account.role,
        "person": listed.person.as_ref().map(|person| &person.name),
        "createdAt": told(account.created_at),
        "disabledAt": account.disabled_at.map(told),
        "oneTimePasswordUntil": account.one_time_until.map(told),
        "secondFactorSince": listed.second_factor_since.map(told),
        "singleSignOn": listed.linked,
        "lastSignInAt": listed.last_sign_in_at.map(told),
    })
}

fn told(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
