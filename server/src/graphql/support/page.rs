//! Relay's paging arguments, and cursors.

use async_graphql::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate};
use messages::message;
use uuid::Uuid;

use super::error::bad_argument;
use crate::{
    app::login_of,
    graphql::engine::levels::Asking,
    store::{
        account::AccountKey, audit::AuditKey, check_in::CheckInKey, page::Page, project::ProjectKey, visit::VisitKey,
    },
};

/// Rows on a page where nothing is said.
pub(in crate::graphql) const DEFAULT_SIZE: i32 = 50;
/// Rows on a page at most.
pub(in crate::graphql) const LARGEST_SIZE: i32 = 500;

/// Relay's paging arguments as they come.
#[derive(Debug, Default)]
pub(in crate::graphql) struct PageArguments {
    /// The first so many.
    pub(in crate::graphql) first: Option<i32>,
    /// The last so many.
    pub(in crate::graphql) last: Option<i32>,
    /// Only after this cursor.
    pub(in crate::graphql) after: Option<String>,
    /// Only before this cursor.
    pub(in crate::graphql) before: Option<String>,
}

impl PageArguments {
    /// As they are asked of a field.
    pub(in crate::graphql) fn asked(asking: &Asking<'_>) -> Result<Self> {
        Ok(Self {
            first: asking.argument("first")?,
            last: asking.argument("last")?,
            after: asking.argument("after")?,
            before: asking.argument("before")?,
        })
    }

    /// The page they ask for.
    pub(in crate::graphql) fn page<K: CursorKey>(self) -> Result<Page<K>> {
        let (size, from_end, argument) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(bad_argument("last", &message!(FirstAndLast)));
            }
            (None, Some(last)) => (last, true, "last"),
            (first, None) => (first.unwrap_or(DEFAULT_SIZE), false, "first"),
        };
        if !(1..=LARGEST_SIZE).contains(&size) {
            return Err(bad_size(argument, LARGEST_SIZE));
        }
        Ok(Page {
            size: u64::from(size.unsigned_abs()),
            from_end,
            after: cursor("after", self.after)?,
            before: cursor("before", self.before)?,
        })
    }
}

/// How many rows of a list without cursors are wanted, by its argument: 1 to `most`, and `usual` if nothing is said.
pub(in crate::graphql) fn some(argument: &str, given: Option<i32>, usual: i32, most: i32) -> Result<u64> {
    let size = given.unwrap_or(usual);
    if !(1..=most).contains(&size) {
        return Err(bad_size(argument, most));
    }
    Ok(u64::from(size.unsigned_abs()))
}

fn bad_size(argument: &str, most: i32) -> Error {
    bad_argument(argument, &message!(SizeOutOfRange { argument, most }))
}

fn cursor<K: CursorKey>(argument: &str, text: Option<String>) -> Result<Option<K>> {
    let Some(text) = text else { return Ok(None) };
    let key = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| {
        let text = String::from_utf8(bytes).ok()?;
        let (tag, rest) = text.split_once('|')?;
        let (by, id) = rest.split_once('|')?;
        (tag == K::TAG).then(|| K::of(by, id.parse().ok()?)).flatten()
    });
    match key {
        Some(key) => Ok(Some(key)),
        None => Err(bad_argument(argument, &message!(CursorOfAnotherList { argument }))),
    }
}

/// The opaque form of a key.
pub(in crate::graphql) fn encode<K: CursorKey>(key: &K) -> String {
    let (by, id) = key.parts();
    URL_SAFE_NO_PAD.encode(format!("{}|{by}|{id}", K::TAG))
}

/// A place in a list that has an opaque form.
pub(in crate::graphql) trait CursorKey: Sized {
    const TAG: &'static str;
    fn parts(&self) -> (String, Uuid);
    fn of(by: &str, id: Uuid) -> Option<Self>;
}

impl CursorKey for ProjectKey {
    const TAG: &'static str = "project";
    fn parts(&self) -> (String, Uuid) {
        (self.number.to_string(), self.id.0)
    }
    fn of(by: &str, id: Uuid) -> Option<Self> {
        Some(Self { number: by.parse().ok()?, id: id.into() })
    }
}

impl CursorKey for VisitKey {
    const TAG: &'static str = "visit";
    fn parts(&self) -> (String, Uuid) {
        (self.local_date.to_string(), self.id.0)
    }
    fn of(by: &str, id: Uuid) -> Option<Self> {
        Some(Self { local_date: by.parse::<NaiveDate>().ok()?, id: id.into() })
    }
}

impl CursorKey for CheckInKey {
    const TAG: &'static str = "check-in";
    fn parts(&self) -> (String, Uuid) {
        (self.corrected_at.timestamp_millis().to_string(), self.id.0)
    }
    fn of(by: &str, id: Uuid) -> Option<Self> {
        Some(Self { corrected_at: DateTime::from_timestamp_millis(by.parse().ok()?)?, id: id.into() })
    }
}

impl CursorKey for AccountKey {
    const TAG: &'static str = "account";
    fn parts(&self) -> (String, Uuid) {
        (self.login.clone(), self.id.0)
    }
    fn of(by: &str, id: Uuid) -> Option<Self> {
        Some(Self { login: login_of(by)?, id: id.into() })
    }
}

impl CursorKey for AuditKey {
    const TAG: &'static str = "audit";
    fn parts(&self) -> (String, Uuid) {
        (self.at.timestamp_millis().to_string(), self.id.0)
    }
    fn of(by: &str, id: Uuid) -> Option<Self> {
        Some(Self { at: DateTime::from_timestamp_millis(by.parse().ok()?)?, id: id.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arguments(first: Option<i32>, last: Option<i32>) -> PageArguments {
        PageArguments { first, last, ..PageArguments::default() }
    }

    #[test]
    fn sizes_have_limits_and_a_default() {
        assert_eq!(arguments(None, None).page::<VisitKey>().unwrap().size, 50);
        assert!(arguments(None, Some(3)).page::<VisitKey>().unwrap().from_end);
        for (first, last) in [(Some(0), None), (Some(501), None), (None, Some(-1)), (Some(1), Some(1))] {
            assert!(arguments(first, last).page::<VisitKey>().is_err());
        }
    }

    proptest! {
        #[test]
        fn cursors_survive_and_lists_are_kept_apart(number: i32, id: u128) {
            let key = ProjectKey { number, id: Uuid::from_u128(id).into() };
            let text = encode(&key);
            prop_assert_eq!(cursor::<ProjectKey>("after", Some(text.clone())).unwrap(), Some(key));
            prop_assert!(cursor::<VisitKey>("after", Some(text)).is_err());
        }

        #[test]
        fn no_text_makes_a_cursor_panic(text: String) {
            let _ = cursor::<CheckInKey>("before", Some(text));
        }
    }
}
