//! The office runs `onsite` from a shell.

use std::{
    env, fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use chrono::TimeDelta;
use entity::weekly_tally;
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use server::{config, graphql};

use crate::{
    accounts::second_factor::enrolled,
    support::{
        BEARING_PARK,
        Backend::{self, Postgres, Sqlite},
        Draft, Onsite, PASSWORD, Premises,
        Role::{Leader, Office},
        TestDatabase, TestServer, balanced, rows,
    },
};

const HEADINGS: &str = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位";
const LINE: &str = "9,新项目,在建,领导丁,干部丁 商务局副局长,联络员丁13800000009,商务局";
const SITES: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":
    {"project": "新项目", "radiusMeters": 100}, "geometry": {"type": "Point", "coordinates": [122, 39.6]}}]}"#;

/// What a command said, and its exit code.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// `onsite` on a database, in a directory with nothing else in it.
struct Shell<'a> {
    directory: &'a Path,
    database: String,
}

impl Shell<'_> {
    fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onsite"));
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("ONSITE_")) {
            command.env_remove(name);
        }
        // Refusals are told in both languages where the system's is none there is.
        command.env("LC_ALL", "C.UTF-8");
        command
            .current_dir(self.directory)
            .env("ONSITE_DATABASE__URL", &self.database)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that ends without reading closes its end: that is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.join(name), text).unwrap();
    }
}

fn done(said: &Said) -> &str {
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    &said.out
}

/// What a server starts to look at a stranger's photo: bytes in, pixels out, and nothing else.
#[test]
fn a_picture_is_decoded_in_a_process_of_its_own() {
    let decoded = |input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_onsite"))
            .arg("decode-picture")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writing = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        let _ = writing.join();
        (output.status.success(), output.stdout)
    };
    let heic = include_bytes!("../../server/inspection/src/tests/x265.heic");
    let (done, pixels) = decoded(heic);
    assert!(done);
    assert_eq!(pixels.len(), 16 + 160 * 120 * 3);
    assert_eq!(pixels[..16], [160_u32, 120, 160, 120].map(u32::to_be_bytes).concat());
    for broken in [&heic[..heic.len() / 2], b"", b"<html>", &vec![0; 31_000_000]] {
        assert_eq!(decoded(broken), (false, Vec::new()));
    }
}

