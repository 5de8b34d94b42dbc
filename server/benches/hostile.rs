//! What each of a hundred hostile requests takes, on a city that has something to fetch: CPU time and memory of whatever
//! comes of it, and how long others wait for `/healthz` meanwhile. The table is printed; more than 50 ms, 20 MB or 50 ms for
//! any of them fails the run. `cargo bench --bench hostile`

#![recursion_limit = "256"]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark tells, and has nobody to fail to")]

use std::{
    num::NonZeroU32,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::Variables;
use chrono::{DateTime, Days, NaiveDate, Utc};
use cpu_time::ProcessTime;
use domain::permission::Viewer;
use entity::{
    assessment, check_in, finding,
    ids::{AssessmentId, CheckInId, PersonId, ProjectId, VisitId},
    project, standing, team_role,
    values::{AssessmentTrigger, FindingCode, FindingOutcome, TeamRoleKind, Verdict},
    visit,
};
use peak_alloc::PeakAlloc;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter};
use server::{
    app::{App, NewAccount, SignInRequest},
    clock::Clock,
    config::Config,
    graphql::{Access, ActionQuota, Executor, IncomingRequest, Introspection, Limits, Meter, RequestTime},
    roster,
    serve::{self, Running},
};

use tokio::task::JoinSet;

#[path = "../../tests/protocols/hostile_documents.rs"]
mod hostile_documents;
#[path = "../../tests/protocols/hostile_loops.rs"]
mod hostile_loops;

use hostile_documents::{Hostile, Outcome};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const CPU: Duration = Duration::from_millis(50);
const BYTES: usize = 20_000_000;
const WAIT: Duration = Duration::from_millis(50);
const ROUNDS: usize = 3;
const PROJECTS: usize = 100;
/// Check-ins on the day of one visit.
const MANY: usize = 301;

fn config(folder: &std::path::Path) -> Config {
    let mut config = Config::built_in().unwrap();
    config.database.url = format!("sqlite:{}", folder.join("onsite.sqlite").display()).into();
    config.photos.directory = folder.join("photos");
    config.listen = "127.0.0.1:0".parse().unwrap();
    let rates = &mut config.rates;
    (rates.viewer_requests, rates.address_requests) = (NonZeroU32::MAX, NonZeroU32::MAX);
    (rates.viewer_cost, rates.address_cost) = (NonZeroU32::MAX, NonZeroU32::MAX);
    config
}

/// A made-up name: a surname, and two characters that tell the number.
fn name(surname: char, number: usize) -> String {
    let digit = |digit: usize| "甲乙丙丁戊己庚辛壬癸".chars().nth(digit % 10).unwrap();
    [surname, digit(number / 10), digit(number)].into_iter().collect()
}

fn roster_csv() -> String {
    let head = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位\n";
    let row = |n: usize| {
        let (leader, coordinator, secretary) = (name('赵', n), name('钱', n), name('孙', n));
        format!("{n},项目{n},在建,{leader} 副市长,{coordinator} 商务局副局长,{secretary} 138{n:08},商务局\n")
    };
    (1..=PROJECTS).fold(head.to_owned(), |text, n| text + &row(n))
}

async fn office(app: &App) -> (String, Viewer) {
    let password = || "correct horse battery".to_owned().into();
    let account = NewAccount {
        login: "office".to_owned(),
        password: password(),
        role: entity::values::AccountRole::Office,
        person: None,
    };
    app.add_account(account).await.unwrap();
    let request = SignInRequest {
        login: "office".to_owned(),
        password: password(),
        code: None,
        new_password: None,
        device_name: String::new(),
    };
    let signed_in = app.sign_in(request).await.unwrap();
    (secrecy::ExposeSecret::expose_secret(&signed_in.token).to_owned(), signed_in.viewer)
}

async fn insert<M>(app: &App, row: M)
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    let row = row.into_active_model().reset_all();
    M::Entity::insert(row).exec_without_returning(app.database.writer()).await.unwrap();
}

