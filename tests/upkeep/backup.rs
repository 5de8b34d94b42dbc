//! The office backs Onsite up while phones go on sending, and restores it elsewhere.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, HARBOUR, Photos,
    Role::{Leader, Office, OtherLeader},
    Socket, TestClock, TestDatabase, TestServer, photo,
};
use futures_util::future::join_all;
use objects::{LocalDirectory, ObjectStore};
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;
use server::{
    app::{self, RestoreError, Restored},
    backup::{self, Backup, BackupError, ObjectEntry},
    clock::Clock,
    config::PhotosConfig,
    serve,
    store::{
        Database, DatabaseSettings,
        dump::{self, Row},
    },
};
use tempfile::TempDir;

/// An empty place to restore into.
struct Elsewhere {
    ground: TestDatabase,
    database: Database,
    photos: TempDir,
}

impl Elsewhere {
    async fn on(backend: Backend) -> Self {
        let ground = TestDatabase::empty(backend).await;
        let database = connect(&ground).await;
        Self { ground, database, photos: TempDir::new().unwrap() }
    }

    async fn objects(&self) -> ObjectStore {
        let path = self.photos.path().to_owned();
        ObjectStore::Local(
            LocalDirectory::open(
                path,
                "http://localhost".to_owned(),
                "a secret of at least 32 bytes for URLs".to_owned().into(),
            )
            .await
            .unwrap(),
        )
    }

    async fn restore(&self, backup: &Backup) -> Result<Restored, RestoreError> {
        app::restore(&self.database, &self.objects().await, backup, &|| {}).await
    }
}

async fn connect(ground: &TestDatabase) -> Database {
    let settings = DatabaseSettings { url: ground.config().url, max_connections: 4 };
    Database::connect(&settings).await.unwrap()
}

/// A visit with a photo; its id.
async fn visit(server: &TestServer, client: &Client, project: &str, seed: u32) -> String {
    let picture = client.uploaded(&photo(seed)).await;
    let draft = Draft::at(server, project).with("/photoIds", json!([picture]));
    client.checked_in(&draft).await["uuid"].as_str().unwrap().to_owned()
}

/// Every row of every table, as backups know them: the same for both kinds of database.
async fn rows(database: &Database) -> Vec<(String, Vec<Row>)> {
    let mut found = Vec::new();
    for table in dump::tables().unwrap() {
        let mut all: Vec<Row> = Vec::new();
        loop {
            let page = table.page(database.reader(), all.last()).await.unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        found.push((table.name.clone(), all));
    }
    found
}

fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { _ = found.insert(path) }
    }
    found
}

#[rstest]
#[tokio::test]
async fn a_backup_made_while_phones_send_is_restored_on_any_database(
    #[values(Sqlite, Postgres)] from: Backend,
    #[values(Sqlite, Postgres)] to: Backend,
) {
    let server = TestServer::on(from).await;
    let (leader, other) = (server.as_(Leader), server.as_(OtherLeader));
    let mut acknowledged = BTreeSet::new();
    for seed in 0..4 {
        acknowledged.insert(visit(&server, &leader, BEARING_PARK, seed).await);
    }
    let folder = TempDir::new().unwrap();
    let sending = join_all((10..22).map(|seed| {
        let (client, project) = if seed % 2 == 0 { (&leader, BEARING_PARK) } else { (&other, HARBOUR) };
        visit(&server, client, project, seed)
    }));
    let backing_up = server.app().backup(folder.path(), &|| {});
    let (done, _) = tokio::join!(backing_up, sending);
    let done = done.unwrap();
    assert_eq!(done.manifest.absent, [] as [String; 0]);

    let elsewhere = Elsewhere::on(to).await;
    let restored = elsewhere.restore(&Backup::open(folder.path()).unwrap()).await.unwrap();
    let expected: u64 = done.manifest.tables.iter().map(|table| table.rows.count).sum();
    assert_eq!((restored.rows, restored.objects), (expected, done.manifest.objects.count));

    // What was acknowledged before is there; what came meanwhile is there as a whole or not at all.
    let kept = entity::check_in::Entity::find().all(elsewhere.database.reader()).await.unwrap();
    let kept: BTreeSet<String> = kept.iter().map(|check_in| check_in.id.to_string()).collect();
    assert!(kept.is_superset(&acknowledged), "{kept:?}");
    let mut config = server::config::Config::load(&server::config::Overrides::default()).unwrap();
    config.photos = PhotosConfig { directory: elsewhere.photos.path().to_owned(), ..config.photos };
    let database = connect(&elsewhere.ground).await;
    let app = serve::app(&config, database, "http://localhost".to_owned(), Clock::system()).await.unwrap();
    let head = app.verify_chain().await.unwrap();
    assert_eq!(format!("{}:{}", head.sequence, head.hash), done.manifest.chain_head);
    let recounted = app.recount(false, &|_| {}).await.unwrap();
    assert_eq!((recounted.differences.as_slice(), recounted.check_ins), (&[][..], kept.len()));
    for attached in entity::photo::Entity::find().all(elsewhere.database.reader()).await.unwrap() {
        let object = app.objects.stat(&attached.object_key.parse().unwrap()).await.unwrap();
        assert!(attached.check_in_id.is_none() || object.is_some(), "{attached:?} has no bytes");
    }
}