#[rstest]
#[tokio::test]
async fn an_office_starts_from_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let (directory, ground) = (tempfile::tempdir().unwrap(), TestDatabase::empty(backend).await);
    let shell = Shell { directory: directory.path(), database: ground.url() };
    let early = shell.run(&["recount"]);
    assert_eq!(early.code, 1);
    assert!(early.err.contains("onsite migrate"), "{early:?}");

    assert!(done(&shell.run(&["migrate"])).contains("up to date"));
    assert!(done(&shell.run(&["migrate"])).contains("0 migrations were applied"));
    shell.write("roster.csv", &format!("{HEADINGS}\n{LINE}\n"));
    shell.write("sites.geojson", SITES);
    let imported = shell.run(&["import", "roster", "roster.csv", "--from", "2026-01-01"]);
    assert!(
        done(&imported).contains("1 projects, 3 people and 1 organisations were new; 3 roles began"),
        "{imported:?}"
    );
    let again = shell.run(&["import", "roster", "roster.csv", "--from", "2026-01-01"]);
    assert!(done(&again).contains("0 projects, 0 people and 0 organisations were new; 0 roles began"), "{again:?}");
    assert!(done(&shell.run(&["import", "sites", "sites.geojson"])).contains("1 new sites"));
    assert!(done(&shell.run(&["import", "sites", "sites.geojson"])).contains("1 unchanged"));
    shell.write("more.geojson", &SITES.replace("\"radiusMeters\"", "\"OBJECTID\": 7, \"radiusMeters\""));
    assert!(done(&shell.run(&["import", "sites", "more.geojson"])).contains("未读取的属性 / not read: OBJECTID (1)"));
    shell.write("elsewhere.geojson", &SITES.replace("39.6", "39.7"));
    assert!(
        done(&shell.run(&["import", "sites", "elsewhere.geojson"]))
            .contains("feature 1: site “施工现场” of 新项目 now lies")
    );

    let password = "correct horse battery\n";
    assert!(done(&shell.run_with(&["account", "add", "office", "--role", "office"], password)).contains("office"));
    done(&shell.run_with(&["account", "add", "leader", "--role", "staff", "--person", "领导丁"], password));
    assert!(done(&shell.run_with(&["admin", "create", "first"], password)).contains("first can sign in"));
    let second = shell.run_with(&["admin", "create", "second"], password);
    assert!(second.code == 1 && second.err.contains("--another"), "{second:?}");
    done(&shell.run_with(&["admin", "create", "second", "--another"], password));
    done(&shell.run_with(&["account", "password", "Office"], "another good password\n"));
    let refused = shell.run_with(&["account", "password", "office"], "password12345\n");
    assert!(refused.code == 1 && refused.err.contains("常用") && refused.err.contains("commonest"), "{refused:?}");
    let about_oneself = shell.run_with(&["account", "password", "leader"], "领导丁20261118\n");
    assert!(about_oneself.code == 1 && about_oneself.err.contains("姓名"), "{about_oneself:?}");
    assert!(done(&shell.run(&["account", "role", "office", "analyst"])).contains("office is ANALYST"));
    assert!(done(&shell.run(&["account", "disable", "office"])).contains("office is disabled"));
    assert!(done(&shell.run(&["account", "enable", "office"])).contains("office can sign in"));
    done(&shell.run(&["account", "disable", "first"]));
    assert!(done(&shell.run(&["policy", "show"])).contains("visits a week      1"));
    let adopted = shell.run(&["policy", "adopt", "--reason", "试行", "--weekly-visits", "2"]);
    assert!(done(&adopted).contains("version 2"), "{adopted:?}");
    assert!(done(&shell.run(&["recount", "--check"])).contains("1 projects, 0 check-ins, 0 visits: 0 differences"));
    assert!(done(&shell.run(&["project", "close", "新项目"])).contains("新项目 is closed"));
    let unsaid = shell.run(&["migrate", "--down", "99"]);
    assert_eq!(unsaid.code, 1);
    assert!(unsaid.out.contains("\nproject: 1 rows, the whole table would be lost\n"), "{unsaid:?}");
    assert!(unsaid.err.contains("--yes"), "{unsaid:?}");
    assert!(done(&shell.run(&["recount", "--check"])).contains("1 projects"), "asking takes nothing back");
    assert!(done(&shell.run(&["migrate", "--down", "1", "--yes"])).contains("1 migrations taken back"));
}

#[rstest]
#[tokio::test]
async fn accounts_are_listed(#[values(Sqlite, Postgres)] backend: Backend) {
    let (directory, server) = (tempfile::tempdir().unwrap(), TestServer::on(backend).await);
    let shell = Shell { directory: directory.path(), database: server.database_url() };
    enrolled(&server, &server.as_(Leader)).await;
    server.clock.advance(TimeDelta::hours(1));
    server.signed_in("office", PASSWORD).await;
    done(&shell.run(&["account", "disable", "secretary"]));
    done(&shell.run_with(&["admin", "create", "administrator"], "correct horse battery\n"));

    let table = shell.run(&["account", "list"]);
    let lines: Vec<Vec<&str>> = done(&table)
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(lines[0], ["SIGN-IN NAME", "ROLE", "PERSON", "SIGNS IN", "LAST SIGN-IN"]);
    assert_eq!(lines[1], ["administrator", "ADMINISTRATOR", "–", "password", "never"]);
    assert_eq!(lines[3], ["leader", "STAFF", "领导甲", "second factor", "2026-11-18T02:00:00Z"]);
    assert_eq!(lines[4], ["office", "OFFICE", "–", "password", "2026-11-18T03:00:00Z"]);
    assert_eq!(lines[6], ["secretary", "STAFF", "联络员甲", "disabled", "2026-11-18T02:00:00Z"]);
    assert_eq!(lines.len(), 7);
    assert!(table.out.lines().all(|line| line.chars().count() <= 80), "{}", table.out);

    let json = shell.run(&["account", "list", "--json", "--role", "staff"]);
    let rows: Vec<Value> = done(&json).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let logins: Vec<&str> = rows.iter().map(|row| row["login"].as_str().unwrap()).collect();
    assert_eq!(logins, ["leader", "otherleader", "secretary"]);
    assert_eq!(rows[0]["secondFactorSince"], "2026-11-18T02:00:00Z");
    assert_eq!((&rows[0]["person"], &rows[0]["disabledAt"]), (&json!("领导甲"), &Value::Null));
    let disabled = shell.run(&["account", "list", "--disabled"]);
    assert_eq!(done(&disabled).lines().count(), 2);
}

