//! Adopts policy versions, from the command line.

use entity::policy;

use super::{App, Failure, Refusal, RefusalCode, judging};
use crate::store;

impl App {
    /// All policy versions, the newest first.
    pub async fn policies(&self) -> Result<Vec<policy::Model>, Failure> {
        Ok(store::policy::all(self.database.reader()).await?)
    }

    /// Adopts a version made from the newest one by `change`. Versions are appended, never changed.
    pub async fn adopt_policy(&self, change: impl FnOnce(&mut policy::Model)) -> Result<policy::Model, Failure> {
        let transaction = self.database.begin().await?;
        let newest = store::policy::all(&transaction).await?.into_iter().next();
        let newest = newest.ok_or_else(|| super::Broken::Record("there is no policy version".to_owned()))?;
        let now = self.clock.now();
        let mut adopted = policy::Model {
            version: newest.version + 1,
            adopted_at: now,
            effective_from: now,
            reason: String::new(),
            ..newest
        };
        change(&mut adopted);
        if adopted.reason.trim().is_empty() {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "reason",
                "请写明采用新规则的理由。",
                "Say why the policy is adopted.",
            )
            .into());
        }
        judging::policy_of(&adopted).map_err(|error| {
            Refusal::new(RefusalCode::Invalid, "policy", format!("规则不可用：{error}"), error.to_string())
        })?;
        store::policy::insert(&transaction, adopted.clone()).await?;
        transaction.commit().await?;
        Ok(adopted)
    }
}
