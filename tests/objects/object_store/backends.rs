//! The stores that the contract is held against: each test gets one of its own, and it is gone afterwards.

use std::{env, panic::AssertUnwindSafe, path::PathBuf, sync::Arc, time::Duration};

use super::MINUTE;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use objects::{Bucket, LocalDirectory, ObjectStore, S3Settings, routes};
use secrecy::SecretString;
use server::clock::Clock;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Backend {
    Local,
    Seaweedfs,
}

/// Runs a story on a store of its own, and clears that away whatever becomes of the story.
pub(super) async fn on(backend: Backend, story: impl AsyncFnOnce(&ObjectStore)) {
    match backend {
        Backend::Local => story(&Directory::open().await.store).await,
        Backend::Seaweedfs => {
            let server = S3Server::from_env();
            let bucket = server.create_bucket().await;
            let store = ObjectStore::S3(Bucket::new(&server.settings(&bucket)));
            let outcome = AssertUnwindSafe(story(&store)).catch_unwind().await;
            server.delete_bucket(&bucket).await;
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    }
}

/// A local directory and the HTTP server before it.
pub(super) struct Directory {
    pub(super) root: TempDir,
    pub(super) directory: LocalDirectory,
    pub(super) store: ObjectStore,
    address: String,
}

impl Directory {
    pub(super) async fn open() -> Self {
        Self::open_with(MINUTE, MINUTE).await
    }

    pub(super) async fn open_with(stall: Duration, whole: Duration) -> Self {
        let root = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let secret = SecretString::from("a secret that signs the tests' URLs");
        let directory = LocalDirectory::open(root.path().join("photos"), format!("http://{address}"), secret)
            .await
            .unwrap()
            .with_patience(stall, whole);
        let router = routes(directory.clone(), Arc::new(now));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { root, store: ObjectStore::Local(directory.clone()), directory, address }
    }

    pub(super) fn incoming(&self) -> PathBuf {
        self.root.path().join("photos/incoming")
    }

    pub(super) async fn wait_until_incoming_has(&self, entries: usize) {
        let found = || std::fs::read_dir(self.incoming()).unwrap().count();
        for _ in 0..500 {
            if found() == entries {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("incoming has {} entries, not {entries}", found());
    }

    /// Sends what no well-behaved HTTP client would.
    pub(super) async fn send_raw(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

pub(super) struct S3Server {
    endpoint: String,
    access_key: String,
    secret_key: String,
}

impl S3Server {
    pub(super) fn from_env() -> Self {
        let get = |name: &str| {
            env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run ./tests/run, which starts SeaweedFS"))
        };
        Self {
            endpoint: get("STORIES_S3_ENDPOINT"),
            access_key: get("STORIES_S3_ACCESS_KEY"),
            secret_key: get("STORIES_S3_SECRET_KEY"),
        }
    }

    pub(super) fn settings(&self, bucket: &str) -> S3Settings {
        S3Settings {
            endpoint: Some(self.endpoint.clone()),
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            bucket: bucket.to_owned(),
            access_key_id: self.access_key.as_str().into(),
            secret_access_key: self.secret_key.as_str().into(),
            path_style: true,
        }
    }

    fn client(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new(&self.access_key, &self.secret_key, None, None, "tests"))
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.endpoint)
            .force_path_style(true);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    async fn create_bucket(&self) -> String {
        let name = format!("onsite-test-{}", Clock::system().id::<Uuid>());
        self.client().create_bucket().bucket(&name).send().await.unwrap();
        name
    }

    async fn delete_bucket(&self, name: &str) {
        let client = self.client();
        let listed = client.list_objects_v2().bucket(name).send().await.unwrap();
        for key in listed.contents().iter().filter_map(|object| object.key()) {
            client.delete_object().bucket(name).key(key).send().await.unwrap();
        }
        client.delete_bucket().bucket(name).send().await.unwrap();
    }
}

pub(super) fn now() -> DateTime<Utc> {
    Clock::system().now()
}
