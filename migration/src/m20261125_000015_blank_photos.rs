//! Whether a photo shows nothing, and what of its EXIF can't be read.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 3] = ["shows_nothing", "unread_position", "unread_time"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Of photos that were inspected before it is not known; their check-ins keep the verdicts they have.
        for column in COLUMNS {
            let column = boolean(column).default(false).take();
            manager.alter_table(Table::alter().table("photo_inspection").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("photo_inspection").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
