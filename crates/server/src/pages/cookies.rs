//! The cookies of the pages: a pass for each session, the fields of a form that is shown again, and the language.

use std::collections::HashMap;

use dossier_core::ids::SessionId;
use http::{HeaderMap, HeaderValue};

use crate::http::cookie::{cookie, host_name, set};

/// The prefix of the cookie with a pass.
const PASS: &str = "dossier";
/// The prefix of the cookie with entered fields.
const ENTERED: &str = "entered";
/// How long a browser keeps entered fields, in seconds. They are needed only until the next page has loaded.
const ENTERED_FOR: i64 = 60;
/// The longest entered value that is kept, in characters.
const MAX_ENTERED: usize = 16;

/// The name of a cookie of one session. A visitor may be in the forms of two customers at once.
fn cookie_name(form_url: &str, what: &str, session: SessionId) -> String {
    host_name(form_url, &format!("{what}-{session}"))
}

/// The pass of a browser for a session.
#[must_use]
pub(super) fn pass<'a>(form_url: &str, headers: &'a HeaderMap, session: SessionId) -> Option<&'a str> {
    cookie(headers, &cookie_name(form_url, PASS, session))
}

/// The header that gives a browser its pass. With 0 seconds it removes the pass.
#[must_use]
pub(super) fn set_cookie(form_url: &str, session: SessionId, pass: &str, seconds: i64) -> HeaderValue {
    set(form_url, &cookie_name(form_url, PASS, session), pass, seconds)
}

/// The header with which a browser briefly keeps entered fields for a form that is shown again, because they must not
/// be in the URL of the redirect. Without fields it removes them.
#[must_use]
pub(super) fn keep_entered(form_url: &str, session: SessionId, fields: &[(&str, &str)]) -> HeaderValue {
    let short = fields.iter().map(|(name, text)| (*name, text.chars().take(MAX_ENTERED).collect::<String>()));
    let value = form_urlencoded::Serializer::new(String::new()).extend_pairs(short).finish();
    let seconds = if fields.is_empty() { 0 } else { ENTERED_FOR };
    set(form_url, &cookie_name(form_url, ENTERED, session), &value, seconds)
}

/// The entered fields that a browser kept.
#[must_use]
pub(super) fn entered(form_url: &str, headers: &HeaderMap, session: SessionId) -> HashMap<String, String> {
    let value = cookie(headers, &cookie_name(form_url, ENTERED, session)).unwrap_or_default();
    form_urlencoded::parse(value.as_bytes()).into_owned().collect()
}
