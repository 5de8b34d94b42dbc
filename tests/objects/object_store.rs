//! The object store's contract, held against the local directory and against a real S3 server: one upload, of exactly
//! what was signed, whole or not at all, and nothing without a signature.
//!
//! `./tests/run` starts the S3 server and sets `STORIES_S3_ENDPOINT`, `STORIES_S3_ACCESS_KEY` and
//! `STORIES_S3_SECRET_KEY`; without them the S3 cases fail.
#![cfg(test)]

use std::{io, time::Duration};

use bytes::Bytes;
use chrono::TimeDelta;
use domain::digest::Sha256Digest;
use futures_util::{future::join_all, stream};
use objects::{Bucket, ObjectDigest, ObjectInfo, ObjectKey, ObjectSpec, ObjectStore, PresignedUpload, StoreError};
use reqwest::{RequestBuilder, Response, StatusCode};
use rstest::rstest;

use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use backends::{
    Backend::{self, Local, Seaweedfs},
    Directory, S3Server, now, on,
};

mod backends;

const JPEG: &str = "image/jpeg";
const MINUTE: Duration = Duration::from_secs(60);

fn key() -> ObjectKey {
    "photos/2026/11/0193a1c2-7f3e-7000-8000-000000000001".parse().unwrap()
}

fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::from_bytes(Sha256::digest(bytes).into())
}

fn spec(bytes: &[u8]) -> ObjectSpec {
    ObjectSpec { key: key(), content_type: JPEG.to_owned(), byte_size: bytes.len() as u64, sha256: sha256(bytes) }
}

/// Bytes that no two seeds share and that don't repeat within a chunk.
fn photo(seed: u8, length: usize) -> Bytes {
    let mut bytes = Vec::with_capacity(length + 32);
    for block in 0_u64.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend_from_slice(&Sha256::digest([&[seed], &block.to_be_bytes()[..]].concat()));
    }
    bytes.truncate(length);
    bytes.into()
}

async fn permit(store: &ObjectStore, bytes: &[u8]) -> PresignedUpload {
    store.presign_upload(&spec(bytes), now(), MINUTE).await.unwrap()
}

/// The upload as it was permitted, headers and all; `content-length` comes from the body.
fn put(upload: &PresignedUpload, body: impl Into<reqwest::Body>) -> RequestBuilder {
    put_without(upload, "content-length", body)
}

fn put_without(upload: &PresignedUpload, left_out: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    assert_eq!(upload.method, "PUT");
    let headers = upload.headers.iter().filter(|(name, _)| name != "content-length" && name != left_out);
    let request = reqwest::Client::new().put(&upload.url).body(body);
    headers.fold(request, |request, (name, value)| request.header(name, value))
}

async fn upload(store: &ObjectStore, bytes: &Bytes) {
    let answer = put(&permit(store, bytes).await, bytes.clone()).send().await.unwrap();
    let status = answer.status();
    assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap());
}

async fn assert_refused(case: &str, answer: Response) {
    let status = answer.status();
    let body = answer.text().await.unwrap();
    assert!(status.is_client_error(), "{case}: {status} {body}");
}

async fn assert_absent(case: &str, store: &ObjectStore) {
    assert_eq!(store.stat(&key()).await.unwrap(), None, "{case}: something was stored");
    assert_eq!(store.read(&key(), 1 << 20).await.unwrap(), None, "{case}: something was stored");
}

