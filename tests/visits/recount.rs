//! Visits and tallies are what the evidence makes them: a recount says where they are not, and mends them.

use entity::{values::Verdict, visit};
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    TestServer, balanced,
};

#[rstest]
#[tokio::test]
async fn a_visit_that_somebody_tampered_with_is_told_and_mended(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    balanced(&server).await;
    let app = server.app();
    let before = visit::Entity::find().one(app.database.reader()).await.unwrap().unwrap();
    assert_eq!(before.verdict, Verdict::Verified);
    let tampered = visit::Entity::update_many()
        .col_expr(visit::Column::Verdict, Expr::value(Verdict::Rejected))
        .col_expr(visit::Column::CheckInCount, Expr::value(7));
    tampered.exec(app.database.writer()).await.unwrap();

    let looked = app.recount(false, &|_| {}).await.unwrap();
    assert!(!looked.differences.is_empty());
    let left = visit::Entity::find().one(app.database.reader()).await.unwrap().unwrap();
    assert_eq!(left.verdict, Verdict::Rejected, "looking mends nothing");

    assert_eq!(app.recount(true, &|_| {}).await.unwrap().differences, looked.differences);
    assert_eq!(visit::Entity::find().one(app.database.reader()).await.unwrap().unwrap(), before);
    balanced(&server).await;
}
