//! Devices that sign check-ins, and what a check-in says of its clock, its challenge and its further fixes.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(device()).await?;
        manager.create_table(check_in_fix()).await?;
        for column in columns() {
            manager.alter_table(Table::alter().table("check_in").add_column(column).to_owned()).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for column in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table("check_in").drop_column(name).to_owned()).await?;
        }
        for table in ["check_in_fix", "device"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

const INDEXES: [(&str, &str, &[&str]); 3] = [
    ("device_person", "device", &["person_id"]),
    ("check_in_device", "check_in", &["device", "corrected_at"]),
    ("check_in_coordinates", "check_in", &["person_id", "latitude", "longitude"]),
];

fn device() -> TableCreateStatement {
    Table::create()
        .table("device")
        .col(string_len("fingerprint", 64))
        .col(uuid("person_id"))
        .col(text("public_key"))
        .col(string("name"))
        .col(timestamp_with_time_zone("registered_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .primary_key(Index::create().col("fingerprint").col("person_id"))
        .foreign_key(ForeignKey::create().from_tbl("device").from_col("person_id").to_tbl("person").to_col("id"))
        .to_owned()
}

fn check_in_fix() -> TableCreateStatement {
    Table::create()
        .table("check_in_fix")
        .col(uuid("check_in_id"))
        .col(integer("ordinal"))
        .col(double("latitude"))
        .col(double("longitude"))
        .col(string_len("datum", 32))
        .col(double("accuracy_m"))
        .col(timestamp_with_time_zone("fixed_at"))
        .col(boolean_null("mocked"))
        .primary_key(Index::create().col("check_in_id").col("ordinal"))
        .foreign_key(
            ForeignKey::create().from_tbl("check_in_fix").from_col("check_in_id").to_tbl("check_in").to_col("id"),
        )
        .to_owned()
}

fn columns() -> [ColumnDef; 7] {
    [
        string_len_null("boot_id", 64),
        big_integer_null("captured_uptime_ms"),
        big_integer_null("sent_uptime_ms"),
        string_len_null("challenge", 512),
        string_len_null("device", 64),
        text_null("signature"),
        boolean_null("developer_mode"),
    ]
}
