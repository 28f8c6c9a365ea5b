//! The key of one data subject, and the keys that are derived from it.

use std::sync::OnceLock;

use aws_lc_rs::hmac;

use super::SecretKey;

/// What a subject key is used for. Each purpose has a derived key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// E-mail and names, which lists open on their own.
    Names,
    /// Ordinary personal data.
    Profile,
    /// Numbers, dates of birth, credentials.
    Secret,
    /// Bodies of events.
    Events,
    Replay,
    /// Values before and after a change in the audit trail.
    Audit,
    /// The keys of attached files.
    FileWrap,
    /// The state of the verification.
    Kyc,
    /// Why keys looked at the customer.
    Looks,
}

impl Purpose {
    const COUNT: usize = 9;

    /// In the order of their numbers.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Names,
        Self::Profile,
        Self::Secret,
        Self::Events,
        Self::Replay,
        Self::Audit,
        Self::FileWrap,
        Self::Kyc,
        Self::Looks,
    ];

    /// The word that derives the key and binds the cell.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Profile => "profile",
            Self::Secret => "secret",
            Self::Events => "events",
            Self::Replay => "replay",
            Self::Audit => "audit",
            Self::FileWrap => "file-wrap",
            Self::Kyc => "kyc",
            Self::Looks => "looks",
        }
    }
}

/// An open subject key, and the keys derived from it so far.
pub struct SubjectKey {
    root: SecretKey,
    derived: [OnceLock<SecretKey>; Purpose::COUNT],
}

impl SubjectKey {
    pub(crate) fn new(root: SecretKey) -> Self {
        Self { root, derived: Default::default() }
    }

    /// The key from which the others are derived.
    pub(crate) const fn root(&self) -> &SecretKey {
        &self.root
    }

    /// What tells one reason for a look from others. Once the key is destroyed, no text can be tried against it.
    #[must_use]
    pub fn reason_id(&self, reason: &str) -> [u8; 16] {
        let key = self.key(Purpose::Looks).derive(&[b"reason"]).hmac_key();
        *hmac::sign(&key, reason.as_bytes()).as_ref().first_chunk().expect("an HMAC-SHA-256 has 32 bytes")
    }

    #[must_use]
    pub fn key(&self, purpose: Purpose) -> &SecretKey {
        self.derived[purpose as usize].get_or_init(|| self.root.derive(&[purpose.as_str().as_bytes()]))
    }
}
