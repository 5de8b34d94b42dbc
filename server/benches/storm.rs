//! Storms of connections that do nothing: 2,000 at once, twenty times, against the real program. Tells how long they are
//! held, how fast others are served meanwhile, and what of memory and file descriptors is left behind.
//! `cargo bench --bench storm`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark tells, and has nobody to fail to")]

use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

const CONNECTIONS: u16 = 2_000;
const STORMS: usize = 20;
const HEALTHY: Duration = Duration::from_secs(10);
/// How long others are served before anything is looked at.
const BUSY: Duration = Duration::from_secs(3);

/// What a connection says, and how it goes on.
const KINDS: [(&str, &str); 5] = [
    ("silent", ""),
    ("half a head", "POST /graphql HTTP/1.1\r\nhost: x\r\n"),
    (
        "a byte a second",
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{",
    ),
    ("idle HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0"),
    (
        "a socket without init",
        "GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
    ),
];

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(folder: &std::path::Path, address: SocketAddr) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_onsite"))
            .args(["serve", "--migrate", "--listen", &address.to_string()])
            .args(["--database-url", &format!("sqlite:{}", folder.join("onsite.sqlite").display())])
            .arg("--photos-directory")
            .arg(folder.join("photos"))
            .env("ONSITE_LOG__FILTER", "warn")
            .env("ONSITE_RATES__ADDRESS_REQUESTS", u32::MAX.to_string())
            .env("ONSITE_RATES__ADDRESS_COST", u32::MAX.to_string())
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.0.id())).unwrap().count()
    }

    fn resident_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse().unwrap()
    }
}

/// One connection that does nothing useful until the server has enough of it; how long that took.
async fn idler(address: SocketAddr, number: u16) -> Option<Duration> {
    let socket = TcpSocket::new_v4().unwrap();
    // From many addresses: one alone may not have so many connections.
    let from = [127, 0, 1, u8::try_from(number % 10).unwrap() + 1];
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    let mut stream = socket.connect(address).await.ok()?;
    let begun = Instant::now();
    let (name, said) = KINDS[usize::from(number) % KINDS.len()];
    stream.write_all(said.as_bytes()).await.ok()?;
    let trickles = name == "a byte a second";
    let mut answer = [0; 4096];
    loop {
        match timeout(Duration::from_secs(1), stream.read(&mut answer)).await {
            Ok(Ok(0) | Err(_)) => return Some(begun.elapsed()),
            Ok(Ok(_)) => {}
            Err(_) if begun.elapsed() > Duration::from_secs(60) => return None,
            Err(_) if trickles => {
                let _ = stream.write_all(b" ").await;
            }
            Err(_) => {}
        }
    }
}

/// An honest request; `connection` says what becomes of its connection.
fn asking(connection: &str) -> String {
    let body = r#"{"query":"{ viewer { role } }"}"#;
    format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One honest request on a connection of its own; how long it took.
async fn request(address: SocketAddr) -> Option<Duration> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(asking("close").as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    answer.starts_with("HTTP/1.1 200").then(|| begun.elapsed())
}

/// The median of requests made one after the other for some time.
async fn usual(address: SocketAddr, during: Duration) -> Duration {
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < during {
        times.push(request(address).await.expect("served"));
        sleep(Duration::from_millis(5)).await;
    }
    times.sort();
    times[times.len() / 2]
}

/// Requests one after the other on a few connections. The allocator gives memory back that has lain free for a second,
/// as it goes on to serve others.
async fn busy(address: SocketAddr, during: Duration) {
    let mut clients = JoinSet::new();
    for _ in 0..4 {
        clients.spawn(async move {
            let (begun, request, mut answer) = (Instant::now(), asking("keep-alive"), [0; 4096]);
            let mut stream = TcpStream::connect(address).await.unwrap();
            while begun.elapsed() < during {
                stream.write_all(request.as_bytes()).await.unwrap();
                let length = stream.read(&mut answer).await.unwrap();
                assert!(answer[..length].starts_with(b"HTTP/1.1 200"), "served");
            }
        });
    }
    clients.join_all().await;
}

#[tokio::main]
async fn main() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let address = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap()
    };
    let server = Server::start(folder.path(), address);
    while request(address).await.is_none() {
        sleep(Duration::from_millis(50)).await;
    }
    let quiet = usual(address, Duration::from_secs(2)).await;
    busy(address, BUSY).await;
    let (descriptors, memory) = (server.descriptors(), server.resident_kb());
    println!("quiet: a request takes {quiet:?}; {descriptors} descriptors, {memory} kB");
    println!(
        "{:>5} {:>9} {:>12} {:>14} {:>12} {:>10}",
        "storm", "closed", "longest", "request during", "descriptors", "kB"
    );
    let mut healthy = true;
    for storm in 1..=STORMS {
        let mut idlers = JoinSet::new();
        for number in 0..CONNECTIONS {
            idlers.spawn(idler(address, number));
        }
        let during = usual(address, Duration::from_secs(3)).await;
        let ends: Vec<_> = idlers.join_all().await;
        let closed = ends.iter().flatten().count();
        let longest = ends.iter().flatten().max().copied().unwrap_or_default();
        busy(address, BUSY).await;
        let (descriptors, memory) = (server.descriptors(), server.resident_kb());
        println!("{storm:>5} {closed:>9} {longest:>12.2?} {during:>14.2?} {descriptors:>12} {memory:>10}");
        healthy &= closed == usize::from(CONNECTIONS) && longest < HEALTHY;
    }
    let left = server.descriptors().saturating_sub(descriptors);
    let growth = server.resident_kb() as f64 / memory as f64;
    println!("left behind: {left} descriptors; memory × {growth:.2}; all closed within {HEALTHY:?}: {healthy}");
    assert!(healthy && left < 10 && growth < 1.25, "the server is not what it was");
}
