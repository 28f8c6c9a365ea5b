//! The cookies of the pages: a pass for each session, the fields of a form that is shown again, and the language.

use std::collections::HashMap;

use dossier_core::ids::SessionId;
use http::{HeaderMap, HeaderValue, header};

pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

#[must_use]
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The prefix of the cookie with a pass.
const PASS: &str = "dossier";
/// The prefix of the cookie with entered fields.
const ENTERED: &str = "entered";
/// How long a browser keeps entered fields, in seconds. They are needed only until the next page has loaded.
const ENTERED_FOR: i64 = 60;
/// The longest entered value that is kept, in characters.
const MAX_ENTERED: usize = 16;

/// The name of a cookie of one session. A visitor may be in the forms of two customers at once.
fn cookie_name(public_url: &str, what: &str, session: SessionId) -> String {
    // Browsers accept `__Host-` only with Secure, and Secure only over TLS.
    let prefix = if secure(public_url).is_empty() { "" } else { "__Host-" };
    format!("{prefix}{what}-{session}")
}

/// The attribute that cookies have when customers connect over TLS.
#[must_use]
pub(super) fn secure(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "; Secure" } else { "" }
}

/// The pass of a browser for a session.
#[must_use]
pub(super) fn pass<'a>(public_url: &str, headers: &'a HeaderMap, session: SessionId) -> Option<&'a str> {
    cookie(headers, &cookie_name(public_url, PASS, session))
}

/// The header that gives a browser its pass. With 0 seconds it removes the pass.
#[must_use]
pub(super) fn set_cookie(public_url: &str, session: SessionId, pass: &str, seconds: i64) -> HeaderValue {
    cookie_of(public_url, PASS, session, pass, seconds)
}

/// The header with which a browser briefly keeps entered fields for a form that is shown again, because they must not
/// be in the URL of the redirect. Without fields it removes them.
#[must_use]
pub(super) fn keep_entered(public_url: &str, session: SessionId, fields: &[(&str, &str)]) -> HeaderValue {
    let short = fields.iter().map(|(name, text)| (*name, text.chars().take(MAX_ENTERED).collect::<String>()));
    let value = form_urlencoded::Serializer::new(String::new()).extend_pairs(short).finish();
    cookie_of(public_url, ENTERED, session, &value, if fields.is_empty() { 0 } else { ENTERED_FOR })
}

/// The entered fields that a browser kept.
#[must_use]
pub(super) fn entered(public_url: &str, headers: &HeaderMap, session: SessionId) -> HashMap<String, String> {
    let value = cookie(headers, &cookie_name(public_url, ENTERED, session)).unwrap_or_default();
    form_urlencoded::parse(value.as_bytes()).into_owned().collect()
}

fn cookie_of(public_url: &str, what: &str, session: SessionId, value: &str, seconds: i64) -> HeaderValue {
    let name = cookie_name(public_url, what, session);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{}", secure(public_url));
    let mut value = HeaderValue::try_from(text).expect("a cookie of ASCII");
    value.set_sensitive(true);
    value
}
