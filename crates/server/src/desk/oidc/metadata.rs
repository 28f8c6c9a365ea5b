//! What the identity provider says of itself: its discovery document.

use reqwest::Url;
use serde::Deserialize;

use super::calls::Calls;
use super::error::OidcError;
use crate::config::desk::is_protected;

/// The parts of the document that matter here.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The endpoints of the provider.
#[derive(Debug, Clone)]
pub(super) struct Metadata {
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    pub(super) user_info: Option<Url>,
    /// How a client with a secret proves itself.
    pub(super) client_authentication: ClientAuthentication,
    /// Whether the browser always comes back with the issuer (RFC 9207).
    pub(super) names_issuer: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuthentication {
    /// In the header.
    Basic,
    /// In the form.
    Post,
}

impl Metadata {
    /// Asks the provider.
    pub(super) async fn discover(issuer: &str, calls: &Calls) -> Result<Self, OidcError> {
        const WHAT: &str = "discovery";
        let wrong = |why: &str| OidcError::Unexpected(format!("{WHAT}: {why}"));
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|_| wrong("the issuer is not a URL"))?;
        let document: Document = calls.get(&url, WHAT).await?;
        if document.issuer != issuer {
            return Err(wrong("it names another issuer than the setting oidc_issuer"));
        }
        // Only a provider on this machine may have endpoints without TLS.
        let fits = |endpoint: &Url| endpoint.scheme() == "https" || (url.scheme() == "http" && is_protected(endpoint));
        let Document { authorization_endpoint: authorization, token_endpoint: token, jwks_uri: keys, .. } = document;
        let user_info = document.userinfo_endpoint;
        if ![&authorization, &token, &keys].into_iter().chain(&user_info).all(fits) {
            return Err(wrong("one of its endpoints is not an https URL"));
        }
        let client_authentication = client_authentication(document.token_endpoint_auth_methods_supported.as_deref());
        let client_authentication =
            client_authentication.ok_or_else(|| wrong("it takes a secret neither in the header nor in the form"))?;
        let names_issuer = document.authorization_response_iss_parameter_supported;
        Ok(Self { authorization, token, keys, user_info, client_authentication, names_issuer })
    }
}

/// A provider that lists no methods has the one in the header.
fn client_authentication(methods: Option<&[String]>) -> Option<ClientAuthentication> {
    let has = |method: &str| methods.is_some_and(|methods| methods.iter().any(|one| one == method));
    if methods.is_none() || has("client_secret_basic") {
        Some(ClientAuthentication::Basic)
    } else if has("client_secret_post") || has("none") {
        Some(ClientAuthentication::Post)
    } else {
        None
    }
}
