//! Calls to the identity provider: bounded in time and size.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::OidcError;
use crate::egress::operator;

/// The longest wait for a response.
const LONGEST: Duration = Duration::from_secs(10);
/// The maximum size of a response.
const MAX_RESPONSE: usize = 256 * 1_024;

pub(super) struct Calls(Client);

/// The error response of OAuth 2.0.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Calls {
    pub(super) fn new() -> Result<Self, String> {
        Ok(Self(operator::client(LONGEST).map_err(|error| format!("oidc_issuer: {error}"))?))
    }

    /// `what` names the response in errors.
    pub(super) async fn get<T: DeserializeOwned>(&self, url: &Url, what: &str) -> Result<T, OidcError> {
        json(self.0.get(url.clone()), what).await
    }

    /// Gets something with an access token.
    pub(super) async fn get_with<T: DeserializeOwned>(
        &self,
        url: &Url,
        token: &str,
        what: &str,
    ) -> Result<T, OidcError> {
        json(self.0.get(url.clone()).bearer_auth(token), what).await
    }

    /// Posts a form, with an `Authorization` if there is one.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        authorization: Option<&str>,
        form: String,
        what: &str,
    ) -> Result<T, OidcError> {
        let request = self.0.post(url.clone()).header("content-type", "application/x-www-form-urlencoded").body(form);
        let request = match authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        };
        json(request, what).await
    }
}

/// The response as JSON. No error quotes it.
async fn json<T: DeserializeOwned>(request: RequestBuilder, what: &str) -> Result<T, OidcError> {
    let request = request.header("accept", "application/json");
    let response = request.send().await.map_err(|_| OidcError::Unreachable)?;
    let status = response.status();
    let body = operator::body(response, MAX_RESPONSE).await.map_err(|why| unexpected(what, why))?;
    if status == StatusCode::OK {
        return serde_json::from_slice(&body).map_err(|_| unexpected(what, "its response has an unexpected format"));
    }
    match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) if status.is_client_error() => Err(OidcError::refused(&refusal.error)),
        _ => Err(unexpected(what, &format!("it responded with status {}", status.as_u16()))),
    }
}

fn unexpected(what: &str, why: &str) -> OidcError {
    OidcError::Unexpected(format!("{what}: {why}"))
}
