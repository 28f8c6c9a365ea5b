//! Entity tags, conditions on them, preferences and idempotency keys: request headers that change what a write does.

use axum::response::{IntoResponse as _, Response};
use dossier_core::customer::{Condition, Versions};
use dossier_core::idempotency::{Answer, Request};
use dossier_core::use_cases::step::PROPOSED;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::problem::{Problem, ProblemCode};

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks the kept answer to an earlier request with the same key.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Names possible mistakes in a request that succeeded.
pub const WARNING: HeaderName = HeaderName::from_static("dossier-warning");
const PREFER: HeaderName = HeaderName::from_static("prefer");

#[must_use]
pub fn etag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"v{version}\"")).expect("digits are visible ASCII")
}

/// Reads `If-Match` and `If-None-Match`.
pub fn condition(headers: &HeaderMap) -> Result<Condition, Problem> {
    Ok(Condition { if_match: versions(headers, &header::IF_MATCH, false)?, if_none_match: none_match(headers)? })
}

/// Reads `If-None-Match`, where a weak tag counts like a strong one (RFC 9110, 13.1.2).
pub fn none_match(headers: &HeaderMap) -> Result<Option<Versions>, Problem> {
    versions(headers, &header::IF_NONE_MATCH, true)
}

/// Whether a header contains this tag, by weak comparison, or `*`.
pub fn names_tag(headers: &HeaderMap, name: &HeaderName, tag: &str) -> Result<bool, Problem> {
    versions(headers, name, true)?;
    let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    Ok(values.any(|list| list.trim() == "*" || list.contains(tag)))
}

fn versions(headers: &HeaderMap, name: &HeaderName, weak: bool) -> Result<Option<Versions>, Problem> {
    let mut found = Vec::new();
    let mut values = headers.get_all(name).iter().peekable();
    if values.peek().is_none() {
        return Ok(None);
    }
    for value in values {
        match value.to_str().map(str::trim) {
            Ok("*") => return Ok(Some(Versions::Any)),
            Ok(list) => found.extend(tags(list, weak).ok_or_else(|| malformed(name))?),
            Err(_) => return Err(malformed(name)),
        }
    }
    Ok(Some(Versions::These(found)))
}

/// The versions that a list of tags names, or `None` if it is not such a list. Foreign tags name no version.
fn tags(list: &str, weak: bool) -> Option<Vec<u64>> {
    let mut versions = Vec::new();
    let mut rest = list;
    loop {
        let tag = rest.strip_prefix("W/").unwrap_or(rest);
        let usable = weak || tag.len() == rest.len();
        let (opaque, after) = tag.strip_prefix('"')?.split_once('"')?;
        let ours = opaque.strip_prefix('v').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        versions.extend(ours.and_then(|digits| digits.parse::<u64>().ok()).filter(|_| usable));
        let after = after.trim_start();
        if after.is_empty() {
            return Some(versions);
        }
        rest = after.strip_prefix(',')?.trim_start();
    }
}

fn malformed(name: &HeaderName) -> Problem {
    Problem::new(
        ProblemCode::InvalidHeader,
        format!("{name} must be * or a list of entity tags in double quotes, like \"v3\"."),
    )
}

/// Whether `Prefer: return=representation` was sent. Unknown preferences are ignored, as RFC 7240 requires.
#[must_use]
pub fn wants_representation(headers: &HeaderMap) -> bool {
    headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|preference| preference.split(';').next())
        .map(|preference| preference.replace([' ', '\t', '"'], "").to_ascii_lowercase())
        .find_map(|preference| preference.strip_prefix("return=").map(|form| form == "representation"))
        .unwrap_or(false)
}

/// Reads the `Idempotency-Key`.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    match (key, values.next()) {
        (Some(key), None) => Ok(Some(key)),
        _ => Err(Problem::new(
            ProblemCode::InvalidHeader,
            "Idempotency-Key must be sent once, with 1 to 255 visible ASCII characters.",
        )),
    }
}