/// The URL with the first character of one query parameter changed, for each parameter in turn, and with another path.
fn tampered(url: &str) -> Vec<String> {
    let (path, query) = url.split_once('?').unwrap();
    let parameters: Vec<&str> = query.split('&').collect();
    let changed = (0..parameters.len()).map(|index| {
        let mut parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
        let (name, value) = parameters[index].split_once('=').unwrap();
        let first = if value.starts_with('1') { '2' } else { '1' };
        parameters[index] = format!("{name}={first}{}", &value[1..]);
        format!("{path}?{}", parameters.join("&"))
    });
    changed.chain([url.replace("/photos/2026/", "/photos/2027/")]).collect()
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn what_was_uploaded_is_read_back(#[case] backend: Backend) {
    on(backend, async |store| {
        let bytes = photo(1, 100_000);
        upload(store, &bytes).await;
        let byte_size = 100_000;
        let info = ObjectInfo { byte_size, content_type: JPEG.to_owned() };
        assert_eq!(store.stat(&key()).await.unwrap(), Some(info));
        let digest = ObjectDigest { byte_size, sha256: sha256(&bytes) };
        assert_eq!(store.digest(&key(), byte_size).await.unwrap(), Some(digest));
        assert_eq!(store.read(&key(), byte_size).await.unwrap(), Some(bytes));
        assert!(matches!(store.read(&key(), byte_size - 1).await, Err(StoreError::TooLarge { max_bytes: 99_999 })));
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn an_absent_object_is_none(#[case] backend: Backend) {
    on(backend, async |store| {
        assert_eq!(store.stat(&key()).await.unwrap(), None);
        assert_eq!(store.digest(&key(), 1).await.unwrap(), None);
        assert_eq!(store.read(&key(), 1).await.unwrap(), None);
        let url = store.presign_download(&key(), now(), MINUTE).await.unwrap();
        assert_eq!(reqwest::get(url).await.unwrap().status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[rstest]
#[case::local(Local, StatusCode::CONFLICT)]
#[case::seaweedfs(Seaweedfs, StatusCode::PRECONDITION_FAILED)]
#[tokio::test]
async fn the_first_upload_stays(#[case] backend: Backend, #[case] taken: StatusCode) {
    on(backend, async |store| {
        let (first, second) = (photo(1, 5_000), photo(2, 7_000));
        upload(store, &first).await;
        for bytes in [&first, &second] {
            let answer = put(&permit(store, bytes).await, bytes.clone()).send().await.unwrap();
            assert_eq!(answer.status(), taken);
        }
        assert_eq!(store.read(&key(), 10_000).await.unwrap(), Some(first));
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn of_fifty_uploads_at_once_one_wins(#[case] backend: Backend) {
    on(backend, async |store| {
        let uploads = join_all((0..50).map(async |seed| {
            let bytes = photo(seed, 20_000);
            let answer = put(&permit(store, &bytes).await, bytes.clone()).send().await.unwrap();
            (answer.status(), bytes)
        }))
        .await;
        let statuses: Vec<StatusCode> = uploads.iter().map(|(status, _)| *status).collect();
        let winners: Vec<&Bytes> =
            uploads.iter().filter(|(status, _)| status.is_success()).map(|(_, bytes)| bytes).collect();
        assert_eq!(winners.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| !status.is_server_error()), "{statuses:?}");
        assert_eq!(store.read(&key(), 20_000).await.unwrap().as_ref(), Some(winners[0]));
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn another_body_than_was_signed_is_refused(#[case] backend: Backend) {
    on(backend, async |store| {
        let bytes = photo(1, 5_000);
        let permit = permit(store, &bytes).await;
        let bodies = [
            ("other bytes", photo(2, 5_000)),
            ("shorter", bytes.slice(1..)),
            ("longer", photo(1, 5_001)),
            ("empty", Bytes::new()),
        ];
        for (case, body) in bodies {
            assert_refused(case, put(&permit, body).send().await.unwrap()).await;
            assert_absent(case, store).await;
        }
        let typed = put_without(&permit, "content-type", bytes.clone()).header("content-type", "text/html");
        assert_refused("another type", typed.send().await.unwrap()).await;
        assert_absent("another type", store).await;
        // None of this used the permission up.
        assert!(put(&permit, bytes).send().await.unwrap().status().is_success());
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn what_was_signed_cannot_be_exchanged_together_with_the_body(#[case] backend: Backend) {
    on(backend, async |store| {
        let bytes = photo(1, 5_000);
        let permit = permit(store, &bytes).await;
        // Each body agrees with what is forged: only the signature can tell.
        for (body, content_type) in [(photo(2, 5_000), JPEG), (photo(1, 6_000), JPEG), (bytes.clone(), "text/html")] {
            let forge = |text: &str| {
                text.replace(&sha256(&bytes).to_string(), &sha256(&body).to_string())
                    .replace(&sha256(&bytes).to_base64(), &sha256(&body).to_base64())
                    .replace("length=5000", &format!("length={}", body.len()))
                    .replace(JPEG, content_type)
            };
            let mut forged = PresignedUpload { url: forge(&permit.url), ..permit.clone() };
            forged.headers.iter_mut().for_each(|(_, value)| *value = forge(value));
            let answer = put(&forged, body).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{}", forged.url);
            assert_absent("forged", store).await;
        }
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn every_listed_header_is_needed(#[case] backend: Backend) {
    on(backend, async |store| {
        let bytes = photo(1, 5_000);
        let permit = permit(store, &bytes).await;
        for (name, _) in &permit.headers {
            let body = match name.as_str() {
                // A body of unknown length goes out in chunks, without the header.
                "content-length" => reqwest::Body::wrap_stream(stream::iter([io::Result::Ok(bytes.clone())])),
                _ => bytes.clone().into(),
            };
            assert_refused(name, put_without(&permit, name, body).send().await.unwrap()).await;
            assert_absent(name, store).await;
        }
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn an_upload_needs_its_url_untouched_and_in_time(#[case] backend: Backend) {
    on(backend, async |store| {
        let bytes = photo(1, 5_000);
        let mut permit = permit(store, &bytes).await;
        let unsigned = permit.url.split_once('?').unwrap().0.to_owned();
        for url in tampered(&permit.url).into_iter().chain([unsigned]) {
            permit.url = url.clone();
            assert_refused(&url, put(&permit, bytes.clone()).send().await.unwrap()).await;
            assert_absent(&url, store).await;
        }
        let expired = store.presign_upload(&spec(&bytes), now() - TimeDelta::minutes(2), MINUTE).await.unwrap();
        assert!(expired.expires_at < now());
        let answer = put(&expired, bytes).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert_absent("expired", store).await;
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn a_download_needs_its_url_untouched_and_in_time(#[case] backend: Backend) {
    on(backend, async |store| {
        let bytes = photo(1, 300_000);
        upload(store, &bytes).await;
        let url = store.presign_download(&key(), now(), MINUTE).await.unwrap();
        let answer = reqwest::get(&url).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        for (name, value) in
            [("content-type", JPEG), ("cache-control", "private, no-store"), ("content-disposition", "attachment")]
        {
            assert_eq!(answer.headers().get(name).unwrap(), value);
        }
        assert_eq!(answer.bytes().await.unwrap(), bytes);

        let unsigned = url.split_once('?').unwrap().0.to_owned();
        for url in tampered(&url).into_iter().chain([unsigned]) {
            assert_refused(&url, reqwest::get(&url).await.unwrap()).await;
        }
        let expired = store.presign_download(&key(), now() - TimeDelta::minutes(2), MINUTE).await.unwrap();
        assert_eq!(reqwest::get(expired).await.unwrap().status(), StatusCode::FORBIDDEN);
        // Permission to download is none to upload, and the other way about.
        let mut crossed = permit(store, &bytes).await;
        assert_refused("upload URL", reqwest::get(&crossed.url).await.unwrap()).await;
        crossed.url = url;
        assert_refused("download URL", put(&crossed, bytes).send().await.unwrap()).await;
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn a_large_object_is_digested_up_to_the_limit(#[case] backend: Backend) {
    on(backend, async |store| {
        let byte_size = 20_000_000;
        let bytes = photo(1, 20_000_000);
        upload(store, &bytes).await;
        let digest = ObjectDigest { byte_size, sha256: sha256(&bytes) };
        assert_eq!(store.digest(&key(), byte_size).await.unwrap(), Some(digest));
        assert!(matches!(store.digest(&key(), byte_size - 1).await, Err(StoreError::TooLarge { .. })));
    })
    .await;
}

#[rstest]
#[case::local(Local)]
#[case::seaweedfs(Seaweedfs)]
#[tokio::test]
async fn what_cannot_be_signed_is_refused(#[case] backend: Backend) {
    on(backend, async |store| {
        let spec = spec(b"x");
        for lifetime in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(7 * 86_400 + 1)] {
            assert!(matches!(store.presign_upload(&spec, now(), lifetime).await, Err(StoreError::Lifetime)));
            assert!(matches!(store.presign_download(&key(), now(), lifetime).await, Err(StoreError::Lifetime)));
        }
        for content_type in ["", "jpeg", "image/", "image/jpeg; q=1", "Image/JPEG", "image/jpeg\r\nx: y", "图/片"] {
            let spec = ObjectSpec { content_type: content_type.to_owned(), ..spec.clone() };
            assert!(matches!(store.presign_upload(&spec, now(), MINUTE).await, Err(StoreError::ContentType)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_store_says_whether_it_is_ready() {
    let directory = Directory::open().await;
    directory.store.ready().await.unwrap();
    directory.wait_until_incoming_has(0).await;
    std::fs::remove_dir_all(directory.root.path()).unwrap();
    assert!(matches!(directory.store.ready().await, Err(StoreError::Unavailable(_))));

    on(Seaweedfs, async |store| store.ready().await.unwrap()).await;
    let absent = ObjectStore::S3(Bucket::new(&S3Server::from_env().settings("onsite-test-absent")));
    assert!(matches!(absent.ready().await, Err(StoreError::Unavailable(_))));
    assert!(
        matches!(absent.read(&key(), 1).await, Err(StoreError::Unavailable(_))),
        "a missing bucket is no missing object"
    );
}

#[rstest]
#[case("/objects/../../../../etc/passwd")]
#[case("/objects/%2e%2e/%2e%2e/etc/passwd")]
#[case("/objects/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
#[case("/objects//etc/passwd")]
#[case("/objects/photos/%00")]
#[case("/objects/%ff")]
#[case("/objects/")]
#[tokio::test]
async fn no_path_leads_out_of_the_directory(#[case] path: &str) {
    let directory = Directory::open().await;
    let signed = directory.store.presign_download(&key(), now(), MINUTE).await.unwrap();
    let query = signed.split_once('?').unwrap().1;
    let mut stream =
        directory.send_raw(&format!("GET {path}?{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403") || answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(!answer.contains("root:"));
}

#[tokio::test]
async fn a_client_that_leaves_halfway_leaves_nothing() {
    let directory = Directory::open().await;
    let bytes = photo(1, 5_000);
    let stream = directory.send_raw(&half_of(&permit(&directory.store, &bytes).await)).await;
    directory.wait_until_incoming_has(1).await;
    drop(stream);
    directory.wait_until_incoming_has(0).await;
    assert_absent("half", &directory.store).await;
}

#[rstest]
#[case::stalled(Duration::from_millis(200), MINUTE)]
#[case::slow(MINUTE, Duration::from_millis(300))]
#[tokio::test]
async fn an_upload_that_does_not_come_to_an_end_is_ended(#[case] stall: Duration, #[case] whole: Duration) {
    let directory = Directory::open_with(stall, whole).await;
    let bytes = photo(1, 5_000);
    let mut stream = directory.send_raw(&half_of(&permit(&directory.store, &bytes).await)).await;
    let mut answer = vec![0; 200];
    let read = tokio::time::timeout(MINUTE, stream.read(&mut answer)).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 408"));
    directory.wait_until_incoming_has(0).await;
    assert_absent("half", &directory.store).await;
}

/// A request that announces all of a 5 000-byte body and sends half.
fn half_of(permit: &PresignedUpload) -> String {
    let path = permit.url.splitn(4, '/').nth(3).unwrap();
    let headers: String = permit.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("PUT /{path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n{}", "x".repeat(2_500))
}

#[tokio::test]
async fn the_local_routes_say_why_in_two_languages() {
    let directory = Directory::open().await;
    let bytes = photo(1, 5_000);
    let permit = permit(&directory.store, &bytes).await;
    let typed = |content_type: &str| {
        put_without(&permit, "content-type", bytes.clone()).header("content-type", content_type.to_owned())
    };
    let unsized_body = || reqwest::Body::wrap_stream(stream::iter([io::Result::Ok(bytes.clone())]));
    let unsigned = permit.url.split_once('?').unwrap().0;
    let expired = directory.directory.clone();
    let expired =
        ObjectStore::Local(expired).presign_upload(&spec(&bytes), now() - TimeDelta::hours(1), MINUTE).await.unwrap();
    let cases = [
        (400, "LENGTH_MISMATCH", put(&permit, bytes.slice(1..))),
        (403, "SIGNATURE_INVALID", reqwest::Client::new().get(unsigned)),
        (403, "URL_EXPIRED", put(&expired, bytes.clone())),
        (
            404,
            "NOT_FOUND",
            reqwest::Client::new().get(directory.store.presign_download(&key(), now(), MINUTE).await.unwrap()),
        ),
        (411, "LENGTH_REQUIRED", put(&permit, unsized_body())),
        (413, "TOO_LARGE", put(&permit, photo(1, 5_001))),
        (415, "CONTENT_TYPE_MISMATCH", typed("text/html")),
        (422, "DIGEST_MISMATCH", put(&permit, photo(2, 5_000))),
        (201, "", put(&permit, bytes.clone())),
        (409, "ALREADY_EXISTS", put(&permit, bytes.clone())),
    ];
    for (status, code, request) in cases {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{code}");
        if !code.is_empty() {
            let error = answer.json::<serde_json::Value>().await.unwrap()["error"].clone();
            assert_eq!(error["code"], code);
            assert!(error["message"].is_string() && error["messageZh"].is_string(), "{error}");
        }
    }
    // A length that nobody signed is refused before a byte of it is taken.
    for url in tampered(&permit.url) {
        let answer = put(&PresignedUpload { url, ..permit.clone() }, bytes.clone()).send().await.unwrap();
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["error"]["code"], "SIGNATURE_INVALID");
    }
    directory.wait_until_incoming_has(0).await;
}

#[tokio::test]
async fn a_local_object_is_never_run_as_a_page_and_head_describes_it() {
    let directory = Directory::open().await;
    upload(&directory.store, &photo(1, 5_000)).await;
    let url = directory.store.presign_download(&key(), now(), MINUTE).await.unwrap();
    let answer = reqwest::Client::new().head(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers();
    assert_eq!(headers["content-length"], "5000");
    assert_eq!(headers["content-type"], JPEG);
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
}

#[tokio::test]
async fn what_a_crash_left_is_swept_away_when_it_is_old() {
    let directory = Directory::open().await;
    std::fs::create_dir(directory.incoming().join("left")).unwrap();
    assert_eq!(directory.directory.sweep(now() - TimeDelta::hours(1)).await.unwrap(), 0);
    assert_eq!(directory.directory.sweep(now() + TimeDelta::hours(1)).await.unwrap(), 1);
    directory.wait_until_incoming_has(0).await;
}
