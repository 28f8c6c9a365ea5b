//! Seals personal data that stays in memory between requests.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};

use super::SecretKey;
use super::cell::aead_key;

const COUNTER: usize = size_of::<u64>();

/// A random key that never leaves this process: what it seals is useless outside the memory of the process.
///
/// ```text
/// ciphertext | 16 bytes tag | 8 bytes number of the sealing, which makes the nonce
/// ```
pub struct ProcessKey {
    key: LessSafeKey,
    sealed: AtomicU64,
}

impl ProcessKey {
    #[must_use]
    pub fn random() -> Self {
        Self { key: aead_key(&SecretKey::random()), sealed: AtomicU64::new(0) }
    }

    #[must_use]
    pub fn seal(&self, owner: &[u8], content: &[u8]) -> Vec<u8> {
        let number = self.sealed.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut sealed = Vec::with_capacity(content.len() + AES_256_GCM.tag_len() + COUNTER);
        sealed.extend_from_slice(content);
        self.key
            .seal_in_place_append_tag(nonce(number), Aad::from(owner), &mut sealed)
            .expect("what is remembered is far smaller than what AES-GCM can seal");
        sealed.extend_from_slice(&number);
        sealed
    }

    /// Opens what [`ProcessKey::seal`] sealed for the same owner, in place. Returns `None` for anything else.
    #[must_use]
    pub fn open(&self, owner: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (_, number) = sealed.split_last_chunk::<COUNTER>()?;
        let number = *number;
        sealed.truncate(sealed.len() - COUNTER);
        let length = self.key.open_in_place(nonce(number), Aad::from(owner), &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

/// No number is used twice, so no nonce is.
fn nonce(number: [u8; COUNTER]) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - COUNTER..].copy_from_slice(&number);
    Nonce::assume_unique_for_key(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_content_opens_only_for_its_owner_and_in_its_process() {
        let (key, other) = (ProcessKey::random(), ProcessKey::random());
        let sealed = key.seal(b"owner", b"content");
        assert_eq!(key.open(b"owner", sealed.clone()).as_deref(), Some(&b"content"[..]));
        assert_eq!(key.open(b"other", sealed.clone()), None, "another owner");
        assert_eq!(other.open(b"owner", sealed.clone()), None, "another process");
        assert_ne!(key.seal(b"owner", b"content"), sealed, "another nonce");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(key.open(b"owner", altered), None, "byte {at} altered");
            assert_eq!(key.open(b"owner", sealed[..at].to_vec()), None, "cut at {at}");
        }
    }
}
