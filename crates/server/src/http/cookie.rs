//! Cookies: how they are read and set.

use http::{HeaderMap, HeaderValue, header};

/// The cookies of a request, by name.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The attribute that cookies have when people connect to this URL over TLS.
#[must_use]
pub fn secure(url: &str) -> &'static str {
    if url.starts_with("https://") { "; Secure" } else { "" }
}

/// The name of a cookie that only the host of this URL may set.
#[must_use]
pub fn host_name(url: &str, name: &str) -> String {
    // Browsers accept `__Host-` only with Secure, and Secure only over TLS.
    let prefix = if secure(url).is_empty() { "" } else { "__Host-" };
    format!("{prefix}{name}")
}

/// The header that sets a cookie with this full name, which no script can read. With 0 seconds it removes the cookie.
#[must_use]
pub fn set(url: &str, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{}", secure(url));
    let mut value = HeaderValue::try_from(text).expect("a cookie of ASCII");
    value.set_sensitive(true);
    value
}
