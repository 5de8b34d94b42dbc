//! Signs in at the identity provider: sends someone there, and opens a session for whoever comes back.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::check_ins::clock_doubt::SERVERS_APART;
use entity::{account, ids::AccountId, single_sign_on_attempt, values::AccountRole};
use hmac::{Hmac, KeyInit, Mac};
use messages::message;
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::{
    add_account::login_of,
    attempts::GuessTarget,
    audit::Actor,
    identities::was_linked,
    sign_in::{Factor, SignedIn, check_device, enabled, hash_token},
};
use crate::{
    app::{App, Broken, Failure, Refusal, RefusalCode},
    identity_provider::{AttemptSecrets, IdentityProvider, ProviderError, ProviderIdentity},
    store::{self, single_sign_on_attempt::AuthorizationResponse},
};

/// Long enough to look for one's second factor at the provider.
const ATTEMPT_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// From now, an attempt ends no later: not even one that another server began.
pub(in crate::app) const ATTEMPTS_END_WITHIN: TimeDelta =
    TimeDelta::seconds(ATTEMPT_LIFETIME.num_seconds() + SERVERS_APART.num_seconds());
/// Characters of a code at most: those of some providers hold a whole encrypted token.
const CODE_LIMIT: usize = 4096;
const DOMAIN: &[u8] = b"onsite single sign-on\0";

/// Someone to be sent to the identity provider.
#[derive(Debug)]
pub struct AuthorizationRedirect {
    /// Where to.
    pub authorization_url: String,
    /// What the client keeps to itself until they come back: without it, what they bring is worth nothing. So nobody can
    /// have somebody else come back with a code, and work in the wrong account.
    pub binding: SecretString,
}

/// What someone came back with from the identity provider.
#[derive(Debug)]
pub struct SingleSignOnReturn {
    /// The state, from the page's address.
    pub state: String,
    /// The authorization code, from the page's address.
    pub code: SecretString,
    /// What the client kept to itself.
    pub binding: SecretString,
    /// A code of the account's own second factor, or a recovery code.
    pub totp_code: Option<String>,
}

/// Whoever the provider has vouched for.
struct VouchedIdentity {
    subject: String,
    account: AccountId,
    /// The provider asked for a second factor.
    second_factor: bool,
}

impl App {
    /// Begins a single sign-on: says where to send someone.
    pub async fn begin_single_sign_on(&self, device_name: String) -> Result<AuthorizationRedirect, Failure> {
        let provider = self.provider()?;
        check_device(&device_name)?;
        let now = self.clock.now();
        let [state, binding] = [(); 2].map(|()| URL_SAFE_NO_PAD.encode(self.clock.random()));
        let secrets = self.attempt_secrets(&state, &binding)?;
        let authorization_url = provider.authorization_url(&secrets, now).await.map_err(not_vouched)?;
        let attempt = single_sign_on_attempt::Model {
            state_sha256: hash_token(&state),
            binding_sha256: hash_token(&binding),
            issuer: provider.issuer().to_owned(),
            device_name,
            expires_at: now + ATTEMPT_LIFETIME,
            code_sha256: None,
            account_id: None,
            subject: None,
        };
        store::single_sign_on_attempt::insert(self.database.writer(), attempt).await?;
        Ok(AuthorizationRedirect { authorization_url, binding: binding.into() })
    }

