//! Seals personal data that stays in memory between requests.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};

use super::SecretKey;
use super::cell::aead_key;

const COUNTER: usize = size_of::<u64>();

/// A random key that never leaves this process: what it seals is useless outside the memory of the process.
///
/// ```text
/// 8 bytes number of the sealing, which makes the nonce | ciphertext | 16 bytes tag
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
        let mut sealed = Vec::with_capacity(COUNTER + content.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&number);
        sealed.extend_from_slice(content);
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce(number), Aad::from(owner), &mut sealed[COUNTER..])
            .expect("what is remembered is far smaller than what AES-GCM can seal");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`ProcessKey::seal`] sealed for the same owner. Returns `None` for anything else.
    #[must_use]
    pub fn open(&self, owner: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (number, sealed) = sealed.split_first_chunk::<COUNTER>()?;
        let mut content = sealed.to_vec();
        let length = self.key.open_in_place(nonce(*number), Aad::from(owner), &mut content).ok()?.len();
        content.truncate(length);
        Some(content)
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
        assert_eq!(key.open(b"owner", &sealed).as_deref(), Some(&b"content"[..]));
        assert_eq!(key.open(b"other", &sealed), None, "another owner");
        assert_eq!(other.open(b"owner", &sealed), None, "another process");
        assert_ne!(key.seal(b"owner", b"content"), sealed, "another nonce");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(key.open(b"owner", &altered), None, "byte {at} altered");
            assert_eq!(key.open(b"owner", &sealed[..at]), None, "cut at {at}");
        }
    }
}
