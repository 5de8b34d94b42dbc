//! Clients that take their answers slowly, and such as do not take them at all: over HTTP/2, where each stream has a
//! window, over HTTP/1.1, and over WebSocket.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::join_all};
use h2::{RecvStream, client::SendRequest};
use reqwest::{StatusCode, header::HeaderValue};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpSocket, TcpStream},
    time::{Sleep, sleep, timeout},
};
use tokio_tungstenite::{client_async, tungstenite, tungstenite::client::IntoClientRequest};

use crate::support::{BEARING_PARK, Draft, Role::Leader, TestServer, http};

/// Far longer than anything takes: waiting this long means that it never comes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server on which clients have a second, for whatever it is.
async fn impatient(tune: impl FnOnce(&mut server::config::Config)) -> TestServer {
    TestServer::tuned(|config| {
        config.connections.idle_seconds = 1;
        config.connections.write_seconds = 1;
        config.http.metrics_listen = Some("127.0.0.1:0".parse().unwrap());
        tune(config);
    })
    .await
}

/// An HTTP/2 connection whose streams have this window.
async fn opened(server: &TestServer, window: u32) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(server.address()).await.unwrap();
    speaking(stream, window).await
}

async fn speaking(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, window: u32) -> SendRequest<Bytes> {
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(window).initial_connection_window_size(1 << 24).enable_push(false);
    let (requests, connection) = builder.handshake(stream).await.unwrap();
    // Answers pings, whatever becomes of the streams.
    tokio::spawn(connection);
    requests
}

/// Asks for the schema, which has some 70,000 bytes.
async fn asked(server: &TestServer, requests: &SendRequest<Bytes>) -> (StatusCode, RecvStream) {
    let url = format!("http://{}/schema.graphql", server.address());
    sent(requests, axum::http::Request::get(url).body(Bytes::new()).unwrap()).await
}

async fn sent(requests: &SendRequest<Bytes>, request: axum::http::Request<Bytes>) -> (StatusCode, RecvStream) {
    let mut requests = requests.clone().ready().await.unwrap();
    let (head, body) = request.into_parts();
    let (response, mut sending) =
        requests.send_request(axum::http::Request::from_parts(head, ()), body.is_empty()).unwrap();
    if !body.is_empty() {
        sending.send_data(body, true).unwrap();
    }
    let response = timeout(PATIENCE, response).await.expect("an answer comes").unwrap();
    (response.status(), response.into_body())
}

/// Why a body broke off; none if it came whole.
async fn broken_off(mut body: RecvStream) -> Option<h2::Reason> {
    loop {
        match timeout(PATIENCE, body.data()).await.expect("it goes on, or ends") {
            Some(Ok(_)) => {}
            Some(Err(error)) => return Some(error.reason().unwrap_or(h2::Reason::NO_ERROR)),
            None => return None,
        }
    }
}

/// A figure of the server's.
async fn figure(server: &TestServer, name: &str) -> u64 {
    let url = format!("http://{}/metrics", server.metrics_address());
    let figures = http().get(url).send().await.unwrap().text().await.unwrap();
    let line = figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {figures}")).parse().unwrap()
}

/// A socket that takes so many bytes each hundredth of a second, and has little room for more.
struct Slow {
    stream: TcpStream,
    bytes: usize,
    pause: Pin<Box<Sleep>>,
}

impl Slow {
    async fn to(server: &TestServer, bytes_per_second: usize) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let stream = socket.connect(server.address()).await.unwrap();
        Self { stream, bytes: bytes_per_second / 100, pause: Box::pin(sleep(Duration::ZERO)) }
    }
}

