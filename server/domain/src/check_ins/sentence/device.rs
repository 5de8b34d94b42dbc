//! Sentences about devices.

use messages::{Message, message};

use crate::check_ins::evidence::Signature;

pub(crate) fn signature(signature: Signature) -> Message {
    match signature {
        Signature::Valid => message!(SignatureValid),
        Signature::Missing | Signature::None => message!(SignatureMissing),
        Signature::UnknownKey => message!(SignatureUnknownKey),
        Signature::Revoked => message!(SignatureRevoked),
        Signature::Invalid => message!(SignatureInvalid),
        Signature::Unclear(members) => message!(SignatureUnclear { members: members.names() }),
        Signature::Altered(members) => message!(SignatureAltered { members: members.names() }),
    }
}

pub(crate) fn shared(other_people: u32) -> Message {
    message!(DeviceShared { people: other_people })
}
