//! The keys with which the identity provider signs ID tokens.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::calls::Calls;
use super::error::OidcError;

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Jwk>);

/// Which of the keys verifies a token.
pub(super) enum KeyMatch {
    Key(Box<DecodingKey>),
    /// The token names a key that is not there. The provider may have a new one.
    Unknown,
    /// No key may verify the token.
    Unfit(&'static str),
}

impl Keys {
    /// Asks the provider.
    pub(super) async fn fetch(url: &Url, calls: &Calls) -> Result<Self, OidcError> {
        let document: Document = calls.get(url, "keys").await?;
        Ok(Self::read(document.keys))
    }

    /// Providers may list keys of kinds that are not known here.
    fn read(keys: Vec<Value>) -> Self {
        Self(keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// The key for a token. A token without the name of a key has the only one that fits.
    pub(super) fn find(&self, header: &Header) -> KeyMatch {
        let is_named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
        let named: Vec<_> = self.0.iter().filter(is_named).collect();
        if named.is_empty() {
            return KeyMatch::Unknown;
        }
        match &named.into_iter().filter(|key| fits(key, header.alg)).collect::<Vec<_>>()[..] {
            [key] => DecodingKey::from_jwk(key)
                .map_or(KeyMatch::Unfit("its key is malformed"), |key| KeyMatch::Key(Box::new(key))),
            [] => KeyMatch::Unfit("its key is not for its algorithm"),
            _ => KeyMatch::Unfit("it does not say which key signed it"),
        }
    }
}

/// Whether a key may verify signatures with an algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_of_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::PS256) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let is_for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let is_for_algorithm = key.common.key_algorithm.is_none_or(|known| known == KeyAlgorithm::from(algorithm));
    is_of_kind && is_for_signatures && is_for_algorithm
}
