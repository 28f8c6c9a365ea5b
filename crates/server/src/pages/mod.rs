//! Pages for the people who are verified: where their link leads, and the hosted form. Rendered here, whole, in their
//! language; scripts only make them smoother.

pub mod assets;
mod choices;
mod cookies;
mod countries;
pub mod documents;
pub mod fields;
pub mod form;
pub mod landing;
pub mod language;
pub mod layout;
mod messages;
mod order;
pub mod review;
pub mod steps;
pub mod upload;
pub mod visit;
mod wording;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use flate2::Compression;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::http::state::App;
use assets::gzip;
use cookies::secure;
use language::{LANGUAGE_COOKIE, asked_language, talk};
use layout::CSP;
use messages::message;

const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The routes of the pages.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/kyc/{token}", get(landing::page).post(landing::enter))
        .route("/form/{session}", get(form::overview))
        .route("/form/{session}/review", get(review::page).post(review::submit))
        .route("/form/{session}/leave", post(form::leave))
        .route("/form/{session}/files/{file_id}", get(upload::view))
        .route("/form/{session}/{step}", get(form::page).post(form::save))
        .route("/form/{session}/{step}/remove", post(form::remove_person))
        .route("/form/{session}/{step}/upload/{requirement}", post(upload::take))
        .route("/form/{session}/{step}/detach/{file_id}", post(upload::detach))
        .route_layer(from_fn_with_state(app.clone(), around))
        .route("/assets/{asset}", get(assets::asset))
        .route("/looks/{account_id}/{asset}", get(assets::look))
}

/// Around every page: what another site sends is refused, problems become pages, answers are private and compressed.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let uri = request.uri().clone();
    let context = request.extensions().get::<RequestContext>().expect("the outer layer sets it").clone();
    let talk = talk(&headers, &uri);
    let mut response = if request.method() == Method::POST && !is_same_origin(&app.public_url, &headers, &uri) {
        message(&talk, StatusCode::FORBIDDEN, "cross-site")
    } else {
        next.run(request).await
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // Rendering tells the operator why; the visitor gets a page instead of the document.
        let (parts, _) = problem.render(&app.public_url, &context.request_id.to_string()).into_parts();
        let key = match parts.status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::TOO_MANY_REQUESTS => "too-fast",
            _ => "failed",
        };
        response = message(&talk, parts.status, key);
        // When to come back, and whether the connection ends.
        for (name, value) in parts.headers.iter().filter(|(name, _)| *name != header::CONTENT_TYPE) {
            response.headers_mut().append(name, value.clone());
        }
    }
    let given = response.headers_mut();
    if let Some(language) = asked_language(&uri) {
        let (code, secure) = (language.code(), secure(&app.public_url));
        let cookie =
            format!("{LANGUAGE_COOKIE}={code}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax; HttpOnly{secure}");
        given.append(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("a cookie of ASCII"));
    }
    for (name, value) in PRIVATE {
        given.entry(name).or_insert(HeaderValue::from_static(value));
    }
    compressed(&headers, response).await
}

/// What every page carries: no other site is told where it is, nothing keeps a copy, no robot comes back.
const PRIVATE: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    // Not `no-referrer`: with that, browsers send no Origin, by which those without Sec-Fetch-Site are told apart.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (header::VARY, "Accept-Encoding, Accept-Language, Cookie"),
];

/// Whether a POST comes from a page of ours. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`. The page of a
/// link sends no Referer, and so no Origin: what it posts, the token, says enough.
fn is_same_origin(public_url: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some("null") | None) => uri.path().starts_with("/kyc/"),
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            let own = url::Url::parse(public_url).map(|url| url.origin().ascii_serialization());
            own.is_ok_and(|own| own == origin)
                || origin.split_once("://").is_some_and(|(scheme, of)| matches!(scheme, "http" | "https") && of == host)
        }
    }
}

async fn compressed(headers: &HeaderMap, response: Response) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page || !accepts.is_some_and(|codings| codings.split(',').any(|one| one.trim().starts_with("gzip"))) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Pages are in memory already.
    let whole =
        http_body_util::BodyExt::collect(body).await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, gzip(&whole, Compression::fast()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_may_post() {
        let same = |fields: &[(&str, &str)], path: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.insert(HeaderName::try_from(*name).expect("a name"), value.parse().expect("a value"));
            }
            is_same_origin("https://kyc.example", &headers, &path.parse().expect("a path"))
        };
        let own = ("host", "kyc.example");
        for (fields, form, link) in [
            (&[own, ("sec-fetch-site", "same-origin")][..], true, true),
            (&[own, ("sec-fetch-site", "none")], true, true),
            (&[own, ("sec-fetch-site", "same-site")], false, false),
            (&[own, ("sec-fetch-site", "cross-site")], false, false),
            (&[own, ("sec-fetch-site", "cross-site"), ("origin", "https://kyc.example")], false, false),
            (&[own, ("sec-fetch-site", "same-origin"), ("origin", "null")], true, true),
            (&[own, ("origin", "https://kyc.example")], true, true),
            (&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")], true, true),
            (&[own, ("origin", "https://kyc.example.evil.example")], false, false),
            (&[own, ("origin", "https://evil.example")], false, false),
            (&[own, ("origin", "https://kyc.example:8443")], false, false),
            (&[own, ("origin", "ftp://kyc.example")], false, false),
            (&[own, ("origin", "null")], false, true),
            (&[own], false, true),
        ] {
            assert_eq!(same(fields, "/form/x/details"), form, "{fields:?}");
            assert_eq!(same(fields, "/kyc/dsl_test_x"), link, "{fields:?}");
        }
    }
}
