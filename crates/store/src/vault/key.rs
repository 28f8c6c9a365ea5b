//! A symmetric key, wiped when dropped, and what is derived from it.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use zeroize::Zeroizing;

use super::Midstates;

#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

impl SecretKey {
    #[must_use]
    pub fn random() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rand::fill(&mut key[..]).expect("the system gives randomness");
        Self(key)
    }

    /// Returns `None` unless there are exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// HKDF-SHA-256 (RFC 5869), expand only: the key is uniformly random already. Labels are length-prefixed.
    #[must_use]
    pub fn derive(&self, labels: &[&[u8]]) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        self.expand(labels, &mut key[..]);
        Self(key)
    }

    /// 16 bytes that only this key yields. They are stored beside a wrapped key and checked when it is opened.
    #[must_use]
    pub fn commitment(&self) -> [u8; 16] {
        let mut commitment = [0; 16];
        self.expand(&[b"commit"], &mut commitment);
        commitment
    }

    /// The first block of HKDF-Expand, which is one HMAC. Nothing here needs more than its 32 bytes.
    fn expand(&self, labels: &[&[u8]], out: &mut [u8]) {
        let mut info = b"dossier/1".to_vec();
        for label in labels {
            info.push(u8::try_from(label.len()).expect("labels are short"));
            info.extend_from_slice(label);
        }
        info.push(1); // The number of the block.
        let block = Zeroizing::new(self.midstates().sign(&info));
        out.copy_from_slice(&block[..out.len()]);
    }

    /// An HMAC-SHA-256 signer with the same bytes, for the short messages that are signed on every request.
    #[must_use]
    pub fn midstates(&self) -> Midstates {
        Midstates::of(&self.0[..])
    }

    /// The same bytes as an HMAC-SHA-256 key.
    #[must_use]
    pub fn hmac_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0[..])
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([secret])")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
    }

    struct Length(usize);

    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }

    /// The library's HKDF-Expand.
    fn hkdf_expand<const N: usize>(prk: &[u8], info: &[u8]) -> [u8; N] {
        let mut okm = [0; N];
        Prk::new_less_safe(HKDF_SHA256, prk)
            .expand(&[info], Length(N))
            .and_then(|filled| filled.fill(&mut okm))
            .expect("short enough");
        okm
    }

    #[test]
    fn the_hkdf_of_the_library_matches_rfc_5869() {
        // Test case 1: the expand step from the published PRK.
        let prk = hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(hkdf_expand::<42>(&prk, &hex("f0f1f2f3f4f5f6f7f8f9")).to_vec(), hex(expected));
    }

    #[test]
    fn keys_are_derived_as_hkdf_does() {
        let long = [b'l'; 255];
        let cases: [&[&[u8]]; 5] =
            [&[], &[b"names"], &[b"subject-wrap", b"sandbox", &[7; 16]], &[&long], &[&long, &long, b""]];
        for labels in cases {
            let mut info = b"dossier/1".to_vec();
            for label in labels {
                info.push(u8::try_from(label.len()).expect("short"));
                info.extend_from_slice(label);
            }
            let key = SecretKey::random();
            assert_eq!(*key.derive(labels).expose(), hkdf_expand::<32>(key.expose(), &info), "{labels:?}");
        }
        let key = SecretKey::random();
        assert_eq!(key.commitment(), hkdf_expand::<16>(key.expose(), b"dossier/1\x06commit"));
    }

    #[test]
    fn hmac_matches_rfc_4231() {
        for (key, data, expected) in [
            (vec![0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ] {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
            assert_eq!(tag.as_ref(), hex(expected));
        }
    }

    #[test]
    fn labels_cannot_run_into_each_other() {
        let key = SecretKey::random();
        assert_ne!(key.derive(&[b"ab", b"c"]).expose(), key.derive(&[b"a", b"bc"]).expose());
        assert_ne!(key.derive(&[b"ab"]).expose(), key.derive(&[b"ab", b""]).expose());
    }
}