/// A request to a route that honours `Idempotency-Key`.
pub fn repeatable<'a>(route: &'static str, headers: &'a HeaderMap, body: &'a [u8]) -> Result<Request<'a>, Problem> {
    Ok(Request { route, body, idempotency_key: idempotency_key(headers)? })
}

/// The body of a response to a write that shows nothing.
#[must_use]
pub fn nothing() -> Vec<u8> {
    b"{}".to_vec()
}

/// The response to a write, whether it was just made or kept.
pub fn answered(status: StatusCode, answer: Answer) -> Response {
    let json = HeaderValue::from_static("application/json");
    let mut response = (status, [(header::CONTENT_TYPE, json)], answer.body.into_exposed()).into_response();
    if let Some(version) = answer.version {
        response.headers_mut().insert(header::ETAG, etag(version));
    }
    if !answer.warnings.is_empty() {
        let value = HeaderValue::try_from(answer.warnings.join(", ")).expect("ids and counts are visible ASCII");
        response.headers_mut().insert(WARNING, value);
    }
    if answer.replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// The response to a decision: 202 if it was only proposed.
pub fn decided(answer: Answer) -> Response {
    let is_proposed = answer.warnings.iter().any(|warning| warning == PROPOSED);
    answered(if is_proposed { StatusCode::ACCEPTED } else { StatusCode::OK }, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let value = |value: &&str| (name.clone(), HeaderValue::try_from(*value).expect("a header value"));
        values.iter().map(value).collect()
    }

    #[test]
    fn entity_tag_lists() {
        let these = |versions: &[u64]| Some(Some(Versions::These(versions.to_vec())));
        for (values, strong, weak) in [
            (&["\"v3\""][..], these(&[3]), these(&[3])),
            (&["\"v3\", \"v4\""], these(&[3, 4]), these(&[3, 4])),
            (&["\"v3\"", "\"v4\""], these(&[3, 4]), these(&[3, 4])),
            (&["W/\"v3\""], these(&[]), these(&[3])),
            (&["*"], Some(Some(Versions::Any)), Some(Some(Versions::Any))),
            (&["\"other\""], these(&[]), these(&[])),
            (&["\"v\""], these(&[]), these(&[])),
            (&["\"v99999999999999999999999\""], these(&[]), these(&[])),
            (&["\"a,b\", \"v1\""], these(&[1]), these(&[1])),
            (&["v3"], None, None),
            (&["\"v3"], None, None),
            (&["\"v3\" \"v4\""], None, None),
            (&["\"v3\","], None, None),
            (&[""], None, None),
            (&[], Some(None), Some(None)),
        ] {
            let map = headers(&header::IF_MATCH, values);
            assert_eq!(versions(&map, &header::IF_MATCH, false).ok(), strong, "{values:?}");
            assert_eq!(versions(&map, &header::IF_MATCH, true).ok(), weak, "{values:?}");
        }
    }

    #[test]
    fn preferences() {
        for (values, wanted) in [
            (&["return=representation"][..], true),
            (&["Return=\"representation\""], true),
            (&["respond-async, return=representation; x=y"], true),
            (&["respond-async", "return=representation"], true),
            (&["return=minimal"], false),
            (&["return=minimal, return=representation"], false),
            (&["representation"], false),
            (&[], false),
        ] {
            assert_eq!(wants_representation(&headers(&PREFER, values)), wanted, "{values:?}");
        }
    }

    #[test]
    fn idempotency_keys() {
        let long = "k".repeat(256);
        for (values, good) in [
            (&["a"][..], true),
            (&[&long[..255]], true),
            (&[&long], false),
            (&[""], false),
            (&["a b"], false),
            (&["a", "a"], false),
            (&["é"], false),
        ] {
            assert_eq!(idempotency_key(&headers(&IDEMPOTENCY_KEY, values)).is_ok(), good, "{values:?}");
        }
    }
}
