//! A device whose key signs check-ins.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A device whose key signs check-ins.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    /// SHA-256 of its public key (SubjectPublicKeyInfo), hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fingerprint: String,
    /// Who registered it; several people may share a device, each in their own name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Its P-256 public key: SubjectPublicKeyInfo, DER, base64.
    #[sea_orm(column_type = "Text")]
    pub public_key: String,
    /// What it calls itself.
    pub name: String,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
    /// From when on its signatures count no more.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
