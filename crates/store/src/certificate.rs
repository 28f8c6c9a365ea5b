//! Certificates of erasure: signed statements that can be verified without the server, by anyone who knows the public
//! key of the installation.
//!
//! A certificate is a JSON Web Signature in its compact form (RFC 7515), with Ed25519 (RFC 8037). Its header holds the
//! public key.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::vault::RootKey;

/// The value of `typ` in the header.
const TYPE: &str = "erasure+jws";

/// The key of the installation that signs certificates. It derives from the root key.
pub struct Certifier(Ed25519KeyPair);

/// A certificate with a valid signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// What it states.
    pub statement: Value,
    /// See [`Certifier::fingerprint`].
    pub fingerprint: String,
}

/// Why a certificate is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("it is not a certificate of erasure")]
    Unreadable,
    #[error("its signature does not match: it was altered")]
    Altered,
}

impl Certifier {
    /// # Panics
    ///
    /// Never: any 32 bytes are a valid seed.
    #[must_use]
    pub fn new(root: &RootKey) -> Self {
        let seed = root.certificate_seed();
        Self(Ed25519KeyPair::from_seed_unchecked(seed.expose()).expect("32 bytes are a seed"))
    }

    /// Signs a statement.
    #[must_use]
    pub fn sign(&self, statement: &Value) -> String {
        let key = URL_SAFE_NO_PAD.encode(self.0.public_key());
        let header = json!({ "alg": "EdDSA", "typ": TYPE, "jwk": { "kty": "OKP", "crv": "Ed25519", "x": key } });
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&header), part(statement));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The SHA-256 of the public key in hexadecimal, by which people compare keys.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(self.0.public_key().as_ref())
    }
}

fn fingerprint(public_key: &[u8]) -> String {
    dossier_core::hexadecimal::hexadecimal(&Sha256::digest(public_key))
}

/// Verifies a certificate with the key that it carries. The caller must compare the fingerprint with that of the
/// installation.
pub fn verify(text: &str) -> Result<Certificate, CertificateError> {
    let unreadable = CertificateError::Unreadable;
    let text = text.trim();
    let (signed, signature) = text.rsplit_once('.').ok_or(unreadable)?;
    let (header, statement) = signed.split_once('.').ok_or(unreadable)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| unreadable);
    let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).map_err(|_| unreadable);
    let header = json(header)?;
    if header["alg"] != "EdDSA" || header["typ"] != TYPE || header["jwk"]["crv"] != "Ed25519" {
        return Err(unreadable);
    }
    let key = bytes(header["jwk"]["x"].as_str().ok_or(unreadable)?)?;
    let verified = UnparsedPublicKey::new(&ED25519, &key).verify(signed.as_bytes(), &bytes(signature)?);
    verified.map_err(|_| CertificateError::Altered)?;
    Ok(Certificate { statement: json(statement)?, fingerprint: fingerprint(&key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_verified_by_its_text_alone_unless_one_character_was_altered() {
        let certifier = Certifier::new(&RootKey::random());
        let statement = json!({ "customer_id": "1", "erased_at": "2026-01-01T00:00:00.000Z" });
        let text = certifier.sign(&statement);
        let certificate = verify(&format!("{text}\n")).expect("verified");
        assert_eq!((certificate.statement, certificate.fingerprint), (statement, certifier.fingerprint()));
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            // The last character of a part may have unused bits. Decoding refuses them unless they are zero.
            assert!(verify(&altered).is_err(), "character {at}");
        }
        for text in ["", "a.b", "a.b.c", "e30.e30.e30"] {
            assert_eq!(verify(text), Err(CertificateError::Unreadable), "{text}");
        }
    }

    #[test]
    fn another_installation_has_another_fingerprint() {
        let [one, two] = [(); 2].map(|()| Certifier::new(&RootKey::random()));
        assert_ne!(one.fingerprint(), two.fingerprint());
        let forged = verify(&two.sign(&json!({}))).expect("a signature by another key");
        assert_ne!(forged.fingerprint, one.fingerprint());
    }
}
