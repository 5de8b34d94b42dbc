//! What was found in a photo, and how to find photos that look alike.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(inspection()).await?;
        manager.create_table(band()).await?;
        manager
            .create_index(
                Index::create().name("photo_band_value").table("photo_band").col("band").col("value").to_owned(),
            )
            .await?;
        manager.alter_table(Table::alter().table("photo").add_column(attempts()).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("photo").drop_column("attempts").to_owned()).await?;
        for table in ["photo_band", "photo_inspection"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn attempts() -> ColumnDef {
    integer("attempts").default(0).take()
}

fn inspection() -> TableCreateStatement {
    Table::create()
        .table("photo_inspection")
        .col(uuid("photo_id").primary_key())
        .col(string_len_null("problem", 64))
        .col(string_len_null("format", 16))
        .col(integer_null("width"))
        .col(integer_null("height"))
        .col(double_null("latitude"))
        .col(double_null("longitude"))
        .col(double_null("position_error_m"))
        .col(timestamp_with_time_zone_null("taken_at"))
        .col(string_len_null("camera", 200))
        .col(string_len_null("software", 200))
        .col(boolean("screenshot"))
        .col(boolean("edited"))
        .col(big_integer_null("perceptual_hash"))
        .col(string_len_null("thumbhash", 64))
        .col(string_len_null("small_key", 200))
        .col(string_len_null("large_key", 200))
        .col(timestamp_with_time_zone("inspected_at"))
        .foreign_key(
            ForeignKey::create().from_tbl("photo_inspection").from_col("photo_id").to_tbl("photo").to_col("id"),
        )
        .to_owned()
}

fn band() -> TableCreateStatement {
    Table::create()
        .table("photo_band")
        .col(uuid("photo_id"))
        .col(integer("band"))
        .col(integer("value"))
        .primary_key(Index::create().col("photo_id").col("band"))
        .foreign_key(ForeignKey::create().from_tbl("photo_band").from_col("photo_id").to_tbl("photo").to_col("id"))
        .to_owned()
}
