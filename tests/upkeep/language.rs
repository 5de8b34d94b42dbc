//! Whoever runs `onsite` is spoken to in their language.

use std::{path::Path, process::Command};

use messages::Language;
use rstest::rstest;

/// What a command said, and its exit code.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// `onsite` where the system speaks this language, on a database in this directory.
fn onsite_in(directory: &Path, locale: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onsite"));
    for name in ["LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    command.env("LANG", locale).env("ONSITE_DATABASE__URL", "sqlite:onsite.sqlite");
    let output = command.current_dir(directory).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn onsite(locale: &str, arguments: &[&str]) -> Said {
    onsite_in(tempfile::tempdir().unwrap().path(), locale, arguments)
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[rstest]
#[case::asked("C", &["--lang", "zh", "--help"], true)]
#[case::asked_with_an_equals_sign("en_US.UTF-8", &["--help", "--lang=zh"], true)]
#[case::asked_by_a_locale("C", &["--lang", "zh_CN.UTF-8", "--help"], true)]
#[case::the_system("zh_CN.UTF-8", &["--help"], true)]
#[case::the_system_in_traditional("zh_TW", &["-h"], true)]
#[case::asked_otherwise("zh_CN.UTF-8", &["--lang", "en", "--help"], false)]
#[case::unknown_system("fr_FR.UTF-8", &["--help"], false)]
#[case::none("C", &["--help"], false)]
fn help_is_in_the_language_that_was_asked_for_or_the_systems(
    #[case] locale: &str,
    #[case] arguments: &[&str],
    #[case] chinese: bool,
) {
    let said = onsite(locale, arguments);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let headings = if chinese {
        ["用法：", "命令:", "选项:", "设置:"]
    } else {
        ["Usage:", "Commands:", "Options:", "Settings:"]
    };
    let mut rest = said.out.as_str();
    for heading in headings {
        let at = rest.find(heading).unwrap_or_else(|| panic!("no {heading} in its place: {}", said.out));
        rest = &rest[at..];
    }
    assert_eq!(is_chinese(&said.out), chinese, "{}", said.out);
}

/// Every command is told in Chinese, line by line.
#[rstest]
fn every_commands_help_is_chinese(
    #[values(
        "demo",
        "serve",
        "migrate",
        "import roster",
        "import sites",
        "account",
        "account add",
        "account list",
        "account role",
        "admin create",
        "policy adopt",
        "project close",
        "export evidence",
        "verify",
        "reassess",
        "rejudge",
        "recount",
        "doctor",
        "backup",
        "restore",
        "schema",
        "completions",
        "config"
    )]
    command: &str,
) {
    let mut arguments: Vec<&str> = command.split(' ').collect();
    arguments.extend(["--help", "--lang", "zh"]);
    let said = onsite("C", &arguments);
    assert_eq!(said.code, 0, "{said:?}");
    for word in
        ["Usage", "Commands", "Options", "OPTIONS", "Arguments", "Settings", "Print", "ossible values", "default"]
    {
        assert!(!said.out.contains(word), "{word}: {}", said.out);
    }
    // A text stands beside what it is about, or below it.
    let told = said.out.lines().filter(|line| !line.trim_start().starts_with('-') || line.trim().contains("  "));
    for line in told.filter(|line| !line.trim_start().starts_with('<') && !line.trim().is_empty()) {
        assert!(is_chinese(line), "{line}\n{}", said.out);
    }
}

#[rstest]
#[case::command(&["frobnicate"], "frobnicate", "没有")]
#[case::argument(&["migrate", "--up"], "--up", "没有")]
#[case::alike(&["account", "ad"], "add", "提示")]
#[case::missing(&["project", "close"], "<NAME>", "缺少")]
#[case::value(&["policy", "adopt", "--reason", "x", "--photo-required", "x"], "true, false", "无效")]
#[case::no_date(&["import", "roster", "x.csv", "--from", "yesterday"], "--from", "无效：应为日期")]
#[case::no_whole_number(&["migrate", "--down", "two"], "--down", "无效：应为整数")]
#[case::below(&["account"], "account", "用法")]
fn what_was_not_understood_is_told_in_chinese(#[case] arguments: &[&str], #[case] named: &str, #[case] told: &str) {
    let said = onsite("C", &[&["--lang", "zh"], arguments].concat());
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
    assert!(said.err.contains(named) && said.err.contains(told), "{said:?}");
    assert!(!said.err.contains("error") && !said.err.contains("try '--help'"), "{said:?}");
    let in_english = onsite("C", arguments);
    assert!(in_english.code == 2 && !is_chinese(&in_english.err), "{in_english:?}");
}

#[rstest]
#[case::english("C", "invalid value 'tlh' for '--lang <LANGUAGE>'")]
#[case::chinese("zh_CN.UTF-8", "“--lang <LANGUAGE>”的值“tlh”无效：应为 {} 之一")]
fn an_unknown_language_is_told_with_those_there_are(#[case] locale: &str, #[case] told: &str) {
    let tags = Language::ALL.iter().map(|language| language.tag()).collect::<Vec<_>>().join(", ");
    let told = told.replace("{}", &tags);
    let said = onsite(locale, &["--lang", "tlh", "migrate"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
    assert!(said.err.contains(&told) && said.err.contains(&tags), "{said:?}");
}

#[test]
fn what_a_command_did_is_told_in_chinese() {
    let directory = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let said = onsite_in(directory.path(), "zh_CN.UTF-8", arguments);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        said.out
    };
    let migrated = said(&["migrate"]);
    assert!(migrated.starts_with("数据库已是最新；执行了 ") && migrated.ends_with(" 个迁移\n"), "{migrated}");
    let policy = said(&["policy", "show"]);
    assert!(policy.starts_with("第 1 版（自 "), "{policy}");
    // Names are padded to one width, in which a Chinese character counts as two.
    assert!(policy.contains("\n  每周到访次数       1\n  允许偏差           30 米\n"), "{policy}");
    assert_eq!(said(&["recount", "--check"]), "0 个项目，0 次签到，0 次到访：0 处不一致\n");
    assert_eq!(said(&["account", "list"]).split_whitespace().next(), Some("登录名"));
    let healthy = said(&["doctor"]);
    assert!(healthy.contains("正常  migrations  表结构已是最新\n"), "{healthy}");
    let in_english = said(&["--lang", "en", "recount"]);
    assert_eq!(in_english, "0 projects, 0 check-ins, 0 visits: 0 differences\n");
}

#[rstest]
#[case::a_refusal(&["project", "close", "没有的项目"], "input.name: ")]
#[case::a_file(&["import", "roster", "roster.csv"], "第 3 行, 序号: ")]
#[case::the_command_itself(&["migrate", "--down", "1"], "没有撤回任何迁移")]
fn what_was_not_done_is_told_in_the_language_that_is_known_or_in_both(#[case] arguments: &[&str], #[case] told: &str) {
    const ROSTER: &str = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位
9,新项目,在建,领导丁,干部丁 商务局副局长,联络员丁13800000009,商务局
9,新项目,在建,领导丁,干部丁 商务局副局长,联络员丁13800000009,商务局
";
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("roster.csv"), ROSTER).unwrap();
    assert_eq!(onsite_in(directory.path(), "C", &["migrate"]).code, 0);
    let refused = |locale: &str| {
        let said = onsite_in(directory.path(), locale, arguments);
        assert_eq!(said.code, 1, "{said:?}");
        said.err
    };
    let (zh, en, both) = (refused("zh_CN.UTF-8"), refused("en_GB.UTF-8"), refused("C.UTF-8"));
    assert!(zh.contains(told) && is_chinese(&zh) && !zh.contains(" / "), "{zh}");
    assert!(!en.contains(" / ") && !en.contains('。'), "{en}");
    assert!(both.lines().all(|line| line.contains(" / ")) && both.contains('。'), "{both}");
}

/// What is wrong with a policy or a bundle is no English within Chinese.
#[rstest]
#[case::a_policy(
    &["policy", "adopt", "--reason", "试", "--tolerance", "900"],
    "onsite: input.policy: 规则不可用：第 2 版规则：允许偏差须为 0 至 500 米，而这里是 900\n",
    "tolerance must be 0 to 500 metres; it was 900"
)]
#[case::a_setting(
    &["recount", "--public-url", "onsite.example"],
    "onsite: public_url = onsite.example：须为 http 或 https 网址，末尾不带斜杠，例如 https://onsite.example\n",
    "public_url = onsite.example: must be a URL of http or https without a trailing slash"
)]
#[case::a_backup(&["restore", "--check", "."], "onsite: . 中没有完成的备份\n", ". holds no finished backup")]
#[case::a_start(
    &["serve", "--database-url", "sqlite:new.sqlite"],
    "个迁移；请先运行 `onsite migrate`，或以 --migrate 启动\n",
    "migrations; run `onsite migrate` first, or start with --migrate"
)]
#[case::a_bundle(
    &["verify", "bundle.zip"], "onsite: bundle.zip 不成立：文件在第 0 字节处中断\n", "the file is cut short at byte 0"
)]
fn why_something_does_not_hold_is_told_in_that_language_too(
    #[case] arguments: &[&str],
    #[case] chinese: &str,
    #[case] english: &str,
) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("bundle.zip"), "").unwrap();
    assert_eq!(onsite_in(directory.path(), "C", &["migrate"]).code, 0);
    let said = onsite_in(directory.path(), "zh_CN.UTF-8", arguments);
    assert!(said.code == 1 && said.err.ends_with(chinese), "{said:?}");
    let said = onsite_in(directory.path(), "en_GB.UTF-8", arguments);
    assert!(said.code == 1 && said.err.contains(english), "{said:?}");
}
