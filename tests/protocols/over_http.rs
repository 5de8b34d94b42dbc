//! GraphQL over HTTP to the letter: each MUST and SHOULD of the specification for servers, edition of September 2026
//! (<https://http-spec.graphql.org/September2026/>), through real sockets. The section is in the test's name.

use reqwest::{Method, Response, header::HeaderMap};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Backend::Sqlite, Role::Office, TestServer, http, sha256};

const STANDARD: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
const TYPENAME: &str = r#"{"query": "{ __typename }"}"#;

/// What came back.
struct Received {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Received {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn code(&self) -> String {
        let error = &self.body()["errors"][0];
        assert!(error.is_null() || error["extensions"]["messageZh"].is_string(), "in both languages: {error}");
        error["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// POSTs a body as the office, with these headers.
async fn post(server: &TestServer, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Received {
    send(server, Method::POST, "/graphql", headers, body).await
}

async fn send(
    server: &TestServer,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> Received {
    let request = http().request(method, format!("{}{path}", server.url())).bearer_auth(server.token(Office).unwrap());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Received::of(request.body(body).send().await.unwrap()).await
}

async fn asked(server: &TestServer, accept: &str, body: &Value) -> Received {
    post(server, &[("content-type", JSON), ("accept", accept)], body.to_string()).await
}

async fn got(server: &TestServer, parameters: &[(&str, &str)]) -> Received {
    let url = reqwest::Url::parse_with_params("http://x/graphql", parameters).unwrap();
    let path = format!("/graphql?{}", url.query().unwrap_or_default());
    send(server, Method::GET, &path, &[("accept", STANDARD)], "").await
}

#[tokio::test]
async fn url_serves_queries_and_mutations_at_one_url() {
    let server = TestServer::on(Sqlite).await;
    for query in ["{ viewer { role } }", "mutation { signOut { signedOut } }"] {
        assert_eq!(asked(&server, STANDARD, &json!({ "query": query })).await.status, 200);
    }
}

#[rstest]
#[case::standard(STANDARD, STANDARD)]
#[case::json(JSON, JSON)]
#[case::anything("*/*", STANDARD)]
#[case::recommended("application/graphql-response+json, application/json;q=0.9", STANDARD)]
#[case::weighed("application/graphql-response+json;q=0.1, application/json", JSON)]
#[tokio::test]
async fn body_must_be_in_the_highest_priority_media_type_listed(#[case] accept: &str, #[case] given: &str) {
    let server = TestServer::on(Sqlite).await;
    let told = asked(&server, accept, &json!({ "query": "{ __typename }" })).await;
    assert_eq!((told.status, told.header("content-type")), (200, &*format!("{given}; charset=utf-8")));
    assert_eq!(
        told.body(),
        json!({ "data": { "__typename": "Query" }, "extensions": { "cost": told.body()["extensions"]["cost"] } })
    );
}

/// “If a client does not supply the `Accept` header then the server may respond with […] any content type it chooses.”
#[tokio::test]
async fn accept_missing_is_answered_in_the_standard_type() {
    let server = TestServer::on(Sqlite).await;
    let told = post(&server, &[("content-type", JSON)], TYPENAME).await;
    assert!(told.header("content-type").starts_with(STANDARD));
}

#[rstest]
#[case("text/html")]
#[case("application/json; charset=utf-16")]
#[case("application/json;q=0, application/graphql-response+json;q=0")]
#[tokio::test]
async fn body_accept_without_a_supported_type_must_be_406(#[case] accept: &str) {
    let server = TestServer::on(Sqlite).await;
    assert_eq!(asked(&server, accept, &json!({ "query": "{ __typename }" })).await.status, 406);
}

#[rstest]
#[case::plain("application/json")]
#[case::utf_8("application/json; charset=utf-8")]
#[case::quoted("application/json;charset=\"UTF-8\"")]
#[case::upper_case("Application/JSON")]
#[tokio::test]
async fn post_must_take_json_in_utf_8_and_assume_it(#[case] content_type: &str) {
    let server = TestServer::on(Sqlite).await;
    let body = json!({ "query": "query($name: String) { projects(filter: { nameContains: $name }) { nodes { name } } }",
        "variables": { "name": "轴承" } });
    let told = post(&server, &[("content-type", content_type), ("accept", STANDARD)], body.to_string()).await;
    assert_eq!(told.body()["data"]["projects"]["nodes"], json!([{ "name": "轴承园区项目" }]));
}

/// Of these a page of another origin can send some without asking (CSRF).
#[rstest]
#[case::none("")]
#[case::text("text/plain")]
#[case::text_that_looks_like_json("text/plain; application/json")]
#[case::form("application/x-www-form-urlencoded")]
#[case::files("multipart/form-data; boundary=x")]
#[case::graphql("application/graphql")]
#[case::latin("application/json; charset=iso-8859-1")]
#[case::json_lines("application/jsonl")]
#[tokio::test]
async fn post_of_another_content_type_must_be_415_and_without_one_4xx(#[case] content_type: &str) {
    let server = TestServer::on(Sqlite).await;
    let headers = [("content-type", content_type), ("accept", STANDARD)];
    let headers = if content_type.is_empty() { &headers[1..] } else { &headers[..] };
    let told = post(&server, headers, TYPENAME).await;
    assert_eq!((told.status, &*told.code()), (415, "UNSUPPORTED_MEDIA_TYPE"));
}

#[tokio::test]
async fn post_with_a_content_encoding_is_415() {
    let server = TestServer::on(Sqlite).await;
    let headers = [("content-type", JSON), ("content-encoding", "gzip")];
    assert_eq!(post(&server, &headers, TYPENAME).await.status, 415);
}

/// Status codes of what is no JSON, and of JSON that is no well-formed request.
#[rstest]
#[case::nonsense(b"NONSENSE".as_slice(), 400)]
#[case::cut_off(br#"{"query":"#, 400)]
#[case::empty(b"", 400)]
#[case::invalid_utf_8(b"{\"query\": \"{ __typename }\xff\"}", 400)]
#[case::a_huge_number(br#"{"query": "{ __typename }", "variables": {"n": 1e400}}"#, 400)]
#[case::typo(br#"{"qeury": "{ __typename }"}"#, 422)]
#[case::a_batch(br#"[{"query": "{ __typename }"}]"#, 422)]
#[case::a_text(br#""{ __typename }""#, 422)]
#[case::query_number(br#"{"query": 7}"#, 422)]
#[case::name_number(br#"{"query": "{ __typename }", "operationName": 7}"#, 422)]
#[case::variables_list(br#"{"query": "{ __typename }", "variables": [7]}"#, 422)]
#[case::extensions_text(br#"{"query": "{ __typename }", "extensions": "a"}"#, 422)]
#[case::duplicate_key(br#"{"query": "{ __typename }", "query": "{ __typename }"}"#, 422)]
#[case::duplicate_variable(br#"{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}"#, 422)]
#[tokio::test]
async fn status_of_a_request_that_is_not_well_formed(#[case] body: &'static [u8], #[case] status: u16) {
    let server = TestServer::on(Sqlite).await;
    for accept in [STANDARD, JSON] {
        let told = post(&server, &[("content-type", JSON), ("accept", accept)], body).await;
        assert_eq!((told.status, &*told.code()), (status, "BAD_REQUEST"));
        assert!(told.header("content-type").starts_with(STANDARD), "with another status, it says that it is ours");
        assert!(told.body().get("data").is_none() && told.text.len() < 600, "{}", told.text);
    }
}

#[tokio::test]
async fn json_encoding_must_ignore_other_properties_and_take_null_for_none() {
    let server = TestServer::on(Sqlite).await;
    let body = json!({ "query": "{ __typename }", "operationName": null, "variables": null, "extensions": null,
        "somethingElse": [1, 2] });
    assert_eq!(asked(&server, STANDARD, &body).await.body()["data"]["__typename"], "Query");
}

/// Status codes of well-formed requests that can't be executed: there is no `data`.
#[rstest]
#[case::parsing("{", None, json!({}), 400, "GRAPHQL_PARSE_FAILED")]
#[case::validation("{ passwords }", None, json!({}), 422, "GRAPHQL_VALIDATION_FAILED")]
#[case::which_operation("query A { __typename } query B { __typename }", None, json!({}), 422, "OPERATION_NOT_FOUND")]
#[case::no_such_operation("query A { __typename }", Some("B"), json!({}), 422, "OPERATION_NOT_FOUND")]
#[case::anonymous_but_named("{ __typename }", Some("A"), json!({}), 422, "OPERATION_NOT_FOUND")]
#[case::variable_coercion("query($id: ID!) { project(id: $id) { name } }", None, json!({ "id": null }), 422, "GRAPHQL_VALIDATION_FAILED")]
#[case::variable_missing("query($id: ID!) { project(id: $id) { name } }", None, json!({}), 422, "GRAPHQL_VALIDATION_FAILED")]
#[case::subscription("subscription { visitRecorded { cursor } }", None, json!({}), 422, "SUBSCRIPTION_NEEDS_STREAM")]
#[case::limit("{ projects(first: 500) { nodes { visits(first: 500) { nodes { id } } } } }", None, json!({}), 422, "LIMIT_EXCEEDED")]
#[tokio::test]
async fn status_of_a_request_error(
    #[case] query: &str,
    #[case] name: Option<&str>,
    #[case] variables: Value,
    #[case] status: u16,
    #[case] code: &str,
) {
    let server = TestServer::on(Sqlite).await;
    let body = json!({ "query": query, "operationName": name, "variables": variables });
    for accept in [STANDARD, JSON] {
        let told = asked(&server, accept, &body).await;
        assert_eq!((told.status, &*told.code()), (status, code), "{}", told.text);
        assert!(told.header("content-type").starts_with(STANDARD), "{accept}");
        assert!(told.body().get("data").is_none(), "{}", told.text);
    }
}

#[tokio::test]
async fn status_must_be_200_for_data_without_errors_and_should_be_294_with_errors() {
    let server = TestServer::on(Sqlite).await;
    let bad_cursor = json!({ "query": "{ viewer { role } projects(after: \"nonsense\") { nodes { id } } }" });
    for accept in [STANDARD, JSON] {
        let told = asked(&server, accept, &bad_cursor).await;
        assert_eq!((told.status, &*told.code()), (294, "BAD_USER_INPUT"));
        assert_eq!(told.header("content-type"), format!("{accept}; charset=utf-8"));
        assert!(told.body().get("data").is_some(), "it was executed: {}", told.text);
    }
}

#[tokio::test]
async fn status_of_an_answer_that_is_too_long_tells_that_there_is_no_data() {
    let server = TestServer::tuned(|config| config.limits.result_bytes = 200).await;
    let long = json!({ "query": "{ projects { nodes { id name stage } } }" });
    for accept in [STANDARD, JSON] {
        let told = asked(&server, accept, &long).await;
        assert_eq!((told.status, &*told.code()), (422, "LIMIT_EXCEEDED"));
        assert!(told.body().get("data").is_none(), "{}", told.text);
    }
}

/// Who reads it knows whether it came whole.
#[rstest]
#[case::data(r#"{"query": "{ __typename }"}"#)]
#[case::long(r#"{"query": "{ __schema { types { name description fields { name description } } } }"}"#)]
#[case::refused(r#"{"query": "{ nothing }"}"#)]
#[tokio::test]
async fn answers_tell_how_long_they_are(#[case] body: &'static str) {
    let server = TestServer::on(Sqlite).await;
    let told = post(&server, &[("content-type", JSON)], body).await;
    assert_eq!(told.header("content-length"), told.text.len().to_string());
    assert_eq!(told.header("transfer-encoding"), "");
}

const SIGN_IN: &str = r#"mutation { signIn(input: {login: "nobody", password: "nothing"}) { token } }"#;
const UPLOAD: &str = r#"mutation { requestPhotoUpload(input: {contentType: "image/jpeg", byteSize: 9,
    sha256: "0000000000000000000000000000000000000000000000000000000000000000"}) { photo { id } } }"#;
const TWO_UPLOADS: &str = r#"mutation($input: RequestPhotoUploadInput = {contentType: "image/jpeg", byteSize: 9,
    sha256: "0000000000000000000000000000000000000000000000000000000000000000"}) {
    a: requestPhotoUpload(input: $input) { photo { id } } b: requestPhotoUpload(input: $input) { photo { id } } }"#;

/// What a mutation would do is refused as a whole where nothing of it may be done any more: then there is no `data`.
#[rstest]
#[case::sign_ins(SIGN_IN, "signIns")]
#[case::uploads(UPLOAD, "viewerUploads")]
#[case::two_uploads(TWO_UPLOADS, "viewerUploads")]
#[tokio::test]
async fn status_of_what_may_not_be_done_so_often_is_429(#[case] mutation: &str, #[case] limit: &str) {
    let server = TestServer::tuned(|config| {
        config.rates.sign_ins = 2.try_into().unwrap();
        config.rates.viewer_uploads = 2.try_into().unwrap();
    })
    .await;
    let body = json!({ "query": mutation });
    let mut told = asked(&server, STANDARD, &body).await;
    while told.status == 200 {
        told = asked(&server, STANDARD, &body).await;
    }
    for accept in [STANDARD, JSON] {
        let told = asked(&server, accept, &body).await;
        assert_eq!((told.status, &*told.code()), (429, "RATE_LIMITED"), "{}", told.text);
        assert_eq!(told.body()["errors"][0]["extensions"]["limit"], limit);
        assert!(told.body().get("data").is_none(), "{}", told.text);
        let wait: u64 = told.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
}

/// What was done before the limit was reached is told: there is `data`.
#[tokio::test]
async fn status_of_what_was_done_in_part_is_294() {
    let server = TestServer::tuned(|config| config.rates.viewer_uploads = 1.try_into().unwrap()).await;
    let told = asked(&server, STANDARD, &json!({ "query": TWO_UPLOADS })).await;
    assert_eq!((told.status, &*told.code()), (294, "RATE_LIMITED"), "{}", told.text);
    assert!(told.body().get("data").is_some(), "{}", told.text);
}

/// RFC 9112, section 3.2: a request of HTTP/1.1 without a host, or with two, must be answered with 400.
#[rstest]
#[case::none("", 400)]
#[case::one("Host: onsite.example\r\n", 200)]
#[case::two("Host: onsite.example\r\nHost: other.example\r\n", 400)]
#[case::twice_the_same("Host: onsite.example\r\nhost: onsite.example\r\n", 400)]
#[case::a_list("Host: onsite.example, other.example\r\n", 400)]
#[case::nonsense("Host: onsite.example/path\r\n", 400)]
#[tokio::test]
async fn request_must_say_its_host_once(#[case] host: &str, #[case] status: u16) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = TestServer::on(Sqlite).await;
    for path in ["/graphql?query=%7B__typename%7D", "/healthz", "/schema.graphql", "/nothing"] {
        let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = if path == "/nothing" && status == 200 { 404 } else { status };
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
}

#[rstest]
#[case("Bearer onsite_nonsense")]
#[case("Bearer ")]
#[case("Basic YTpi")]
#[case("nonsense")]
#[tokio::test]
async fn status_of_a_client_that_is_not_permitted_is_401(#[case] authorization: &str) {
    let server = TestServer::on(Sqlite).await;
    for accept in [STANDARD, JSON] {
        let request = http().post(format!("{}/graphql", server.url())).header("authorization", authorization);
        let request = request.header("content-type", JSON).header("accept", accept).body(TYPENAME);
        let told = Received::of(request.send().await.unwrap()).await;
        assert_eq!((told.status, &*told.code(), told.header("www-authenticate")), (401, "UNAUTHENTICATED", "Bearer"));
    }
}

#[tokio::test]
async fn get_takes_the_parameters_from_the_query_string() {
    let server = TestServer::on(Sqlite).await;
    let document = "query A($n: Int) { projects(first: $n) { nodes { name } } } query B { __typename }";
    let told = got(&server, &[("query", document), ("operationName", "A"), ("variables", r#"{"n": 2}"#)]).await;
    assert_eq!(told.body()["data"]["projects"]["nodes"].as_array().unwrap().len(), 2, "{}", told.text);
}

#[rstest]
#[case::empty_means_none(&[("query", "{ __typename }"), ("operationName", ""), ("variables", "")], 200)]
#[case::null_is_a_name(&[("query", "query null { __typename }"), ("operationName", "null")], 200)]
#[case::variables_no_json(&[("query", "{ __typename }"), ("variables", "nonsense")], 422)]
#[case::extensions_no_object(&[("query", "{ __typename }"), ("extensions", "[]")], 422)]
#[case::no_query(&[("operationName", "A")], 422)]
#[case::query_twice(&[("query", "{ __typename }"), ("query", "{ __typename }")], 422)]
#[tokio::test]
async fn get_well_formed_or_not(#[case] parameters: &[(&str, &str)], #[case] status: u16) {
    let server = TestServer::on(Sqlite).await;
    let told = got(&server, parameters).await;
    assert_eq!(told.status, status, "{}", told.text);
}

#[rstest]
#[case::a_mutation("mutation { signOut { signedOut } }", None)]
#[case::chosen_by_name("query A { __typename } mutation B { signOut { signedOut } }", Some("B"))]
#[tokio::test]
async fn get_must_not_execute_mutations_and_says_405(#[case] query: &str, #[case] name: Option<&str>) {
    let server = TestServer::on(Sqlite).await;
    let told = got(&server, &[("query", query), ("operationName", name.unwrap_or_default())]).await;
    assert_eq!((told.status, told.header("allow")), (405, "POST"));
    let viewer = asked(&server, STANDARD, &json!({ "query": "{ viewer { role } }" })).await;
    assert_eq!(viewer.body()["data"]["viewer"]["role"], "OFFICE", "still signed in");
}

#[rstest]
#[case(Method::PUT)]
#[case(Method::DELETE)]
#[case(Method::PATCH)]
#[tokio::test]
async fn request_of_another_method_is_405(#[case] method: Method) {
    let server = TestServer::on(Sqlite).await;
    let told = send(&server, method, "/graphql", &[("content-type", JSON)], TYPENAME).await;
    assert_eq!((told.status, told.header("allow")), (405, "GET, POST"));
}

#[tokio::test]
async fn status_of_a_body_that_is_too_large_is_413_and_of_a_slow_one_408() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = TestServer::tuned(|config| config.connections.body_seconds = 1).await;
    let told = post(&server, &[("content-type", JSON)], "x".repeat(1024 * 1024 + 1)).await;
    assert_eq!((told.status, &*told.code()), (413, "LIMIT_EXCEEDED"));
    let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[rstest]
#[case("gzip")]
#[case("br")]
#[tokio::test]
async fn answers_are_compressed_for_clients_that_can_read_that(#[case] encoding: &str) {
    let server = TestServer::on(Sqlite).await;
    let query = json!({ "query": "{ __schema { types { name description } } }" });
    let headers = [("content-type", JSON), ("accept", STANDARD), ("accept-encoding", encoding)];
    let request = http().post(format!("{}/graphql", server.url()));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = request.body(query.to_string()).send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], encoding);
    let packed = response.bytes().await.unwrap().len();
    let plain = asked(&server, STANDARD, &query).await.text.len();
    assert!(packed * 2 < plain, "{packed} of {plain} bytes");
}

#[tokio::test]
async fn persisted_documents_are_named_kept_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("role.graphql"), "{ viewer { role } }\n").unwrap();
    let server = TestServer::tuned(|config| config.http.documents = Some(folder.path().to_owned())).await;
    let listed = format!("sha256:{}", sha256(b"{ viewer { role } }"));
    let told = asked(&server, STANDARD, &json!({ "documentId": listed })).await;
    assert_eq!(told.body()["data"]["viewer"]["role"], "OFFICE");

    let document = "{ viewer { sessionExpiresAt } }";
    let apq = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let hash = sha256(document.as_bytes());
    let unknown = asked(&server, STANDARD, &json!({ "extensions": apq(&hash) })).await;
    assert_eq!((unknown.status, &*unknown.code()), (404, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(unknown.body()["errors"][0]["message"], "PersistedQueryNotFound");
    let wrong = asked(&server, STANDARD, &json!({ "query": document, "extensions": apq(&sha256(b"other")) })).await;
    assert_eq!((wrong.status, &*wrong.code()), (422, "BAD_REQUEST"));
    let sent = asked(&server, STANDARD, &json!({ "query": document, "extensions": apq(&hash) })).await;
    assert_eq!(sent.status, 200);
    let parameters = [("extensions", &*apq(&hash).to_string())];
    let named = got(&server, &parameters).await;
    assert!(named.body()["data"]["viewer"]["sessionExpiresAt"].is_string(), "{}", named.text);
}

#[tokio::test]
async fn only_listed_documents_are_executed_where_the_settings_say_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("role.graphql"), "{ viewer { role } }").unwrap();
    let server = TestServer::tuned(|config| {
        config.http.documents = Some(folder.path().to_owned());
        config.http.documents_only = true;
    })
    .await;
    assert_eq!(asked(&server, STANDARD, &json!({ "query": "{ viewer { role } }" })).await.status, 200);
    let refused = asked(&server, STANDARD, &json!({ "query": "{ __typename }" })).await;
    assert_eq!((refused.status, &*refused.code()), (403, "DOCUMENT_NOT_ALLOWED"));
}
