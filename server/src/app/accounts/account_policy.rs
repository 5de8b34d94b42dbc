//! What the office asks of everyone's account, and the key that keeps second factors.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::accounts::totp::TotpSecret;
use entity::{ids::AccountId, values::AccountRole};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::app::Broken;

const PLAIN: &str = "plain:";
const SEALED: &str = "sealed:";

/// What is asked of everyone's account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountPolicy {
    /// Roles that must sign in with a second factor.
    #[serde(deserialize_with = "crate::config::list::list")]
    pub second_factor_roles: Vec<AccountRole>,
    /// Seals the secrets of second factors in the database; the same on every server.
    ///
    /// The server must be able to read a TOTP secret, so it can't be hashed; and a key that lay in the same database would
    /// protect nothing. So the key comes from the configuration, or from the environment, and without one secrets stand
    /// in the database as they are, where a copy of it would let its finder make codes (but not sign in: passwords are
    /// hashed).
    pub second_factor_key: Option<SecretString>,
}

impl AccountPolicy {
    /// A secret as it is kept.
    pub(in crate::app) fn seal(
        &self,
        account: AccountId,
        secret: &TotpSecret,
        random: [u8; 32],
    ) -> Result<String, Broken> {
        let Some(key) = self.key()? else { return Ok(format!("{PLAIN}{}", secret.to_base32())) };
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&random[..NONCE_LEN]);
        let mut sealed = secret.to_base32().into_bytes();
        let whose = Aad::from(account.0.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), whose, &mut sealed).map_err(unsealed)?;
        Ok(format!("{SEALED}{}", STANDARD.encode([&nonce[..], &sealed[..]].concat())))
    }

    /// The secret that is kept so.
    pub(in crate::app) fn open(&self, account: AccountId, kept: &str) -> Result<TotpSecret, Broken> {
        let unreadable = || Broken::Record(format!("the second factor of account {account} can't be read"));
        if let Some(plain) = kept.strip_prefix(PLAIN) {
            return TotpSecret::from_base32(plain).ok_or_else(unreadable);
        }
        let sealed = kept.strip_prefix(SEALED).and_then(|text| STANDARD.decode(text).ok()).ok_or_else(unreadable)?;
        let Some(key) = self.key()? else {
            return Err(Broken::Record(
                "second factors are sealed, and accounts.second_factor_key is not set".to_owned(),
            ));
        };
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(unsealed)?;
        let mut sealed = sealed.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(account.0.as_bytes()), &mut sealed).map_err(unsealed)?;
        std::str::from_utf8(plain).ok().and_then(TotpSecret::from_base32).ok_or_else(unreadable)
    }

    fn key(&self) -> Result<Option<LessSafeKey>, Broken> {
        let Some(text) = &self.second_factor_key else { return Ok(None) };
        let key = UnboundKey::new(&AES_256_GCM, &Sha256::digest(text.expose_secret())).map_err(unsealed)?;
        Ok(Some(LessSafeKey::new(key)))
    }
}

fn unsealed(error: aws_lc_rs::error::Unspecified) -> Broken {
    Broken::failed("a second factor can't be sealed or opened; is accounts.second_factor_key the same?", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

    fn with_key(key: &str) -> AccountPolicy {
        AccountPolicy { second_factor_key: Some(key.into()), ..AccountPolicy::default() }
    }

    #[test]
    fn a_sealed_secret_opens_with_its_key_for_its_account() {
        let (secret, policy) = (TotpSecret::new([7; 20]), with_key("a long key from the environment"));
        let kept = policy.seal(ACCOUNT, &secret, [9; 32]).unwrap();
        assert!(kept.starts_with(SEALED) && !kept.contains(&secret.to_base32()));
        assert_eq!(policy.open(ACCOUNT, &kept).unwrap(), secret);
        assert!(policy.open(AccountId(Uuid::from_u128(2)), &kept).is_err());
        assert!(with_key("another").open(ACCOUNT, &kept).is_err());
        assert!(AccountPolicy::default().open(ACCOUNT, &kept).is_err());
        for broken in ["", "sealed:", "sealed:AAAA", "sealed:%", "plain:", "plain:AAAA"] {
            assert!(policy.open(ACCOUNT, broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn without_a_key_a_secret_stands_as_it_is_and_a_later_key_still_reads_it() {
        let secret = TotpSecret::new([7; 20]);
        let kept = AccountPolicy::default().seal(ACCOUNT, &secret, [9; 32]).unwrap();
        assert_eq!(with_key("given later").open(ACCOUNT, &kept).unwrap(), secret);
    }
}
