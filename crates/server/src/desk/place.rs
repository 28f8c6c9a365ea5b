//! Places on the desk to which a browser returns after a sign-in.

use form_urlencoded::Serializer;
use http::request::Parts;
use http::{HeaderMap, Method};

/// Where a browser goes if no other place is known.
pub const HOME: &str = "/desk";
/// Where the console begins.
const CONSOLE: &str = "/console";
/// A place must fit into a cookie, beside the state of a sign-in.
const MAX: usize = 1_024;

/// A place that came with a request, if it is one of the desk or the console. Anything else could lead to another site.
#[must_use]
pub fn checked(text: &str) -> &str {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let is_below = [HOME, CONSOLE]
        .iter()
        .any(|top| path == *top || path.strip_prefix(top).is_some_and(|rest| rest.starts_with('/')));
    // Browsers take `\` for `/`, drop tabs and line breaks, and follow dots out of the desk.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let has_dots = path.split('/').any(|part| part.replace("%2e", ".").replace("%2E", ".").starts_with(".."));
    if is_below && is_plain && !has_dots && !path.contains("//") && text.len() <= MAX { text } else { HOME }
}

/// The place of a request. That of a form that was sent is the page of the form, because it cannot be sent again.
#[must_use]
pub fn of(parts: &Parts) -> &str {
    match parts.method {
        Method::GET | Method::HEAD => checked(parts.uri.path_and_query().map_or(HOME, |path| path.as_str())),
        _ => referrer(&parts.headers),
    }
}

/// The page from which a request came.
#[must_use]
pub fn referrer(headers: &HeaderMap) -> &str {
    let url = headers.get("referer").and_then(|referer| referer.to_str().ok()).unwrap_or_default();
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    checked(rest.find('/').map_or("", |at| &rest[at..]))
}

/// The page for signing in, which leads back to a place. If it has to be fresh, those who are signed in prove again who
/// they are.
#[must_use]
pub fn sign_in(to: &str, is_fresh: bool) -> String {
    query("/desk/sign-in", to, is_fresh)
}

/// A step of a sign-in, with what it needs to know.
#[must_use]
pub fn query(path: &str, to: &str, is_fresh: bool) -> String {
    let mut query = Serializer::new(String::new());
    if to != HOME {
        query.append_pair("to", to);
    }
    if is_fresh {
        query.append_pair("fresh", "1");
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_only_to_places_of_the_desk() {
        for (text, is_good) in [
            ("/desk", true),
            ("/desk?a=b", true),
            ("/desk/production/queue?reason=submitted&page=2", true),
            ("/desk/members#list", true),
            ("/console", true),
            ("/console/production/requests?status=4", true),
            ("/consoles", false),
            ("", false),
            ("/", false),
            ("/desktop", false),
            ("/v0/customers", false),
            ("//evil.example/desk", false),
            ("https://evil.example/desk/", false),
            ("/\\evil.example", false),
            ("/desk\\..\\x", false),
            ("/desk/../v0", false),
            ("/desk/%2e%2e/v0", false),
            ("/desk/.%2E/v0", false),
            ("/desk//evil.example", false),
            ("/desk/\t/evil.example", false),
            ("/desk/\r\nset-cookie: a=b", false),
            ("/desk/é", false),
            (&format!("/desk/{}", "a".repeat(2_000)), false),
            ("javascript:alert(1)//desk/", false),
        ] {
            assert_eq!(checked(text), if is_good { text } else { HOME }, "{text}");
        }
    }

    #[test]
    fn a_place_comes_back_from_the_query() {
        let url = sign_in("/desk/production/queue?a=b&c=d", true);
        assert_eq!(url, "/desk/sign-in?to=%2Fdesk%2Fproduction%2Fqueue%3Fa%3Db%26c%3Dd&fresh=1");
        assert_eq!(sign_in(HOME, false), "/desk/sign-in");
    }

    #[test]
    fn a_form_returns_to_its_page() {
        for (referer, expected) in [
            ("https://desk.example.com/desk/members?a=b", "/desk/members?a=b"),
            ("https://desk.example.com", HOME),
            ("https://desk.example.com/docs", HOME),
            ("nonsense", HOME),
        ] {
            let headers = HeaderMap::from_iter([(http::header::REFERER, referer.parse().expect("a header"))]);
            assert_eq!(referrer(&headers), expected);
        }
    }
}
