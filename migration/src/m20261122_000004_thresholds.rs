//! Policies hold the limits of every rule; findings say whether they count; assessments keep what they were made of.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            // Going down leaves a policy what it asks for.
            if manager.has_column(table, column.get_column_name()).await? {
                continue;
            }
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("assessment", "inputs"), ("finding", "counts")] {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 3] {
    [
        ("policy", text("thresholds").default("{}").take()),
        ("finding", boolean("counts").default(true).take()),
        ("assessment", text_null("inputs")),
    ]
}
