//! The form of every secret that is given out as text: a prefix that scanners of leaks know, 43 random characters, and a
//! checksum over all before, so that a typo is seen without asking anybody.

use zeroize::Zeroizing;

use crate::base62;
use crate::ids::Random;

/// Characters of randomness: 43 of base 62 are 256 bits.
const SECRET: usize = 43;
/// Characters of checksum: a CRC-32 in base 62.
const CHECKSUM: usize = 6;

/// A new secret behind a prefix.
pub(crate) fn generate(prefix: &str, random: &dyn Random) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(String::with_capacity(64));
    secret.push_str(prefix);
    let mut left = SECRET;
    while left > 0 {
        let mut bytes = Zeroizing::new([0_u8; 64]);
        random.fill(&mut bytes[..]);
        // 248 is the largest multiple of 62 in a byte: what lies above would make some characters likelier.
        for byte in bytes.iter().filter(|byte| **byte < 248).take(left) {
            secret.push(base62::digit(byte % 62));
            left -= 1;
        }
    }
    let checksum = base62::number(crc32fast::hash(secret.as_bytes()), CHECKSUM);
    secret.push_str(&checksum);
    secret
}

/// Whether a text has the prefix, the form and the checksum.
#[must_use]
pub(crate) fn is_one(prefix: &str, text: &str) -> bool {
    let Some(secret) = text.strip_prefix(prefix) else { return false };
    if secret.len() != SECRET + CHECKSUM || !secret.bytes().all(base62::is_digit) {
        return false;
    }
    let (head, checksum) = text.split_at(text.len() - CHECKSUM);
    base62::number(crc32fast::hash(head.as_bytes()), CHECKSUM) == checksum
}
