//! A dashboard: hears over a WebSocket what is judged and counted, says so, and remembers it.

use std::time::Duration;

use client::{Client, Closed, Message, Said, Socket, VISIT_RECORDED, VisitRecorded, only_field};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::{
    CommandError, PATIENCE, failed, page,
    wire::{self, Page, Project, Week, WeeklyTallyChanged},
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
    pub(super) async fn open(client: &Client) -> Result<(Self, Vec<Project>), CommandError> {
        let opened = timeout(PATIENCE, client.socket()).await.map_err(|_| too_late(words!(DemoWaitForSocket)))?;
        let mut socket =
            opened.map_err(|error| CommandError(vec![words!(DemoNotLetIn { answer: error.to_string() })]))?;
        let count = [wire::COUNT_LIVE, wire::WEEK].concat();
        for (id, document) in [(VISITS, VISIT_RECORDED), (COUNT, count.as_str()), (PROJECTS, wire::PROJECTS)] {
            socket.subscribe(id, document, json!({})).await?;
        }
        let loaded = timeout(PATIENCE, answer(&mut socket, PROJECTS)).await;
        let projects: Page<Project> = loaded.map_err(|_| too_late(words!(DemoWaitForProjects)))??;
        let (tell, heard) = watch::channel(Heard::default());
        let listening = tokio::spawn(async move {
            if let Err(CommandError(reasons)) = listen(socket, &tell).await {
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
    pub(super) async fn hears(&self, what: &str, enough: impl Fn(&Heard) -> bool) -> Result<(), CommandError> {
        let mut heard = self.heard.clone();
        match timeout(PATIENCE, heard.wait_for(|heard| enough(heard))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(CommandError(vec![words!(DemoConnectionLost { what })])),
            Err(_) => Err(too_late(words!(DemoWaitToHear { what }))),
        }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The first value of one operation's one field.
async fn answer<T: DeserializeOwned>(socket: &mut Socket, id: &str) -> Result<T, CommandError> {
    loop {
        match next(socket).await? {
            Said { operation, message: Message::Event(data) } if operation.as_deref() == Some(id) => {
                return Ok(only_field(data)?);
            }
            _ => {}
        }
    }
}

/// What the server says next, if that is no error and not the end.
async fn next(socket: &mut Socket) -> Result<Said, CommandError> {
    let said = socket.hear().await.map_err(|error| failed(&words!(DemoListening), error))?;
    match said.message {
        Message::Errors(errors) => Err(CommandError(vec![words!(DemoAnswered { answer: errors.to_string() })])),
        Message::Closed(Closed { code: None, .. }) => Err(CommandError(vec![words!(DemoConnectionEnded)])),
        Message::Closed(closed) => Err(CommandError(vec![words!(DemoConnectionClosed { why: closed.to_string() })])),
        _ => Ok(said),
    }
}

/// Listens until the connection ends.
async fn listen(mut socket: Socket, tell: &watch::Sender<Heard>) -> Result<(), CommandError> {
    let mut ping = tokio::time::interval(PING);
    loop {
        tokio::select! {
            said = next(&mut socket) => hear(said?, tell)?,
            _ = ping.tick() => socket.ping().await?,
        }
    }
}

fn hear(said: Said, tell: &watch::Sender<Heard>) -> Result<(), CommandError> {
    match (said.operation.as_deref(), said.message) {
        (Some(VISITS), Message::Event(data)) => {
            let live: VisitRecorded = only_field(data)?;
            say(&live.check_in.person.name, &live.check_in.project.name, &judged(&live));
            tell.send_modify(|heard| heard.visits.push(live));
        }
        (Some(COUNT), Message::Event(data)) => {
            let WeeklyTallyChanged { weekly_visits: week } = only_field(data)?;
            let tally = words!(DemoTally {
                week: &week.week,
                verified: week.verified,
                required: week.required,
                status: obligation_status(week.status)
            });
            say(&week.leader.name, &week.project.name, &tally);
            tell.send_modify(|heard| heard.weeks.push(week));
        }
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

fn too_late(what: String) -> CommandError {
    CommandError(vec![words!(DemoWaited { seconds: PATIENCE.as_secs(), what })])
}
