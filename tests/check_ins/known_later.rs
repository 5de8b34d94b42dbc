//! What becomes known while or after a check-in is sent: a key, a site, the time that its photo tells.

use chrono::{DateTime, TimeDelta, Utc};
use jpeg_encoder::{ColorType, Encoder};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use server::{clock::Source, roster, store};

use crate::check_ins::evidence::Device;
use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, HARBOUR,
    Role::Leader,
    Socket, TestServer,
};

async fn outcome(client: &Client, check_in: &Value, rule: &str) -> Value {
    let query = "query($id: ID!) { checkIn(id: $id) { assessment { findings { code outcome } } } }";
    let answer = client.ask(query, json!({ "id": check_in["id"] })).await;
    let findings = answer.list("/checkIn/assessment/findings").iter();
    findings.rev().find(|finding| finding["code"] == rule).map_or(Value::Null, |finding| finding["outcome"].clone())
}

/// Waits until a session of this database waits for a lock of another.
async fn somebody_waits(server: &TestServer) {
    let waiting = "SELECT count(*) AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = || Statement::from_string(DbBackend::Postgres, waiting);
    loop {
        let row = server.app().database.pool().query_one_raw(waiting()).await.unwrap().unwrap();
        if row.try_get::<i64>("", "waiting").unwrap() > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// The check-in has looked for its key, and is not committed yet; whoever registers the key sees no check-in of it. SQLite
/// has one writer, so that nothing is between the two there.
#[tokio::test]
async fn a_key_that_is_registered_while_its_check_in_is_stored_is_known_to_it() {
    let server = TestServer::on(Postgres).await;
    let leader = server.as_(Leader);
    let device = Device::new();
    let draft = device.signed(&server, Draft::at(&server, BEARING_PARK), &[]);
    let app = server.app();
    let events = app.database.begin().await.unwrap();
    store::outbox::hold(&events).await.unwrap();
    let registering = async {
        somebody_waits(&server).await;
        device.register(&leader).await;
        events.rollback().await.unwrap();
    };
    let (check_in, ()) = tokio::join!(leader.checked_in(&draft), registering);
    assert_eq!(outcome(&leader, &check_in, "SIGNATURE").await, "PASS");
}

/// A photo that says when it was taken.
fn taken_at(at: DateTime<Utc>) -> bytes::Bytes {
    let ascii = |text: String| exif::Value::Ascii(vec![text.into_bytes()]);
    let local = at + TimeDelta::hours(8);
    let fields = [
        (exif::Tag::DateTimeOriginal, ascii(local.format("%Y:%m:%d %H:%M:%S").to_string())),
        (exif::Tag::OffsetTimeOriginal, ascii("+08:00".to_owned())),
    ];
    let fields = fields.map(|(tag, value)| exif::Field { tag, ifd_num: exif::In::PRIMARY, value });
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = std::io::Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    let shades: Vec<u8> = (0..64 * 64_u32).map(|at| u8::try_from(at * 37 % 251).unwrap()).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.add_exif_metadata(&block.into_inner()).unwrap();
    encoder.encode(&shades, 64, 64, ColorType::Luma).unwrap();
    file.into()
}

#[rstest]
#[case::of_the_minute(TimeDelta::seconds(-40), "PASS", "VERIFIED")]
#[case::of_the_day_before(TimeDelta::hours(-26), "REVIEW", "NEEDS_REVIEW")]
#[case::of_two_hours_later(TimeDelta::hours(2), "REVIEW", "NEEDS_REVIEW")]
#[tokio::test]
async fn the_time_that_a_photo_tells_is_held_against_the_capture(
    #[case] from_capture: TimeDelta,
    #[case] expected: &str,
    #[case] verdict: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let photo = leader.uploaded(&taken_at(server.clock.now() + from_capture)).await;
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo]))).await;
    assert_eq!(socket.next_inspected().await["verdict"], verdict);
    assert_eq!(outcome(&leader, &check_in, "PHOTO_TIME").await, expected);
}

/// A square around the harbour's middle, 9 km from the park, for the bearing park's project.
const LATER: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"project": "轴承园区项目", "site": "码头一侧"}, "geometry": {"type": "Polygon", "coordinates":
[[[121.8977, 39.6982], [121.9023, 39.6982], [121.9023, 39.7018], [121.8977, 39.7018], [121.8977, 39.6982]]]}}]}"#;

/// A site that came into effect after the capture stands in only where the project had none.
#[rstest]
#[case::beside_one_that_was_there(false, "REJECTED")]
#[case::where_there_was_none(true, "VERIFIED")]
#[tokio::test]
async fn a_site_that_came_later_stands_in_only_where_there_was_none(
    #[case] none_before: bool,
    #[case] verdict: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    if none_before {
        forget_sites(&server).await;
    }
    let later = server.clock.now() + TimeDelta::days(2);
    let sites = roster::parse_sites(LATER.as_bytes()).unwrap();
    server.app().import_sites(&sites, later, &|| {}).await.unwrap();
    let harbour = Draft::at(&server, HARBOUR).with("/projectId", server.project(BEARING_PARK));
    assert_eq!(leader.checked_in(&harbour).await["verdict"], verdict);
}

async fn forget_sites(server: &TestServer) {
    for table in ["site_version", "site"] {
        let backend = server.app().database.pool().get_database_backend();
        let delete = Statement::from_string(backend, format!("DELETE FROM {table}"));
        server.app().database.writer().execute_raw(delete).await.unwrap();
    }
}