impl AsyncRead for Slow {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.pause.as_mut().poll(cx));
        let mut few = vec![0; self.bytes.min(buffer.remaining())];
        let mut taken = ReadBuf::new(&mut few);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut taken))?;
        buffer.put_slice(taken.filled());
        self.pause.set(sleep(Duration::from_millis(10)));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Slow {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[rstest]
#[case::no_window_at_all(0)]
#[case::a_window_of_a_byte(1)]
#[case::a_window_that_is_never_opened_again(30_000)]
#[tokio::test]
async fn an_answer_nobody_takes_is_given_up_whatever_pings_are_answered(#[case] window: u32) {
    let server = impatient(|_| {}).await;
    let requests = opened(&server, window).await;
    let asked = join_all((0..60).map(|_| asked(&server, &requests))).await;
    assert!(asked.iter().all(|(status, _)| *status == StatusCode::OK));
    let ends = join_all(asked.into_iter().map(|(_, body)| broken_off(body))).await;
    assert!(ends.iter().all(Option::is_some), "{ends:?}");
    assert_eq!(figure(&server, "onsite_answers_waiting_bytes").await, 0);
}

#[tokio::test]
async fn an_answer_that_stands_still_is_given_up_beside_one_that_is_taken() {
    let server = impatient(|_| {}).await;
    let requests = opened(&server, 30_000).await;
    let ((_, still), (_, mut taken)) = tokio::join!(asked(&server, &requests), asked(&server, &requests));
    let taking = async {
        let mut length = 0;
        while let Some(piece) = taken.data().await {
            let piece = piece.unwrap();
            length += piece.len();
            for _ in 0..piece.len().div_ceil(1000) {
                sleep(Duration::from_millis(100)).await;
                let window = taken.flow_control();
                let few = window.used_capacity().min(1000);
                let _ = window.release_capacity(few);
            }
        }
        length
    };
    let (end, length) = tokio::join!(broken_off(still), taking);
    assert_eq!(end, Some(h2::Reason::CANCEL));
    assert_eq!(length, server::graphql::sdl().len(), "the other one comes whole");
}

/// Takes so many bytes every so many milliseconds, until there are `enough`; why it broke off, if it did.
async fn dribbled(mut body: RecvStream, bytes: usize, every: u64, enough: usize) -> Option<h2::Reason> {
    let mut length = 0;
    while length < enough {
        let piece = match timeout(PATIENCE, body.data()).await.expect("it goes on, or ends") {
            Some(Ok(piece)) => piece,
            Some(Err(error)) => return Some(error.reason().unwrap_or(h2::Reason::NO_ERROR)),
            None => return None,
        };
        length += piece.len();
        let mut left = piece.len();
        while left > 0 {
            sleep(Duration::from_millis(every)).await;
            let few = left.min(bytes);
            let _ = body.flow_control().release_capacity(few);
            left -= few;
        }
    }
    None
}

/// There is always something that is taken, and never enough.
#[tokio::test]
async fn an_answer_that_is_taken_byte_by_byte_is_given_up() {
    let server = impatient(|_| {}).await;
    let requests = opened(&server, 1).await;
    let (status, body) = asked(&server, &requests).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(dribbled(body, 1, 300, usize::MAX).await, Some(h2::Reason::CANCEL));
    assert_eq!(figure(&server, "onsite_answers_waiting_bytes").await, 0);
    // The connection goes on.
    let (status, _) = sent(&requests, posted(&server, &json!({ "query": "{ __typename }" }))).await;
    assert_eq!(status, StatusCode::OK);
}

/// Two kilobytes a second, for longer than an answer has in any case, alone and three beside each other.
#[rstest]
#[case::alone(1)]
#[case::beside_others(3)]
#[tokio::test]
async fn an_answer_that_is_taken_as_fast_as_a_poor_network_goes_on(#[case] answers: usize) {
    let server = impatient(|_| {}).await;
    let requests = opened(&server, 1000).await;
    let asked = join_all((0..answers).map(|_| asked(&server, &requests))).await;
    let each = 200 / answers;
    let ends = join_all(asked.into_iter().map(|(_, body)| dribbled(body, each, 100, 14_000 / answers))).await;
    assert!(ends.iter().all(Option::is_none), "{ends:?}");
    assert_eq!(figure(&server, "onsite_answers_given_up_total").await, 0);
}

#[tokio::test]
async fn what_waits_on_a_connection_is_bounded() {
    let most = 300_000;
    let server = impatient(|config| {
        config.connections.write_seconds = 20;
        config.connections.waiting_bytes_per_connection = most;
    })
    .await;
    let requests = opened(&server, 0).await;
    let mut asking: futures_util::stream::FuturesUnordered<_> =
        (0..60).map(|_| asked(&server, &requests).boxed()).collect();
    let (mut held, mut refused) = (Vec::new(), 0);
    // Some are told so, others wait until there is room again.
    while let Ok(Some((status, body))) = timeout(Duration::from_secs(1), asking.next()).await {
        match status {
            StatusCode::OK => held.push(body),
            StatusCode::SERVICE_UNAVAILABLE => refused += 1,
            other => panic!("{other}"),
        }
        assert!(figure(&server, "onsite_answers_waiting_bytes").await <= most as u64 + 60 * 1000);
    }
    assert!(!held.is_empty() && held.len() + refused < 60, "{} held, {refused} refused", held.len());
    drop(held);
    let (status, _) = timeout(PATIENCE, asking.next()).await.expect("there is room again").unwrap();
    assert!(status == StatusCode::OK || status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
}

#[tokio::test]
async fn a_request_that_waits_for_room_is_not_taken_for_one_that_comes_too_slowly() {
    let server = impatient(|config| {
        config.connections.body_seconds = 1;
        config.connections.write_seconds = 3;
        config.connections.waiting_bytes_per_connection = 100_000;
    })
    .await;
    let requests = opened(&server, 0).await;
    let (status, held) = asked(&server, &requests).await;
    assert_eq!(status, StatusCode::OK);
    // There is room once the answer that nobody takes is given up.
    let waiting = sent(&requests, posted(&server, &json!({ "query": "{ __typename }" })));
    let (end, (status, _)) = tokio::join!(broken_off(held), waiting);
    assert_eq!((end, status), (Some(h2::Reason::CANCEL), StatusCode::OK));
}

#[tokio::test]
async fn what_waits_in_all_is_bounded_and_whoever_takes_nothing_makes_room() {
    let most = 1_000_000;
    let server = impatient(|config| {
        config.connections.write_seconds = 20;
        config.connections.waiting_bytes = most;
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..5 {
        let requests = opened(&server, 0).await;
        held.extend(join_all((0..10).map(|_| asked(&server, &requests))).await);
        assert!(figure(&server, "onsite_answers_waiting_bytes").await <= most as u64);
    }
    let honest = http().get(format!("{}/schema.graphql", server.url())).send().await.unwrap();
    assert_eq!(honest.text().await.unwrap(), server::graphql::sdl());
    let over = held.len() - most / server::graphql::sdl().len();
    let ends: Vec<_> = held.into_iter().filter_map(|(_, body)| broken_off(body).now_or_never()).collect();
    assert!(ends.iter().filter(|end| end.is_some()).count() >= over, "{ends:?}");
    assert!(figure(&server, "onsite_answers_given_up_total").await >= over as u64);
}

/// A query whose answer has some `notes` bytes.
async fn heavy(server: &TestServer, notes: usize) -> Value {
    let leader = server.as_(Leader);
    let check_ins = notes / ALIASES / NOTE;
    for note in ["工", "地", "进", "度"] {
        let draft = || Draft::at(server, BEARING_PARK).with("/note", note.repeat(NOTE / 3));
        let drafts: Vec<Draft> = (0..check_ins / 4).map(|_| draft()).collect();
        let answer = leader.check_ins(&drafts).await;
        assert_eq!(answer.list("/checkIns/results").len(), check_ins / 4);
    }
    let notes: String = (0..ALIASES).map(|number| format!(" n{number}: note")).collect();
    let query = format!(
        "query($id: ID!) {{ project(id: $id) {{ visits(first: 1) {{ nodes {{ checkIns(first: {check_ins}) {{{notes} }} }} \
         }} }} }}"
    );
    json!({ "query": query, "variables": { "id": server.project(BEARING_PARK) } })
}

/// How many bytes of notes an answer has.
fn notes_in(answer: &Value) -> usize {
    let check_ins = answer.pointer("/data/project/visits/nodes/0/checkIns").unwrap_or_else(|| panic!("{answer:#}"));
    let notes = check_ins.as_array().unwrap().iter().flat_map(|check_in| check_in.as_object().unwrap().values());
    notes.map(|note| note.as_str().unwrap().len()).sum()
}

const ALIASES: usize = 48;
/// Bytes of a note.
const NOTE: usize = 3000;
const NOTES: usize = 20 * ALIASES * NOTE;
/// Takes `NOTES` in five seconds: five times as long as anybody may be idle.
const SLOW: usize = NOTES / 5;

fn posted(server: &TestServer, body: &Value) -> axum::http::Request<Bytes> {
    axum::http::Request::post(format!("http://{}/graphql", server.address()))
        .header("authorization", format!("Bearer {}", server.token(Leader).unwrap()))
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap()
}

#[rstest]
#[case::the_usual_window(65_535)]
#[case::all_at_once(1 << 24)]
#[tokio::test]
async fn an_answer_that_is_taken_slowly_comes_whole_over_http_2(#[case] window: u32) {
    let server = impatient(|_| {}).await;
    let query = heavy(&server, NOTES).await;
    let requests = speaking(Slow::to(&server, SLOW).await, window).await;
    let (status, mut body) = sent(&requests, posted(&server, &query)).await;
    assert_eq!(status, StatusCode::OK);
    let mut answer = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece.unwrap();
        body.flow_control().release_capacity(piece.len()).unwrap();
        answer.extend_from_slice(&piece);
    }
    assert_eq!(notes_in(&serde_json::from_slice(&answer).unwrap()), NOTES);
}

#[tokio::test]
async fn an_answer_that_is_taken_slowly_comes_whole_over_http_1() {
    let server = impatient(|_| {}).await;
    let query = heavy(&server, NOTES).await;
    let mut stream = Slow::to(&server, SLOW).await;
    let (head, body) = posted(&server, &query).into_parts();
    let headers: String =
        head.headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap())).collect();
    let text = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let begin = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(notes_in(&serde_json::from_slice(&answer[begin..]).unwrap()), NOTES);
}

#[tokio::test]
async fn a_message_that_is_taken_slowly_comes_whole_over_websocket() {
    // More than the system keeps of what is on its way.
    let many = 5 * NOTES;
    let server = impatient(|config| {
        config.connections.silence_seconds = 4;
        config.connections.write_seconds = 4;
        config.limits.memory_bytes = 4 * many;
    })
    .await;
    let query = heavy(&server, many).await;
    let mut request = format!("ws://{}/graphql", server.address()).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    headers.insert("authorization", format!("Bearer {}", server.token(Leader).unwrap()).parse().unwrap());
    let (mut socket, _) = client_async(request, Slow::to(&server, many / 10).await).await.unwrap();
    for message in [json!({ "type": "connection_init" }), json!({ "id": "1", "type": "subscribe", "payload": query })] {
        futures_util::SinkExt::send(&mut socket, tungstenite::Message::text(message.to_string())).await.unwrap();
    }
    let taken = async {
        loop {
            let message = socket.next().await.expect("it is not closed").unwrap();
            let tungstenite::Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == "next" {
                return notes_in(&message["payload"]);
            }
            assert_eq!(message["type"], "connection_ack", "{message}");
        }
    };
    // Meanwhile what nobody has taken yet counts as what waits, which is bounded in all.
    let mut waits = 0;
    let waiting = async {
        while waits == 0 {
            waits = figure(&server, "onsite_answers_waiting_bytes").await;
        }
    };
    let (notes, waited) = tokio::join!(taken, timeout(PATIENCE, waiting));
    assert_eq!((notes, waited), (many, Ok(())));
}

#[tokio::test]
async fn an_event_nobody_takes_ends_its_stream() {
    let server = impatient(|_| {}).await;
    let requests = opened(&server, 0).await;
    let subscription = json!({ "query": "subscription { visitRecorded { cursor checkIn { uuid } } }" });
    let mut request = posted(&server, &subscription);
    request.headers_mut().insert("accept", HeaderValue::from_static("text/event-stream"));
    let (status, body) = sent(&requests, request).await;
    assert_eq!(status, StatusCode::OK);
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert!(broken_off(body).await.is_some());
}
