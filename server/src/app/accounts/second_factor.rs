//! The second factor: set up, asked for at sign-in, given up, taken away.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use domain::{
    accounts::{
        totp::{SECRET_BYTES, TotpSecret},
        written_code,
    },
    permission::{Grant, Viewer},
};
use entity::{account, ids::AccountId, second_factor, values::AuditAction};
use messages::message;
use sea_orm::ConnectionTrait;
use secrecy::SecretString;
use serde_json::json;

use super::{
    audit::{self, Actor},
    sessions,
    sign_in::hash_token,
};
use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode},
    store::{
        self,
        session::{Ending, Tokens},
    },
};

/// Recovery codes of an account.
const RECOVERY_CODES: usize = 10;

/// A second factor that was begun. Both are shown this once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret, base32.
    pub secret: String,
    /// The same for a QR code.
    pub otpauth_uri: String,
}

impl App {
    /// Begins a second factor for the viewer: it counts once a code of it is confirmed.
    pub async fn begin_totp(&self, viewer: &Viewer, password: SecretString) -> Result<Enrolment, Failure> {
        let account = self.proved_again(viewer, password, "password").await?;
        let mut bytes = [0; SECRET_BYTES];
        bytes.copy_from_slice(&self.clock.random()[..SECRET_BYTES]);
        let secret = TotpSecret::new(bytes);
        let kept = self.account_policy.seal(account.id, &secret, self.clock.random())?;
        let transaction = self.database.begin().await?;
        store::account::lock(&transaction, account.id).await?;
        let before = store::second_factor::lock(&transaction, account.id).await?;
        if before.is_some_and(|factor| factor.confirmed_at.is_some()) {
            return Err(already().into());
        }
        let factor = second_factor::Model {
            account_id: account.id,
            secret: kept,
            created_at: self.clock.now(),
            confirmed_at: None,
            last_step: None,
        };
        store::second_factor::begin(&transaction, factor).await?;
        self.forgive_proof(&transaction, viewer, &account.login).await?;
        transaction.commit().await?;
        Ok(Enrolment { secret: secret.to_base32(), otpauth_uri: secret.otpauth_uri(&account.login) })
    }

    /// Since when the viewer has a second factor, and how many of its recovery codes are left; none if they have none.
    pub async fn second_factor(&self, viewer: &Viewer) -> Result<Option<(DateTime<Utc>, u64)>, Broken> {
        let reader = self.database.reader();
        let confirmed = store::second_factor::confirmed(reader, [viewer.account]).await?;
        let Some((_, confirmed_at)) = confirmed.into_iter().next() else { return Ok(None) };
        let left = store::second_factor::codes_left(reader, viewer.account).await?;
        Ok(Some((confirmed_at, left)))
    }

