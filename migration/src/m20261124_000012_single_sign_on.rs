//! Single sign-on: identities of accounts at a provider, and attempts that are under way.

use sea_orm_migration::{prelude::*, schema::*};

use crate::rights::end_sessions;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(identity()).await?;
        let mut one_account = Index::create();
        one_account.name("identity_subject").table("identity").col("issuer").col("subject").unique();
        manager.create_index(one_account).await?;
        manager.create_table(attempt()).await?;
        let mut by_end = Index::create();
        by_end.name("single_sign_on_attempt_expires_at").table("single_sign_on_attempt").col("expires_at");
        manager.create_index(by_end).await?;
        let asserted = boolean("second_factor_asserted").default(false).to_owned();
        manager.alter_table(Table::alter().table("session").add_column(asserted).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        end_sessions(manager).await?;
        let table = Table::alter().table("session").drop_column("second_factor_asserted").to_owned();
        manager.alter_table(table).await?;
        for table in ["single_sign_on_attempt", "identity"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn of_account(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_tbl(table).from_col("account_id").to_tbl("account").to_col("id").to_owned()
}

fn identity() -> TableCreateStatement {
    Table::create()
        .table("identity")
        .col(uuid("account_id").primary_key())
        .col(string_len("issuer", 255))
        .col(string_len("subject", 255))
        .col(timestamp_with_time_zone("linked_at"))
        .foreign_key(&mut of_account("identity"))
        .to_owned()
}

fn attempt() -> TableCreateStatement {
    Table::create()
        .table("single_sign_on_attempt")
        .col(string_len("state_sha256", 64).primary_key())
        .col(string_len("binding_sha256", 64))
        .col(string_len("issuer", 255))
        .col(string("device_name"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(string_len_null("code_sha256", 64))
        .col(uuid_null("account_id"))
        .col(string_len_null("subject", 255))
        .foreign_key(&mut of_account("single_sign_on_attempt"))
        .to_owned()
}
