//! An office brings its database up to date, and can take that back.

use rstest::rstest;
use sea_orm::EntityTrait;
use server::store::{Database, DatabaseSettings};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDatabase, rows,
};

#[rstest]
#[tokio::test]
async fn the_tables_go_up_down_to_nothing_and_up_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let ground = TestDatabase::empty(backend).await;
    let url = ground.config().url;
    let database = Database::connect(&DatabaseSettings { url, max_connections: 2 }).await.unwrap();
    let steps = database.pending_migrations().await.unwrap();
    assert!(steps >= 3);
    database.migrate().await.unwrap();
    assert_eq!(database.pending_migrations().await.unwrap(), 0);
    let fresh = rows(database.reader()).await;
    assert_eq!(fresh["policy"], 1, "check-ins work from the first start");

    // One at a time, so that each can be taken back alone.
    for taken_back in 1..=steps {
        database.migrate_down(1).await.unwrap();
        assert_eq!(database.pending_migrations().await.unwrap(), taken_back);
    }
    let left: Vec<String> = rows(database.reader()).await.into_keys().collect();
    assert_eq!(left, ["seaql_migrations"]);

    database.migrate().await.unwrap();
    database.migrate().await.unwrap();
    assert_eq!(rows(database.reader()).await, fresh);
    let policy = entity::policy::Entity::find().one(database.reader()).await.unwrap().unwrap();
    assert_eq!((policy.weekly_visits, policy.time_zone.as_str()), (1, "Asia/Shanghai"));
    database.close().await.unwrap();
}
