//! Why an object store refuses, as far as whoever runs it can mend that.

/// Why an object store refuses, as far as whoever runs it can mend that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// S3: `NoSuchBucket`.
    #[error("the bucket does not exist")]
    NoBucket,
    /// S3: `InvalidAccessKeyId`.
    #[error("the access key's id is not known to the store")]
    UnknownKey,
    /// S3: `SignatureDoesNotMatch`.
    #[error("the secret access key is wrong")]
    WrongSecret,
    /// S3: `AccessDenied`.
    #[error("the access key does not allow it")]
    Denied,
    /// S3: the bucket is elsewhere.
    #[error("the region or the endpoint is not the bucket's")]
    WrongRegion,
    /// S3: `RequestTimeTooSkewed`.
    #[error("the clocks of server and store differ too much")]
    Clock,
    /// No room, or a quota that is used up.
    #[error("the store is full")]
    Full,
    /// The store can't be reached at all.
    #[error("the store can't be reached")]
    Unreachable,
    /// It was reached and did not answer.
    #[error("the store does not answer in time")]
    TooSlow,
}

impl Fault {
    /// By S3's code, or by the HTTP status where an answer has none, as to `HEAD`.
    pub(super) fn of_s3(code: Option<&str>, status: u16) -> Option<Self> {
        Some(match code.unwrap_or_default() {
            "NoSuchBucket" => Self::NoBucket,
            "InvalidAccessKeyId" | "InvalidSecurity" => Self::UnknownKey,
            "SignatureDoesNotMatch" => Self::WrongSecret,
            "AccessDenied" | "AllAccessDisabled" | "AccountProblem" => Self::Denied,
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
                Self::WrongRegion
            }
            "RequestTimeTooSkewed" => Self::Clock,
            "QuotaExceeded" | "InsufficientStorage" | "StorageFull" | "XMinioStorageFull" => Self::Full,
            _ => match status {
                301 | 307 => Self::WrongRegion,
                403 => Self::Denied,
                507 => Self::Full,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Some("NoSuchBucket"), 404, Some(Fault::NoBucket))]
    #[case(Some("SignatureDoesNotMatch"), 403, Some(Fault::WrongSecret))]
    #[case(Some("InvalidAccessKeyId"), 403, Some(Fault::UnknownKey))]
    #[case(Some("SomethingElse"), 403, Some(Fault::Denied))]
    #[case(None, 403, Some(Fault::Denied))]
    #[case(None, 301, Some(Fault::WrongRegion))]
    #[case(Some("XMinioStorageFull"), 507, Some(Fault::Full))]
    #[case(Some("UnknownToAll"), 507, Some(Fault::Full))]
    #[case(Some("InternalError"), 500, None)]
    #[case(None, 503, None)]
    fn a_refusal_is_named(#[case] code: Option<&str>, #[case] status: u16, #[case] fault: Option<Fault>) {
        assert_eq!(Fault::of_s3(code, status), fault);
    }
}
