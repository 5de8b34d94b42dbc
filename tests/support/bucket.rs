//! A bucket for each story, on the S3 server that `./tests/run` starts; gone when the story ends.

use std::env;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use server::{clock::Clock, config::S3Config};
use uuid::Uuid;

use super::database::apart;

const REGION: &str = "us-east-1";

#[derive(Debug)]
pub(crate) struct TestBucket(S3Config);

impl TestBucket {
    pub(super) async fn create() -> Self {
        let get = |name: &str| {
            env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run ./tests/run, which starts SeaweedFS"))
        };
        let config = S3Config {
            endpoint: Some(get("STORIES_S3_ENDPOINT")),
            public_endpoint: None,
            region: REGION.to_owned(),
            bucket: format!("onsite-story-{}", Clock::system().id::<Uuid>()),
            access_key_id: get("STORIES_S3_ACCESS_KEY").into(),
            secret_access_key: get("STORIES_S3_SECRET_KEY").into(),
            path_style: true,
        };
        client(&config).create_bucket().bucket(&config.bucket).send().await.unwrap();
        Self(config)
    }

    pub(super) fn config(&self) -> S3Config {
        self.0.clone()
    }

    /// The settings by which the program finds it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        use secrecy::ExposeSecret;
        vec![
            ("ONSITE_PHOTOS__S3__ENDPOINT", self.0.endpoint.clone().unwrap_or_default()),
            ("ONSITE_PHOTOS__S3__REGION", self.0.region.clone()),
            ("ONSITE_PHOTOS__S3__BUCKET", self.0.bucket.clone()),
            ("ONSITE_PHOTOS__S3__PATH_STYLE", "true".to_owned()),
            ("ONSITE_PHOTOS__S3__ACCESS_KEY_ID", self.0.access_key_id.expose_secret().to_owned()),
            ("ONSITE_PHOTOS__S3__SECRET_ACCESS_KEY", self.0.secret_access_key.expose_secret().to_owned()),
        ]
    }
}

impl Drop for TestBucket {
    fn drop(&mut self) {
        let config = self.0.clone();
        apart(async move {
            let (client, name) = (client(&config), &config.bucket);
            let listed = client.list_objects_v2().bucket(name).send().await.unwrap();
            for key in listed.contents().iter().filter_map(|object| object.key()) {
                client.delete_object().bucket(name).key(key).send().await.unwrap();
            }
            client.delete_bucket().bucket(name).send().await.unwrap();
        });
    }
}

fn client(config: &S3Config) -> aws_sdk_s3::Client {
    use secrecy::ExposeSecret;
    let key = config.access_key_id.expose_secret();
    let credentials = Credentials::new(key, config.secret_access_key.expose_secret(), None, None, "tests");
    let mut settings = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials)
        .region(Region::new(REGION))
        .force_path_style(true);
    settings.set_endpoint_url(config.endpoint.clone());
    aws_sdk_s3::Client::from_conf(settings.build())
}