#[rstest]
#[case::there_and_back(Sqlite, Postgres)]
#[case::back_and_there(Postgres, Sqlite)]
#[tokio::test]
async fn nothing_changes_on_the_way_to_the_other_kind_and_back(#[case] from: Backend, #[case] to: Backend) {
    let mut server = TestServer::on(from).await;
    visit(&server, &server.as_(Leader), BEARING_PARK, 1).await;
    let url = server.database_url();
    let folder = TempDir::new().unwrap();
    // No photo is inspected and no session used any more.
    server.stop().await;
    let settings = DatabaseSettings { url: url.into(), max_connections: 4 };
    let before = Database::connect(&settings).await.unwrap();

    let mut config = server::config::Config::load(&server::config::Overrides::default()).unwrap();
    config.photos = PhotosConfig { directory: server.photos(), ..config.photos };
    let app =
        serve::app(&config, before.clone(), "http://localhost".to_owned(), Clock::of(TestClock::new())).await.unwrap();
    app.backup(folder.path(), &|| {}).await.unwrap();
    let there = Elsewhere::on(to).await;
    there.restore(&Backup::open(folder.path()).unwrap()).await.unwrap();
    assert!(rows(&there.database).await == rows(&before).await, "something changed on the way");

    config.photos = PhotosConfig { directory: there.photos.path().to_owned(), ..config.photos };
    let app = serve::app(&config, there.database.clone(), "http://localhost".to_owned(), Clock::of(TestClock::new()))
        .await
        .unwrap();
    let second_folder = TempDir::new().unwrap();
    app.backup(second_folder.path(), &|| {}).await.unwrap();
    let back = Elsewhere::on(from).await;
    back.restore(&Backup::open(second_folder.path()).unwrap()).await.unwrap();
    assert!(rows(&back.database).await == rows(&before).await, "something changed on the way back");
    let inside = |photos: &Path| -> BTreeSet<PathBuf> {
        files_below(photos).iter().map(|file| file.strip_prefix(photos).unwrap().to_owned()).collect()
    };
    assert!(inside(back.photos.path()).is_subset(&inside(&server.photos())));
}

#[rstest]
#[tokio::test]
async fn every_table_of_the_database_is_backed_up(#[values(Sqlite, Postgres)] backend: Backend) {
    let elsewhere = Elsewhere::on(backend).await;
    elsewhere.database.migrate().await.unwrap();
    let mut known: Vec<String> = dump::tables().unwrap().into_iter().map(|table| table.name).collect();
    known.extend(dump::LEFT_OUT.map(str::to_owned));
    known.sort();
    let mut existing = dump::existing(elsewhere.database.reader()).await.unwrap();
    existing.sort();
    assert_eq!(existing, known);
}

