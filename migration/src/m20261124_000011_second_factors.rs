//! Second factors with their recovery codes, and what personal access tokens may do.

use sea_orm_migration::{prelude::*, schema::*};

use crate::rights::{disable_accounts, end_sessions};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(second_factor()).await?;
        manager.create_table(recovery_code()).await?;
        let scopes = string_len_null("scopes", 64);
        manager.alter_table(Table::alter().table("session").add_column(scopes).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A personal token would become a session that may do everything, a password would be enough.
        end_sessions(manager).await?;
        let protected = Query::select()
            .column("account_id")
            .from("second_factor")
            .and_where(Expr::col("confirmed_at").is_not_null())
            .to_owned();
        disable_accounts(manager, Expr::col("id").in_subquery(protected).into_condition()).await?;
        manager.alter_table(Table::alter().table("session").drop_column("scopes").to_owned()).await?;
        for table in ["recovery_code", "second_factor"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn of_account(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_tbl(table).from_col("account_id").to_tbl("account").to_col("id").to_owned()
}

fn second_factor() -> TableCreateStatement {
    Table::create()
        .table("second_factor")
        .col(uuid("account_id").primary_key())
        .col(text("secret"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("confirmed_at"))
        .col(big_integer_null("last_step"))
        .foreign_key(&mut of_account("second_factor"))
        .to_owned()
}

fn recovery_code() -> TableCreateStatement {
    Table::create()
        .table("recovery_code")
        .col(uuid("account_id"))
        .col(string_len("code_sha256", 64))
        .col(timestamp_with_time_zone_null("used_at"))
        .primary_key(Index::create().col("account_id").col("code_sha256"))
        .foreign_key(&mut of_account("recovery_code"))
        .to_owned()
}