    /// Opens a session for whoever comes back. Whatever is wrong, with what they bring or with the account, looks the
    /// same; only whoever the provider vouches for learns that a second factor is needed, and comes again with the same.
    pub async fn complete_single_sign_on(&self, back: SingleSignOnReturn) -> Result<SignedIn, Failure> {
        let provider = self.provider()?;
        let now = self.clock.now();
        if back.code.expose_secret().chars().count() > CODE_LIMIT {
            return Err(refused("the code is too long"));
        }
        let returned = AuthorizationResponse {
            issuer: provider.issuer().to_owned(),
            state_sha256: hash_token(&back.state),
            binding_sha256: hash_token(back.binding.expose_secret()),
            code_sha256: hash_token(back.code.expose_secret()),
            latest: now + ATTEMPTS_END_WITHIN,
        };
        let first = store::single_sign_on_attempt::claim(self.database.writer(), &returned, now).await?;
        let attempt = store::single_sign_on_attempt::claimed(self.database.writer(), &returned, now).await?;
        let attempt = attempt.ok_or_else(|| refused("no such attempt is open"))?;
        let vouched = match (first, attempt.account_id, attempt.subject) {
            (true, ..) => self.vouched(provider, &back).await?,
            (false, Some(account), Some(subject)) => VouchedIdentity { subject, account, second_factor: false },
            _ => return Err(refused("the attempt is used up")),
        };
        if !vouched.second_factor {
            self.expect_second_factor(&vouched, &returned, first, back.totp_code.as_deref()).await?;
        }
        self.open_vouched(provider, &vouched, &returned, attempt.device_name, back.totp_code.as_deref()).await
    }

    fn provider(&self) -> Result<&IdentityProvider, Failure> {
        Ok(self.identity_provider.as_ref().ok_or_else(not_offered)?)
    }

    /// Asks the provider who has come back, and finds their account.
    async fn vouched(
        &self,
        provider: &IdentityProvider,
        back: &SingleSignOnReturn,
    ) -> Result<VouchedIdentity, Failure> {
        let secrets = self.attempt_secrets(&back.state, back.binding.expose_secret())?;
        let identified = provider.identify(back.code.expose_secret(), &secrets, self.clock.now()).await;
        let identified = identified.map_err(not_vouched)?;
        let account = self.account_of(provider, &identified).await?;
        let account = account.ok_or_else(|| refused("nobody who is linked to an account"))?;
        Ok(VouchedIdentity { subject: identified.subject, account, second_factor: identified.second_factor })
    }

    /// The account of someone: the one they are linked to, or the one that is to be linked to them.
    async fn account_of(
        &self,
        provider: &IdentityProvider,
        identified: &ProviderIdentity,
    ) -> Result<Option<AccountId>, Broken> {
        let reader = self.database.reader();
        let identity = store::identity::find(reader, provider.issuer(), &identified.subject).await?;
        if let Some(identity) = identity {
            return Ok(Some(identity.account_id));
        }
        let Some(claim) = &identified.login else { return Ok(None) };
        let Some(login) = login_of(claim) else { return Ok(None) };
        let account = store::account::find_by_login(reader, &login).await?;
        // Other letters that happen to have the same small ones are another name at the provider.
        Ok(account.filter(|account| account.login == claim.to_ascii_lowercase()).map(|account| account.id))
    }

    /// Where the account has a second factor of its own: counts a code of it as an attempt, and lets whoever came without,
    /// or with a wrong one, come again although their authorization code is used up.
    async fn expect_second_factor(
        &self,
        vouched: &VouchedIdentity,
        returned: &AuthorizationResponse,
        first: bool,
        code: Option<&str>,
    ) -> Result<(), Failure> {
        let confirmed = store::second_factor::confirmed(self.database.reader(), [vouched.account]).await?;
        if confirmed.is_empty() {
            return Ok(());
        }
        if first {
            let (writer, state) = (self.database.writer(), &returned.state_sha256);
            store::single_sign_on_attempt::identify(writer, state, vouched.account, &vouched.subject).await?;
        }
        // Counted apart from attempts at the name: whoever keeps that locked out has not come this far.
        if code.is_some_and(|code| !code.trim().is_empty()) {
            self.count_attempt(GuessTarget::Vouched(vouched.account)).await?;
        }
        Ok(())
    }

