//! Password hashing with argon2id, off the async threads and never too much at once; and what passwords are not taken.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use data_encoding::BASE32_NOPAD;
use domain::accounts::{
    password::{self, LONGEST, Pattern, SHORTEST, Weakness},
    written_code,
};
use entity::{account, ids::PersonId};
use messages::{Message, message};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode},
    store,
};

/// Verified against where there is no account, so that both take the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b25zaXRlLW5vYm9keS1oZXJl$y1X8j4WkcWkAjeK8xDdcZtV9g2I5F4U2k1oRmI2xXwQ";

impl App {
    /// argon2id hash of a password, in PHC format.
    pub(in crate::app) async fn hash_password(&self, password: String) -> Result<String, Broken> {
        let salt = self.clock.random();
        self.hashing(move || {
            Argon2::default().hash_password_with_salt(password.as_bytes(), &salt[..16]).map(|hash| hash.to_string())
        })
        .await?
        .map_err(|error| Broken::failed("a password can't be hashed", error))
    }

    /// Whether a password is the one hashed; takes as long where there is no hash.
    pub(in crate::app) async fn verify_password(&self, password: String, hash: Option<String>) -> Result<bool, Broken> {
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

    /// Refuses a password that is too weak for an account of this name, whose owner this is known about.
    pub(in crate::app) async fn strong(
        &self,
        password: &SecretString,
        login: &str,
        about: Vec<String>,
        field: &str,
    ) -> Result<(), Failure> {
        let (password, login) = (password.clone(), login.to_owned());
        let weakness = self.hashing(move || password::weakness(password.expose_secret(), &login, &about)).await?;
        weakness.map_or(Ok(()), |weakness| Err(weak(weakness, field).into()))
    }

    /// What anybody who knows somebody would try: their name, their unit's.
    pub(in crate::app) async fn known_about(&self, person: Option<PersonId>) -> Result<Vec<String>, Broken> {
        let reader = self.database.reader();
        let Some(id) = person else { return Ok(Vec::new()) };
        let Some(person) = store::person::find(reader, [id]).await?.pop() else { return Ok(Vec::new()) };
        let units = store::organisation::find(reader, person.organisation_id).await?;
        Ok(std::iter::once(person.name).chain(units.into_iter().map(|unit| unit.name)).collect())
    }

    /// Refuses a password that is too weak for an account.
    pub(in crate::app) async fn strong_for(
        &self,
        account: &account::Model,
        password: &SecretString,
        field: &str,
    ) -> Result<(), Failure> {
        let about = self.known_about(account.person_id).await?;
        self.strong(password, &account.login, about, field).await
    }

    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Broken> {
        let _turn = self.hashing.acquire().await.map_err(|error| Broken::failed("a turn to hash a password", error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Broken::failed("hashing a password", error))
    }
}

/// Refuses a password that is too weak for anybody of this name, before anything is known about whoever asks: strangers must
/// not have the server estimate what they like.
pub(in crate::app) fn strong_at_sight(password: &SecretString, login: &str, field: &str) -> Result<(), Refusal> {
    match password::weakness_at_sight(password.expose_secret(), login) {
        Some(weakness) => Err(weak(weakness, field)),
        None => Ok(()),
    }
}

fn weak(weakness: Weakness, field: &str) -> Refusal {
    let (code, message) = match weakness {
        Weakness::TooShort => (RefusalCode::WeakPassword, message!(PasswordTooShort { least: SHORTEST })),
        Weakness::TooLong => (RefusalCode::TooLarge, message!(TextTooLong { limit: LONGEST })),
        Weakness::IsLogin => (RefusalCode::WeakPassword, message!(PasswordIsLogin)),
        Weakness::Guessed(pattern) => {
            (RefusalCode::WeakPassword, message!(PasswordGuessed { reason: reason(pattern) }))
        }
    };
    Refusal::new(code, field, message)
}

/// By what a password is guessed, for whoever chose it.
fn reason(pattern: Pattern) -> Message {
    match pattern {
        Pattern::Common => message!(PasswordCommon),
        Pattern::Personal => message!(PasswordPersonal),
        Pattern::Keyboard => message!(PasswordKeyboard),
        Pattern::Repeat => message!(PasswordRepeats),
        Pattern::Sequence => message!(PasswordSequence),
        Pattern::Date => message!(PasswordDate),
        Pattern::Name => message!(PasswordName),
        Pattern::Word => message!(PasswordWord),
        Pattern::Short => message!(PasswordSimple),
    }
}

/// A password that nobody guesses and anybody can read out: 24 letters and digits in groups of six.
pub(in crate::app) fn one_time_password(random: [u8; 32]) -> SecretString {
    written_code::grouped(&BASE32_NOPAD.encode(&random[..15]).to_lowercase(), 6).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_out_is_taken_as_it_is_and_is_strong() {
        let password = one_time_password([0x5a; 32]);
        let text = password.expose_secret();
        assert_eq!(written_code::one_time_password(text).as_deref(), Some(text));
        assert_eq!(password::weakness(text, "jiang", &[]), None);
    }
}
