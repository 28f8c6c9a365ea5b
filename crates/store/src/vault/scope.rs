//! The keys of one scope: blind indexes, the audit chain, row seals.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::hmac;
use dossier_core::customer::numbers::Number;
use dossier_core::idempotency::{Attempt, Ticket};
use dossier_core::parse::Email;

use super::row::{Fields, RowKey, RowSeal};
use super::{Midstates, SecretKey, SubjectKey};

/// The keys of one scope. They belong to no person.
pub struct ScopeKeys {
    /// Seals names of accounts and keys, HMAC mid-states, and audit details that concern no customer.
    pub service: SecretKey,
    /// Seals what is written about a customer when it is erased, and has no other key any more.
    pub remains: Arc<SubjectKey>,
    email: Midstates,
    idempotency: hmac::Key,
    chain: hmac::Key,
    numbers: hmac::Key,
    contents: hmac::Key,
    rows: RowKey,
    /// Counts refused rows in all scopes.
    refused: Arc<AtomicU64>,
}

impl ScopeKeys {
    pub(super) fn new(root: &SecretKey, refused: Arc<AtomicU64>) -> Self {
        let hmac_key = |label: &[&[u8]]| root.derive(label).hmac_key();
        Self {
            service: root.derive(&[b"service"]),
            remains: Arc::new(SubjectKey::new(root.derive(&[b"remains"]))),
            email: root.derive(&[b"blind-index", b"email"]).midstates(),
            idempotency: hmac_key(&[b"idempotency"]),
            chain: hmac_key(&[b"audit-chain"]),
            numbers: hmac_key(&[b"blind-index", b"numbers"]),
            contents: hmac_key(&[b"blind-index", b"contents"]),
            rows: RowKey::new(&root.derive(&[b"rows"])),
            refused,
        }
    }

    /// The blind index of an e-mail. Equal addresses in this scope have equal indexes, and only the key can tell.
    /// Customers whose addresses counted as different when they were stored have one index each; the oldest has `nth`
    /// 0.
    #[must_use]
    pub fn email_index(&self, email: &Email, nth: u8) -> [u8; 16] {
        let mut folded = email.folded().into_bytes();
        if nth > 0 {
            // No address ends like this.
            folded.extend([0, nth]);
        }
        *self.email.sign(&folded).first_chunk().expect("an HMAC-SHA-256 has 32 bytes")
    }

    /// The fingerprint of a number. In this scope, equal numbers of one kind and country have equal fingerprints.
    #[must_use]
    pub fn number_index(&self, number: &Number) -> Fingerprint {
        let Number { subject: _, kind, document, country, digits } = number;
        cut(sign(
            &self.numbers,
            &[kind.as_str().as_bytes(), document.as_bytes(), country.as_bytes(), digits.as_bytes()],
        ))
    }

    #[must_use]
    pub fn content_index(&self, sha256: &[u8; 32]) -> Fingerprint {
        cut(sign(&self.contents, &[sha256]))
    }

    /// Identifies a request by its `Idempotency-Key`, and distinguishes it from other requests with the same key.
    #[must_use]
    pub fn ticket(&self, attempt: Attempt<'_>) -> Ticket {
        let [record, form, body] = attempt.content;
        Ticket {
            key_hash: sign(&self.idempotency, &[b"key", attempt.route.as_bytes(), attempt.key.as_bytes()]),
            fingerprint: sign(&self.idempotency, &[b"request", record, form, body]),
        }
    }

    /// The seal of a row that grants or finds something.
    #[must_use]
    pub fn seal_row(&self, fields: &Fields) -> RowSeal {
        self.rows.seal(fields)
    }

    #[must_use]
    pub fn row_matches(&self, fields: &Fields, stored: Option<&[u8]>) -> bool {
        self.rows.matches(fields, stored)
    }

    pub fn count_refused_row(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A keyed hash of the end of an audit chain. Someone who can write to the database still cannot forge it.
    #[must_use]
    pub fn chain_seal(&self, parts: &[&[u8]]) -> [u8; 32] {
        sign(&self.chain, parts)
    }
}

/// A blind index. It is truncated so that it reveals less than a full hash.
pub type Fingerprint = [u8; 16];

fn cut(hash: [u8; 32]) -> Fingerprint {
    hash[..16].try_into().expect("half of 32 bytes")
}

fn sign(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&u64::try_from(part.len()).expect("lengths fit").to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().try_into().expect("an HMAC-SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blind_indexes_fold_and_differ_between_scopes() {
        let keys = |byte| ScopeKeys::new(&SecretKey::from_slice(&[byte; 32]).expect("32 bytes"), Arc::default());
        let (one, two) = (keys(1), keys(2));
        let plain = Email::searched("ada@example.com");
        assert_eq!(one.email_index(&plain, 0), one.email_index(&Email::searched("  Ada@EXAMPLE.com "), 0));
        assert_ne!(one.email_index(&plain, 0), one.email_index(&Email::searched("adb@example.com"), 0));
        assert_ne!(one.email_index(&plain, 0), two.email_index(&plain, 0));
    }
}
