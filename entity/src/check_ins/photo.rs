//! A photo, from the moment its upload is allowed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    ids::{CheckInId, PersonId, PhotoId},
    values::PhotoState,
};

/// A photo, from the moment its upload is allowed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PhotoId,
    /// Who asked to upload it.
    pub person_id: PersonId,
    /// Announced media type.
    pub content_type: String,
    /// Announced length, bytes.
    pub byte_size: i64,
    /// Announced SHA-256, hexadecimal.
    pub sha256: String,
    /// Where the bytes are in the object store.
    #[sea_orm(unique)]
    pub object_key: String,
    /// When the upload was asked for.
    pub requested_at: DateTime<Utc>,
    /// Until when the upload is allowed.
    pub upload_expires_at: DateTime<Utc>,
    /// The check-in it is evidence of.
    pub check_in_id: Option<CheckInId>,
    /// 0, 1, 2 … within the check-in.
    pub ordinal: Option<i32>,
    /// How far it has come.
    pub state: PhotoState,
    /// When its bytes were inspected.
    pub inspected_at: Option<DateTime<Utc>>,
    /// Not used any more: jobs know how often they were begun.
    pub attempts: i32,
    /// Not used any more: jobs know until when they are held.
    pub lease_until: Option<DateTime<Utc>>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
