//! The key of one data subject, and the keys that are derived from it.

use std::sync::OnceLock;

use aws_lc_rs::hmac;
use dossier_core::words;

use super::SecretKey;

words! {
    /// What a subject key is used for. Each purpose has a derived key; its word derives the key and binds the cell.
    Purpose {
        /// E-mail and names, which lists open on their own.
        Names = "names",
        /// Ordinary personal data.
        Profile = "profile",
        /// Numbers, dates of birth, credentials.
        Secret = "secret",
        /// Bodies of events.
        Events = "events",
        /// Stored responses.
        Replay = "replay",
        /// Values before and after a change in the audit trail.
        Audit = "audit",
        /// The keys of attached files.
        FileWrap = "file-wrap",
        /// The state of the verification.
        Kyc = "kyc",
        /// Why keys looked at the customer.
        Looks = "looks",
    }
}

impl Purpose {
    const COUNT: usize = Self::ALL.len();

    /// The key for this purpose, from the key of the subject.
    pub(super) fn key_below(self, root: &SecretKey) -> SecretKey {
        root.derive(&[self.as_str().as_bytes()])
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
        self.derived[purpose as usize].get_or_init(|| purpose.key_below(&self.root))
    }
}
