//! The office asks whether everything a server needs is as it should be.

use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};

use rstest::rstest;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDatabase,
};

/// What `onsite doctor` says, and whether it is content.
fn doctor(directory: &Path, settings: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onsite"));
    command.current_dir(directory).arg("doctor").envs(settings.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}

fn migrated(directory: &Path, url: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onsite"));
    let done = command.current_dir(directory).arg("migrate").env("ONSITE_DATABASE__URL", url).output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

/// The line about something.
fn about<'a>(said: &'a str, what: &str) -> Vec<&'a str> {
    said.lines().filter(|line| line.split_whitespace().nth(1) == Some(what)).collect()
}

#[rstest]
#[tokio::test]
async fn it_is_content_with_what_works_and_says_what_to_do_first(#[values(Sqlite, Postgres)] backend: Backend) {
    let (directory, ground) = (tempfile::tempdir().unwrap(), TestDatabase::empty(backend).await);
    let url = ground.url();
    let settings = [("ONSITE_DATABASE__URL", url.as_str())];
    let (content, said) = doctor(directory.path(), &settings);
    assert!(!content && said.contains("run `onsite migrate`"), "{said}");

    migrated(directory.path(), &url);
    let (content, said) = doctor(directory.path(), &settings);
    assert!(content, "{said}");
    for what in ["settings", "database", "migrations", "durability", "clock", "photos"] {
        assert!(about(&said, what).iter().any(|line| line.starts_with("ok")), "{what}: {said}");
    }
    assert!(!said.contains("postgres:"), "an address with its password was told: {said}");
}

#[tokio::test]
async fn what_does_not_work_is_named_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("onsite.sqlite").display());
    migrated(directory.path(), &url);
    let cases = [
        (("ONSITE_DATABASE__URL", "postgres://onsite:hunter2@127.0.0.1:1/onsite"), "database", "127.0.0.1:1"),
        (("ONSITE_PHOTOS__DIRECTORY", "/proc/photos"), "photos", "/proc/photos"),
        (("ONSITE_LIMITS__SPEED", "3"), "settings", "speed"),
        (("ONSITE_HTTP__TLS__CERTIFICATE", "none.pem"), "settings", "tls"),
    ];
    for ((name, value), what, named) in cases {
        let (content, said) = doctor(directory.path(), &[("ONSITE_DATABASE__URL", &url), (name, value)]);
        let failing = about(&said, what).into_iter().filter(|line| line.starts_with("FAIL"));
        assert!(!content && failing.clone().any(|line| line.contains(named)), "{name}={value}: {said}");
        assert!(said.contains("-> ") && !said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn what_others_may_read_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("onsite.sqlite").display());
    migrated(directory.path(), &url);
    let photos = directory.path().join("onsite-photos");
    std::fs::create_dir(&photos).unwrap();
    std::fs::set_permissions(&photos, PermissionsExt::from_mode(0o755)).unwrap();
    let (_, said) = doctor(directory.path(), &[("ONSITE_DATABASE__URL", &url)]);
    assert!(about(&said, "permissions").iter().any(|line| line.starts_with("warn") && line.contains("755")), "{said}");
}
