//! Values without fields, as JSON.

use std::io::Write;

use async_graphql::{ID, Json, OutputType};
use chrono::{DateTime, Utc};
use entity::values::{
    AccountRole, AssessmentTrigger, AuditAction, Datum, DecisionReason, FindingCode, FindingOutcome, ObligationStatus,
    OrganisationKind, PhotoState, Rank, Stage, TeamRoleKind, Tier, Verdict,
};
use serde::Serialize;
use uuid::Uuid;

use crate::graphql::support::scalars::{Date, IsoWeek};

/// A value that is written as it is: what the schema calls a scalar or an enum, or a list of such.
pub(in crate::graphql) trait Leaf: OutputType + 'static {
    /// Writes it as JSON.
    fn write(&self, out: &mut Vec<u8>);
}

/// Writing into a vector does not fail, and what is written is text and numbers.
fn json(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

macro_rules! as_json {
    ($($name:ty),+) => {$(
        impl Leaf for $name {
            fn write(&self, out: &mut Vec<u8>) {
                json(self, out);
            }
        }
    )+};
}
as_json!(String, bool, i32, i64, u32, f64);

/// Values of the schema's own, by what they are written as.
macro_rules! leaves {
    ($($name:ty: $text:expr),+ $(,)?) => {$(
        impl Leaf for $name {
            fn write(&self, out: &mut Vec<u8>) {
                let text: fn(&$name) -> _ = $text;
                let _ = write!(out, "\"{}\"", text(self));
            }
        }
    )+};
}
leaves! {
    ID: |id| id.0.clone(),
    Uuid: |id| id.hyphenated(),
    DateTime<Utc>: DateTime::to_rfc3339,
    Date: |date| date.0,
    IsoWeek: |week| week.0,
    AccountRole: |value| value.as_str(),
    AssessmentTrigger: |value| value.as_str(),
    AuditAction: |value| value.as_str(),
    Datum: |value| value.as_str(),
    DecisionReason: |value| value.as_str(),
    FindingCode: |value| value.as_str(),
    FindingOutcome: |value| value.as_str(),
    ObligationStatus: |value| value.as_str(),
    OrganisationKind: |value| value.as_str(),
    PhotoState: |value| value.as_str(),
    Rank: |value| value.as_str(),
    Stage: |value| value.as_str(),
    TeamRoleKind: |value| value.as_str(),
    Tier: |value| value.as_str(),
    Verdict: |value| value.as_str(),
}

impl<T: Serialize + Send + Sync + 'static> Leaf for Json<T>
where
    Self: OutputType,
{
    fn write(&self, out: &mut Vec<u8>) {
        json(&self.0, out);
    }
}

impl<T: Leaf> Leaf for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

impl<T: Leaf> Leaf for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (place, item) in self.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            item.write(out);
        }
        out.push(b']');
    }
}
