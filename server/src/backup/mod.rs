//! A backup on disk, apart from any database: its files, what it says of itself, and whether it is whole.
//!
//! ```text
//! FOLDER/
//!   20261125T103400Z/            one backup; complete once it has this name
//!     manifest.json              what is in it, with the SHA-256 of each other file
//!     tables/NAME.jsonl.gz       a table: one JSON array a row
//!     objects.jsonl.gz           the objects it needs: {"key", "contentType", "byteSize", "sha256"}
//!   objects/KEY                  objects, shared by all backups in the folder: none ever changes
//!   objects/KEY.sha256           the SHA-256 of its bytes when it was copied
//! ```

use std::{
    fmt,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use domain::digest::Sha256Digest;
use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use messages::{Language, Message, message};
use objects::ObjectKey;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

#[cfg(test)]
mod tests;

/// The form this program writes, and the only one it reads.
pub const FORMAT: u32 = 1;

const MANIFEST: &str = "manifest.json";
const TABLES: &str = "tables";
const OBJECT_LIST: &str = "objects.jsonl.gz";
const OBJECTS: &str = "objects";
const UNFINISHED: &str = ".unfinished";
const HASH: &str = ".sha256";
/// A manifest names some dozens of files.
const MANIFEST_BYTES: u64 = 1024 * 1024;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the program that made it.
    pub version: String,
    /// The moment that it shows.
    pub made_at: DateTime<Utc>,
    /// Migrations of the database it was made of, in order.
    pub migrations: Vec<String>,
    /// Sequence and hash of the evidence chain's last link.
    pub chain_head: String,
    /// Its tables.
    pub tables: Vec<TableFile>,
    /// Its list of objects.
    pub objects: ListFile,
    /// Photos of check-ins whose bytes the store did not have: object keys.
    pub absent: Vec<String>,
}

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableFile {
    /// Its name.
    pub name: String,
    /// Name and kind of each column, in the order of a row's values.
    pub columns: Vec<(String, String)>,
    /// Its rows.
    pub rows: ListFile,
}

/// A file of JSON, a line each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListFile {
    /// How many lines it has.
    pub count: u64,
    /// SHA-256 of the file as it is on disk.
    pub sha256: Sha256Digest,
}

/// An object of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectEntry {
    /// Its key in the object store.
    pub key: ObjectKey,
    /// Its media type.
    pub content_type: String,
    /// Its length, bytes.
    pub byte_size: u64,
    /// SHA-256 of its bytes as they were found.
    pub sha256: Sha256Digest,
}

