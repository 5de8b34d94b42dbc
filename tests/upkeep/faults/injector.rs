//! Lets a program's system calls fail: a library that is preloaded, and a file that steers it.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

/// Calls that fail. As in `shim.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Write = 1,
    /// SQLite has one or the other, as it was built.
    Sync = 2 | 4,
    Truncate = 8,
    Open = 16,
}

/// What a disk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// `ENOSPC`
    Full = 28,
    /// `EIO`
    Broken = 5,
    /// Nothing, for a long time.
    Nothing = 0,
}

/// Which calls fail, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) call: Call,
    pub(super) says: Says,
    /// How many succeed first.
    pub(super) skip: u32,
    /// How many fail then.
    pub(super) times: u32,
    /// Whether half is written before a write fails.
    pub(super) partial: bool,
}

/// Members of the file, 32 bits each: calls, error, skip, times, partial, milliseconds of hanging, how many were struck.
const STRUCK: u64 = 6 * 4;
const BYTES: usize = 7 * 4;
const LONG: u32 = 600_000;

/// Steers one program.
#[derive(Debug)]
pub(super) struct Injector {
    control: File,
    folder: TempDir,
}

impl Injector {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control");
        fs::write(&path, [0; BYTES]).unwrap();
        let control = File::options().write(true).read(true).open(path).unwrap();
        Self { control, folder }
    }

    /// What the program has to be started with; only files whose path contains `meant` are touched.
    pub(super) fn environment(&self, meant: &str) -> Vec<(String, String)> {
        let text = |path: &Path| path.display().to_string();
        vec![
            ("LD_PRELOAD".to_owned(), text(library())),
            ("FAULTS_CONTROL".to_owned(), text(&self.folder.path().join("control"))),
            ("FAULTS_PATH".to_owned(), meant.to_owned()),
        ]
    }

    pub(super) fn arm(&self, fault: Fault) {
        let hang = if fault.says == Says::Nothing { LONG } else { 0 };
        let members = [fault.says as u32, fault.skip, fault.times, u32::from(fault.partial), hang, 0];
        let bytes: Vec<u8> = members.into_iter().flat_map(u32::to_ne_bytes).collect();
        self.control.write_all_at(&bytes, 4).unwrap();
        self.control.write_all_at(&(fault.call as u32).to_ne_bytes(), 0).unwrap();
    }

    pub(super) fn disarm(&self) {
        self.control.write_all_at(&[0; 4], 0).unwrap();
    }

    /// How many calls failed since it was armed.
    pub(super) fn struck(&self) -> u32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, STRUCK).unwrap();
        u32::from_ne_bytes(bytes)
    }
}

/// The library, compiled once for this run and left to the system's cleaning of its temporary files.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/upkeep/faults/shim.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (built, library) = (folder.join(format!("faults-{}.so", std::process::id())), folder.join("faults.so"));
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
            .arg(&built)
            .args([source, "-ldl"])
            .output()
            .expect("a C compiler: ./tests/run installs one");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        // In one step: another run may be using it.
        fs::rename(&built, &library).unwrap();
        library
    })
}
