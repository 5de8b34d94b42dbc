//! Stands between a server and PostgreSQL, and cuts connections where it hurts.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A commit on its way to PostgreSQL: a simple query's message.
const COMMIT: &[u8] = b"COMMIT\0";

/// Where to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// PostgreSQL never hears of the commit.
    BeforeCommit,
    /// PostgreSQL commits, and nobody hears of it.
    AfterCommit,
    /// All connections, and new ones as well, when a commit is on its way.
    Everything,
    /// PostgreSQL ends all of the server's sessions when a commit is on its way.
    Terminate,
}

#[derive(Debug, Default)]
struct Plan {
    cut: Mutex<Option<Cut>>,
    /// Commits that pass first.
    skip: AtomicU32,
    /// Commits that are cut then.
    times: AtomicU32,
}

impl Plan {
    fn now(&self) -> Option<Cut> {
        let cut = *self.cut.lock().unwrap();
        let one_less = |left: u32| left.checked_sub(1);
        let armed = cut.filter(|_| self.skip.try_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err());
        armed.filter(|_| self.times.try_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok())
    }
}

/// A server's way to its PostgreSQL.
#[derive(Debug)]
pub(super) struct Cutter {
    plan: Arc<Plan>,
    url: String,
    /// True while nothing passes.
    away: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Cutter {
    /// One before the database at `url`.
    pub(super) async fn before(url: &str) -> Self {
        let (head, rest) = url.split_once('@').unwrap();
        let (place, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (plan, away) = (Arc::new(Plan::default()), watch::Sender::new(false));
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let road = Road {
            place: place.to_owned(),
            plan: Arc::clone(&plan),
            away: away.clone(),
            administrator: sea_orm::Database::connect(options).await.unwrap(),
        };
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(road.clone().carry(client));
            }
        });
        Self { plan, url: format!("{head}@127.0.0.1:{port}/{name}"), away, accepting }
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    pub(super) fn arm(&self, cut: Cut, skip: u32, times: u32) {
        self.plan.skip.store(skip, Ordering::SeqCst);
        self.plan.times.store(times, Ordering::SeqCst);
        *self.plan.cut.lock().unwrap() = Some(cut);
    }

    pub(super) fn disarm(&self) {
        *self.plan.cut.lock().unwrap() = None;
        self.away.send_replace(false);
    }

    /// Cuts all there is.
    pub(super) async fn end(self) {
        self.accepting.abort();
        self.away.send_replace(true);
        let _ = self.accepting.await;
    }
}

#[derive(Clone)]
struct Road {
    place: String,
    plan: Arc<Plan>,
    away: watch::Sender<bool>,
    administrator: DatabaseConnection,
}

impl Road {
    /// Carries a connection until it is cut.
    async fn carry(self, client: TcpStream) {
        let mut away = self.away.subscribe();
        if *away.borrow() {
            return;
        }
        let Ok(server) = TcpStream::connect(&self.place).await else { return };
        let ((from_client, mut to_client), (mut from_server, to_server)) = (client.into_split(), server.into_split());
        let back = async { tokio::io::copy(&mut from_server, &mut to_client).await.map(drop) };
        tokio::select! {
            _ = back => {}
            _ = self.forth(from_client, to_server) => {}
            _ = away.wait_for(|away| *away) => {}
        }
    }

    async fn forth(
        &self,
        mut from: tokio::net::tcp::OwnedReadHalf,
        mut to: tokio::net::tcp::OwnedWriteHalf,
    ) -> std::io::Result<()> {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let count = from.read(&mut bytes).await?;
            if count == 0 {
                return Ok(());
            }
            let piece = &bytes[..count];
            let cut = if piece.windows(COMMIT.len()).any(|at| at == COMMIT) { self.plan.now() } else { None };
            match cut {
                Some(Cut::BeforeCommit) => return Ok(()),
                Some(Cut::AfterCommit) => {
                    to.write_all(piece).await?;
                    // Half-closed: PostgreSQL reads what was sent, and commits it.
                    return to.shutdown().await;
                }
                Some(Cut::Everything) => {
                    self.away.send_replace(true);
                    return Ok(());
                }
                Some(Cut::Terminate) => {
                    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()";
                    let _ = self.administrator.execute_unprepared(others).await;
                    to.write_all(piece).await?;
                }
                None => to.write_all(piece).await?,
            }
        }
    }
}
