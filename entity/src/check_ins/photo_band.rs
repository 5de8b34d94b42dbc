//! A part of a photo's perceptual hash, to find photos that look alike.

use sea_orm::entity::prelude::*;

use crate::ids::PhotoId;

/// A part of a photo's perceptual hash, to find photos that look alike.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo_band")]
pub struct Model {
    /// The photo.
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    /// Which part: 0, 1, 2 or 3.
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: i32,
    /// Its 16 bits.
    pub value: i32,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
