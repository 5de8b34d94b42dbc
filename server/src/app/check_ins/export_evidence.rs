//! Exports the hash chain, with photos and public keys, as a bundle that can be verified without this server.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
    time::Duration,
};

use bytes::{Buf, Bytes};
use chrono::{DateTime, Utc};
use domain::{
    check_ins::{device_signature::DevicePublicKey, hash_chain::Head},
    digest::Sha256Digest,
};
use entity::photo;
use evidence_bundle::ChainWriter;
use objects::{ObjectKey, PHOTO_BYTES, StoreError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::chain;
use crate::{
    app::{App, Broken},
    store,
};

/// A store that is away for a moment does not end an export of hours: how often it is asked, and how long it is waited.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// What was exported.
#[derive(Clone, Copy, Debug)]
pub struct Exported {
    /// SHA-256 of the manifest, which stands for the whole file.
    pub manifest_sha256: Sha256Digest,
    /// Links.
    pub entries: u64,
    /// Photos.
    pub photos: usize,
    /// The last link's sequence and hash: what to publish.
    pub head: Head,
}

impl App {
    /// Writes a bundle of what was recorded from `from` until before `to`. `step` is called after each page of links
    /// and after each photo. The file is complete or gone.
    pub async fn export_evidence(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        file: &Path,
        step: &(dyn Fn() + Sync),
    ) -> Result<Exported, Broken> {
        let partial = file.with_extension("partial");
        let exported = self.export(from, to, &partial, step).await;
        match exported {
            Ok(exported) => {
                std::fs::rename(&partial, file).map_err(failed)?;
                Ok(exported)
            }
            Err(error) => {
                let _ = std::fs::remove_file(&partial);
                Err(error)
            }
        }
    }

    async fn export(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        file: &Path,
        step: &(dyn Fn() + Sync),
    ) -> Result<Exported, Broken> {
        let connection = self.database.reader();
        let installation = chain::installation(self.database.writer(), &self.clock).await?;
        let start = match store::chain::last_before(connection, from).await? {
            Some(link) => chain::head_of(&link)?,
            None => Head::genesis(installation),
        };
        let end = match store::chain::last_before(connection, to).await? {
            Some(link) => chain::head_of(&link)?,
            None => start,
        };
        let keys = self.keys_between(start.sequence, end.sequence).await?;
        let out = File::create(file).map_err(failed)?;
        let mut writer = ChainWriter::new(out, &keys, start).map_err(failed)?;
        let mut at = start.sequence;
        while at < end.sequence {
            for link in chain::links(self.database.reader(), at, end.sequence).await? {
                writer.entry(&chain::entry(&link)?).map_err(failed)?;
                at = link.sequence;
            }
            step();
        }
        let mut writer = writer.photos().map_err(failed)?;
        let named: Vec<Sha256Digest> = writer.named().iter().copied().collect();
        let mut photos = 0;
        for digest in named {
            // A photo that the store has lost is stated as absent.
            if let Some(bytes) = self.original(digest).await? {
                writer.photo(digest, bytes.reader()).map_err(failed)?;
                photos += 1;
            }
            step();
        }
        let selection = serde_json::json!({ "from": from, "to": to });
        let (manifest_sha256, out) = writer.finish(installation, self.clock.now(), selection).map_err(failed)?;
        out.sync_all().map_err(failed)?;
        let entries = u64::try_from(end.sequence - start.sequence).unwrap_or(0);
        Ok(Exported { manifest_sha256, entries, photos, head: end })
    }

    /// The keys that check-ins between two links were signed with.
    async fn keys_between(&self, start: i64, end: i64) -> Result<Vec<DevicePublicKey>, Broken> {
        let mut used = BTreeSet::new();
        let mut at = start;
        while at < end {
            for link in chain::links(self.database.reader(), at, end).await? {
                at = link.sequence;
                if link.kind == "check-in" {
                    let payload: Value =
                        serde_json::from_str(&link.payload).map_err(|error| chain::unreadable(&link, error))?;
                    used.extend(payload["device"]["keyFingerprint"].as_str().map(str::to_owned));
                }
            }
        }
        let devices = store::device::by_fingerprints(self.database.reader(), used).await?;
        let keys: BTreeMap<String, DevicePublicKey> = devices
            .into_iter()
            .filter_map(|device| Some((device.fingerprint, DevicePublicKey::parse_base64(&device.public_key).ok()?)))
            .collect();
        Ok(keys.into_values().collect())
    }

    /// A photo's bytes, from any place that has them whole; none where all that should have lost them.
    async fn original(&self, digest: Sha256Digest) -> Result<Option<Bytes>, Broken> {
        let photos = store::photo::attached_with(self.database.reader(), &digest.to_string()).await?;
        for tried in 1.. {
            match self.whole_copy(&photos, digest).await {
                Err(Broken::Objects(error)) if tried < TRIES => {
                    tracing::warn!(%error, "a photo can't be read for the bundle; trying again");
                    tokio::time::sleep(PAUSE * tried).await;
                }
                read => return read,
            }
        }
        Ok(None)
    }

    async fn whole_copy(&self, photos: &[photo::Model], digest: Sha256Digest) -> Result<Option<Bytes>, Broken> {
        let mut away = None;
        for photo in photos {
            let key: ObjectKey =
                photo.object_key.parse().map_err(|error| Broken::failed(format!("photo {}", photo.id), error))?;
            match self.in_time(self.objects.read(&key, PHOTO_BYTES)).await {
                Ok(Some(bytes)) if Sha256Digest::from_bytes(Sha256::digest(&bytes).into()) == digest => {
                    return Ok(Some(bytes));
                }
                Ok(_) | Err(StoreError::TooLarge { .. }) => {}
                Err(error) => away = Some(error),
            }
        }
        // Another copy may be whole where the store does not answer.
        away.map_or(Ok(None), |error| Err(error.into()))
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Broken {
    Broken::failed("the bundle", error)
}
