//! A city in which something of everything is there, and everybody who may be near to it.

use std::collections::HashMap;

use crate::{
    check_ins::review::colleague,
    support::{
        Answer, BEARING_PARK, Backend, COLD_STORE, Client, Draft, PASSWORD,
        Role::{Analyst, Leader, Nobody, Office, OtherLeader, Secretary},
        Socket, TestClock, TestServer, photo,
    },
};
use chrono::TimeDelta;
use domain::permission::{Relation, Who};
use entity::{
    account, device, identity, person, photo_inspection, project, second_factor,
    values::{AccountRole, DecisionReason},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use server::{
    app::{NewAccount, PolicyChange},
    clock::Source,
    identity_provider::SingleSignOnSettings,
};

pub(super) const NOTE: &str = "哨兵备注";
pub(super) const STATEMENT: &str = "哨兵申诉";
pub(super) const PHONE: &str = "13900000009";
/// Digits of the precise latitude that no site has.
pub(super) const LATITUDE: &str = "39.6201234";

/// Whose something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The leader of the bearing park; it is about that project.
    Subject,
    /// The leader's account.
    SubjectAccount,
    /// Whoever asks: their account.
    OwnAccount,
    /// Whoever asks, as a person.
    OwnPerson,
    /// Whoever asks, as a member of a team.
    OwnTeam,
    /// Nobody.
    Nobody,
}

/// Somebody who asks.
pub(super) struct Asker {
    pub(super) name: &'static str,
    pub(super) who: Who,
    pub(super) client: Client,
    pub(super) token: Option<String>,
    /// How near they are to the leader of the bearing park.
    subject: Relation,
    account_is_subjects: bool,
    is_person: bool,
}

impl Asker {
    /// How near something is to them.
    pub(super) fn relation(&self, owner: Owner) -> Relation {
        let near = match owner {
            Owner::Subject => return self.subject,
            Owner::SubjectAccount => self.account_is_subjects,
            Owner::OwnAccount => true,
            Owner::OwnPerson => self.is_person,
            Owner::OwnTeam if self.is_person => return Relation::Team,
            Owner::OwnTeam | Owner::Nobody => false,
        };
        if near { Relation::Own } else { Relation::Any }
    }
}

pub(super) struct World {
    pub(super) server: TestServer,
    /// The same city, where analysts must have a second factor.
    pub(super) strict: TestServer,
    pub(super) askers: Vec<Asker>,
    /// Global ids of what is the leader's, and of the bearing park.
    pub(super) ids: HashMap<&'static str, String>,
}

impl World {
    pub(super) async fn on(backend: Backend) -> Self {
        let server = TestServer::tuned_on(backend, TestClock::new(), |config| config.single_sign_on = provider()).await;
        let strict = server.another_tuned(|config| {
            config.accounts.second_factor_roles = vec![AccountRole::Analyst];
            config.single_sign_on = provider();
        });
        let strict = strict.await;
        people(&server).await;
        let administrator = server.administrator().await;
        let askers = askers(&server, &strict, &administrator).await;
        events(&server).await;
        let ids = ids(&server, &administrator).await;
        protect(&server).await;
        Self { server, strict, askers, ids }
    }

    /// The text with ids in place of their names.
    pub(super) fn filled(&self, text: &str) -> String {
        self.ids
            .iter()
            .fold(text.to_owned(), |text, (name, id)| text.replace(&format!("<{name}>"), &json!(id).to_string()))
    }
}

/// Where nobody listens.
fn provider() -> SingleSignOnSettings {
    let given = |text: &str| Some(text.to_owned());
    let (issuer, redirect_uri) = (given(ISSUER), given("http://localhost/"));
    SingleSignOnSettings { issuer, client_id: given("onsite"), redirect_uri, ..SingleSignOnSettings::default() }
}

const ISSUER: &str = "http://127.0.0.1:1";

