//! Tickets: sealed values that leave the installation for a short time, such as the state of a sign-in in a cookie.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use aws_lc_rs::rand;
use dossier_core::clock::Timestamp;
use zeroize::Zeroizing;

use super::SecretKey;
use super::cell::aead_key;

const FORMAT: u8 = 1;
const SALT: usize = 16;
const EXPIRY: usize = size_of::<i64>();

/// Seals and opens tickets. Every process of an installation has the same key, which rotations keep and which is
/// unreadable without the keyring.
///
/// ```text
/// 1 byte format | 16 bytes salt | ciphertext of: 8 bytes expiry, content | 16 bytes tag
/// ```
pub struct Tickets(SecretKey);

impl Tickets {
    #[must_use]
    pub const fn new(key: SecretKey) -> Self {
        Self(key)
    }

    /// Seals a content for one purpose, up to a moment.
    #[must_use]
    pub fn seal(&self, purpose: &str, expires_at: Timestamp, content: &[u8]) -> Vec<u8> {
        let mut salt = [0; SALT];
        rand::fill(&mut salt).expect("the system gives randomness");
        let mut sealed = Zeroizing::new(Vec::with_capacity(EXPIRY + content.len()));
        sealed.extend_from_slice(&expires_at.as_micros().to_be_bytes());
        sealed.extend_from_slice(content);
        let tag = self
            .key(purpose, &salt)
            .seal_in_place_separate_tag(nonce(), Aad::empty(), &mut sealed)
            .expect("a ticket is far smaller than what AES-GCM can seal");
        let mut ticket = Vec::with_capacity(1 + SALT + sealed.len() + AES_256_GCM.tag_len());
        ticket.push(FORMAT);
        ticket.extend_from_slice(&salt);
        ticket.extend_from_slice(&sealed);
        ticket.extend_from_slice(tag.as_ref());
        ticket
    }

    /// Opens what [`Tickets::seal`] sealed for the same purpose and has not expired. Returns `None` for anything else.
    #[must_use]
    pub fn open(&self, purpose: &str, now: Timestamp, ticket: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (salt, sealed) = ticket.strip_prefix(&[FORMAT])?.split_first_chunk::<SALT>()?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let opened = self.key(purpose, salt).open_in_place(nonce(), Aad::empty(), &mut opened).ok()?;
        let (expiry, content) = opened.split_first_chunk::<EXPIRY>()?;
        let expires_at = Timestamp::from_micros(i64::from_be_bytes(*expiry));
        (now < expires_at).then(|| Zeroizing::new(content.to_vec()))
    }

    /// The key of one ticket. Strangers can ask for tickets without end, and one key with random nonces would at some
    /// point use one twice.
    fn key(&self, purpose: &str, salt: &[u8; SALT]) -> LessSafeKey {
        aead_key(&self.0.derive(&[b"ticket", purpose.as_bytes(), salt]))
    }
}

/// A key seals one ticket, so the nonce may always be the same.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_for_its_purpose_and_until_it_expires() {
        let (key, other) = (SecretKey::random(), Tickets::new(SecretKey::random()));
        let (tickets, process) = (Tickets::new(key.clone()), Tickets::new(key));
        let end = Timestamp::from_micros(1_000);
        let before = Timestamp::from_micros(999);
        let ticket = tickets.seal("sign-in", end, b"content");
        let opened = |tickets: &Tickets, purpose: &str, now, ticket: &[u8]| {
            tickets.open(purpose, now, ticket).map(|content| content.to_vec())
        };
        assert_eq!(opened(&tickets, "sign-in", before, &ticket).as_deref(), Some(&b"content"[..]));
        assert_eq!(opened(&process, "sign-in", before, &ticket).as_deref(), Some(&b"content"[..]), "another process");
        assert_eq!(opened(&tickets, "sign-in", end, &ticket), None, "expired");
        assert_eq!(opened(&tickets, "passkey", before, &ticket), None, "another purpose");
        assert_eq!(opened(&other, "sign-in", before, &ticket), None, "another installation");
        assert_ne!(tickets.seal("sign-in", end, b"content"), ticket, "another salt");
        for at in 0..ticket.len() {
            let mut altered = ticket.clone();
            altered[at] ^= 1;
            assert_eq!(opened(&tickets, "sign-in", before, &altered), None, "byte {at} altered");
            assert_eq!(opened(&tickets, "sign-in", before, &ticket[..at]), None, "cut at {at}");
        }
    }
}
