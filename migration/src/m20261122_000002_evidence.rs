//! Photos, check-ins, assessments and findings, and what is derived from them: standings, visits, weekly tallies.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [check_in(), photo(), assessment(), finding(), visit(), standing(), weekly_tally()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["weekly_tally", "standing", "visit", "finding", "assessment", "photo", "check_in"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn refers(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_tbl(from).from_col(column).to_tbl(to).to_col("id").to_owned()
}

fn check_in() -> TableCreateStatement {
    Table::create()
        .table("check_in")
        .col(uuid("id").primary_key())
        .col(uuid("person_id"))
        .col(uuid("project_id"))
        .col(timestamp_with_time_zone("captured_at"))
        .col(timestamp_with_time_zone("sent_at"))
        .col(timestamp_with_time_zone("received_at"))
        .col(timestamp_with_time_zone("corrected_at"))
        .col(date("local_date"))
        .col(double_null("latitude"))
        .col(double_null("longitude"))
        .col(string_len_null("datum", 32))
        .col(double_null("accuracy_m"))
        .col(timestamp_with_time_zone_null("fixed_at"))
        .col(boolean_null("mocked"))
        .col(text("note"))
        .col(string_len("content_sha256", 64))
        .foreign_key(&mut refers("check_in", "person_id", "person"))
        .foreign_key(&mut refers("check_in", "project_id", "project"))
        .to_owned()
}

fn photo() -> TableCreateStatement {
    Table::create()
        .table("photo")
        .col(uuid("id").primary_key())
        .col(uuid("person_id"))
        .col(string_len("content_type", 64))
        .col(big_integer("byte_size"))
        .col(string_len("sha256", 64))
        .col(string_len("object_key", 200).unique_key())
        .col(timestamp_with_time_zone("requested_at"))
        .col(timestamp_with_time_zone("upload_expires_at"))
        .col(uuid_null("check_in_id"))
        .col(integer_null("ordinal"))
        .col(string_len("state", 32))
        .col(timestamp_with_time_zone_null("inspected_at"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .foreign_key(&mut refers("photo", "person_id", "person"))
        .foreign_key(&mut refers("photo", "check_in_id", "check_in"))
        .to_owned()
}

fn assessment() -> TableCreateStatement {
    Table::create()
        .table("assessment")
        .col(uuid("id").primary_key())
        .col(uuid("check_in_id"))
        .col(integer("sequence"))
        .col(string_len("trigger", 32))
        .col(integer("policy_version"))
        .col(uuid_null("site_version_id"))
        .col(string_len("verdict", 32))
        .col(timestamp_with_time_zone("assessed_at"))
        .foreign_key(&mut refers("assessment", "check_in_id", "check_in"))
        .foreign_key(&mut refers("assessment", "site_version_id", "site_version"))
        .foreign_key(
            ForeignKey::create().from_tbl("assessment").from_col("policy_version").to_tbl("policy").to_col("version"),
        )
        .to_owned()
}

fn finding() -> TableCreateStatement {
    Table::create()
        .table("finding")
        .col(uuid("assessment_id"))
        .col(integer("ordinal"))
        .col(string_len("code", 32))
        .col(string_len("outcome", 32))
        .col(double_null("measured"))
        .col(double_null("threshold"))
        .col(string_len("unit", 8))
        .col(double_null("probability"))
        .col(text("sentence_zh"))
        .col(text("sentence_en"))
        .primary_key(Index::create().col("assessment_id").col("ordinal"))
        .foreign_key(&mut refers("finding", "assessment_id", "assessment"))
        .to_owned()
}

fn visit() -> TableCreateStatement {
    Table::create()
        .table("visit")
        .col(uuid("id").primary_key())
        .col(uuid("project_id"))
        .col(uuid("person_id"))
        .col(date("local_date"))
        .col(string_len("verdict", 32))
        .col(integer("check_in_count"))
        .col(timestamp_with_time_zone("first_at"))
        .col(timestamp_with_time_zone("last_at"))
        .foreign_key(&mut refers("visit", "project_id", "project"))
        .foreign_key(&mut refers("visit", "person_id", "person"))
        .to_owned()
}

fn standing() -> TableCreateStatement {
    Table::create()
        .table("standing")
        .col(uuid("check_in_id").primary_key())
        .col(uuid("visit_id"))
        .col(uuid("assessment_id"))
        .col(string_len("verdict", 32))
        .foreign_key(&mut refers("standing", "check_in_id", "check_in"))
        .foreign_key(&mut refers("standing", "visit_id", "visit"))
        .foreign_key(&mut refers("standing", "assessment_id", "assessment"))
        .to_owned()
}

fn weekly_tally() -> TableCreateStatement {
    Table::create()
        .table("weekly_tally")
        .col(uuid("project_id"))
        .col(uuid("person_id"))
        .col(integer("iso_year"))
        .col(integer("iso_week"))
        .col(integer("verified"))
        .col(integer("provisional"))
        .col(integer("rejected"))
        .primary_key(Index::create().col("project_id").col("person_id").col("iso_year").col("iso_week"))
        .foreign_key(&mut refers("weekly_tally", "project_id", "project"))
        .foreign_key(&mut refers("weekly_tally", "person_id", "person"))
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
    vec![
        index("visit_once_a_day", "visit", &["project_id", "person_id", "local_date"]).unique().to_owned(),
        index("visit_project_date", "visit", &["project_id", "local_date", "id"]),
        index("visit_date", "visit", &["local_date", "id"]),
        index("visit_person", "visit", &["person_id", "local_date"]),
        index("assessment_sequence", "assessment", &["check_in_id", "sequence"]).unique().to_owned(),
        index("standing_visit", "standing", &["visit_id"]),
        index("check_in_person", "check_in", &["person_id", "corrected_at"]),
        index("check_in_project", "check_in", &["project_id", "corrected_at"]),
        index("check_in_corrected", "check_in", &["corrected_at", "id"]),
        index("photo_check_in", "photo", &["check_in_id"]),
        index("photo_state", "photo", &["state", "lease_until"]),
        index("photo_sha256", "photo", &["sha256"]),
    ]
}