/// Why a backup can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file can't be read or written.
    File(PathBuf, #[source] io::Error),
    /// There is no finished backup there.
    None(PathBuf),
    /// The manifest is none.
    Manifest(PathBuf, #[source] serde_json::Error),
    /// It is of a form that this program does not know.
    Format(u32),
    /// A file is not as the manifest says.
    Altered(PathBuf),
    /// A line is not what it should be.
    Line(PathBuf, u64, #[source] serde_json::Error),
}

impl BackupError {
    /// What is told of it.
    pub fn message(&self) -> Message {
        let named = |path: &Path| path.display().to_string();
        match self {
            Self::File(path, error) => message!(OfFile { path: named(path), error: error.to_string() }),
            Self::None(path) => message!(BackupNone { path: named(path) }),
            Self::Manifest(path, error) => message!(OfFile { path: named(path), error: error.to_string() }),
            Self::Format(found) => message!(BackupOfAnotherForm { found: *found, known: FORMAT }),
            Self::Altered(path) => message!(BackupAltered { path: named(path) }),
            Self::Line(path, line, error) => {
                message!(OfLine { path: named(path), line: *line, error: error.to_string() })
            }
        }
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

fn at<T>(path: &Path, done: io::Result<T>) -> Result<T, BackupError> {
    done.map_err(|error| BackupError::File(path.to_owned(), error))
}

/// A backup being written. Dropped before [`finish`](Self::finish), it leaves nothing but objects.
#[derive(Debug)]
pub struct Writing {
    folder: PathBuf,
    unfinished: PathBuf,
    name: String,
}

impl Writing {
    /// Begins one in a folder, which is made if it is not there.
    pub fn begin(folder: &Path, now: DateTime<Utc>) -> Result<Self, BackupError> {
        let name = now.format("%Y%m%dT%H%M%SZ").to_string();
        let unfinished = folder.join(format!("{name}{UNFINISHED}"));
        private_folder(folder)?;
        private_folder(&folder.join(OBJECTS))?;
        let finished = folder.join(&name);
        if finished.exists() {
            return at(&finished, Err(io::ErrorKind::AlreadyExists.into()));
        }
        if unfinished.exists() {
            return at(&unfinished, Err(io::ErrorKind::AlreadyExists.into()));
        }
        private_folder(&unfinished)?;
        let writing = Self { folder: folder.to_owned(), unfinished, name };
        private_folder(&writing.unfinished.join(TABLES))?;
        Ok(writing)
    }

    /// A file for a table's rows.
    pub fn table(&self, name: &str) -> Result<ListWriter, BackupError> {
        ListWriter::create(self.unfinished.join(TABLES).join(format!("{name}.jsonl.gz")))
    }

    /// The file for the list of objects.
    pub fn object_list(&self) -> Result<ListWriter, BackupError> {
        ListWriter::create(self.unfinished.join(OBJECT_LIST))
    }

    /// Reads back what was written of a table.
    pub fn read_table(&self, name: &str) -> Result<Lines, BackupError> {
        Lines::open(self.unfinished.join(TABLES).join(format!("{name}.jsonl.gz")))
    }

    /// An object that an earlier backup kept, if its bytes are still what they have to be: those with the SHA-256 on
    /// record, or else that which they had when they were copied. One that went bad on this disk is as good as none.
    pub fn kept(&self, key: &ObjectKey, on_record: Option<Sha256Digest>) -> Result<Option<Vec<u8>>, BackupError> {
        let path = object_path(&self.folder, key);
        let Some(bytes) = read_if_there(&path)? else { return Ok(None) };
        let right = match on_record {
            Some(right) => Some(right),
            None => read_if_there(&beside(&path, HASH))?.and_then(|hex| str::from_utf8(&hex).ok()?.parse().ok()),
        };
        Ok((right == Some(Sha256Digest::from_bytes(Sha256::digest(&bytes).into()))).then_some(bytes))
    }

    /// Keeps an object.
    pub fn keep(&self, key: &ObjectKey, bytes: &[u8]) -> Result<(), BackupError> {
        let path = object_path(&self.folder, key);
        let folder = path.parent().unwrap_or(&self.folder);
        private_folder(folder)?;
        let hash = Sha256Digest::from_bytes(Sha256::digest(bytes).into()).to_string();
        write_whole(&path, bytes)?;
        write_whole(&beside(&path, HASH), hash.as_bytes())?;
        sync_folder(folder)
    }

    /// Gives it its manifest and its name.
    pub fn finish(self, manifest: &Manifest) -> Result<PathBuf, BackupError> {
        let path = self.unfinished.join(MANIFEST);
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| BackupError::Manifest(path.clone(), error))?;
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        });
        at(&path, written)?;
        for folder in [self.unfinished.join(TABLES), self.unfinished.clone(), self.folder.join(OBJECTS)] {
            sync_folder(&folder)?;
        }
        let finished = self.folder.join(&self.name);
        at(&finished, fs::rename(&self.unfinished, &finished))?;
        sync_folder(&self.folder)?;
        Ok(finished)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Once finished it has another name, and there is nothing here.
        let _ = fs::remove_dir_all(&self.unfinished);
    }
}

/// A backup that is there.
#[derive(Clone, Debug)]
pub struct Backup {
    folder: PathBuf,
    path: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

impl Backup {
    /// Opens a backup, or the newest one in a folder of backups.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let path = if path.join(MANIFEST).is_file() {
            path.to_owned()
        } else {
            finished(path)?.pop().ok_or_else(|| BackupError::None(path.to_owned()))?
        };
        let manifest_path = path.join(MANIFEST);
        let mut text = Vec::new();
        at(
            &manifest_path,
            File::open(&manifest_path).and_then(|file| file.take(MANIFEST_BYTES).read_to_end(&mut text)),
        )?;
        let fault = |error| BackupError::Manifest(manifest_path.clone(), error);
        let form: FormatVersion = serde_json::from_slice(&text).map_err(fault)?;
        if form.format != FORMAT {
            return Err(BackupError::Format(form.format));
        }
        let manifest = serde_json::from_slice(&text).map_err(fault)?;
        let folder = at(&path, path.canonicalize())?.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { folder, path, manifest })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads every file through and compares it with the manifest. `step` is called after each file and object.
    pub fn check(&self, step: &dyn Fn()) -> Result<(), BackupError> {
        let lists = self.manifest.tables.iter().map(|table| (self.table_path(&table.name), table.rows));
        for (path, list) in lists.chain([(self.path.join(OBJECT_LIST), self.manifest.objects)]) {
            let mut through = Hashing { inner: io::sink(), hasher: Sha256::new() };
            at(&path, File::open(&path).and_then(|mut file| io::copy(&mut file, &mut through)))?;
            if Sha256Digest::from_bytes(through.hasher.finalize().into()) != list.sha256 {
                return Err(BackupError::Altered(path));
            }
            step();
        }
        for object in self.objects()? {
            self.object(&object?)?;
            step();
        }
        Ok(())
    }

    fn table_path(&self, name: &str) -> PathBuf {
        self.path.join(TABLES).join(format!("{name}.jsonl.gz"))
    }

    /// The rows of a table.
    pub fn table(&self, name: &str) -> Result<Lines, BackupError> {
        Lines::open(self.table_path(name))
    }

    /// What objects it needs.
    pub fn objects(&self) -> Result<impl Iterator<Item = Result<ObjectEntry, BackupError>>, BackupError> {
        Ok(Lines::open(self.path.join(OBJECT_LIST))?.values())
    }

    /// The bytes of an object.
    pub fn object(&self, object: &ObjectEntry) -> Result<Vec<u8>, BackupError> {
        let path = object_path(&self.folder, &object.key);
        let bytes = at(&path, fs::read(&path))?;
        let whole = Sha256Digest::from_bytes(Sha256::digest(&bytes).into()) == object.sha256;
        if whole { Ok(bytes) } else { Err(BackupError::Altered(path)) }
    }
}

