//! How much may be asked, and what is told of it: rates, connections, origins, TLS and figures.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;
use server::{config::TlsConfig, graphql::Introspection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::support::{
    Backend::Sqlite,
    Role::{Analyst, Leader, Nobody, Office},
    TestServer, http,
};

const PATIENCE: Duration = Duration::from_secs(20);

fn number(number: u32) -> NonZeroU32 {
    number.try_into().unwrap()
}

async fn posted(server: &TestServer, token: Option<&str>, query: &str) -> reqwest::Response {
    let request = http().post(format!("{}/graphql", server.url())).json(&json!({ "query": query }));
    token.into_iter().fold(request, |request, token| request.bearer_auth(token)).send().await.unwrap()
}

#[tokio::test]
async fn a_viewer_who_asks_too_often_is_told_when_to_come_back_and_others_are_not() {
    let server = TestServer::tuned(|config| config.rates.viewer_requests = number(3)).await;
    let token = server.token(Leader);
    for left in [2, 1, 0] {
        let response = posted(&server, token.as_deref(), "{ __typename }").await;
        assert_eq!(response.status(), StatusCode::OK);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(header("ratelimit-policy").starts_with("\"requests\";q=3;w=60, \"cost\";q=1000000;w=60"));
        assert!(
            header("ratelimit").starts_with(&format!("\"requests\";r={left}, \"cost\";r=99999")),
            "{}",
            header("ratelimit")
        );
    }
    let refused = posted(&server, token.as_deref(), "{ __typename }").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    let body: serde_json::Value = refused.json().await.unwrap();
    let error = &body["errors"][0];
    assert_eq!(
        (&error["extensions"]["code"], &error["extensions"]["limit"]),
        (&json!("RATE_LIMITED"), &json!("viewerRequests"))
    );
    assert!(error["message"].as_str().unwrap().contains("try again in"), "{error}");
    assert_eq!(posted(&server, server.token(Office).as_deref(), "{ __typename }").await.status(), StatusCode::OK);
}

const UPLOAD: &str = "mutation { requestPhotoUpload(input: {contentType: \"image/jpeg\", byteSize: 9,
    sha256: \"0000000000000000000000000000000000000000000000000000000000000000\"}) { photo { id } } }";

#[rstest]
#[case::address("addressRequests", Nobody)]
#[case::cost("viewerCost", Leader)]
#[case::cost_of_an_address("addressCost", Nobody)]
#[case::sign_ins("signIns", Nobody)]
#[case::uploads("viewerUploads", Leader)]
#[tokio::test]
async fn each_rate_has_its_limit(#[case] limit: &str, #[case] role: crate::support::Role) {
    let few = number(2);
    let server = TestServer::tuned(|config| match limit {
        "addressRequests" => config.rates.address_requests = few,
        "viewerCost" => config.rates.viewer_cost = few,
        "addressCost" => config.rates.address_cost = few,
        "viewerUploads" => config.rates.viewer_uploads = few,
        _ => config.rates.sign_ins = few,
    })
    .await;
    let query = match limit {
        "viewerUploads" => UPLOAD,
        "signIns" => "mutation { signIn(input: {login: \"nobody\", password: \"nothing\"}) { token } }",
        _ => "{ __typename }",
    };
    let client = server.as_(role);
    for _ in 0..2 {
        let answer = client.ask(query, json!({})).await;
        assert!(answer.body.get("errors").is_none(), "{:#}", answer.body);
    }
    let refused = client.ask(query, json!({})).await;
    assert_eq!(refused.body["errors"][0]["extensions"]["limit"], limit, "{:#}", refused.body);
}

#[tokio::test]
async fn an_answer_tells_what_it_cost() {
    let server = TestServer::on(Sqlite).await;
    let query = "query($n: Int) { projects(first: $n) { nodes { id name } } }";
    let cost = |n: i32| {
        let client = server.as_(Office);
        async move { client.ask(query, json!({ "n": n })).await.body["extensions"]["cost"].clone() }
    };
    let (ten, hundred) = (cost(10).await, cost(100).await);
    assert_eq!(ten["limit"], 200_000);
    let [ten, hundred] = [ten, hundred].map(|cost| cost["requested"].as_u64().unwrap());
    assert!(hundred > 8 * ten && ten > 10, "{ten} {hundred}");
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused() {
    let server = TestServer::tuned(|config| config.limits.result_bytes = 200).await;
    let answer = server.as_(Office).ask("{ projects { nodes { id name stage } } }", json!({})).await;
    assert_eq!(answer.body["errors"][0]["extensions"]["limit"], "resultBytes");
}

#[rstest]
#[case(Introspection::Everyone, true, true)]
#[case(Introspection::SignedIn, false, true)]
#[case(Introspection::Nobody, false, false)]
#[tokio::test]
async fn who_may_ask_for_the_schema(#[case] introspection: Introspection, #[case] nobody: bool, #[case] analyst: bool) {
    let server = TestServer::tuned(|config| config.http.introspection = introspection).await;
    for (role, may) in [(Nobody, nobody), (Analyst, analyst)] {
        for query in
            ["{ __schema { types { name } } }", "{ ...F } fragment F on Query { __type(name: \"Visit\") { name } }"]
        {
            let answer = server.as_(role).ask(query, json!({})).await;
            let code = answer.body["errors"][0]["extensions"]["code"].as_str();
            assert_eq!(code, (!may).then_some("INTROSPECTION_NOT_ALLOWED"), "{:#}", answer.body);
        }
        assert_eq!(server.as_(role).get("/schema.graphql", &[]).await.status == 200, may);
        assert_eq!(server.as_(role).ask("{ __typename }", json!({})).await.at("/__typename"), "Query");
    }
}

#[tokio::test]
async fn a_page_asks_only_where_its_origin_may() {
    let server =
        TestServer::tuned(|config| config.http.allowed_origins = vec!["https://dashboard.example".to_owned()]).await;
    let ask = |origin: &str| {
        let request = http().post(format!("{}/graphql", server.url())).header("origin", origin);
        request.json(&json!({ "query": "{ __typename }" })).send()
    };
    let own = server.url();
    for (origin, admitted) in
        [("https://dashboard.example", true), (&*own, true), ("https://evil.example", false), ("null", false)]
    {
        let response = ask(origin).await.unwrap();
        let told =
            response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(response.status() == 200, admitted, "{origin}");
        assert_eq!(told.as_deref() == Some(origin), admitted, "{origin}: {told:?}");
    }
    let preflight = http()
        .request(reqwest::Method::OPTIONS, format!("{own}/graphql"))
        .header("origin", "https://dashboard.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.headers()["access-control-allow-origin"], "https://dashboard.example");
    assert!(preflight.headers().get("access-control-allow-credentials").is_none(), "there are no cookies");
}

#[tokio::test]
async fn answers_carry_what_browsers_need_to_be_careful() {
    let server = TestServer::on(Sqlite).await;
    let response = posted(&server, None, "{ __typename }").await;
    let header = |name: &str| response.headers()[name].to_str().unwrap();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_eq!((header("referrer-policy"), header("x-frame-options")), ("no-referrer", "DENY"));
    assert_eq!(header("cache-control"), "no-store");
}

/// A connection from an address of this machine's own.
async fn connected(server: &TestServer, from: [u8; 4]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    socket.connect(server.address()).await.unwrap()
}

/// Whether the server closes a connection, whatever it says before.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    // A reset is an end as well.
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.is_ok()
}

#[rstest]
#[case::silent("")]
#[case::half_a_head("POST /graphql HTTP/1.1\r\nhost: x\r\n")]
#[case::idle_after_a_request("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")]
#[case::half_a_body(
    "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
)]
#[case::http_2_and_nothing_more("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0")]
#[case::a_socket_without_init(
    "GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
     sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)]
