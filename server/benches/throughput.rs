//! Requests a second of what is resolved by the library itself, with everything on (authentication, quotas, limits, costs,
//! a log line each, compression, figures), against the library's own executor behind a plain axum handler, which has none
//! of that, in one run and on the same data. Lists of objects have a peer of their own: `server/benches/system/run`.
//! `cargo bench --bench throughput`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark tells, and has nobody to fail to")]

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Json, Router, extract::State, routing::post};
use domain::permission::Viewer;
use memchr::memmem;
use serde_json::{Value, json};
use server::{
    app::{App, NewAccount, SignInRequest},
    clock::Clock,
    config::Config,
    graphql::{self, Access, OnsiteSchema},
    roster,
    serve::{self, Running},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// As in the program, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 8;
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;
const PROJECTS: usize = 50;

const QUERIES: [(&str, &str); 2] = [("trivial", "{ __typename }"), ("viewer", "{ viewer { role } }")];

/// The library as it comes: a JSON body in, a JSON body out.
async fn bare(State((schema, viewer)): State<(OnsiteSchema, Viewer)>, Json(body): Json<Value>) -> Json<Value> {
    let request: async_graphql::Request = serde_json::from_value(body).unwrap();
    let response = schema.execute(request.data(Access(Some(viewer)))).await;
    Json(serde_json::to_value(&response).unwrap())
}

async fn bare_server(app: Arc<App>, viewer: Viewer) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/graphql", post(bare)).with_state((graphql::bare_schema(app), viewer));
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    address
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

async fn filled(app: &App) -> (String, Viewer) {
    let parsed = roster::parse(roster_csv().as_bytes()).unwrap();
    app.import_roster(&parsed, "2026-01-01".parse().unwrap(), &|| {}).await.unwrap();
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

/// Asks again and again on one connection until the time is over; how often.
async fn asking(address: SocketAddr, request: Arc<Vec<u8>>, until: Instant) -> usize {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = vec![0; 1 << 20];
    let mut asked = 0;
    while Instant::now() < until {
        stream.write_all(&request).await.unwrap();
        let mut length = 0;
        let whole = loop {
            length += stream.read(&mut answer[length..]).await.unwrap();
            if let Some(end) = whole_answer(&answer[..length]) {
                break end;
            }
        };
        if asked == 0 {
            // Only what is answered counts.
            let text = String::from_utf8_lossy(&answer[..whole]);
            assert!(text.starts_with("HTTP/1.1 200") && !text.contains("\"errors\":[{"), "{text}");
        }
        asked += 1;
    }
    asked
}

/// The length of an answer, once it is whole. The client shares the cores with what it measures: it looks at no more than
/// it must.
fn whole_answer(bytes: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"\r\ncontent-length: ";
    let head = memmem::find(bytes, b"\r\n\r\n")? + 4;
    let digits = &bytes[memmem::find(&bytes[..head], LENGTH).unwrap() + LENGTH.len()..head];
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| 10 * length + usize::from(digit - b'0'));
    (bytes.len() >= head + length).then_some(head + length)
}

async fn rate(address: SocketAddr, query: &str, token: &str) -> f64 {
    let body = json!({ "query": query }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/json\r\n\
         authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (request, begun) = (Arc::new(request.into_bytes()), Instant::now());
    let until = begun + ROUND;
    let tasks: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(asking(address, Arc::clone(&request), until))).collect();
    let mut asked = 0;
    for task in tasks {
        asked += task.await.unwrap();
    }
    asked as f64 / begun.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

#[tokio::main]
async fn main() {
    // Lines are written as the program writes them, and then thrown away.
    tracing_subscriber::fmt().with_ansi(false).with_target(false).with_writer(std::io::sink).init();
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::built_in().unwrap();
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.database.url = format!("sqlite:{}", folder.path().join("onsite.sqlite").display()).into();
    config.photos.directory = folder.path().join("photos");
    // What is measured is the work, not the refusal of it.
    config.rates.viewer_requests = u32::MAX.try_into().unwrap();
    config.rates.address_requests = u32::MAX.try_into().unwrap();
    config.rates.viewer_cost = u32::MAX.try_into().unwrap();
    let database = serve::database(&config).await.unwrap();
    database.migrate().await.unwrap();
    let onsite = Running::start(&config, database, Clock::system()).await.unwrap();
    let (token, viewer) = filled(&onsite.app).await;
    let bare = bare_server(Arc::clone(&onsite.app), viewer).await;
    println!("{:<42} {:>12} {:>12} {:>7}", "query", "onsite 1/s", "bare 1/s", "ratio");
    for (name, query) in QUERIES {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            own.push(rate(onsite.address, query, &token).await);
            others.push(rate(bare, query, &token).await);
        }
        let (own, others) = (median(own), median(others));
        println!("{name:<42} {own:>12.0} {others:>12.0} {:>7.2}", own / others);
    }
    onsite.stop().await.unwrap();
}