    /// Lets the viewer's second factor count from now on; returns its recovery codes, this once. Ends all their other
    /// sessions and, unless they are to be kept, their personal access tokens: none of them was opened with it.
    pub async fn confirm_totp(&self, viewer: &Viewer, code: &str, tokens: Tokens) -> Result<Vec<String>, Failure> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let factor = store::second_factor::lock(&transaction, viewer.account).await?;
        let factor = factor.ok_or_else(not_begun)?;
        if factor.confirmed_at.is_some() {
            return Err(already().into());
        }
        let secret = self.account_policy.open(viewer.account, &factor.secret)?;
        let step = secret.step_of(code, now, None).ok_or_else(wrong_code)?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(self.clock.random())).collect();
        let hashes: Vec<String> = codes.iter().map(|code| hash_token(code)).collect();
        store::second_factor::confirm(&transaction, viewer.account, step, now, hashes).await?;
        let (actor, action) = (Actor::owner(viewer.account), AuditAction::SecondFactorEnabled);
        audit::record(&transaction, &self.clock, actor, action, viewer.account, json!({ "kind": "TOTP" })).await?;
        let ending = Ending::AllBut(viewer.session, tokens);
        let ended = sessions::end(&transaction, &self.clock, viewer.account, ending).await?;
        self.publish(transaction, &ended).await?;
        // Whoever was held to enrolment is let in.
        self.feed.sessions_changed();
        Ok(codes)
    }

    /// Gives up the viewer's second factor.
    pub async fn disable_totp(&self, viewer: &Viewer, password: SecretString, code: &str) -> Result<(), Failure> {
        let account = self.proved_again(viewer, password, "password").await?;
        let transaction = self.database.begin().await?;
        if !self.second_factor_given(&transaction, &account, Some(code)).await? {
            return Err(not_begun().into());
        }
        store::second_factor::remove(&transaction, account.id).await?;
        let (actor, action) = (Actor::owner(account.id), AuditAction::SecondFactorDisabled);
        audit::record(&transaction, &self.clock, actor, action, account.id, json!({})).await?;
        self.forgive_proof(&transaction, viewer, &account.login).await?;
        transaction.commit().await?;
        self.feed.sessions_changed();
        Ok(())
    }

    /// Takes away the second factor of an account whose owner lost it; false if it had none.
    pub async fn reset_second_factor(&self, actor: Actor, id: AccountId) -> Result<bool, Failure> {
        let transaction = self.database.begin().await?;
        store::account::lock(&transaction, id).await?.ok_or_else(Refusal::account_not_found)?;
        let had = store::second_factor::remove(&transaction, id).await?;
        if had {
            audit::record(&transaction, &self.clock, actor, AuditAction::SecondFactorReset, id, json!({})).await?;
        }
        transaction.commit().await?;
        self.feed.sessions_changed();
        Ok(had)
    }

    /// Asks for the second factor of an account, if it has one, and uses the code up; false if it has none.
    pub(in crate::app) async fn second_factor_given(
        &self,
        connection: &impl ConnectionTrait,
        account: &account::Model,
        code: Option<&str>,
    ) -> Result<bool, Failure> {
        let factor = store::second_factor::lock(connection, account.id).await?;
        let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else { return Ok(false) };
        let code = code.map(str::trim).filter(|code| !code.is_empty()).ok_or_else(code_needed)?;
        let now = self.clock.now();
        let secret = self.account_policy.open(account.id, &factor.secret)?;
        if let Some(step) = secret.step_of(code, now, factor.last_step) {
            store::second_factor::use_step(connection, account.id, step).await?;
            return Ok(true);
        }
        let hashes: Vec<String> = written_code::recovery_codes(code).iter().map(|code| hash_token(code)).collect();
        if !store::second_factor::use_code(connection, account.id, hashes, now).await? {
            return Err(wrong_code().into());
        }
        let left = store::second_factor::codes_left(connection, account.id).await?;
        let (actor, action) = (Actor::owner(account.id), AuditAction::RecoveryCodeUsed);
        audit::record(connection, &self.clock, actor, action, account.id, json!({ "left": left })).await?;
        Ok(true)
    }

    /// The viewer, held to what is left to them while their role needs a second factor that they don't have.
    pub(in crate::app) async fn admitted(&self, viewer: Viewer) -> Result<Viewer, Broken> {
        if !self.account_policy.second_factor_roles.contains(&viewer.role) {
            return Ok(viewer);
        }
        let confirmed = store::second_factor::confirmed(self.database.reader(), [viewer.account]).await?;
        Ok(if confirmed.is_empty() { Viewer { grant: Grant::Enrolment, ..viewer } } else { viewer })
    }
}

/// Sixteen letters and digits in groups of four: 80 random bits.
fn recovery_code(random: [u8; 32]) -> String {
    written_code::grouped(&BASE32_NOPAD.encode(&random[..10]).to_lowercase(), 4)
}

fn code_needed() -> Refusal {
    Refusal::new(RefusalCode::SecondFactorRequired, "code", message!(CodeNeeded))
}

fn wrong_code() -> Refusal {
    Refusal::new(RefusalCode::WrongCode, "code", message!(CodeWrong))
}

fn already() -> Refusal {
    let message = message!(SecondFactorThere);
    Refusal::of_no_field(RefusalCode::Conflict, message)
}

fn not_begun() -> Refusal {
    let message = message!(SecondFactorNotThere);
    Refusal::of_no_field(RefusalCode::Invalid, message)
}
