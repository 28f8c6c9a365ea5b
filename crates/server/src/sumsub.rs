//! Sumsub: its REST API with signed requests, and its calls back.

use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use dossier_core::clock::Clock;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::kyc::provider::{Provider, ProviderError, Verdict};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode, Url};
use serde::Deserialize;
use zeroize::Zeroizing;

/// The largest answer that is read.
const MAX_ANSWER: usize = 256 * 1_024;

/// What is needed to speak with Sumsub.
#[derive(Clone)]
pub struct Settings {
    /// Where its API is.
    pub url: String,
    /// The app token.
    pub app_token: Zeroizing<String>,
    /// The secret that signs our requests.
    pub secret: Zeroizing<String>,
    /// The secret that signs its calls.
    pub webhook_secret: Zeroizing<String>,
}

/// The adapter.
pub struct Sumsub {
    settings: Settings,
    base: Url,
    client: Client,
    clock: std::sync::Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Imported {
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

/// What a call from Sumsub says, as far as it matters here: the rest is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Whose case.
    pub applicant_id: String,
}

impl Sumsub {
    /// An adapter.
    ///
    /// # Errors
    ///
    /// In words, when the URL or the system's certificates cannot be used.
    pub fn new(settings: Settings, clock: std::sync::Arc<dyn Clock>) -> Result<Self, String> {
        let base = Url::parse(&settings.url).map_err(|error| format!("sumsub_url: {error}"))?;
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15))
            .build()
            .map_err(|error| format!("sumsub: {error}"))?;
        Ok(Self { settings, base, client, clock })
    }

    /// Whether what a call carries has the form of a signature: a body is read only then.
    #[must_use]
    pub fn has_signature(algorithm: &str, digest: &str) -> bool {
        let digits = match algorithm {
            "HMAC_SHA256_HEX" => 64,
            "HMAC_SHA512_HEX" => 128,
            _ => return false,
        };
        digest.len() == digits && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// Whether a call carries the signature of the webhook secret over its body.
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

    /// A signed request. What it was asked with stands in no error.
    async fn ask<T: for<'de> Deserialize<'de>>(&self, method: Method, url: Url) -> Result<T, ProviderError> {
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
        let mut response = request.send().await.map_err(|error| {
            unavailable(if error.is_timeout() { "it did not answer in time" } else { "it could not be reached" })
        })?;
        match response.status() {
            status if status.is_success() => {}
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                return Err(ProviderError::Refused);
            }
            status => return Err(ProviderError::Unavailable(format!("it answered {}", status.as_u16()))),
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|_| unavailable("its answer broke off"))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(unavailable("its answer is too large"));
            }
        }
        // serde's own message could quote a value.
        serde_json::from_slice(&body).map_err(|_| unavailable("its answer is not what was expected"))
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
        let Imported { id } = self.ask(Method::POST, url).await?;
        // It goes into paths and is stored.
        if id.is_empty() || id.len() > 64 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ProviderError::Unavailable("its answer is not what was expected".to_owned()));
        }
        Ok(id)
    }

    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError> {
        let url = self.url(&["resources", "applicants", case, "status"]);
        let Status { review_status, review_result } = self.ask(Method::GET, url).await?;
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
