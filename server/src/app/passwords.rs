//! Password hashing with argon2id, off the async threads and never too much at once.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use super::{App, Broken};

/// Verified against where there is no account, so that both take the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b25zaXRlLW5vYm9keS1oZXJl$y1X8j4WkcWkAjeK8xDdcZtV9g2I5F4U2k1oRmI2xXwQ";

impl App {
    /// argon2id hash of a password, in PHC format.
    pub(super) async fn hash_password(&self, password: String) -> Result<String, Broken> {
        let salt = self.clock.random();
        self.hashing(move || {
            Argon2::default().hash_password_with_salt(password.as_bytes(), &salt[..16]).map(|hash| hash.to_string())
        })
        .await?
        .map_err(|error| Broken::Record(format!("a password can't be hashed: {error}")))
    }

    /// Whether a password is the one hashed; takes as long where there is no hash.
    pub(super) async fn verify_password(&self, password: String, hash: Option<String>) -> Result<bool, Broken> {
        self.hashing(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let Ok(parsed) = PasswordHash::new(&hash) else { return false };
            Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
        })
        .await
    }

    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Broken> {
        let _turn = self.hashing.acquire().await.map_err(|error| Broken::Record(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Broken::Record(error.to_string()))
    }
}