#[test]
fn shells_complete_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let shell = Shell { directory: directory.path(), database: "sqlite:none".to_owned() };
    for name in ["bash", "zsh", "fish"] {
        let said = shell.run(&["completions", name]);
        let script = done(&said);
        for word in ["onsite", "account", "reset-second-factor", "completions", "database-url"] {
            assert!(script.contains(word), "{name}: {word}");
        }
    }
    // Bash itself, on the first words.
    shell.write("complete.sh", done(&shell.run(&["completions", "bash"])));
    let asked = "source ./complete.sh; COMP_WORDS=(onsite account li); COMP_CWORD=2; _onsite onsite li account; echo \"${COMPREPLY[@]}\"";
    let bash = Command::new("bash").current_dir(directory.path()).args(["-c", asked]).output().unwrap();
    let said = String::from_utf8(bash.stdout).unwrap();
    let mut words: Vec<&str> = said.split_whitespace().collect();
    words.sort_unstable();
    assert_eq!(words, ["link", "list"]);
    assert_eq!(shell.run(&["completions", "tcsh"]).code, 2);
}

#[rstest]
#[case::missing_column(&["import", "roster", "bad"], &HEADINGS.replace(",责任单位", ""), "责任单位")]
#[case::duplicate(&["import", "roster", "bad"], &format!("{HEADINGS}\n{LINE}\n{LINE}\n"), "row 3, 序号: ")]
#[case::no_roster(&["import", "roster", "bad"], "PK\u{3}\u{4}", "")]
#[case::crossing(
    &["import", "sites", "bad"],
    r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"project": "轴承园区项目"},
    "geometry": {"type": "Polygon", "coordinates": [[[122, 39], [122.01, 39.01], [122.01, 39], [122, 39.01], [122, 39]]]}}]}"#,
    "features.1.geometry: "
)]
#[case::unknown_project(&["import", "sites", "bad"], SITES, "features.1.project: ")]
#[case::no_site_file(&["import", "sites", "bad"], "{}", "")]
#[case::unknown_project_to_close(&["project", "close", "没有的项目"], "", "input.name: ")]
#[case::judging_again_without_a_reason(
    &["rejudge", "--from", "2026-11-18", "--to", "2026-11-18", "--reason", " "], "", "input.reason: "
)]
#[case::judging_an_unknown_project_again(
    &["rejudge", "--from", "2026-11-18", "--to", "2026-11-18", "--reason", "试", "--project", "没有"], "", "input.project: "
)]
#[case::short_password(&["account", "add", "someone", "--role", "office"], "", "input.password: ")]
#[case::weak_password(&["admin", "create", "someone"], "", "input.password: ")]
#[case::account_of_nobody(&["account", "disable", "nobody-at-all"], "", "input.accountId: ")]
#[case::staff_without_a_person(&["account", "add", "someone", "--role", "staff"], "", "")]
#[tokio::test]
async fn what_cannot_be_done_is_told_in_both_languages(
    #[case] arguments: &[&str],
    #[case] file: &str,
    #[case] place: &str,
) {
    let (directory, server) = (tempfile::tempdir().unwrap(), TestServer::on(Sqlite).await);
    let shell = Shell { directory: directory.path(), database: server.database_url() };
    shell.write("bad", file);
    let before = rows(server.app().database.reader()).await;
    let said = shell.run_with(arguments, "short\n");
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
    assert!(said.err.contains(place), "{said:?}");
    for line in said.err.lines() {
        let (chinese, english) = line.split_once(" / ").unwrap_or_else(|| panic!("one language only: {line}"));
        assert!(!chinese.is_ascii() && !english.is_empty(), "{line}");
    }
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[rstest]
#[tokio::test]
async fn who_is_known_to_the_identity_provider_is_linked(#[values(Sqlite, Postgres)] backend: Backend) {
    let (directory, server) = (tempfile::tempdir().unwrap(), TestServer::on(backend).await);
    let shell = Shell { directory: directory.path(), database: server.database_url() };
    let link = |login: &str, subject: &str| shell.run(&["account", "link", login, "--subject", subject]);
    let off = link("leader", "somebody");
    assert!(off.code == 1 && off.err.contains("Single sign-on is not set up"), "{off:?}");
    let settings = "[single_sign_on]\nissuer = \"https://login.example\"\nclient_id = \"onsite\"\n";
    shell.write("onsite.toml", settings);
    let half = link("leader", "somebody");
    assert!(half.code == 1 && half.err.contains("single_sign_on.redirect_uri is needed"), "{half:?}");
    shell.write("onsite.toml", &format!("{settings}redirect_uri = \"https://dashboard.example/\"\n"));
    let linked = link("Leader", "somebody");
    assert_eq!(done(&linked), "leader is linked to somebody at https://login.example\n");
    let taken = link("office", "somebody");
    assert!(taken.code == 1 && taken.err.contains("input.subject: "), "{taken:?}");
    assert_eq!(done(&shell.run(&["account", "unlink", "leader"])), "leader is linked to nobody\n");
    assert!(done(&link("office", "somebody")).contains("office is linked"));
    assert_eq!(rows(server.app().database.reader()).await["identity"], 1);
}

#[rstest]
#[tokio::test]
async fn tables_are_not_taken_from_under_a_server(#[values(Sqlite, Postgres)] backend: Backend) {
    let directory = tempfile::tempdir().unwrap();
    let premises = Premises::on(backend).await;
    let shell = Shell { directory: directory.path(), database: premises.database.url() };
    let server = Onsite::start(&premises, &shell.database, &[]).await;
    // It says that it is at work as soon as it is.
    let refused = async {
        loop {
            let said = shell.run(&["migrate", "--down", "1"]);
            if said.err.contains("at work on this database") {
                break said;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(30), refused).await.expect("it is refused");
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert_eq!(shell.run(&["migrate", "--down", "1", "--yes"]).code, 1);
    assert_eq!(server.readiness().await, 200);
    server.kill();
    assert!(done(&shell.run(&["migrate", "--down", "1", "--yes"])).contains("1 migrations taken back"));
}

#[test]
fn a_database_that_does_not_answer_is_named_at_once_and_its_password_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let database = format!("postgres://onsite:secret-word@127.0.0.1:{port}/onsite");
    let said = Shell { directory: directory.path(), database }.run(&["migrate"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains(&format!("PostgreSQL does not answer at 127.0.0.1:{port}")), "{said:?}");
    assert!(!said.err.contains("secret-word") && !said.err.contains("pool"), "{said:?}");
}

#[test]
fn the_database_is_for_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let shell = Shell { directory: directory.path(), database: "sqlite:onsite.sqlite".to_owned() };
    let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    done(&shell.run(&["migrate"]));
    assert_eq!(mode("onsite.sqlite"), 0o600);
    fs::set_permissions(directory.path().join("onsite.sqlite"), fs::Permissions::from_mode(0o644)).unwrap();
    done(&shell.run(&["migrate"]));
    assert_eq!(mode("onsite.sqlite"), 0o600, "one that was made by an earlier version as well");
    let in_memory = Shell { directory: directory.path(), database: "sqlite::memory:".to_owned() }.run(&["migrate"]);
    assert!(in_memory.code == 1 && in_memory.err.contains("keeps nothing"), "{in_memory:?}");
}

#[rstest]
#[tokio::test]
async fn a_tampered_count_is_found_and_mended(#[values(Sqlite, Postgres)] backend: Backend) {
    let (directory, server) = (tempfile::tempdir().unwrap(), TestServer::on(backend).await);
    let shell = Shell { directory: directory.path(), database: server.database_url() };
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert!(done(&shell.run(&["recount", "--check"])).contains("3 projects, 1 check-ins, 1 visits: 0 differences"));
    weekly_tally::Entity::update_many()
        .col_expr(weekly_tally::Column::Verified, Expr::value(52))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    let found = shell.run(&["recount", "--check"]);
    assert_eq!(found.code, 1);
    assert!(found.out.contains("1 differences") && found.err.contains("2026-W47"), "{found:?}");
    assert_eq!(server.as_(Leader).tally(&server.project(BEARING_PARK)).await, [52, 0, 0], "a check changes nothing");
    assert!(done(&shell.run(&["recount"])).contains("mended: tally of person"));
    done(&shell.run(&["recount", "--check"]));
    assert_eq!(server.as_(Office).tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&server).await;
}

#[test]
fn the_command_explains_itself() {
    let directory = tempfile::tempdir().unwrap();
    let shell = Shell { directory: directory.path(), database: "sqlite:none".to_owned() };
    let help = shell.run(&["--help"]);
    let subcommands = [
        "serve", "migrate", "import", "account", "admin", "policy", "project", "rejudge", "recount", "reassess",
        "schema", "config",
    ];
    for subcommand in subcommands {
        assert!(done(&help).contains(&format!("  {subcommand} ")), "{subcommand}");
        assert!(done(&shell.run(&[subcommand, "--help"])).contains("Usage: onsite"), "{subcommand}");
    }
    assert_eq!(done(&shell.run(&["schema"])), graphql::sdl());
    assert_eq!(done(&shell.run(&["config"])), config::EXAMPLE);
    assert_eq!(shell.run(&[]).code, 2);
    let unknown = shell.run(&["frobnicate"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "looking makes no files");
}

#[rstest]
#[case::depth("[limits]\ndepth = 0\n", "limits.depth = 0: must be from 4 to 100")]
#[case::filter("[log]\nfilter = \"off\"\n", "log.filter = \"off\": silences everything")]
#[case::no_filter("[log]\nfilter = \"server=loud\"\n", "log.filter = \"server=loud\": can't be read")]
fn a_senseless_setting_is_refused_by_every_command(#[case] settings: &str, #[case] told: &str) {
    let directory = tempfile::tempdir().unwrap();
    let shell = Shell { directory: directory.path(), database: "sqlite:none".to_owned() };
    shell.write("onsite.toml", settings);
    for command in [&["migrate"] as &[&str], &["serve"], &["account", "disable", "someone"]] {
        let said = shell.run(command);
        assert_eq!((said.code, said.out.as_str()), (1, ""));
        assert!(said.err.contains(told), "{said:?}");
    }
}

#[test]
fn another_address_than_the_kept_certificates_is_told_and_the_log_has_no_colours_where_nobody_looks() {
    let directory = tempfile::tempdir().unwrap();
    let shell = Shell { directory: directory.path(), database: "sqlite:none".to_owned() };
    // A file stands where the folder would be, so that the server says what it has to, and does not start.
    shell.write("taken", "");
    let serve = ["serve", "--migrate", "--photos-directory", "taken", "--listen", "127.0.0.1:0", "--tls-self-signed"];
    let with = |address| shell.run(&[&serve[..], &["--tls-address", address]].concat());
    let certificate = || fs::read(directory.path().join("onsite-tls/certificate.pem")).unwrap();
    let first = with("192.168.1.5");
    assert_eq!(first.code, 1, "{first:?}");
    let kept = certificate();
    assert!(!with("192.168.1.5").err.contains("certificate"));
    assert_eq!(certificate(), kept);
    let second = with("192.168.1.6");
    assert!(second.err.contains("WARN") && second.err.contains("192.168.1.6"), "{second:?}");
    assert!(second.err.contains("a new one was made"), "{second:?}");
    assert_ne!(certificate(), kept);
    assert!(!second.err.contains('\u{1b}'), "{second:?}");
}

#[test]
fn a_bad_setting_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let shell = Shell { directory: directory.path(), database: "sqlite:none".to_owned() };
    shell.write("onsite.toml", "[limits]\nspeed = 3\n");
    let said = shell.run(&["migrate"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("speed"), "{said:?}");
    let said = shell.run(&["migrate", "--config", "absent.toml"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("absent.toml"), "{said:?}");
}