/// The one part of a manifest that no form changes.
#[derive(Deserialize)]
struct FormatVersion {
    format: u32,
}

/// Finished backups in a folder, oldest first.
pub fn finished(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    for entry in at(folder, fs::read_dir(folder))? {
        let path = at(folder, entry)?.path();
        let named = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| !name.ends_with(UNFINISHED));
        if named && path.join(MANIFEST).is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Removes all but the newest `keep` backups of a folder, and returns those. Objects stay: newer ones need them.
pub fn forget_older(folder: &Path, keep: usize) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = finished(folder)?;
    let old = found.len().saturating_sub(keep);
    for path in found.drain(..old) {
        at(&path, fs::remove_dir_all(&path))?;
    }
    Ok(found)
}

/// A file of JSON lines being written.
#[derive(Debug)]
pub struct ListWriter {
    path: PathBuf,
    out: GzEncoder<Hashing<BufWriter<File>>>,
    count: u64,
}

impl ListWriter {
    fn create(path: PathBuf) -> Result<Self, BackupError> {
        let file = at(&path, File::create(&path))?;
        let out = Hashing { inner: BufWriter::new(file), hasher: Sha256::new() };
        Ok(Self { path, out: GzEncoder::new(out, Compression::fast()), count: 0 })
    }

    /// Adds a line.
    pub fn push(&mut self, value: &impl Serialize) -> Result<(), BackupError> {
        let line =
            serde_json::to_vec(value).map_err(|error| BackupError::Line(self.path.clone(), self.count + 1, error))?;
        at(&self.path, self.out.write_all(&line).and_then(|()| self.out.write_all(b"\n")))?;
        self.count += 1;
        Ok(())
    }

    /// Ends the file, on the disk.
    pub fn finish(self) -> Result<ListFile, BackupError> {
        let hashing = at(&self.path, self.out.finish())?;
        let file = hashing.inner.into_inner().map_err(io::IntoInnerError::into_error);
        at(&self.path, file.and_then(|file| file.sync_all()))?;
        Ok(ListFile { count: self.count, sha256: Sha256Digest::from_bytes(hashing.hasher.finalize().into()) })
    }
}

/// Hashes what passes through.
#[derive(Debug)]
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file of JSON lines being read.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    lines: io::Lines<BufReader<GzDecoder<BufReader<File>>>>,
}

impl Lines {
    fn open(path: PathBuf) -> Result<Self, BackupError> {
        let file = at(&path, File::open(&path))?;
        Ok(Self { path, lines: BufReader::new(GzDecoder::new(BufReader::new(file))).lines() })
    }

    /// What the lines say.
    pub fn values<T: DeserializeOwned>(self) -> impl Iterator<Item = Result<T, BackupError>> {
        let Self { path, lines } = self;
        (1..).zip(lines).map(move |(number, line)| {
            let line = at(&path, line)?;
            serde_json::from_str(&line).map_err(|error| BackupError::Line(path.clone(), number, error))
        })
    }
}

fn object_path(folder: &Path, key: &ObjectKey) -> PathBuf {
    folder.join(OBJECTS).join(key.as_str())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, BackupError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => at(path, Err(error)),
    }
}

/// Writes a file that is whole once it has its name.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let partial = beside(path, UNFINISHED);
    let written = File::create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    at(path, written)
}

/// A folder that nobody else may look into: it holds positions, notes and password hashes.
fn private_folder(path: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::DirBuilderExt;
    at(path, fs::DirBuilder::new().recursive(true).mode(0o700).create(path))
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    at(path, File::open(path).and_then(|folder| folder.sync_all()))
}
