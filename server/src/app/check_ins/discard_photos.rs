//! Removes photos that no check-in named in time: rows first, then bytes.
//!
//! A row is taken off the record in the transaction that notes its object as discarded, and only where no check-in names
//! it. So at every moment either the photo can still be named, or its object is noted; a crash leaves nothing behind.

use futures_util::{StreamExt, stream};
use objects::ObjectKey;

use super::photo_upload::WAITS;
use crate::{
    app::{App, Broken},
    store,
};

const PAGE: u64 = 100;
const REMOVED_AT_ONCE: usize = 8;

impl App {
    /// Takes photos off the record that no check-in named within a day, and removes the bytes of those and of whatever
    /// else is noted. Returns how many photos and how many objects.
    pub async fn discard_photos(&self) -> Result<(usize, usize), Broken> {
        let photos = self.discard_forgotten().await?;
        Ok((photos, self.remove_discarded().await?))
    }

    async fn discard_forgotten(&self) -> Result<usize, Broken> {
        let mut discarded = 0;
        loop {
            let now = self.clock.now();
            let forgotten = store::photo::forgotten(self.database.reader(), now - WAITS, PAGE).await?;
            let before = discarded;
            for photo in forgotten {
                let transaction = self.database.begin().await?;
                if store::photo::discard(&transaction, photo.id).await? {
                    store::discarded_object::insert(&transaction, photo.object_key, now).await?;
                    transaction.commit().await?;
                    discarded += 1;
                } else {
                    // A check-in named it meanwhile.
                    transaction.rollback().await?;
                }
            }
            if discarded == before {
                return Ok(discarded);
            }
        }
    }

    async fn remove_discarded(&self) -> Result<usize, Broken> {
        let mut removed = 0;
        loop {
            let due = store::discarded_object::due(self.database.reader(), self.clock.now(), PAGE).await?;
            if due.is_empty() {
                return Ok(removed);
            }
            let mut removals = stream::iter(due)
                .map(|object| async move { self.remove(&object.object_key).await })
                .buffer_unordered(REMOVED_AT_ONCE);
            // The first that fails ends it: a store that is away is not asked for each of thousands.
            while let Some(done) = removals.next().await {
                done?;
                removed += 1;
            }
        }
    }

    async fn remove(&self, object_key: &str) -> Result<(), Broken> {
        let key: ObjectKey =
            object_key.parse().map_err(|error| Broken::failed(format!("object key {object_key}"), error))?;
        self.in_time(self.objects.delete(&key)).await?;
        Ok(store::discarded_object::remove(self.database.writer(), object_key).await?)
    }
}
