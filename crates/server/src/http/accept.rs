//! Whether a request comes from a person or a program, judging by its `Accept` header.

use http::{HeaderMap, header};

/// What a client wants to receive where both a page and a problem document are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// HTML, like browsers.
    Page,
    /// Another named type, such as JSON.
    Data,
    /// The header does not say.
    Anything,
}

impl Wants {
    #[must_use]
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut items = Vec::new();
        for value in headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()) {
            items.extend(value.split(',').take(32).filter_map(item));
        }
        let weight = |matches: fn(&str) -> bool| {
            items.iter().filter(|(kind, _)| matches(kind)).map(|(_, weight)| *weight).fold(0.0, f32::max)
        };
        let page = weight(|kind| matches!(kind, "text/html" | "application/xhtml+xml"));
        let data = weight(|kind| kind.ends_with("/json") || kind.ends_with("+json"));
        let anything = weight(|kind| matches!(kind, "*/*" | "text/*"));
        match () {
            () if page > 0.0 && page >= data => Self::Page,
            () if data > 0.0 || (anything == 0.0 && !items.is_empty()) => Self::Data,
            () => Self::Anything,
        }
    }
}

/// Reads a media type, in lower case, and its weight.
fn item(text: &str) -> Option<(String, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().filter(|kind| !kind.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
    Some((kind, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_want_pages_and_programs_do_not() {
        let chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
        for (accept, wants) in [
            (Some(chromium), Wants::Page),
            (Some("text/html"), Wants::Page),
            (Some("TEXT/HTML; charset=utf-8"), Wants::Page),
            (Some("application/json, text/html;q=0.5"), Wants::Data),
            (Some("text/html;q=0, */*"), Wants::Anything),
            (Some("application/json"), Wants::Data),
            (Some("application/problem+json, */*"), Wants::Data),
            (Some("application/json, text/plain, */*"), Wants::Data),
            (Some("image/avif,image/webp"), Wants::Data),
            (Some("*/*"), Wants::Anything),
            (Some(""), Wants::Anything),
            (None, Wants::Anything),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(accept.map(|text| (header::ACCEPT, text.parse().expect("a header"))));
            assert_eq!(Wants::of(&headers), wants, "{accept:?}");
        }
    }
}