#[tokio::test]
async fn a_connection_that_does_nothing_is_closed(#[case] said: &str) {
    let server = TestServer::tuned(|config| {
        config.connections.idle_seconds = 1;
        config.connections.body_seconds = 1;
        config.connections.init_seconds = 1;
    })
    .await;
    let mut stream = connected(&server, [127, 0, 0, 2]).await;
    stream.write_all(said.as_bytes()).await.unwrap();
    let begun = Instant::now();
    assert!(is_closed(&mut stream).await);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(server.nobody().get("/healthz", &[]).await.status, 200);
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_others_have_theirs() {
    let server = TestServer::tuned(|config| config.connections.per_address = 5).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(connected(&server, [127, 0, 0, 3]).await);
    }
    let mut sixth = connected(&server, [127, 0, 0, 3]).await;
    assert!(is_closed(&mut sixth).await);
    assert_eq!(server.nobody().get("/healthz", &[]).await.status, 200);
    drop(held);
}

#[tokio::test]
async fn a_trusted_proxy_has_as_many_connections_as_it_needs() {
    let server = TestServer::tuned(|config| {
        config.connections.per_address = 2;
        config.http.trusted_proxies = vec!["127.0.0.4/32".parse().unwrap()];
    })
    .await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(connected(&server, [127, 0, 0, 4]).await);
    }
    for mut stream in streams {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

/// What a client writes into a header of a proxy's changes nothing: its own address counts, as the proxy tells it.
#[rstest]
#[case("x-forwarded-for", "198.51.100.LIE, x, 192.0.2.1")]
#[case("x-forwarded-for", "198.51.100.LIE, 192.0.2.1:443")]
#[case("forwarded", "for=198.51.100.LIE, for=\"192.0.2.1:443\"")]
#[tokio::test]
async fn limits_of_an_address_hold_behind_a_proxy_whatever_is_said_before(#[case] header: &str, #[case] said: &str) {
    let server = TestServer::tuned(|config| {
        config.rates.address_requests = number(3);
        config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let ask = |said: String| {
        let request = http().post(format!("{}/graphql", server.url())).header(header, said);
        let request = request.json(&json!({ "query": "{ __typename }" }));
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let mut told = Vec::new();
    for lie in 1..=5 {
        told.push(ask(said.replace("LIE", &lie.to_string())).await);
    }
    assert_eq!(told, [200, 200, 200, 429, 429]);
    assert_eq!(ask(said.replace("192.0.2.1", "192.0.2.2")).await, 200, "another one's limit is their own");
}

#[tokio::test]
async fn the_server_speaks_tls_and_http_2() {
    let folder = tempfile::tempdir().unwrap();
    let address: IpAddr = "127.0.0.1".parse().unwrap();
    let server = TestServer::tuned(|config| {
        config.http.tls = Some(TlsConfig::SelfSigned { folder: folder.path().to_owned(), addresses: vec![address] });
    })
    .await;
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let certificate = std::fs::read(folder.path().join("certificate.pem")).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(&certificate).unwrap()])
        .build()
        .unwrap();
    let response = client
        .post(format!("{}/graphql", server.url()))
        .json(&json!({ "query": "{ __typename }" }))
        .send()
        .await
        .unwrap();
    assert_eq!((response.status(), response.version()), (StatusCode::OK, reqwest::Version::HTTP_2));
}

#[tokio::test]
async fn figures_are_served_on_a_port_of_their_own() {
    let server = TestServer::tuned(|config| config.http.metrics_listen = Some("127.0.0.1:0".parse().unwrap())).await;
    server.as_(Office).ask("{ viewer { role } }", json!({})).await;
    server.as_(Office).ask("{ passwords }", json!({})).await;
    let url = format!("http://{}/metrics", server.metrics_address());
    let figures = http().get(url).send().await.unwrap().text().await.unwrap();
    for line in [
        "onsite_operations_total{kind=\"query\",outcome=\"OK\"} 1",
        "onsite_operations_total{kind=\"none\",outcome=\"GRAPHQL_VALIDATION_FAILED\"} 1",
        "onsite_http_responses_total{status=\"200\"} 1",
        "onsite_connections ",
        "onsite_sql_statements_total ",
    ] {
        assert!(figures.contains(line), "{line}\n{figures}");
    }
    assert_eq!(server.nobody().get("/metrics", &[]).await.status, 404, "not for the public");
}