    async fn open_vouched(
        &self,
        provider: &IdentityProvider,
        vouched: &VouchedIdentity,
        returned: &AuthorizationResponse,
        device_name: String,
        code: Option<&str>,
    ) -> Result<SignedIn, Failure> {
        let transaction = self.database.begin().await?;
        let account = store::account::lock(&transaction, vouched.account).await?;
        let account = account.filter(enabled);
        let account = account.ok_or_else(|| refused("the account is disabled"))?;
        if !self.is_linked(&transaction, &account, provider.issuer(), &vouched.subject).await? {
            return Err(refused("the account is another's"));
        }
        if !store::single_sign_on_attempt::end(&transaction, &returned.state_sha256).await? {
            return Err(refused("the attempt was completed at the same time"));
        }
        let factor = match vouched.second_factor {
            true => Factor::Asserted,
            false if self.second_factor_given(&transaction, &account, code).await.map_err(totp_field)? => Factor::Given,
            false => Factor::None,
        };
        if factor == Factor::Given {
            self.forgive_attempts(&transaction, GuessTarget::Vouched(account.id)).await?;
        }
        self.begin_session(transaction, &account, device_name, factor, &[]).await
    }

    /// Whether an account, locked, is linked to someone. At their first sign-in it becomes so if the provider names it and
    /// it never was linked; not an administrator's, for it opens all others.
    async fn is_linked(
        &self,
        connection: &impl ConnectionTrait,
        account: &account::Model,
        issuer: &str,
        subject: &str,
    ) -> Result<bool, Broken> {
        if let Some(identity) = store::identity::lock(connection, account.id).await? {
            return Ok(identity.issuer == issuer && identity.subject == subject);
        }
        if account.role == AccountRole::Administrator || was_linked(connection, account.id).await? {
            return Ok(false);
        }
        self.link(connection, Actor::owner(account.id), account.id, issuer, subject).await
    }

    /// What an attempt is known by at the provider. Nonce and PKCE verifier are kept nowhere: they follow from what the
    /// client holds and what the servers hold, and neither has both.
    fn attempt_secrets(&self, state: &str, binding: &str) -> Result<AttemptSecrets, Broken> {
        let derived = |purpose: &[u8]| {
            let mac = Hmac::<Sha256>::new_from_slice(&self.challenge_key);
            let mut mac = mac.map_err(|error| Broken::failed("the secrets of a single sign-on", error))?;
            for part in [DOMAIN, purpose, state.as_bytes(), b"\0", binding.as_bytes()] {
                mac.update(part);
            }
            Ok::<_, Broken>(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
        };
        let (nonce, verifier) = (derived(b"nonce\0")?, derived(b"verifier\0")?);
        Ok(AttemptSecrets { state: state.to_owned(), nonce, verifier: verifier.into() })
    }
}

/// Nobody signs in at a provider here.
pub(in crate::app) fn not_offered() -> Refusal {
    let message = message!(SingleSignOnNotOffered);
    Refusal::of_no_field(RefusalCode::SingleSignOnNotOffered, message)
}

/// One refusal for whatever is wrong. The reason is for the log, and must name nobody.
fn refused(reason: &str) -> Failure {
    tracing::info!(reason, "single sign-on refused");
    let message = message!(SingleSignOnFailed);
    Refusal::of_no_field(RefusalCode::SingleSignOnFailed, message).into()
}

fn not_vouched(error: ProviderError) -> Failure {
    match error {
        ProviderError::Refused(reason) => refused(&reason),
        ProviderError::Unavailable(reason) => {
            tracing::warn!(reason, "the identity provider is not available");
            let message = message!(ProviderUnavailable);
            Refusal::of_no_field(RefusalCode::ProviderUnavailable, message).into()
        }
    }
}

/// What is said of a second factor's code is about the field that holds it here.
fn totp_field(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(mut refusals) => {
            for refusal in refusals.iter_mut().filter(|refusal| refusal.field == ["input", "code"]) {
                refusal.field = vec!["input".to_owned(), "totpCode".to_owned()];
            }
            Failure::Refused(refusals)
        }
        broken => broken,
    }
}
