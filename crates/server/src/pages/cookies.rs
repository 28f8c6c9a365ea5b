//! The cookies of the pages: a pass for each session, and the language.

use dossier_core::ids::SessionId;
use http::{HeaderMap, HeaderValue, header};

/// The cookies of a request.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// A cookie of the request.
#[must_use]
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The name of the cookie of one session: one visitor may be in the forms of two customers at once.
fn cookie_name(public_url: &str, session: SessionId) -> String {
    // Browsers take `__Host-` only with Secure, and Secure only over TLS.
    let prefix = if secure(public_url).is_empty() { "" } else { "__Host-" };
    format!("{prefix}dossier-{session}")
}

/// What cookies have at their end where customers come over TLS.
#[must_use]
pub(super) fn secure(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "; Secure" } else { "" }
}

/// The pass that a browser shows for a session.
#[must_use]
pub(super) fn pass<'a>(public_url: &str, headers: &'a HeaderMap, session: SessionId) -> Option<&'a str> {
    cookie(headers, &cookie_name(public_url, session))
}

/// The header that gives a browser its pass; one without a life takes it away.
#[must_use]
pub(super) fn set_cookie(public_url: &str, session: SessionId, pass: &str, seconds: i64) -> HeaderValue {
    let name = cookie_name(public_url, session);
    let text = format!("{name}={pass}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{}", secure(public_url));
    let mut value = HeaderValue::try_from(text).expect("a cookie of ASCII");
    value.set_sensitive(true);
    value
}
