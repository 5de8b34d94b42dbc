//! Site files and rosters, whatever way they name a project: every plot is kept, and nothing is there twice.

use entity::person;
use messages::Language;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use server::{app::Failure, roster};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Draft,
    Role::{Leader, Office},
    TestServer, time,
};

const SINCE: &str = "2025-12-31T16:00:00Z";

/// A square of 400 m around a place.
fn plot(project: &Value, site: Option<&str>, latitude: f64, longitude: f64) -> Value {
    let (up, side) = (0.0018, 0.0023);
    let ring = [(-side, -up), (side, -up), (side, up), (-side, up), (-side, -up)];
    let ring: Vec<[f64; 2]> = ring.iter().map(|(x, y)| [longitude + x, latitude + y]).collect();
    json!({
        "type": "Feature",
        "properties": { "project": project, "site": site },
        "geometry": { "type": "Polygon", "coordinates": [ring] },
    })
}

fn file(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

async fn import(server: &TestServer, text: &str) -> Result<server::app::SitesImported, Failure> {
    let drafts = roster::parse_sites(text.as_bytes()).unwrap();
    server.app().import_sites(&drafts, time(SINCE), &|| {}).await
}

/// The names of a project's sites.
async fn sites(server: &TestServer, project: &str) -> Vec<String> {
    let query = "query($id: ID!) { project(id: $id) { sites { name } } }";
    let answer = server.as_(Office).ask(query, json!({ "id": server.project(project) })).await;
    answer.list("/project/sites").iter().map(|site| site["name"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[case::number_and_name(json!(3), json!(COLD_STORE))]
#[case::name_and_number(json!(COLD_STORE), json!(3))]
#[case::text_and_name(json!("3"), json!(COLD_STORE))]
#[case::full_width_and_name(json!("３"), json!(COLD_STORE))]
#[case::decimal_and_name(json!(3.0), json!(COLD_STORE))]
#[case::number_and_name_with_spaces(json!(3), json!("冷链 仓储　项目"))]
#[case::number_and_invisible(json!(3), json!("冷链仓储\u{200b}项目"))]
#[tokio::test]
async fn two_plots_of_one_name_are_not_taken_for_one_however_their_project_is_named(
    #[case] first: Value,
    #[case] second: Value,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let corridor = json!({
        "type": "Feature",
        "properties": { "project": second, "widthMeters": 40 },
        "geometry": { "type": "LineString", "coordinates": [[122.2, 39.6], [122.21, 39.6]] },
    });
    for other in [plot(&second, None, 39.64, 122.1), corridor] {
        let text = file(&[plot(&first, None, 39.60, 122.1), other]);
        let Err(Failure::Refused(refusals)) = import(&server, &text).await else { panic!("not refused") };
        assert_eq!(refusals.len(), 1, "{refusals:?}");
        assert_eq!(refusals[0].field, ["features", "2", "site"]);
        for sentence in Language::ALL.iter().map(|language| refusals[0].message.said(*language)) {
            assert!(sentence.contains('1') && sentence.contains(COLD_STORE), "{sentence}");
        }
        assert_eq!(sites(&server, COLD_STORE).await, [""; 0], "a refused file leaves nothing");
    }
    // With names of their own both are kept, and a leader may stand on either.
    let text = file(&[plot(&first, Some("东地块"), 39.60, 122.1), plot(&second, Some("西地块"), 39.64, 122.1)]);
    assert_eq!(import(&server, &text).await.unwrap().sites, 2);
    assert_eq!(import(&server, &text).await.unwrap().unchanged, 2);
    assert_eq!(sites(&server, COLD_STORE).await.len(), 2);
    for latitude in [39.60, 39.64] {
        let draft = Draft::at(&server, COLD_STORE).with("/fix/latitude", latitude).with("/fix/longitude", 122.1);
        let check_in = server.as_(Leader).checked_in(&draft).await;
        let findings = check_in["assessment"]["findings"].as_array().unwrap();
        let position = findings.iter().find(|finding| finding["code"] == "POSITION").unwrap();
        assert_eq!(position["outcome"], "PASS", "{latitude}: {position:#}");
    }
}

#[tokio::test]
async fn a_site_is_found_again_however_its_name_is_written() {
    let server = TestServer::on(Sqlite).await;
    let known = |name: &str| file(&[plot(&json!(COLD_STORE), Some(name), 39.60, 122.1)]);
    import(&server, &known("一期（北）")).await.unwrap();
    for name in ["一期(北)", "一期 （北）", "一期【北】"] {
        assert_eq!(import(&server, &known(name)).await.unwrap().unchanged, 1, "{name}");
    }
    assert_eq!(sites(&server, COLD_STORE).await, ["一期（北）"]);
}

#[tokio::test]
async fn a_known_site_that_is_drawn_elsewhere_is_told() {
    let server = TestServer::on(Sqlite).await;
    import(&server, &file(&[plot(&json!(3), None, 39.60, 122.1)])).await.unwrap();
    let nearby = import(&server, &file(&[plot(&json!(3), None, 39.601, 122.1)])).await.unwrap();
    assert_eq!((nearby.versions, nearby.elsewhere.len()), (1, 0));
    let elsewhere = import(&server, &file(&[plot(&json!(COLD_STORE), None, 39.64, 122.1)])).await.unwrap().elsewhere;
    assert_eq!(elsewhere.len(), 1);
    assert_eq!((elsewhere[0].feature, &*elsewhere[0].project, &*elsewhere[0].site), (1, COLD_STORE, "施工现场"));
}

#[rstest]
#[tokio::test]
async fn a_list_that_writes_a_name_otherwise_doubles_no_project(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let count = || async {
        let answer = server.as_(Office).ask("{ projects { totalCount } }", json!({})).await;
        answer.at("/projects/totalCount").as_u64().unwrap()
    };
    let before = count().await;
    let list = |name: &str| {
        format!(
            "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位\n\
             1,{name},在建,领导甲,干部甲 轴承园区管委会副主任,联络员甲13800000001,轴承园区管委会\n"
        )
    };
    for name in ["轴承 园区项目", "轴承园区\u{3000}项目", "轴承园区\u{200b}项目"] {
        let roster = roster::parse(list(name).as_bytes()).unwrap();
        let done = server.app().import_roster(&roster, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
        assert_eq!((done.projects, done.roles_begun), (0, 0), "{name}");
    }
    let roster = roster::parse(list("ＡＢ（一期）项目").as_bytes()).unwrap();
    server.app().import_roster(&roster, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
    let roster = roster::parse(list("ab (一期) 项目").as_bytes()).unwrap();
    let done = server.app().import_roster(&roster, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
    assert_eq!(done.projects, 0);
    assert_eq!(count().await, before + 1);
    assert_eq!(sites(&server, BEARING_PARK).await.len(), 1);
}

const WITHOUT_PHONE: &str = "往来人 商务局副局长,联络员乙13800000029";
const WITH_PHONE: &str = "干部甲 商务局副局长,往来人13800000021";
const WITH_ANOTHER: &str = "干部甲 商务局副局长,往来人13800000022";

/// Who is listed with a phone here and without there is one person; two phones are two people.
#[rstest]
#[case::with_a_phone_first([WITH_PHONE, WITHOUT_PHONE], &["13800000021"])]
#[case::without_one_first([WITHOUT_PHONE, WITH_PHONE], &["13800000021"])]
#[case::with_two_phones([WITH_PHONE, WITH_ANOTHER], &["13800000021", "13800000022"])]
#[tokio::test]
async fn a_person_is_known_again_with_or_without_a_phone(
    #[case] team: [&str; 2],
    #[case] phones: &[&str],
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let line = |number: usize, team: &str| format!("{number},新增项目{number},在建,领导甲,{team},商务局\n");
    let head = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位\n";
    let list = format!("{head}{}{}", line(41, team[0]), line(42, team[1]));
    let roster = roster::parse(list.as_bytes()).unwrap();
    server.app().import_roster(&roster, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
    let known = person::Entity::find().filter(person::Column::Name.eq("往来人"));
    let known = known.all(server.app().database.reader()).await.unwrap();
    let mut found: Vec<_> = known.iter().map(|person| person.phone.as_deref().unwrap_or_default()).collect();
    found.sort_unstable();
    assert_eq!(found, phones);
}
