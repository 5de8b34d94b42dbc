//! A check-in, kept as it was sent and never changed.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{CheckInId, PersonId, ProjectId},
    values::Datum,
};

/// A check-in, kept as it was sent and never changed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "check_in")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CheckInId,
    /// Who checked in.
    pub person_id: PersonId,
    /// At which project.
    pub project_id: ProjectId,
    /// When the phone says it happened.
    pub captured_at: DateTime<Utc>,
    /// When the phone says it sent it.
    pub sent_at: DateTime<Utc>,
    /// When the server received it: when the head of its request came, or its message on a socket.
    pub received_at: DateTime<Utc>,
    /// Captured, corrected by the difference between the phone's clock and the server's, what the message was on its way, so
    /// far as known, taken off.
    pub corrected_at: DateTime<Utc>,
    /// Local day of the corrected capture in the policy's time zone.
    pub local_date: NaiveDate,
    /// Latitude as sent, degrees in `datum`.
    pub latitude: Option<f64>,
    /// Longitude as sent, degrees in `datum`.
    pub longitude: Option<f64>,
    /// Datum as sent.
    pub datum: Option<Datum>,
    /// 68 % accuracy radius, metres.
    pub accuracy_m: Option<f64>,
    /// When the phone got the fix, on the phone's clock.
    pub fixed_at: Option<DateTime<Utc>>,
    /// Whether the phone said that the location was mocked.
    pub mocked: Option<bool>,
    /// Which start of the phone the two uptimes count from.
    pub boot_id: Option<String>,
    /// The phone's uptime at capture, milliseconds.
    pub captured_uptime_ms: Option<i64>,
    /// The phone's uptime at sending, milliseconds.
    pub sent_uptime_ms: Option<i64>,
    /// The challenge it carries.
    pub challenge: Option<String>,
    /// Fingerprint of the device that signed it.
    pub device: Option<String>,
    /// Its signature, base64.
    #[sea_orm(column_type = "Text", nullable)]
    pub signature: Option<String>,
    /// Whether the phone's developer options were on, if it says so.
    pub developer_mode: Option<bool>,
    /// What the visitor wrote.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// SHA-256 of the content as sent, hexadecimal: tells a retry from a conflict.
    pub content_sha256: String,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
