//! Organisations, people, accounts, projects, sites, team roles and policies.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::rights::drop_left;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in
            [organisation(), person(), account(), session(), project(), site(), site_version(), team_role(), policy()]
        {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        manager.exec_stmt(first_policy()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_entry", "sign_in_attempt", "secret"] {
            drop_left(manager, table).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION IF EXISTS audit_entry_stands()").await?;
        }
        for table in
            ["policy", "team_role", "site_version", "site", "project", "session", "account", "person", "organisation"]
        {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn organisation() -> TableCreateStatement {
    Table::create()
        .table("organisation")
        .col(uuid("id").primary_key())
        .col(string("name").unique_key())
        .col(string_len("kind", 32))
        .col(uuid_null("parent_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create().from_tbl("organisation").from_col("parent_id").to_tbl("organisation").to_col("id"),
        )
        .to_owned()
}

fn person() -> TableCreateStatement {
    Table::create()
        .table("person")
        .col(uuid("id").primary_key())
        .col(uuid_null("organisation_id"))
        .col(string("name"))
        .col(string("title"))
        .col(string_len("rank", 32))
        .col(string_len_null("phone", 20))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create().from_tbl("person").from_col("organisation_id").to_tbl("organisation").to_col("id"),
        )
        .to_owned()
}

fn account() -> TableCreateStatement {
    Table::create()
        .table("account")
        .col(uuid("id").primary_key())
        .col(uuid_null("person_id"))
        .col(string("login").unique_key())
        .col(string("password_hash"))
        .col(string_len("role", 32))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("disabled_at"))
        .foreign_key(ForeignKey::create().from_tbl("account").from_col("person_id").to_tbl("person").to_col("id"))
        .to_owned()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(uuid("id").primary_key())
        .col(uuid("account_id"))
        .col(string_len("token_sha256", 64).unique_key())
        .col(string("device_name"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .foreign_key(ForeignKey::create().from_tbl("session").from_col("account_id").to_tbl("account").to_col("id"))
        .to_owned()
}

fn project() -> TableCreateStatement {
    Table::create()
        .table("project")
        .col(uuid("id").primary_key())
        .col(integer("number"))
        .col(string("name").unique_key())
        .col(string("situation"))
        .col(string_len("tier", 32))
        .col(string_len("stage", 32))
        .col(uuid_null("responsible_organisation_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .foreign_key(
            ForeignKey::create()
                .from_tbl("project")
                .from_col("responsible_organisation_id")
                .to_tbl("organisation")
                .to_col("id"),
        )
        .to_owned()
}

fn site() -> TableCreateStatement {
    Table::create()
        .table("site")
        .col(uuid("id").primary_key())
        .col(uuid("project_id"))
        .col(string("name"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("retired_at"))
        .foreign_key(ForeignKey::create().from_tbl("site").from_col("project_id").to_tbl("project").to_col("id"))
        .to_owned()
}

fn site_version() -> TableCreateStatement {
    Table::create()
        .table("site_version")
        .col(uuid("id").primary_key())
        .col(uuid("site_id"))
        .col(integer("version"))
        .col(text("boundary"))
        .col(text("drawn"))
        .col(string_len("datum", 32))
        .col(double_null("tolerance_m"))
        .col(timestamp_with_time_zone("effective_from"))
        .col(timestamp_with_time_zone("recorded_at"))
        .foreign_key(ForeignKey::create().from_tbl("site_version").from_col("site_id").to_tbl("site").to_col("id"))
        .to_owned()
}

fn team_role() -> TableCreateStatement {
    Table::create()
        .table("team_role")
        .col(uuid("id").primary_key())
        .col(uuid("project_id"))
        .col(uuid("person_id"))
        .col(string_len("kind", 32))
        .col(date("from_date"))
        .col(date_null("to_date"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from_tbl("team_role").from_col("project_id").to_tbl("project").to_col("id"))
        .foreign_key(ForeignKey::create().from_tbl("team_role").from_col("person_id").to_tbl("person").to_col("id"))
        .to_owned()
}

fn policy() -> TableCreateStatement {
    Table::create()
        .table("policy")
        .col(integer("version").primary_key())
        .col(timestamp_with_time_zone("effective_from"))
        .col(timestamp_with_time_zone("adopted_at"))
        .col(text("reason"))
        .col(integer("weekly_visits"))
        .col(double("tolerance_m"))
        .col(double("accuracy_limit_m"))
        .col(integer("fix_age_limit_s"))
        .col(integer("skew_limit_s"))
        .col(boolean("photo_required"))
        .col(text("photo_reason"))
        .col(string_len("time_zone", 64))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    let mut one_version = index("site_version_site", "site_version", &["site_id", "version"]);
    let mut one_role = index("team_role_project", "team_role", &["project_id", "person_id", "kind", "from_date"]);
    vec![
        one_version.unique().to_owned(),
        one_role.unique().to_owned(),
        index("team_role_person", "team_role", &["person_id", "project_id"]),
        index("person_name", "person", &["name"]),
        index("session_account", "session", &["account_id"]),
        index("project_number", "project", &["number", "id"]),
        index("site_project", "site", &["project_id"]),
    ]
}

/// The plan's own figures, with nothing compulsory that the plan does not ask for: check-ins work from the first start.
fn first_policy() -> InsertStatement {
    const LONG_AGO: &str = "2018-10-19T00:00:00+00:00";
    Query::insert()
        .into_table("policy")
        .columns([
            "version",
            "effective_from",
            "adopted_at",
            "reason",
            "weekly_visits",
            "tolerance_m",
            "accuracy_limit_m",
            "fix_age_limit_s",
            "skew_limit_s",
            "photo_required",
            "photo_reason",
            "time_zone",
        ])
        .values_panic([
            1.into(),
            long_ago(LONG_AGO),
            long_ago(LONG_AGO),
            "瓦政发〔2018〕114号：每周至少到项目施工现场一次".into(),
            1.into(),
            30.0.into(),
            100.0.into(),
            60.into(),
            300.into(),
            false.into(),
            "方案未要求拍照 / The plan does not ask for photos".into(),
            "Asia/Shanghai".into(),
        ])
        .to_owned()
}

fn long_ago(text: &str) -> Expr {
    Expr::cust(format!("'{text}'"))
}
