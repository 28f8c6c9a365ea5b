//! Finishes every page, whichever route it comes from: headers and compression.

use axum::response::Response;
use flate2::Compression;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::assets::{accepts_gzip, gzip};
use super::language::{LANGUAGE_COOKIE, asked_language};
use super::layout::CSP;
use crate::http::cookie::secure;

const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The headers that keep a page private: its URL is not sent to other sites, and it is neither cached nor indexed.
const PRIVATE: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    // With `no-referrer`, browsers would send no Origin, which is the only check for those without Sec-Fetch-Site.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (header::VARY, "Accept, Accept-Encoding, Accept-Language, Cookie"),
];

/// Remembers a chosen language in a cookie, and makes the page private and compressed.
pub(crate) async fn finish_page(url: &str, headers: &HeaderMap, uri: &Uri, mut response: Response) -> Response {
    let given = response.headers_mut();
    if let Some(language) = asked_language(uri) {
        let (code, secure) = (language.code(), secure(url));
        let cookie =
            format!("{LANGUAGE_COOKIE}={code}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax; HttpOnly{secure}");
        given.append(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("a cookie of ASCII"));
    }
    for (name, value) in PRIVATE {
        given.entry(name).or_insert(HeaderValue::from_static(value));
    }
    compressed(headers, response).await
}

async fn compressed(headers: &HeaderMap, response: Response) -> Response {
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page || !accepts_gzip(headers) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The whole page is in memory already.
    let whole =
        http_body_util::BodyExt::collect(body).await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    // A page may have several lists of countries. The fastest level does not see that they repeat if letters take three
    // bytes, and a page in Hindi would be half as large again.
    Response::from_parts(parts, gzip(&whole, Compression::new(5)).into())
}