/// Who there is beside the city: someone of the unit responsible for the bearing park, who serves the harbour; and an
/// analyst's account of the leader.
async fn people(server: &TestServer) {
    let connection = server.app().database.writer();
    let park = project::Entity::find().filter(project::Column::Name.eq(BEARING_PARK)).one(connection).await.unwrap();
    person::Entity::update_many()
        .col_expr(person::Column::OrganisationId, Expr::value(park.unwrap().responsible_organisation_id))
        .filter(person::Column::Name.eq("干部乙"))
        .exec(connection)
        .await
        .unwrap();
    person::Entity::update_many()
        .col_expr(person::Column::Phone, Expr::value(PHONE))
        .filter(person::Column::Name.eq("领导甲"))
        .exec(connection)
        .await
        .unwrap();
    let cold_store =
        project::Entity::find().filter(project::Column::Name.eq(COLD_STORE)).one(connection).await.unwrap();
    person::Entity::update_many()
        .col_expr(person::Column::OrganisationId, Expr::value(cold_store.unwrap().responsible_organisation_id))
        .filter(person::Column::Name.eq("领导甲"))
        .exec(connection)
        .await
        .unwrap();
    for (login, role, person) in [
        ("of-unit", AccountRole::Staff, Some("干部乙")),
        ("own-analyst", AccountRole::Analyst, Some("领导甲")),
        ("enrolling", AccountRole::Analyst, None),
    ] {
        let (login, person) = (login.to_owned(), person.map(str::to_owned));
        server.app().add_account(NewAccount { login, password: PASSWORD.into(), role, person }).await.unwrap();
    }
}

async fn askers(server: &TestServer, strict: &TestServer, administrator: &Client) -> Vec<Asker> {
    let of_city = |name, role, who, subject, is_person| Asker {
        name,
        who,
        client: server.as_(role),
        token: server.token(role),
        subject,
        account_is_subjects: role == Leader,
        is_person,
    };
    let with = |name, who, client: Client, subject, is_person| {
        let token = client.token().map(str::to_owned);
        Asker { name, who, client, token, subject, account_is_subjects: false, is_person }
    };
    let (of_unit, own_analyst) =
        (server.signed_in("of-unit", PASSWORD).await, server.signed_in("own-analyst", PASSWORD).await);
    let enrolling = strict.signed_in("enrolling", PASSWORD).await;
    let mut askers = vec![
        of_city("nobody", Nobody, Who::Visitor, Relation::Any, false),
        with("an analyst without a second factor", Who::Enrolling, enrolling, Relation::Any, false),
        of_city("the leader", Leader, Who::Staff, Relation::Own, true),
        of_city("the secretary", Secretary, Who::Staff, Relation::Team, true),
        with("somebody of the unit", Who::Staff, of_unit, Relation::Unit, true),
        of_city("another leader", OtherLeader, Who::Staff, Relation::Any, true),
        of_city("an analyst", Analyst, Who::Analyst, Relation::Any, false),
        with("the leader as an analyst", Who::Analyst, own_analyst, Relation::Own, true),
        of_city("the office", Office, Who::Office, Relation::Any, false),
        with("an administrator", Who::Administrator, administrator.clone(), Relation::Any, false),
    ];
    // Whoever else there may be: a role that nobody has here yet.
    for role in AccountRole::ALL {
        if askers.iter().all(|asker| asker.who != Who::of(*role)) {
            let login = role.as_str().to_lowercase();
            let new = NewAccount { login: login.clone(), password: PASSWORD.into(), role: *role, person: None };
            server.app().add_account(new).await.unwrap();
            let client = server.signed_in(&login, PASSWORD).await;
            askers.push(with(role.as_str(), Who::of(*role), client, Relation::Any, false));
        }
    }
    assert!(Who::ALL.iter().all(|who| askers.iter().any(|asker| asker.who == *who)), "everybody asks");
    askers
}

/// What happened: a boundary in doubt; then a check-in on the edge with a photo, rejected and appealed against; check-ins
/// judged again, and a policy that would have decided otherwise.
async fn events(server: &TestServer) {
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    for (role, south) in [(Leader, 350.0), (Secretary, 356.0)] {
        server.as_(role).checked_in(&Draft::at(server, BEARING_PARK).south(south)).await;
    }
    // On the edge as well: a wider tolerance would have decided otherwise.
    server.clock.advance(TimeDelta::hours(2));
    let coarse = Draft::at(server, BEARING_PARK).east(215.0).with("/fix/accuracyMeters", 35.0);
    leader.checked_in(&coarse).await;
    server.clock.advance(TimeDelta::days(1));
    let mut socket = Socket::of(server, Office).await;
    socket.follow_judgements().await;
    let picture = leader.uploaded(&photo(7)).await;
    let draft = Draft::at(server, BEARING_PARK).with("/fix/latitude", LATITUDE.parse::<f64>().unwrap()).east(230.0);
    let check_in = leader.checked_in(&draft.with("/photoIds", json!([picture])).with("/note", NOTE)).await;
    socket.next_inspected().await;
    let reject =
        json!({ "checkInId": check_in["id"], "verdict": "REJECTED", "reason": DecisionReason::NotThere, "note": NOTE });
    done(&colleague(server).await, "reviewCheckIn", "ReviewCheckInInput", reject).await;
    let appeal = json!({ "checkInId": check_in["id"], "statement": STATEMENT });
    done(&leader, "appealCheckIn", "AppealCheckInInput", appeal).await;
    let (connection, taken) = (server.app().database.writer(), server.clock.now());
    photo_inspection::Entity::update_many()
        .col_expr(photo_inspection::Column::TakenAt, Expr::value(taken))
        .col_expr(photo_inspection::Column::Problem, Expr::value("dark"))
        .exec(connection)
        .await
        .unwrap();
    let again = json!({ "from": "2026-11-01", "to": "2026-11-30", "reason": "边界已更正" });
    done(&office, "rejudgeCheckIns", "RejudgeCheckInsInput", again).await;
    let wider = PolicyChange { tolerance_meters: Some(60.0), ..PolicyChange::default() };
    server.app().adopt_policy("试行".to_owned(), wider).await.unwrap();
    let token = json!({ "name": "report", "scopes": ["READ"], "expiresAt": server.clock.now() + TimeDelta::days(9) });
    done(&leader, "createPersonalAccessToken", "CreatePersonalAccessTokenInput", token).await;
}

