//! The pages for customers: the landing page of a link, and the hosted form. The server renders whole pages in the
//! visitor's language; scripts only make them smoother.

pub mod accent;
pub mod assets;
mod changes;
mod choices;
mod company;
mod cookies;
mod countries;
mod dates;
pub mod documents;
mod error_filter;
pub mod fields;
mod files;
mod finish;
pub mod form;
mod illustrations;
pub mod landing;
pub mod language;
pub mod layout;
mod link_form;
pub mod lost;
mod messages;
mod note;
mod order;
pub mod pdfjs;
mod people;
mod posted;
mod ready;
mod render_mode;
mod resubmission;
mod reveal;
pub mod reveal_actions;
pub mod review;
mod sentences;
pub mod steps;
pub mod upload;
pub mod visit;
mod wording;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, Method, StatusCode, Uri, header};

use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::http::state::App;
pub(crate) use finish::finish_page;
use language::localization;
use messages::message;

/// The routes of the pages.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/kyc/{token}", get(landing::page).post(landing::enter))
        .route("/form/{session}", get(form::overview))
        .route("/form/{session}/review", get(review::page).post(review::submit))
        .route("/form/{session}/reveal", post(reveal_actions::reveal))
        .route("/form/{session}/leave", post(form::leave))
        .route("/form/{session}/files/{file_id}", get(upload::view))
        .route("/form/{session}/{step}", get(form::page).post(form::save))
        .route("/form/{session}/{step}/remove", post(form::remove_person))
        .route("/form/{session}/{step}/upload", post(upload::take))
        .route("/form/{session}/{step}/keep/{file_id}", post(reveal_actions::keep_file))
        .route_layer(from_fn_with_state(app.clone(), around))
        .route("/assets/{asset}", get(assets::asset))
        .route("/assets/{folder}/{file}", get(pdfjs::file))
        .route("/looks/{account_id}/{asset}", get(assets::branding))
}

/// Wraps every page: refuses posts from other sites, turns problems into pages, and makes responses private and
/// compressed.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let uri = request.uri().clone();
    let context = request.extensions().get::<RequestContext>().expect("the outer layer sets it").clone();
    let l10n = localization(&headers, &uri);
    let mut response = if request.method() == Method::POST && !is_same_origin(&app.form_url, &headers, &uri) {
        message(&l10n, StatusCode::FORBIDDEN, "cross-site")
    } else {
        next.run(request).await
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // Rendering logs the cause for the operator; the visitor gets a page instead of the JSON document.
        let (parts, _) = problem.render(&app.public_url, &context.request_id.to_string()).into_parts();
        let key = match parts.status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::TOO_MANY_REQUESTS => "too-fast",
            StatusCode::PAYLOAD_TOO_LARGE => "too-long",
            StatusCode::BAD_REQUEST | StatusCode::REQUEST_TIMEOUT | StatusCode::UNSUPPORTED_MEDIA_TYPE => "incomplete",
            _ => "failed",
        };
        response = message(&l10n, parts.status, key);
        // Such as Retry-After and Connection.
        for (name, value) in parts.headers.iter().filter(|(name, _)| *name != header::CONTENT_TYPE) {
            response.headers_mut().append(name, value.clone());
        }
    }
    finish_page(&app.form_url, &headers, &uri, response).await
}

/// Whether a POST comes from one of our own pages. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`. The
/// landing page of a link sends no Referer and therefore no Origin, but its secret token is proof enough.
pub(crate) fn is_same_origin(own_url: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some("null") | None) => uri.path().starts_with("/kyc/"),
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            let own = url::Url::parse(own_url).map(|url| url.origin().ascii_serialization());
            own.is_ok_and(|own| own == origin)
                || origin.split_once("://").is_some_and(|(scheme, of)| matches!(scheme, "http" | "https") && of == host)
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
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