#[rstest]
#[tokio::test]
async fn only_a_whole_backup_is_restored_and_only_into_an_empty_database(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    visit(&server, &server.as_(Leader), BEARING_PARK, 1).await;
    let folder = TempDir::new().unwrap();
    let done = server.app().backup(folder.path(), &|| {}).await.unwrap();
    let backup = Backup::open(folder.path()).unwrap();
    let elsewhere = Elsewhere::on(backend).await;

    // Any byte of any file, one after the other; but for what tells only the next backup whether an object is whole.
    let listed = files_below(&done.path);
    let mut objects = files_below(&folder.path().join("objects"));
    objects.retain(|path| path.extension().is_none_or(|ending| ending != "sha256"));
    assert!(listed.len() > 30 && !objects.is_empty());
    for file in listed.iter().filter(|file| !file.ends_with("manifest.json")).chain(&objects) {
        let whole = fs::read(file).unwrap();
        let mut altered = whole.clone();
        *altered.last_mut().unwrap() ^= 1;
        fs::write(file, &altered).unwrap();
        let refused = elsewhere.restore(&backup).await;
        assert!(
            matches!(&refused, Err(RestoreError::Backup(BackupError::Altered(path))) if path.ends_with(file.file_name().unwrap())),
            "{file:?}: {refused:?}"
        );
        fs::write(file, &whole).unwrap();
    }
    assert_eq!(dump::existing(elsewhere.database.reader()).await.unwrap(), [] as [String; 0], "nothing was touched");

    // A row that does not fit leaves nothing half there.
    let mut tampered = backup.clone();
    tampered.manifest.tables.iter_mut().find(|table| table.name == "visit").unwrap().rows.count += 1;
    let refused = elsewhere.restore(&tampered).await;
    assert!(matches!(refused, Err(RestoreError::Count { .. })), "{refused:?}");
    let people = entity::person::Entity::find().all(elsewhere.database.reader()).await.unwrap();
    assert_eq!(people, []);

    elsewhere.restore(&backup).await.unwrap();
    let again = elsewhere.restore(&backup).await;
    assert!(matches!(again, Err(RestoreError::NotEmpty { .. })), "{again:?}");
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused_by_name() {
    let server = TestServer::on(Sqlite).await;
    let folder = TempDir::new().unwrap();
    server.app().backup(folder.path(), &|| {}).await.unwrap();
    let mut backup = Backup::open(folder.path()).unwrap();
    backup.manifest.migrations.push("m20991231_000099_later".to_owned());
    let refused = Elsewhere::on(Sqlite).await.restore(&backup).await.unwrap_err();
    assert!(refused.to_string().contains("m20991231_000099_later"), "{refused}");
}

#[tokio::test]
async fn later_backups_copy_only_what_is_new_and_old_ones_are_forgotten() {
    let server = TestServer::on(Sqlite).await;
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    let first = visit(&server, &leader, BEARING_PARK, 1).await;
    let folder = TempDir::new().unwrap();
    server.app().backup(folder.path(), &|| {}).await.unwrap();
    let objects = files_below(&folder.path().join("objects"));
    assert!(!objects.is_empty() && !first.is_empty());
    assert!(office.check_in(&Draft::at(&server, BEARING_PARK)).await.body.is_object());

    server.clock.advance(chrono::TimeDelta::seconds(1));
    visit(&server, &leader, BEARING_PARK, 2).await;
    let second = server.app().backup(folder.path(), &|| {}).await.unwrap();
    assert!(second.kept_before >= 1 && second.manifest.objects.count > second.kept_before, "{second:?}");
    assert!(files_below(&folder.path().join("objects")).is_superset(&objects));

    // One that was broken off is none.
    fs::create_dir(folder.path().join("20991231T000000Z.unfinished")).unwrap();
    assert_eq!(Backup::open(folder.path()).unwrap().path(), second.path);
    assert_eq!(backup::forget_older(folder.path(), 1).unwrap(), std::slice::from_ref(&second.path));
    assert_eq!(backup::finished(folder.path()).unwrap(), [second.path]);
    let elsewhere = Elsewhere::on(Sqlite).await;
    elsewhere.restore(&Backup::open(folder.path()).unwrap()).await.unwrap();
}

/// A disk of backups decays too: what an earlier backup kept is looked at before it is relied on.
#[tokio::test]
async fn an_object_that_went_bad_in_the_folder_is_copied_anew() {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    visit(&server, &leader, BEARING_PARK, 1).await;
    socket.next_inspected().await;
    let folder = TempDir::new().unwrap();
    let first = server.app().backup(folder.path(), &|| {}).await.unwrap();
    let objects = Backup::open(&first.path).unwrap().objects().unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert!(objects.len() >= 3, "a photo and its renditions: {objects:?}");
    let place = |object: &ObjectEntry| folder.path().join("objects").join(object.key.as_str());
    let whole = objects.iter().map(|object| fs::read(place(object)).unwrap()).collect::<Vec<_>>();
    for (object, bytes) in objects.iter().zip(&whole) {
        let mut bad = bytes.clone();
        bad[bytes.len() / 2] ^= 1;
        fs::write(place(object), bad).unwrap();
    }
    assert!(Backup::open(&first.path).unwrap().check(&|| {}).is_err());

    server.clock.advance(chrono::TimeDelta::seconds(1));
    let second = server.app().backup(folder.path(), &|| {}).await.unwrap();
    assert_eq!((second.kept_before, second.manifest.objects), (0, first.manifest.objects));
    for (object, bytes) in objects.iter().zip(&whole) {
        assert!(fs::read(place(object)).unwrap() == *bytes, "{}", object.key);
    }
    for backup in [first.path, second.path] {
        Backup::open(&backup).unwrap().check(&|| {}).unwrap();
    }
    server.clock.advance(chrono::TimeDelta::seconds(1));
    let third = server.app().backup(folder.path(), &|| {}).await.unwrap();
    assert_eq!(third.kept_before, third.manifest.objects.count);
}

#[tokio::test]
async fn backups_are_for_nobody_elses_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::on(Sqlite).await;
    let outside = TempDir::new().unwrap();
    let folder = outside.path().join("backups");
    let done = server.app().backup(&folder, &|| {}).await.unwrap();
    for path in [folder.clone(), folder.join("objects"), done.path] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{path:?}");
    }
}