async fn done(client: &Client, mutation: &str, input: &str, value: Value) {
    let query = format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}");
    assert_eq!(client.ask(&query, json!({ "input": value })).await.user_errors(mutation), [], "{mutation}");
}

async fn ids(server: &TestServer, administrator: &Client) -> HashMap<&'static str, String> {
    let query = "query($park: ID!) { project(id: $park) { sites { id } team { leader { id person { id } } }
        visits(first: 1) { nodes { id checkIns { id photos { id } } } } } }";
    let found = server.as_(Office).ask(query, json!({ "park": server.project(BEARING_PARK) })).await;
    // Another session of the leader's, the latest.
    server.signed_in("leader", PASSWORD).await;
    let own = "{ viewer { sessions { id } personalAccessTokens { id } } }";
    let own = server.as_(Leader).ask(own, json!({})).await;
    let rejected = "query($park: ID!) { checkIns(filter: { projectId: $park, verdicts: [REJECTED] }) { nodes { id person { name } } } }";
    let rejected = server.as_(Leader).ask(rejected, json!({ "park": server.project(BEARING_PARK) })).await;
    HashMap::from([
        ("project", server.project(BEARING_PARK)),
        ("site", found.text("/project/sites/0/id")),
        ("role", found.text("/project/team/leader/id")),
        ("person", found.text("/project/team/leader/person/id")),
        ("visit", found.text("/project/visits/nodes/0/id")),
        ("check-in", found.text("/project/visits/nodes/0/checkIns/0/id")),
        ("rejected", own_check_in(&rejected)),
        ("photo", found.text("/project/visits/nodes/0/checkIns/0/photos/0/id")),
        ("session", own.text("/viewer/sessions/0/id")),
        ("token", own.text("/viewer/personalAccessTokens/0/id")),
        ("account", server.account_id(administrator, "leader").await),
        ("fingerprint", FINGERPRINT.to_owned()),
    ])
}

/// Of the check-ins, the leader's.
fn own_check_in(answer: &Answer) -> String {
    let nodes = answer.list("/checkIns/nodes");
    let own = nodes.iter().find(|check_in| check_in["person"]["name"] == "领导甲").unwrap();
    own["id"].as_str().unwrap().to_owned()
}

const FINGERPRINT: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The leader's device, second factor and identity.
async fn protect(server: &TestServer) {
    let (connection, now) = (server.app().database.writer(), server.clock.now());
    let leader = account::Entity::find().filter(account::Column::Login.eq("leader")).one(connection).await;
    let leader = leader.unwrap().unwrap();
    let device = device::Model {
        fingerprint: FINGERPRINT.to_owned(),
        person_id: leader.person_id.unwrap(),
        public_key: "MFkw".to_owned(),
        name: "手机".to_owned(),
        registered_at: now,
        revoked_at: None,
    };
    device.into_active_model().reset_all().insert(connection).await.unwrap();
    let factor = second_factor::Model {
        account_id: leader.id,
        secret: "sealed".to_owned(),
        created_at: now,
        confirmed_at: Some(now),
        last_step: None,
    };
    factor.into_active_model().reset_all().insert(connection).await.unwrap();
    let (issuer, subject) = (ISSUER.to_owned(), "subject of leader".to_owned());
    let identity = identity::Model { account_id: leader.id, issuer, subject, linked_at: now };
    identity.into_active_model().reset_all().insert(connection).await.unwrap();
}
