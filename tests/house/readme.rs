//! A newcomer types what README.md says, word for word.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

/// The repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The shell commands under a heading of README.md, block by block.
fn commands(heading: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join("README.md")).unwrap();
    let section = text.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// A shell in a directory of its own, where `onsite` is this program and the examples are at hand.
struct Newcomer(TempDir);

impl Newcomer {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        symlink(repository().join("docs"), directory.path().join("docs")).unwrap();
        let programs = directory.path().join("bin");
        fs::create_dir(&programs).unwrap();
        symlink(env!("CARGO_BIN_EXE_onsite"), programs.join("onsite")).unwrap();
        Self(directory)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("ONSITE_")) {
            command.env_remove(name);
        }
        let path = format!("{}:{}", self.0.path().join("bin").display(), env::var("PATH").unwrap());
        command.current_dir(self.0.path()).env("PATH", path).stdin(Stdio::null());
        command
    }

    /// What a script printed; it must go well, and complain of nothing.
    fn run(&self, script: &str) -> String {
        let said = self.command("bash").args(["-euo", "pipefail", "-c", script]).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(said.stdout), text(said.stderr));
        assert!(said.status.success() && err.is_empty(), "{script}\n{out}\n{err}");
        out
    }

    /// `onsite serve` on a free port, and where that is.
    fn serve(&self) -> (Server, String) {
        let mut command = self.command("onsite");
        let mut server = command.args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.find_map(|line| {
            let url = line.split("url=").nth(1)?.trim_matches('"').split(['"', ' ']).next()?;
            Some(url.to_owned())
        });
        // It goes on telling, and somebody must go on listening.
        thread::spawn(move || lines.for_each(drop));
        (Server(server), url.expect("the server says where it is"))
    }
}

/// A server of one's own, ended with the story.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_the_readme_says_goes_as_it_says() {
    let newcomer = Newcomer::new();
    let [office, leader] = commands("Use it").try_into().unwrap();
    let (office, serve) = office.split_once("onsite serve").unwrap();
    let address = serve.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    newcomer.run(office);
    let (_server, url) = newcomer.serve();
    let address = address.trim_end_matches("/graphql");
    assert!(leader.contains(address));
    let leader = leader.replace(address, &url);
    let told = newcomer.run(&leader);

    // Recorded, and how it stands once the photo was looked at.
    let first = told.find(r#""verdict": "PENDING_EVIDENCE""#).expect("recorded while the photo is looked at");
    let then = told.find(r#""verdict": "VERIFIED""#).expect("verified once it was");
    assert!(first < then, "{told}");
    for line in [r#""code": "PHOTO_INTACT""#, r#""code": "PHOTO_READABLE""#, r#""verified": 1"#, r#""status": "MET""#] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert!(!told.contains("FAIL") && !told.contains("errors\": ["), "{told}");

    // The same photo once more is noticed, as the text below it says.
    let told = newcomer.run(&leader);
    assert!(told.contains(r#""verdict": "NEEDS_REVIEW""#) && told.contains(r#""code": "PHOTO_REUSED""#), "{told}");
}
