//! The form of every secret that is given out as text: a prefix that leak scanners know, 43 random characters, and a
//! checksum over all that precedes it, so that a typo is noticed without a look into the database.

use zeroize::Zeroizing;

use crate::base62;
use crate::caller::Environment;
use crate::ids::Random;

/// Characters of randomness: 43 of base 62 are 256 bits.
const SECRET: usize = 43;
/// Characters of checksum: a CRC-32 in base 62.
const CHECKSUM: usize = 6;

/// What a secret opens. Its prefix says so.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// An API key.
    ApiKey,
    /// A KYC session: the token of a link.
    Link,
    /// The hosted form, for one browser.
    Pass,
    /// The desk, for one browser, or once.
    SignIn,
}

impl Kind {
    const fn prefix(self, environment: Environment) -> &'static str {
        match (self, environment) {
            (Self::ApiKey, Environment::Sandbox) => "dsk_test_",
            (Self::ApiKey, Environment::Production) => "dsk_live_",
            (Self::Link, Environment::Sandbox) => "dsl_test_",
            (Self::Link, Environment::Production) => "dsl_live_",
            (Self::Pass, Environment::Sandbox) => "dss_test_",
            (Self::Pass, Environment::Production) => "dss_live_",
            (Self::SignIn, Environment::Sandbox) => "dsm_test_",
            (Self::SignIn, Environment::Production) => "dsm_live_",
        }
    }
}

/// A new secret.
pub(crate) fn generate(kind: Kind, environment: Environment, random: &dyn Random) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(String::with_capacity(64));
    secret.push_str(kind.prefix(environment));
    let mut left = SECRET;
    while left > 0 {
        let mut bytes = Zeroizing::new([0_u8; 64]);
        random.fill(&mut bytes[..]);
        // 248 is the largest multiple of 62 in a byte: larger values would make some characters more likely.
        for byte in bytes.iter().filter(|byte| **byte < 248).take(left) {
            secret.push(base62::digit(byte % 62));
            left -= 1;
        }
    }
    let checksum = base62::number(crc32fast::hash(secret.as_bytes()), CHECKSUM);
    secret.push_str(&checksum);
    secret
}

/// A text that is a secret of this kind, by its prefix, form and checksum.
#[must_use]
pub(crate) fn parse(kind: Kind, text: &str) -> Option<Zeroizing<String>> {
    let known = [Environment::Sandbox, Environment::Production];
    let fits = known.into_iter().any(|environment| has_form(text, kind.prefix(environment)));
    fits.then(|| Zeroizing::new(text.to_owned()))
}

/// The first secret of this kind in a text.
#[must_use]
pub(crate) fn find(kind: Kind, text: &str) -> Option<Zeroizing<String>> {
    [Environment::Sandbox, Environment::Production].into_iter().find_map(|environment| {
        let prefix = kind.prefix(environment);
        let length = prefix.len() + SECRET + CHECKSUM;
        text.match_indices(prefix).find_map(|(at, _)| parse(kind, text.get(at..at + length)?))
    })
}

fn has_form(text: &str, prefix: &str) -> bool {
    let Some(secret) = text.strip_prefix(prefix) else { return false };
    if secret.len() != SECRET + CHECKSUM || !secret.bytes().all(base62::is_digit) {
        return false;
    }
    let (head, checksum) = text.split_at(text.len() - CHECKSUM);
    base62::number(crc32fast::hash(head.as_bytes()), CHECKSUM) == checksum
}
