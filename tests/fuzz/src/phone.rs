//! A phone that signs.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm},
};
use domain::check_ins::device_signature::DevicePublicKey;

/// The private key 1, which is nobody's secret: its public key is P-256's base point (SP 800-186, 3.2.1.3).
const POINT: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
    0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe,
    0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
    0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

pub(crate) static KEY: LazyLock<DevicePublicKey> =
    LazyLock::new(|| DevicePublicKey::parse(&POINT).unwrap_or_else(|error| panic!("{error}")));

/// The phone's signature as r and s, or in DER.
pub(crate) fn sign(message: &[u8], der: bool) -> Vec<u8> {
    static PAIRS: LazyLock<[EcdsaKeyPair; 2]> =
        LazyLock::new(|| [pair(&ECDSA_P256_SHA256_FIXED_SIGNING), pair(&ECDSA_P256_SHA256_ASN1_SIGNING)]);
    let signature = PAIRS[usize::from(der)].sign(&SystemRandom::new(), message);
    signature.map_or_else(|error| panic!("{error}"), |signature| signature.as_ref().to_vec())
}

fn pair(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    let mut one = [0; 32];
    one[31] = 1;
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, &one, &POINT).unwrap_or_else(|error| panic!("{error}"))
}
