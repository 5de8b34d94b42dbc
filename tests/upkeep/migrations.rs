//! An office brings its database up to date, and can take that back.

use entity::{account, policy, second_factor, secret, session, sign_in_attempt};
use rstest::rstest;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement, sea_query::Expr};
use server::{
    clock::Source,
    store::{Database, DatabaseSettings},
};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    Role, TestDatabase, TestServer, login_of, rows,
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
    let policy = policy::Entity::find().one(database.reader()).await.unwrap().unwrap();
    assert_eq!((policy.weekly_visits, policy.time_zone.as_str()), (1, "Asia/Shanghai"));
    database.close().await.unwrap();
}

/// The city, with somebody of each kind whom a table or a column keeps from something.
async fn restricted(backend: Backend) -> TestServer {
    let server = TestServer::on(backend).await;
    let database = &server.app().database;
    for number in 0..20 {
        let answer = server.nobody().sign_in("guessed", &format!("wrong {number}")).await;
        answer.user_errors("signIn");
    }
    let accounts = account::Entity::find().all(database.reader()).await.unwrap();
    let named = |role| accounts.iter().find(|account| account.login == login_of(role)).unwrap().id;
    let factor = second_factor::Model {
        account_id: named(Role::Office),
        secret: "sealed".to_owned(),
        created_at: server.clock.now(),
        confirmed_at: Some(server.clock.now()),
        last_step: None,
    };
    let factor: second_factor::ActiveModel = factor.into();
    second_factor::Entity::insert(factor).exec_without_returning(database.writer()).await.unwrap();
    account::Entity::update_many()
        .col_expr(account::Column::OneTimeUntil, Expr::value(server.clock.now()))
        .filter(account::Column::Id.eq(named(Role::Analyst)))
        .exec(database.writer())
        .await
        .unwrap();
    session::Entity::update_many()
        .col_expr(session::Column::Scopes, Expr::value("READ"))
        .filter(session::Column::AccountId.eq(named(Role::Leader)))
        .exec(database.writer())
        .await
        .unwrap();
    policy::Entity::update_many()
        .col_expr(policy::Column::Thresholds, Expr::value("{\"asked\": 1}"))
        .exec(database.writer())
        .await
        .unwrap();
    server
}

#[rstest]
#[tokio::test]
async fn going_down_and_up_again_gives_nobody_more_rights(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = restricted(backend).await;
    let settings = DatabaseSettings { url: server.database_url().into(), max_connections: 2 };
    let applied = count_of(&server, "seaql_migrations").await;
    let secrets = secret::Entity::find().all(server.app().database.reader()).await.unwrap();
    let attempts = sign_in_attempt::Entity::find().all(server.app().database.reader()).await.unwrap();
    assert!(!attempts.is_empty());
    server.stop().await;
    for steps in 1..=u32::try_from(applied).unwrap() {
        let database = Database::connect(&settings).await.unwrap();
        let would = database.would_lose(steps).await.unwrap();
        assert_eq!(database.migrate_down(steps).await.unwrap(), would, "{steps}: what was told is what is lost");
        database.migrate().await.unwrap();
        let reader = database.reader();
        if steps == u32::try_from(applied).unwrap() {
            assert_eq!(account::Entity::find().count(reader).await.unwrap(), 0, "nobody is left who could do anything");
            database.close().await.unwrap();
            break;
        }
        let whole = session::Entity::find().filter(session::Column::Scopes.is_null()).count(reader).await.unwrap();
        let tokens = session::Entity::find().count(reader).await.unwrap() - whole;
        assert!(tokens == 1 || whole == 0, "{steps}: a token that may only read became a session");
        for account in account::Entity::find().all(reader).await.unwrap() {
            let able = account.disabled_at.is_none();
            let protected = second_factor::Entity::find_by_id(account.id).one(reader).await.unwrap().is_some();
            assert!(!able || protected || account.login != login_of(Role::Office), "{steps}: a second factor is gone");
            let once = account.one_time_until.is_some();
            assert!(
                !able || once || account.login != login_of(Role::Analyst),
                "{steps}: a password lasts that did not"
            );
        }
        assert_eq!(sign_in_attempt::Entity::find().all(reader).await.unwrap(), attempts, "{steps}: lock-outs stay");
        assert_eq!(secret::Entity::find().all(reader).await.unwrap(), secrets, "{steps}: and so does what names them");
        let asked = policy::Entity::find().one(reader).await.unwrap().unwrap().thresholds;
        assert_eq!(asked, "{\"asked\": 1}", "{steps}: the policy asks for no less");
        database.close().await.unwrap();
    }
}

async fn count_of(server: &TestServer, table: &str) -> i64 {
    let reader = server.app().database.reader();
    let sql = format!("SELECT COUNT(*) AS rows FROM {table}");
    let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get("", "rows").unwrap()
}
