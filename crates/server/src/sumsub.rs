//! The provider Sumsub: signed requests to its REST API, and the signatures of its webhooks.

use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use dossier_core::clock::Clock;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::kyc::provider::{Provider, ProviderError, Verdict};
use reqwest::{Client, Method, StatusCode, Url};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::egress::operator;

/// The maximum size of a response.
const MAX_RESPONSE: usize = 256 * 1_024;

#[derive(Clone)]
pub struct Settings {
    /// The URL of its API.
    pub url: String,
    pub app_token: Zeroizing<String>,
    /// The secret that signs our requests.
    pub secret: Zeroizing<String>,
    /// The secret that signs its webhooks.
    pub webhook_secret: Zeroizing<String>,
}

/// The adapter of the provider.
pub struct Sumsub {
    settings: Settings,
    base: Url,
    client: Client,
    clock: std::sync::Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct ImportResponse {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    review_status: String,
    #[serde(default)]
    review_result: Option<ReviewResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewResult {
    review_answer: String,
    #[serde(default)]
    review_reject_type: Option<String>,
    #[serde(default)]
    moderation_comment: Option<String>,
}

/// The body of a webhook from Sumsub. Only the id of the case is read; its state is requested from the API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    pub applicant_id: String,
}

impl Sumsub {
    pub fn new(settings: Settings, clock: std::sync::Arc<dyn Clock>) -> Result<Self, String> {
        let base = Url::parse(&settings.url).map_err(|error| format!("sumsub_url: {error}"))?;
        let client = operator::client(Duration::from_secs(15)).map_err(|error| format!("sumsub: {error}"))?;
        Ok(Self { settings, base, client, clock })
    }

    /// Whether a webhook has a well-formed signature. Without one, its body is not read.
    #[must_use]
    pub fn has_signature(algorithm: &str, digest: &str) -> bool {
        let digits = match algorithm {
            "HMAC_SHA256_HEX" => 64,
            "HMAC_SHA512_HEX" => 128,
            _ => return false,
        };
        digest.len() == digits && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// Whether the signature of a webhook is valid.
    #[must_use]
    pub fn is_theirs(&self, algorithm: &str, digest: &str, body: &[u8]) -> bool {
        let algorithm = match algorithm {
            "HMAC_SHA256_HEX" => hmac::HMAC_SHA256,
            "HMAC_SHA512_HEX" => hmac::HMAC_SHA512,
            _ => return false,
        };
        let Some(digest) = from_hex(digest) else { return false };
        let key = hmac::Key::new(algorithm, self.settings.webhook_secret.as_bytes());
        hmac::verify(&key, body, &digest).is_ok()
    }

    /// Sends a signed request. No error contains its parameters.
    async fn request<T: for<'de> Deserialize<'de>>(&self, method: Method, url: Url) -> Result<T, ProviderError> {
        let unavailable = |what: &str| ProviderError::Unavailable(what.to_owned());
        let seconds = self.clock.now().as_micros().div_euclid(1_000_000).to_string();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let signed = Zeroizing::new(format!("{seconds}{method}{}{query}", url.path()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.settings.secret.as_bytes());
        let request = self
            .client
            .request(method, url)
            .header("accept", "application/json")
            .header("x-app-token", self.settings.app_token.as_str())
            .header("x-app-access-ts", seconds)
            .header("x-app-access-sig", hexadecimal(hmac::sign(&key, signed.as_bytes()).as_ref()));
        let response = request.send().await.map_err(|error| {
            unavailable(if error.is_timeout() { "the request timed out" } else { "it could not be reached" })
        })?;
        match response.status() {
            status if status.is_success() => {}
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                return Err(ProviderError::Refused);
            }
            status => return Err(ProviderError::Unavailable(format!("it responded with status {}", status.as_u16()))),
        }
        let body = operator::body(response, MAX_RESPONSE).await.map_err(unavailable)?;
        // The error of serde could quote a value.
        serde_json::from_slice(&body).map_err(|_| unavailable("its response has an unexpected format"))
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

#[async_trait]
impl Provider for Sumsub {
    async fn import(&self, token: &str) -> Result<String, ProviderError> {
        let mut url = self.url(&["resources", "applicants", "-", "import"]);
        url.query_pairs_mut().append_pair("shareToken", token);
        let ImportResponse { id } = self.request(Method::POST, url).await?;
        // It is stored, and becomes part of paths.
        if id.is_empty() || id.len() > 64 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ProviderError::Unavailable("its response has an unexpected format".to_owned()));
        }
        Ok(id)
    }

    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError> {
        let url = self.url(&["resources", "applicants", case, "status"]);
        let Status { review_status, review_result } = self.request(Method::GET, url).await?;
        let Some(result) = review_result.filter(|_| review_status == "completed") else { return Ok(Verdict::Pending) };
        Ok(match (result.review_answer.as_str(), result.review_reject_type.as_deref()) {
            ("GREEN", _) => Verdict::Approved,
            ("RED", Some("RETRY")) => Verdict::Retry(result.moderation_comment),
            ("RED", _) => Verdict::Rejected,
            _ => Verdict::Pending,
        })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
