//! The checks of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). The library checks the signature; the claims
//! are checked here, by the clock of the server.

use dossier_core::clock::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::keys::{KeyMatch, Keys};

/// The algorithms that a token may be signed with. None of them has a secret in common with the provider.
const ALGORITHMS: &[Algorithm] = &[Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
/// How many seconds the clocks of the provider and of the server may differ.
const LEEWAY: i64 = 60;
/// How many seconds a member may have been signed in at the provider where a new authentication was asked for.
const FRESH: i64 = 10 * 60;
/// The longest `sub`, according to the standard.
const MAX_SUBJECT: usize = 255;

pub(super) type Claims = Map<String, Value>;

/// What a token has to say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// Whether the member had to authenticate again.
    pub(super) is_fresh: bool,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It names a key that is not known.
    UnknownKey,
    /// What is wrong with it.
    Fault(&'static str),
}

/// The claims of a token, if all checks pass.
pub(super) fn verify(token: &str, keys: &Keys, expected: &Expected<'_>, now: Timestamp) -> Result<Claims, Refusal> {
    let header = decode_header(token).map_err(|_| Refusal::Fault("its header is malformed"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Refusal::Fault("its algorithm is not allowed"));
    }
    let key = match keys.find(&header) {
        KeyMatch::Key(key) => key,
        KeyMatch::Unknown => return Err(Refusal::UnknownKey),
        KeyMatch::Unfit(why) => return Err(Refusal::Fault(why)),
    };
    let mut signature = Validation::new(header.alg);
    // The library would ask the system for the time.
    signature.validate_exp = false;
    signature.validate_aud = false;
    signature.required_spec_claims.clear();
    let token = decode::<Claims>(token, &key, &signature).map_err(|_| Refusal::Fault("its signature is not valid"))?;
    match fault(&token.claims, expected, now) {
        Some(fault) => Err(Refusal::Fault(fault)),
        None => Ok(token.claims),
    }
}

fn fault(claims: &Claims, expected: &Expected<'_>, now: Timestamp) -> Option<&'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let moment = |name: &str| claims.get(name).and_then(moment);
    let earliest = now.plus_seconds(-LEEWAY);
    let latest = now.plus_seconds(LEEWAY);
    if text("iss") != Some(expected.issuer) {
        Some("it has another issuer")
    } else if !is_for(claims, expected.client_id) {
        Some("it is for another client")
    } else if moment("exp").is_none_or(|end| end <= earliest) {
        Some("it has expired")
    } else if moment("iat").is_none_or(|issued| issued > latest) {
        Some("it was issued in the future")
    } else if claims.contains_key("nbf") && moment("nbf").is_none_or(|begin| begin > latest) {
        Some("it is not valid yet")
    } else if text("nonce") != Some(expected.nonce) {
        Some("it belongs to another sign-in")
    } else if text("sub").is_none_or(|subject| subject.is_empty() || subject.len() > MAX_SUBJECT) {
        Some("it names no one")
    } else if expected.is_fresh && moment("auth_time").is_none_or(|at| at <= now.plus_seconds(-FRESH)) {
        Some("the member did not authenticate again")
    } else {
        None
    }
}

/// Whether a token was issued for this client. One that is for others as well has to say that this one asked for it.
fn is_for(claims: &Claims, client_id: &str) -> bool {
    let azp = claims.get("azp");
    let is_only_or_first = match claims.get("aud") {
        Some(Value::String(audience)) => audience == client_id,
        Some(Value::Array(audiences)) => {
            audiences.iter().any(|audience| audience == client_id) && (audiences.len() == 1 || azp.is_some())
        }
        _ => false,
    };
    is_only_or_first && azp.is_none_or(|azp| azp == client_id)
}

/// A `NumericDate`: seconds, which may have a fraction.
fn moment(value: &Value) -> Option<Timestamp> {
    const LATEST: f64 = 253_402_300_799.0;
    let seconds = value.as_f64().filter(|seconds| (0.0..=LATEST).contains(seconds))?;
    // Within the range of 12 digits, so nothing is cut off but the fraction.
    #[allow(clippy::cast_possible_truncation)]
    Some(Timestamp::from_micros((seconds * 1_000_000.0) as i64))
}