/// With the program itself, from SQLite and a directory to PostgreSQL and a bucket.
#[tokio::test]
async fn the_office_moves_to_postgresql_and_s3_with_two_commands() {
    let server = TestServer::on(Sqlite).await;
    visit(&server, &server.as_(Leader), BEARING_PARK, 1).await;
    let outside = TempDir::new().unwrap();
    let folder = outside.path().join("backups").display().to_string();
    let onsite = |settings: &[(&str, String)], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onsite"));
        command.current_dir(outside.path()).args(arguments).envs(settings.iter().cloned());
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.success(), text)
    };
    let here = [
        ("ONSITE_DATABASE__URL", server.database_url()),
        ("ONSITE_PHOTOS__DIRECTORY", server.photos().display().to_string()),
    ];
    let (done, said) = onsite(&here, &["backup", &folder, "--keep", "3"]);
    assert!(done && said.contains("1 backups are in"), "{said}");
    let (whole, said) = onsite(&[], &["restore", &folder, "--check"]);
    assert!(whole && said.contains("is whole"), "{said}");

    let ground = TestDatabase::empty(Postgres).await;
    let bucket = Photos::bucket().await;
    let Photos::Bucket(s3) = &bucket else { unreachable!() };
    let there: Vec<(&str, String)> =
        s3.environment().into_iter().chain([("ONSITE_DATABASE__URL", ground.url())]).collect();
    let (done, said) = onsite(&there, &["restore", &folder]);
    assert!(done && said.contains("The evidence chain holds"), "{said}");
    let (done, said) = onsite(&there, &["recount", "--check"]);
    assert!(done && said.contains("1 check-ins, 1 visits: 0 differences"), "{said}");
    let bundle = outside.path().join("bundle.zip").display().to_string();
    let (done, said) = onsite(&there, &["export", "evidence", &bundle]);
    assert!(done && said.contains("1 photos"), "{said}");
    let (holds, said) = onsite(&[], &["verify", &bundle]);
    assert!(holds, "{said}");
    let (done, said) = onsite(&there, &["restore", &folder]);
    assert!(!done && said.contains("the database is not empty"), "{said}");
}
