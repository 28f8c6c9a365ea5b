//! What happens around every page of the desk: its host, requests from other sites, problems, and headers.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use maud::html;
use url::Url;

use super::pages::{notice, outside};
use super::text::say;
use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::pages::{finish_page, is_same_origin};

/// What a browser may load on a page of the desk.
pub(super) const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Redirects to the host of the desk, refuses posts from other sites, turns problems into pages, and makes responses
/// private and compressed.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let (headers, uri, method) = (request.headers().clone(), request.uri().clone(), request.method().clone());
    let context = request.extensions().get::<RequestContext>().expect("the outer layer sets it").clone();
    let mut response = if !is_at_home(&app.desk_url, &headers) {
        // Passkeys and cookies belong to one host.
        match method {
            Method::GET | Method::HEAD => {
                let path = uri.path_and_query().map_or("/desk", |path| path.as_str());
                Redirect::temporary(&format!("{}{path}", app.desk_url)).into_response()
            }
            _ => message(StatusCode::MISDIRECTED_REQUEST, "other-host"),
        }
    } else if method == Method::POST && !is_same_origin(&app.desk_url, &headers, &uri) {
        message(StatusCode::FORBIDDEN, "cross-site")
    } else {
        next.run(request).await
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // Rendering logs the cause for the operator; the member gets a page instead of the JSON document.
        let (parts, _) = problem.render(&app.desk_url, &context.request_id.to_string()).into_parts();
        let key = match parts.status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::TOO_MANY_REQUESTS => "too-fast",
            StatusCode::CONFLICT => "conflict",
            status if status.is_client_error() => "invalid",
            _ => "failed",
        };
        response = if headers.contains_key("hx-request") {
            let (title, text) = words(key);
            notice(parts.status, &title, &text)
        } else {
            message(parts.status, key)
        };
        for (name, value) in parts.headers.iter().filter(|(name, _)| *name != header::CONTENT_TYPE) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CSP));
    finish_page(&app.desk_url, &headers, &uri, response).await
}

fn message(status: StatusCode, key: &str) -> Response {
    let (title, text) = words(key);
    outside(status, &title, &html! { p { (text) } p { a.button href="/desk" { (say("to-the-desk")) } } })
}

fn words(key: &str) -> (String, String) {
    (say(&format!("{key}-title")), say(&format!("{key}-text")))
}

/// Whether a browser uses the host of the desk.
fn is_at_home(desk_url: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    Url::parse(desk_url).is_ok_and(|url| {
        let own = url.host_str().unwrap_or_default();
        url.port()
            .map_or_else(|| own.eq_ignore_ascii_case(host), |port| format!("{own}:{port}").eq_ignore_ascii_case(host))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_the_desk_is_at_home() {
        for (desk_url, host, expected) in [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://localhost:8080", "LOCALHOST:8080", true),
            ("http://localhost:8080", "127.0.0.1:8080", false),
            ("http://localhost:8080", "localhost", false),
            ("https://desk.example.com", "desk.example.com", true),
            ("https://desk.example.com", "kyc.example.com", false),
            ("https://desk.example.com", "", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).expect("a host"));
            assert_eq!(is_at_home(desk_url, &headers), expected, "{desk_url} {host}");
        }
    }
}