/// One person's check-ins at one project on one day.
async fn day_of(app: &App, project_id: ProjectId, person_id: PersonId, local_date: NaiveDate, many: usize) {
    let (at, visit_id): (DateTime<Utc>, VisitId) = (app.clock.now(), app.clock.id());
    let verdict = Verdict::Verified;
    let check_in_count = i32::try_from(many).unwrap();
    insert(
        app,
        visit::Model {
            id: visit_id,
            project_id,
            person_id,
            local_date,
            verdict,
            check_in_count,
            first_at: at,
            last_at: at,
        },
    )
    .await;
    for _ in 0..many {
        let (check_in_id, assessment_id): (CheckInId, AssessmentId) = (app.clock.id(), app.clock.id());
        let check_in = check_in::Model {
            id: check_in_id,
            person_id,
            project_id,
            captured_at: at,
            sent_at: at,
            received_at: at,
            corrected_at: at,
            local_date,
            latitude: None,
            longitude: None,
            datum: None,
            accuracy_m: None,
            boot_id: None,
            captured_uptime_ms: None,
            sent_uptime_ms: None,
            challenge: None,
            device: None,
            signature: None,
            developer_mode: None,
            fixed_at: None,
            mocked: None,
            note: "到现场查看进度。".repeat(10),
            content_sha256: "0".repeat(64),
        };
        insert(app, check_in).await;
        let judged = assessment::Model {
            id: assessment_id,
            check_in_id,
            sequence: 1,
            trigger: AssessmentTrigger::Submission,
            policy_version: 1,
            site_version_id: None,
            verdict,
            inputs: None,
            rejudgement_id: None,
            assessed_at: at,
        };
        insert(app, judged).await;
        for ordinal in 0..8 {
            let found = finding::Model {
                assessment_id,
                ordinal,
                code: FindingCode::Position,
                outcome: FindingOutcome::Pass,
                counts: true,
                measured: Some(-12.5),
                threshold: Some(50.0),
                unit: "m".to_owned(),
                probability: None,
                sentence_zh: "定位在场地边界内。".to_owned(),
                sentence_en: "The position is inside the boundary.".to_owned(),
            };
            insert(app, found).await;
        }
        insert(app, standing::Model { check_in_id, visit_id, assessment_id, verdict }).await;
    }
}

