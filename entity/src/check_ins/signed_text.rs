//! What a device says that it signed, where that is another text than the canonical one.

use sea_orm::entity::prelude::*;

use crate::ids::CheckInId;

/// What a device says that it signed, kept as it was sent.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signed_text")]
pub struct Model {
    /// The check-in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub check_in_id: CheckInId,
    /// The text.
    #[sea_orm(column_type = "Text")]
    pub text: String,
}

/// How rows are joined is said where they are read; no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
