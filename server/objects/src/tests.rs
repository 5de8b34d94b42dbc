//! What needs no running store: keys, and the host that presigned URLs name.

use chrono::TimeZone;

use super::{s3_conduct::EnforcedHeaders, *};

#[test]
fn a_key_is_a_plain_relative_path() {
    let longest = format!("photos/{}", "a".repeat(193));
    for text in ["a", "photos/2026/11/0193a1c2-7f3e_1.jpg", "a/b", ".a", longest.as_str()] {
        assert_eq!(text.parse::<ObjectKey>().unwrap().to_string(), text);
    }
    let too_long = format!("{longest}a");
    let refused = [
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "./a",
        "a/.",
        "..",
        "../a",
        "a/../b",
        "a..b",
        "A",
        "a b",
        "a\\b",
        "a\n",
        "a\0",
        "a?b",
        "a%2e",
        "a@object",
        "图",
        too_long.as_str(),
    ];
    for text in refused {
        assert_eq!(text.parse::<ObjectKey>(), Err(ObjectKeyError), "{text:?}");
    }
}

#[tokio::test]
async fn presigned_urls_name_the_host_that_phones_reach() {
    let bucket = Bucket::new(&S3Settings {
        endpoint: Some("http://10.0.0.5:8333".to_owned()),
        public_endpoint: Some("https://photos.example".to_owned()),
        region: "us-east-1".to_owned(),
        bucket: "onsite".to_owned(),
        access_key_id: "id".into(),
        secret_access_key: "key".into(),
        path_style: true,
    });
    let store = ObjectStore::S3(bucket.known(EnforcedHeaders { conditions: true, checksums: true }));
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap();
    let spec = ObjectSpec {
        key: "photos/a".parse().unwrap(),
        content_type: "image/jpeg".to_owned(),
        byte_size: 3,
        sha256: Sha256Digest::from_bytes([0; 32]),
    };
    let upload = store.presign_upload(&spec, now, Duration::from_secs(60)).await.unwrap();
    assert!(upload.url.starts_with("https://photos.example/onsite/photos/a?"), "{}", upload.url);
    assert!(upload.url.contains("X-Amz-Date=20261122T090000Z"), "{}", upload.url);
    assert_eq!(upload.expires_at, now + TimeDelta::minutes(1));
    let mut names: Vec<&str> = upload.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-length", "content-type", "if-none-match", "x-amz-checksum-sha256"]);
    let signed = format!("X-Amz-SignedHeaders={}", ["content-length", "content-type", "host"].join("%3B"));
    assert!(upload.url.contains(&signed), "{}", upload.url);
    let download = store.presign_download(&spec.key, now, Duration::from_secs(60)).await.unwrap();
    assert!(download.starts_with("https://photos.example/onsite/photos/a?"), "{download}");
}