/// A city of projects with some visits each, and one visit with very many check-ins.
async fn city(app: &App) {
    let parsed = roster::parse(roster_csv().as_bytes()).unwrap();
    app.import_roster(&parsed, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
    let projects = project::Entity::find().all(app.database.reader()).await.unwrap();
    for (number, project) in projects.iter().enumerate() {
        let leads = sea_orm::ColumnTrait::eq(&team_role::Column::ProjectId, project.id);
        let roles = team_role::Entity::find().filter(leads).all(app.database.reader()).await.unwrap();
        let leader = roles.iter().find(|role| role.kind == TeamRoleKind::Leader).unwrap().person_id;
        let monday: NaiveDate = "2026-11-16".parse().unwrap();
        for day in 0..5 {
            day_of(app, project.id, leader, monday + Days::new(day), 1).await;
        }
        if number + 1 == projects.len() {
            day_of(app, project.id, leader, monday + Days::new(6), MANY).await;
        }
    }
}

/// Documents that ask for what this city has: of the hostile ones, ids lead to nothing.
fn on_this_city(visit: &str) -> Vec<Hostile> {
    let bounded = |name: &str, document: String| Hostile {
        name: name.to_owned(),
        document,
        variables: serde_json::json!({}),
        outcome: Outcome::Bounded,
    };
    let around = |inside: &str| format!("{{visit(id:\"{visit}\"){{checkIns{inside}}}}}");
    vec![
        bounded("301 check-ins of a day", around("(first:500){id note verdict assessment{findings{code sentence}}}")),
        bounded("check-ins of the visit of check-ins", around("{visit{checkIns{visit{id}}}}")),
        bounded("all check-ins of the visit of all", around("(first:301){visit{checkIns(first:301){id}}}")),
        bounded("all check-ins of the visit of some", around("(first:301){visit{checkIns(first:200){id note uuid}}}")),
        bounded("assessments of those", around("(first:100){visit{checkIns(first:100){assessment{verdict}}}}")),
        bounded("weeks of projects of weeks", "{projects(first:100){nodes{weeklyVisits{project{weeklyVisits{week}}}}}}".to_owned()),
        bounded("visits of projects of visits", "{visits(first:200){nodes{project{visits(first:200){nodes{id}}}}}}".to_owned()),
        bounded("everything of a hundred projects", "{projects(first:100){nodes{name team{members{person{name organisation{name}}}} \
             weeklyVisits{week verified leader{name}} visits(first:5){nodes{person{name} checkIns(first:2){verdict}}}}}}".to_owned()),
        bounded("pages by aliases", format!("{{{}}}", (0..30).map(|n| format!("a{n}:projects(first:500){{nodes{{id name}}}} ")).collect::<String>())),
    ]
}

fn asked(hostile: &Hostile, viewer: Viewer) -> IncomingRequest {
    IncomingRequest {
        document: hostile.document.clone(),
        operation_name: None,
        variables: Variables::from_json(hostile.variables.clone()),
        access: Access(Some(viewer)),
        arrived: RequestTime(Clock::system().now()),
        meter: Meter::default(),
        quota: ActionQuota::new(|_| Ok(())),
    }
}

/// Worst of some rounds: CPU time, bytes, and what came of it.
fn measured(
    runtime: &tokio::runtime::Runtime,
    executor: &Executor,
    hostile: &Hostile,
    viewer: Viewer,
) -> (Duration, usize, String) {
    let (mut cpu, mut bytes, mut outcome) = (Duration::ZERO, 0, String::new());
    for _ in 0..ROUNDS {
        let request = asked(hostile, viewer);
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let begun = ProcessTime::now();
        let (said, length) = runtime.block_on(async {
            let reply = match executor.admit(request).await {
                Ok(admitted) => executor.answer(admitted).await,
                Err(reply) => reply,
            };
            let json = reply.to_json(executor.limits().result_bytes);
            (reply.errors().first().and_then(|error| error.extensions.as_ref()?.get("limit").cloned()), json.len())
        });
        cpu = cpu.max(begun.elapsed());
        bytes = bytes.max(MEMORY.peak_usage().saturating_sub(before));
        outcome = said.map_or_else(|| format!("{length} bytes"), |limit| limit.to_string());
    }
    (cpu, bytes, outcome)
}

/// The longest wait for `/healthz` while everything hostile is asked by several clients at once.
async fn longest_wait(url: String, token: String, all: Vec<Hostile>) -> Duration {
    let http = || reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let (over, all) = (Arc::new(AtomicBool::new(false)), Arc::new(all));
    let healthy = {
        let (over, url, http) = (Arc::clone(&over), url.clone(), http());
        tokio::spawn(async move {
            let mut longest = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                assert!(http.get(format!("{url}/healthz")).send().await.unwrap().status().is_success());
                longest = longest.max(begun.elapsed());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            longest
        })
    };
    let mut clients = JoinSet::new();
    for _ in 0..2 {
        let (all, url, token, http) = (Arc::clone(&all), url.clone(), token.clone(), http());
        clients.spawn(async move {
            for hostile in all.iter() {
                let body = serde_json::json!({ "query": hostile.document, "variables": hostile.variables });
                let request = http.post(format!("{url}/graphql")).bearer_auth(&token).json(&body);
                drop(request.send().await.unwrap().bytes().await);
            }
        });
    }
    clients.join_all().await;
    over.store(true, Ordering::Relaxed);
    healthy.await.unwrap()
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = config(folder.path());
    let app = runtime.block_on(async {
        let database = serve::database(&config).await.unwrap();
        database.migrate().await.unwrap();
        serve::app(&config, database, "http://localhost".to_owned(), Clock::system()).await.unwrap()
    });
    let (token, viewer) = runtime.block_on(office(&app));
    runtime.block_on(city(&app));
    let executor = Executor::new(&app, Limits::default(), Introspection::Everyone);
    let mut all = hostile_documents::documents();
    all.extend(on_this_city(&runtime.block_on(newest_visit(&executor, viewer))));
    println!("{:<58} {:>8} {:>8} {:>9}  outcome", "hostile request", "bytes", "CPU µs", "kB taken");
    let (mut slowest, mut largest) = (Duration::ZERO, 0);
    for hostile in &all {
        let (cpu, bytes, outcome) = measured(&runtime, &executor, hostile, viewer);
        (slowest, largest) = (slowest.max(cpu), largest.max(bytes));
        let length = hostile.document.len();
        let (name, kb, meant) = (&hostile.name, bytes / 1000, hostile.outcome);
        println!("{name:<58} {length:>8} {:>8} {kb:>9}  {outcome} ({meant:?})", cpu.as_micros());
    }
    drop(runtime);
    let served = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let asking = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let running = served.block_on(async {
        let database = serve::database(&config).await.unwrap();
        Running::start(&config, database, Clock::system()).await.unwrap()
    });
    let (number, url) = (all.len(), running.public_url);
    let waited = asking.block_on(longest_wait(url, token, all));
    println!(
        "\n{number} requests, worst of {ROUNDS} rounds each: {:.1} of {} ms CPU, {:.1} of {} MB; longest wait for /healthz {:.1} of {} ms",
        slowest.as_secs_f64() * 1e3,
        CPU.as_millis(),
        largest as f64 / 1e6,
        BYTES / 1_000_000,
        waited.as_secs_f64() * 1e3,
        WAIT.as_millis()
    );
    if slowest < CPU && largest < BYTES && waited < WAIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The global id of the newest visit: that with very many check-ins.
async fn newest_visit(executor: &Executor, viewer: Viewer) -> String {
    let hostile = Hostile {
        name: String::new(),
        document: "{ visits(first: 1) { nodes { id } } }".to_owned(),
        variables: serde_json::json!({}),
        outcome: Outcome::Bounded,
    };
    let Ok(admitted) = executor.admit(asked(&hostile, viewer)).await else { panic!("admitted") };
    let told: serde_json::Value = serde_json::from_slice(&executor.answer(admitted).await.to_json(10_000)).unwrap();
    told["data"]["visits"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}
