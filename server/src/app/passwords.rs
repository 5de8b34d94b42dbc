//! Password hashing with argon2id, off the async threads and never too much at once.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret, SecretString};

use super::{App, Broken, Refusal, RefusalCode};
use crate::domain::password::{self, LONGEST, SHORTEST, Weakness};

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
            // An account without a password has no hash that could be read; it must take as long.
            let readable = |hash| PasswordHash::new(hash).ok();
            let (parsed, known) = match readable(&hash) {
                Some(parsed) => (parsed, known),
                None => match readable(NOBODY) {
                    Some(parsed) => (parsed, false),
                    None => return false,
                },
            };
            Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
        })
        .await
    }

    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Broken> {
        let _turn = self.hashing.acquire().await.map_err(|error| Broken::Record(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Broken::Record(error.to_string()))
    }
}

/// Refuses a password that is too weak for an account of this name.
pub(super) fn strong(password: &SecretString, login: &str, field: &str) -> Result<(), Refusal> {
    let Some(weakness) = password::weakness(password.expose_secret(), login) else { return Ok(()) };
    let (code, zh, en) = match weakness {
        Weakness::TooShort => (
            RefusalCode::WeakPassword,
            format!("密码至少 {SHORTEST} 个字符。"),
            format!("A password has at least {SHORTEST} characters."),
        ),
        Weakness::TooLong => {
            (RefusalCode::TooLarge, format!("最多 {LONGEST} 个字符。"), format!("At most {LONGEST} characters."))
        }
        Weakness::IsLogin => (
            RefusalCode::WeakPassword,
            "密码不能与账号相同。".to_owned(),
            "The password must not be the sign-in name.".to_owned(),
        ),
        Weakness::Common => (
            RefusalCode::WeakPassword,
            "此密码过于常见，请另选一个。".to_owned(),
            "This password is among the first that are guessed; choose another.".to_owned(),
        ),
    };
    Err(Refusal::new(code, field, zh, en))
}

/// A password that nobody guesses and anybody can read out: 24 letters and digits in groups of six.
pub(super) fn one_time_password(random: [u8; 32]) -> SecretString {
    let text = BASE32_NOPAD.encode(&random[..15]).to_lowercase();
    let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 6..group * 6 + 6)).collect();
    groups.join("-").into()
}
