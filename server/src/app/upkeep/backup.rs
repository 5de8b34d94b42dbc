//! Writes a backup of everything, while servers go on working.

use std::path::{Path, PathBuf};

use domain::{check_ins::hash_chain::Head, digest::Sha256Digest};
use futures_util::{StreamExt, TryStreamExt, stream};
use objects::ObjectKey;
use sea_orm::ConnectionTrait;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    app::{App, Broken, check_ins::chain},
    backup::{FORMAT, ListFile, Manifest, ObjectEntry, TableFile, Writing},
    store::{
        self,
        dump::{self, Row, Table},
    },
};

/// Far more than any photo that can be uploaded.
const OBJECT_BYTES: u64 = 64 * 1024 * 1024;
const OBJECTS_AT_ONCE: usize = 4;
const RENDITION_TYPE: &str = "image/jpeg";

/// What was backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Objects that earlier backups in the folder had already.
    pub kept_before: u64,
}

impl App {
    /// Writes a backup into a folder: every table as it is at one moment, and the objects these name. It is complete,
    /// or not there. `step` is called after each page of rows and each object.
    ///
    /// # Errors
    /// The database, the object store or the disk does not work. Photos that the store does not have are no error:
    /// the manifest names them.
    pub async fn backup(&self, folder: &Path, step: &(dyn Fn() + Sync)) -> Result<BackedUp, Broken> {
        let installation = chain::installation(self.database.writer(), &self.clock).await?;
        let migrations = self.database.applied_migrations().await?;
        let snapshot = self.database.begin_snapshot().await?;
        let writing = Writing::begin(folder, self.clock.now())?;
        // The first statement is the moment that is shown.
        let head = match store::chain::last(&snapshot).await? {
            Some(link) => chain::head_of(&link)?,
            None => Head::genesis(installation),
        };
        let mut tables = Vec::new();
        for table in dump::tables()? {
            tables.push(write_table(&snapshot, &writing, &table, step).await?);
        }
        // The objects can take hours: no snapshot is held meanwhile, and objects never change.
        snapshot.rollback().await?;
        let kept = self.keep_objects(&writing, step).await?;
        let manifest = Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: self.clock.now(),
            migrations,
            chain_head: format!("{}:{}", head.sequence, head.hash),
            tables,
            objects: kept.list,
            absent: kept.absent,
        };
        let path = writing.finish(&manifest)?;
        Ok(BackedUp { path, manifest, kept_before: kept.before })
    }

    async fn keep_objects(&self, writing: &Writing, step: &(dyn Fn() + Sync)) -> Result<Kept, Broken> {
        let mut list = writing.object_list()?;
        let (mut absent, mut before) = (Vec::new(), 0);
        let wanted = stream::iter(wanted(writing)?);
        let mut kept = wanted.map(|wanted| self.keep_object(writing, wanted)).buffered(OBJECTS_AT_ONCE);
        while let Some((wanted, found)) = kept.try_next().await? {
            match found {
                Some(found) => {
                    list.push(&found.entry)?;
                    before += u64::from(found.kept_before);
                }
                None if wanted.needed => absent.push(wanted.key.to_string()),
                None => {}
            }
            step();
        }
        drop(kept);
        Ok(Kept { list: list.finish()?, absent, before })
    }

    async fn keep_object(
        &self,
        writing: &Writing,
        wanted: Result<Wanted, Broken>,
    ) -> Result<(Wanted, Option<Found>), Broken> {
        let wanted = wanted?;
        let (bytes, kept_before) = match writing.kept(&wanted.key, wanted.sha256)? {
            Some(bytes) => (bytes, true),
            None => match self.objects.read(&wanted.key, OBJECT_BYTES).await? {
                Some(bytes) => {
                    writing.keep(&wanted.key, &bytes)?;
                    (bytes.into(), false)
                }
                None => return Ok((wanted, None)),
            },
        };
        let entry = ObjectEntry {
            key: wanted.key.clone(),
            content_type: wanted.content_type.clone(),
            byte_size: bytes.len() as u64,
            sha256: Sha256Digest::from_bytes(Sha256::digest(&bytes).into()),
        };
        Ok((wanted, Some(Found { entry, kept_before })))
    }
}

/// What became of the objects.
struct Kept {
    list: ListFile,
    absent: Vec<String>,
    before: u64,
}

/// An object that a table names.
struct Wanted {
    key: ObjectKey,
    content_type: String,
    /// SHA-256 that its bytes must have, where that is on record: a photo's is, a rendition's is not.
    sha256: Option<Sha256Digest>,
    /// Whether it should be there: an upload that is not attached may never have come.
    needed: bool,
}

struct Found {
    entry: ObjectEntry,
    kept_before: bool,
}

async fn write_table(
    snapshot: &impl ConnectionTrait,
    writing: &Writing,
    table: &Table,
    step: &(dyn Fn() + Sync),
) -> Result<TableFile, Broken> {
    let mut file = writing.table(&table.name)?;
    let mut last: Option<Row> = None;
    loop {
        let rows = table.page(snapshot, last.as_ref()).await?;
        let Some(newest) = rows.last().cloned() else { break };
        for row in &rows {
            file.push(row)?;
        }
        last = Some(newest);
        step();
    }
    let columns = table.columns.iter().map(|column| (column.name.clone(), column.kind.name().to_owned())).collect();
    Ok(TableFile { name: table.name.clone(), columns, rows: file.finish()? })
}

/// The objects that the tables just written name.
fn wanted(writing: &Writing) -> Result<impl Iterator<Item = Result<Wanted, Broken>>, Broken> {
    let (photo, inspection) = (written("photo")?, written("photo_inspection")?);
    let originals = writing.read_table("photo")?.values().map(move |row| {
        let row: Row = row?;
        let text = |column| text(&photo, &row, column);
        let key = text("object_key").ok_or_else(|| Broken::Record("a photo has no object key".to_owned()))?;
        Ok(Some(Wanted {
            key: key_of(&key)?,
            content_type: text("content_type").unwrap_or_default(),
            sha256: text("sha256").and_then(|hex| hex.parse().ok()),
            needed: text("check_in_id").is_some(),
        }))
    });
    let mut renditions = Vec::new();
    for column in ["small_key", "large_key"] {
        let inspection = inspection.clone();
        renditions.push(writing.read_table("photo_inspection")?.values().map(move |row| {
            let row: Row = row?;
            let Some(key) = text(&inspection, &row, column) else { return Ok(None) };
            Ok(Some(Wanted { key: key_of(&key)?, content_type: RENDITION_TYPE.to_owned(), sha256: None, needed: true }))
        }));
    }
    Ok(originals.chain(renditions.into_iter().flatten()).filter_map(Result::transpose))
}

fn written(name: &str) -> Result<Table, Broken> {
    let table = dump::tables()?.into_iter().find(|table| table.name == name);
    table.ok_or_else(|| Broken::Record(format!("there is no table {name}")))
}

fn text(table: &Table, row: &Row, column: &str) -> Option<String> {
    row.get(table.place(column)?).and_then(Json::as_str).map(str::to_owned)
}

fn key_of(text: &str) -> Result<ObjectKey, Broken> {
    text.parse().map_err(|error| Broken::failed(format!("object key {text}"), error))
}
