//! A dashboard: hears over a WebSocket what is judged and counted, says so, and remembers it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::watch, task::JoinHandle, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use super::{
    PATIENCE, Undone, failed, page,
    wire::{self, Page, Project, VisitRecorded, Week, WeeklyTallyChanged},
    words,
};
use crate::command::values::{obligation_status, verdict_name};

const VISITS: &str = "visits";
const COUNT: &str = "count";
const PROJECTS: &str = "projects";
/// The server hangs up on who is silent for longer.
const PING: Duration = Duration::from_secs(30);

/// A dashboard that listens.
#[derive(Debug)]
pub(super) struct Dashboard {
    heard: watch::Receiver<Heard>,
    listening: JoinHandle<()>,
}

/// Everything it heard, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// Judgements of check-ins.
    pub(super) visits: Vec<VisitRecorded>,
    /// Changes of a leader's week.
    pub(super) weeks: Vec<Week>,
}

impl Dashboard {
    /// Opens a dashboard at a server: it subscribes first, and loads what is there already after.
    pub(super) async fn open(server: &str, token: &str) -> Result<(Self, Vec<Project>), Undone> {
        let mut socket =
            timeout(PATIENCE, Socket::open(server, token)).await.map_err(|_| too_late(words!(DemoWaitForSocket)))??;
        let count = [wire::COUNT_LIVE, wire::WEEK].concat();
        for (id, document) in [(VISITS, wire::VISITS_LIVE), (COUNT, count.as_str()), (PROJECTS, wire::PROJECTS)] {
            socket.send(&json!({ "type": "subscribe", "id": id, "payload": { "query": document } })).await?;
        }
        let loaded = timeout(PATIENCE, socket.answer(PROJECTS)).await;
        let projects: Page<Project> = loaded.map_err(|_| too_late(words!(DemoWaitForProjects)))??;
        let (tell, heard) = watch::channel(Heard::default());
        let listening = tokio::spawn(async move {
            if let Err(Undone(reasons)) = socket.listen(&tell).await {
                page::note(&words!(DemoDashboard), &words!(DemoHearsNoMore { why: reasons.join("; ") }));
            }
        });
        Ok((Self { heard, listening }, projects.nodes))
    }

    /// What it has heard so far.
    pub(super) fn heard(&self) -> Heard {
        self.heard.borrow().clone()
    }

    /// Waits until what it has heard is enough; `what` is told if that takes too long.
    pub(super) async fn hears(&self, what: &str, enough: impl Fn(&Heard) -> bool) -> Result<(), Undone> {
        let mut heard = self.heard.clone();
        match timeout(PATIENCE, heard.wait_for(|heard| enough(heard))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(Undone(vec![words!(DemoConnectionLost { what })])),
            Err(_) => Err(too_late(words!(DemoWaitToHear { what }))),
        }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The client's end of graphql-transport-ws.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(server: &str, token: &str) -> Result<Self, Undone> {
        let address = server.replacen("http", "ws", 1);
        let mut request = format!("{address}/graphql").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        let mut socket = Self(stream);
        let payload = json!({ "authorization": format!("Bearer {token}") });
        socket.send(&json!({ "type": "connection_init", "payload": payload })).await?;
        match socket.receive().await? {
            message if message["type"] == "connection_ack" => Ok(socket),
            message => Err(Undone(vec![words!(DemoNotLetIn { answer: message.to_string() })])),
        }
    }

    async fn send(&mut self, message: &Value) -> Result<(), Undone> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    async fn receive(&mut self) -> Result<Value, Undone> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text)?),
                Some(Ok(Message::Close(frame))) => {
                    return Err(Undone(vec![words!(DemoConnectionClosed { why: format!("{frame:?}") })]));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failed(&words!(DemoListening), error)),
                None => return Err(Undone(vec![words!(DemoConnectionEnded)])),
            }
        }
    }

    /// The first value of one operation's one field.
    async fn answer<T: DeserializeOwned>(&mut self, id: &str) -> Result<T, Undone> {
        loop {
            let message = self.receive().await?;
            if message["id"] == id {
                return value(message);
            }
        }
    }

    /// Listens until the connection ends.
    async fn listen(mut self, tell: &watch::Sender<Heard>) -> Result<(), Undone> {
        let mut ping = tokio::time::interval(PING);
        loop {
            tokio::select! {
                message = self.receive() => hear(message?, tell)?,
                _ = ping.tick() => self.send(&json!({ "type": "ping" })).await?,
            }
        }
    }
}

fn hear(message: Value, tell: &watch::Sender<Heard>) -> Result<(), Undone> {
    match (message["type"].as_str(), message["id"].as_str()) {
        (Some("next"), Some(VISITS)) => {
            let live: VisitRecorded = value(message)?;
            say(&live.check_in.person.name, &live.check_in.project.name, &judged(&live));
            tell.send_modify(|heard| heard.visits.push(live));
        }
        (Some("next"), Some(COUNT)) => {
            let WeeklyTallyChanged { weekly_visits: week } = value(message)?;
            let tally = words!(DemoTally {
                week: &week.week,
                verified: week.verified,
                required: week.required,
                status: obligation_status(week.status)
            });
            say(&week.leader.name, &week.project.name, &tally);
            tell.send_modify(|heard| heard.weeks.push(week));
        }
        (Some("error"), _) => return Err(Undone(vec![message.to_string()])),
        _ => {}
    }
    Ok(())
}

fn judged(live: &VisitRecorded) -> String {
    let day = live.visit.date.to_string();
    let (verdict, visit) = (verdict_name(live.check_in.verdict), verdict_name(live.visit.verdict));
    match live.visit.check_in_count {
        1 => words!(DemoJudged { day, verdict }),
        check_ins => words!(DemoJudgedTogether { day, verdict, check_ins, visit }),
    }
}

fn say(who: &str, project: &str, what: &str) {
    page::note(&words!(DemoDashboard), &format!("{who}  {project}  {what}"));
}

/// The value of the one field that an operation's `next` carries.
fn value<T: DeserializeOwned>(mut message: Value) -> Result<T, Undone> {
    let data = message.pointer_mut("/payload/data").and_then(Value::as_object_mut);
    match data.and_then(|data| data.values_mut().next()).map(Value::take) {
        Some(value) if !value.is_null() => Ok(serde_json::from_value(value)?),
        _ => Err(Undone(vec![words!(DemoAnswered { answer: message.to_string() })])),
    }
}

fn too_late(what: String) -> Undone {
    Undone(vec![words!(DemoWaited { seconds: PATIENCE.as_secs(), what })])
}
