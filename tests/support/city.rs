//! A small city: three projects, two of them with a site, and five people who can sign in.

use std::collections::HashMap;

use entity::{session, values::AccountRole};
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::json;
use server::{app::NewAccount, roster};
use tokio::sync::OnceCell;

use super::{
    client::Client,
    clock::time,
    database::{Backend, Template, TestDatabase},
    server::{Ground, Photos, TestServer},
};

/// The project with a square site, 400 m wide around 39.62° N 122.00° E.
pub(crate) const BEARING_PARK: &str = "轴承园区项目";
/// The project with a round site, 200 m in radius around 39.70° N 121.90° E; another leader's.
pub(crate) const HARBOUR: &str = "港口物流项目";
/// The project without a site.
pub(crate) const COLD_STORE: &str = "冷链仓储项目";

pub(crate) const PASSWORD: &str = "correct horse battery";

const ROSTER: &str = "\
序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位
1,轴承园区项目,在建,领导甲,干部甲 轴承园区管委会副主任,联络员甲13800000001,轴承园区管委会
2,港口物流项目,在建,领导乙,干部乙 交通局副局长,联络员乙13800000002,交通局
3,冷链仓储项目,已签约,领导甲,干部丙 商务局副局长,联络员丙13800000003,商务局
";

const SITES: &str = r#"{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"project": "轴承园区项目"}, "geometry": {"type": "Polygon", "coordinates":
  [[[121.99767, 39.6182], [122.00233, 39.6182], [122.00233, 39.6218], [121.99767, 39.6218], [121.99767, 39.6182]]]}},
{"type": "Feature", "properties": {"project": "港口物流项目", "radiusMeters": 200},
  "geometry": {"type": "Point", "coordinates": [121.90, 39.70]}}
]}"#;

/// Who someone is to the bearing park.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Nobody,
    Office,
    Analyst,
    /// Leads the bearing park and the cold store.
    Leader,
    /// Leads the harbour; nothing to the bearing park.
    OtherLeader,
    /// Secretary of the bearing park.
    Secretary,
}

impl Role {
    pub(crate) const SIGNED_IN: [Self; 5] =
        [Self::Office, Self::Analyst, Self::Leader, Self::OtherLeader, Self::Secretary];

    fn account(self) -> (AccountRole, Option<&'static str>) {
        match self {
            Self::Nobody | Self::Analyst => (AccountRole::Analyst, None),
            Self::Office => (AccountRole::Office, None),
            Self::Leader => (AccountRole::Staff, Some("领导甲")),
            Self::OtherLeader => (AccountRole::Staff, Some("领导乙")),
            Self::Secretary => (AccountRole::Staff, Some("联络员甲")),
        }
    }
}

pub(crate) fn login_of(role: Role) -> String {
    format!("{role:?}").to_lowercase()
}

/// The city as every story finds it.
#[derive(Debug)]
pub(super) struct City {
    pub(super) template: Template,
    /// Session tokens that don't expire.
    pub(super) tokens: HashMap<Role, String>,
    /// Global ids by name.
    pub(super) projects: HashMap<String, String>,
}

static ON_SQLITE: OnceCell<City> = OnceCell::const_new();
static ON_POSTGRES: OnceCell<City> = OnceCell::const_new();

impl City {
    pub(super) async fn on(backend: Backend) -> &'static Self {
        match backend {
            Backend::Sqlite => ON_SQLITE.get_or_init(|| Self::build(backend)).await,
            Backend::Postgres => ON_POSTGRES.get_or_init(|| Self::build(backend)).await,
        }
    }

    async fn build(backend: Backend) -> Self {
        let ground = Ground { database: TestDatabase::empty(backend).await, photos: Photos::directory() };
        let server = TestServer::start(ground.into(), super::clock::TestClock::new(), None).await;
        populate(&server).await;
        let mut tokens = HashMap::new();
        for role in Role::SIGNED_IN {
            let answer = server.nobody().sign_in(&login_of(role), PASSWORD).await;
            tokens.insert(role, answer.at("/signIn/token").as_str().unwrap().to_owned());
        }
        session::Entity::update_many()
            .col_expr(session::Column::ExpiresAt, Expr::value(time("2200-01-01T00:00:00Z")))
            .exec(server.app().database.writer())
            .await
            .unwrap();
        let office = Client::with_token(server.url(), &tokens[&Role::Office]);
        let projects = projects(&office).await;
        let database = server.into_ground().await.database;
        Self { template: database.into_template().await, tokens, projects }
    }
}

async fn populate(server: &TestServer) {
    let app = server.app();
    let roster = roster::parse(ROSTER.as_bytes()).unwrap();
    app.import_roster(&roster, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
    let sites = roster::parse_sites(SITES.as_bytes()).unwrap();
    app.import_sites(&sites, time("2025-12-31T16:00:00Z"), &|| {}).await.unwrap();
    for role in Role::SIGNED_IN {
        let (may, person) = role.account();
        let account = NewAccount {
            login: login_of(role),
            password: PASSWORD.into(),
            role: may,
            person: person.map(str::to_owned),
        };
        app.add_account(account).await.unwrap();
    }
}

async fn projects(office: &Client) -> HashMap<String, String> {
    let answer = office.ask("{ projects { nodes { id name } } }", json!({})).await;
    let text = |project: &serde_json::Value, member| project[member].as_str().unwrap().to_owned();
    let nodes = answer.at("/projects/nodes").as_array().unwrap();
    nodes.iter().map(|project| (text(project, "name"), text(project, "id"))).collect()
}
