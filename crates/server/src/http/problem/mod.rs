//! Problems: every error response, as RFC 9457 problem details.

mod catalogue;
mod conversions;

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use dossier_core::ids::CustomerId;
use dossier_core::violation::{MAX_VIOLATIONS, Violation, Violations};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

pub use catalogue::ProblemCode;

#[derive(Debug, Clone)]
pub struct Problem {
    code: ProblemCode,
    detail: Cow<'static, str>,
    errors: Vec<Violation>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

impl Problem {
    /// `detail` describes this occurrence. It never repeats a value from the request.
    pub fn new(code: ProblemCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), members: Map::new(), headers: Vec::new(), cause: None }
    }

    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Closes the connection after the response, because what follows on it was not read or cannot be trusted.
    #[must_use]
    pub fn close(self) -> Self {
        self.header(header::CONNECTION, HeaderValue::from_static("close"))
    }

    pub fn retry_after(self, seconds: u16) -> Self {
        self.header(header::RETRY_AFTER, seconds.into())
    }

    /// The 404, which is the same for every reason.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ProblemCode::NotFound, "Not found.")
    }

    /// The 409 for an e-mail that this customer already has.
    fn email_taken(customer: CustomerId) -> Self {
        Self::new(ProblemCode::EmailTaken, "A customer with this e-mail already exists; customer_id names it.")
            .member("customer_id", customer.to_string())
    }

    /// The 400 with the violations of a body.
    #[must_use]
    pub fn invalid(violations: Violations) -> Self {
        let count = violations.len();
        let detail: Cow<'static, str> = match count {
            1 => "The body breaks 1 rule; errors says which.".into(),
            MAX_VIOLATIONS => format!("The body breaks {count} rules or more; errors lists the first {count}.").into(),
            _ => format!("The body breaks {count} rules; errors lists them all.").into(),
        };
        Self { errors: violations.0, ..Self::new(ProblemCode::InvalidBody, detail) }
    }

    /// The 400 with the violations of query parameters.
    #[must_use]
    pub fn invalid_parameters(errors: Vec<Violation>) -> Self {
        Self { errors, ..Self::new(ProblemCode::InvalidParameters, "A query parameter is invalid; errors says which.") }
    }

    #[must_use]
    pub fn overloaded() -> Self {
        Self::new(ProblemCode::Overloaded, "The server is overloaded; nothing was changed. Try again in a moment.")
            .retry_after(1)
    }

    /// The 500 after a panic.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            ProblemCode::InternalError,
            "An internal error occurred. The outcome is unknown; repeating the request is safe.",
        )
    }

    #[must_use]
    pub const fn code(&self) -> ProblemCode {
        self.code
    }

    /// What is wrong in the request.
    #[must_use]
    pub fn errors(&self) -> &[Violation] {
        &self.errors
    }

    /// The response. `type` is the URL of the page on this server that explains the code.
    #[must_use]
    pub fn render(&self, public_url: &str, request_id: &str) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: String,
            title: &'static str,
            status: u16,
            detail: &'a str,
            instance: String,
            code: &'static str,
            /// The same text as `detail`: existing clients read it here.
            message: &'a str,
            request_id: &'a str,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            errors: &'a [Violation],
            #[serde(flatten)]
            members: &'a Map<String, Value>,
        }

        let Self { code, detail, errors, members, headers, cause } = self;
        if let Some(cause) = cause {
            // Only the log has the cause; the client learns no more than the request id.
            tracing::error!(request_id, cause, "a request failed");
        }
        let body = Body {
            r#type: format!("{public_url}/problems/{}", code.as_str()),
            title: code.title(),
            status: code.status(),
            detail,
            instance: format!("urn:dossier:request:{request_id}"),
            code: code.as_str(),
            message: detail,
            request_id,
            errors,
            members,
        };
        let json = serde_json::to_vec(&body).expect("a problem has string keys only");
        let status = StatusCode::from_u16(code.status()).expect("the catalogue holds HTTP statuses");
        let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let mut response = (status, [content_type], json).into_response();
        response.headers_mut().extend(headers.iter().cloned());
        response
    }
}

/// A handler's problem travels as an extension. The outermost layer, which knows the request id, renders it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response =
            StatusCode::from_u16(self.code.status()).expect("the catalogue holds HTTP statuses").into_response();
        response.extensions_mut().insert(self);
        response
    }
}
