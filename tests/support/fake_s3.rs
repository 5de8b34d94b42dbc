//! An S3 server that misbehaves as a story has it: a real one rarely does when it is asked to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use server::config::S3Config;
use tokio::{net::TcpListener, sync::Barrier};

const BUCKET: &str = "onsite-story";

/// What it does with requests.
#[derive(Clone, Debug, Default)]
pub(crate) enum Mood {
    /// All that a good one does.
    #[default]
    Well,
    /// It takes them and never answers.
    Hanging,
    /// It answers all of them so: status and S3's code.
    Failing(u16, &'static str),
    /// It says what it has, and is in another mood about all else.
    OnlyHead(Box<Mood>),
    /// It takes nothing any more: status and S3's code.
    OnlyReads(u16, &'static str),
    /// It answers those that look for an object only once so many have come.
    Gathering(Arc<Barrier>),
}

/// What it never learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quirk {
    #[default]
    None,
    /// It refuses `if-none-match` on PUT so.
    RefusesConditions(u16, &'static str),
    /// It lets that pass without a word.
    IgnoresConditions,
    /// It refuses `x-amz-checksum-sha256`.
    RefusesChecksums,
}

#[derive(Debug, Default)]
struct Inside {
    quirk: Quirk,
    mood: Mood,
    /// Content type and bytes by key.
    objects: BTreeMap<String, (String, Bytes)>,
}

/// An S3 server that holds objects in memory and believes every signature.
#[derive(Debug)]
pub(crate) struct FakeS3 {
    endpoint: String,
    inside: Arc<Mutex<Inside>>,
}

impl FakeS3 {
    pub(crate) async fn start() -> Arc<Self> {
        Self::with(Quirk::None).await
    }

    pub(crate) async fn with(quirk: Quirk) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(Mutex::new(Inside { quirk, ..Inside::default() }));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inside));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Arc::new(Self { endpoint, inside })
    }

    pub(crate) fn config(&self) -> S3Config {
        S3Config {
            endpoint: Some(self.endpoint.clone()),
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            bucket: BUCKET.to_owned(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            path_style: true,
        }
    }

    /// Keys of the photos it holds.
    pub(crate) fn photos(&self) -> Vec<String> {
        let inside = self.inside.lock().unwrap();
        inside.objects.keys().filter(|key| key.contains("photos/")).cloned().collect()
    }

    /// From now on.
    pub(crate) fn is(&self, mood: Mood) {
        self.inside.lock().unwrap().mood = mood;
    }
}

async fn answer(
    State(inside): State<Arc<Mutex<Inside>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let key = uri.path().trim_start_matches('/').split_once('/').map_or("", |(_, key)| key).to_owned();
    let mood = match inside.lock().unwrap().mood.clone() {
        Mood::OnlyHead(_) if method == Method::HEAD => Mood::Well,
        Mood::OnlyHead(other) => *other,
        mood => mood,
    };
    match mood {
        Mood::Well | Mood::OnlyHead(_) => {}
        Mood::Hanging => tokio::time::sleep(Duration::from_secs(3600)).await,
        Mood::Failing(status, code) => return failure(status, code),
        Mood::OnlyReads(status, code) if method == Method::PUT => return failure(status, code),
        Mood::OnlyReads(..) => {}
        Mood::Gathering(barrier) if method == Method::HEAD => {
            barrier.wait().await;
        }
        Mood::Gathering(_) => {}
    }
    let mut inside = inside.lock().unwrap();
    if let Quirk::RefusesConditions(status, code) = inside.quirk
        && method == Method::PUT
        && headers.contains_key("if-none-match")
    {
        return failure(status, code);
    }
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    match method {
        Method::PUT if headers.contains_key("x-amz-checksum-sha256") && inside.quirk == Quirk::RefusesChecksums => {
            failure(501, "NotImplemented")
        }
        Method::PUT
            if header("if-none-match") == "*"
                && inside.quirk != Quirk::IgnoresConditions
                && inside.objects.contains_key(&key) =>
        {
            failure(412, "PreconditionFailed")
        }
        Method::PUT => {
            inside.objects.insert(key, (header("content-type"), body));
            StatusCode::OK.into_response()
        }
        Method::DELETE => {
            inside.objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        Method::GET | Method::HEAD if key.is_empty() => {
            let list = "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";
            (StatusCode::OK, list).into_response()
        }
        _ => match inside.objects.get(&key) {
            Some((content_type, bytes)) => ([("content-type", content_type.clone())], bytes.clone()).into_response(),
            None => failure(404, "NoSuchKey"),
        },
    }
}

fn failure(status: u16, code: &str) -> Response {
    let text = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
    (StatusCode::from_u16(status).unwrap(), text).into_response()
}
