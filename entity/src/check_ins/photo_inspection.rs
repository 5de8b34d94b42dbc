//! What was found in a photo.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::PhotoId;

/// What was found in a photo.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo_inspection")]
pub struct Model {
    /// The photo.
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    /// Why it can't be read; none if it can.
    pub problem: Option<String>,
    /// Format its bytes are in.
    pub format: Option<String>,
    /// Width as shown, pixels.
    pub width: Option<i32>,
    /// Height as shown, pixels.
    pub height: Option<i32>,
    /// Where it says it was taken, WGS-84 degrees.
    pub latitude: Option<f64>,
    /// Where it says it was taken, WGS-84 degrees.
    pub longitude: Option<f64>,
    /// Error of that position, metres.
    pub position_error_m: Option<f64>,
    /// When it says it was taken.
    pub taken_at: Option<DateTime<Utc>>,
    /// Make and model of the camera.
    pub camera: Option<String>,
    /// The program that saved it.
    pub software: Option<String>,
    /// Whether it looks like a screenshot.
    pub screenshot: bool,
    /// Whether it was saved by a program that edits pictures.
    pub edited: bool,
    /// Whether nothing can be made out on it: it is all of one colour, or smaller than an icon.
    pub shows_nothing: bool,
    /// Whether it says where it was taken in a way that can't be read.
    pub unread_position: bool,
    /// Whether it says when it was taken in a way that can't be read.
    pub unread_time: bool,
    /// Perceptual hash, 64 bits.
    pub perceptual_hash: Option<i64>,
    /// ThumbHash, base64.
    pub thumbhash: Option<String>,
    /// Where the small rendition is.
    pub small_key: Option<String>,
    /// Where the large rendition is.
    pub large_key: Option<String>,
    /// When it was inspected.
    pub inspected_at: DateTime<Utc>,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
