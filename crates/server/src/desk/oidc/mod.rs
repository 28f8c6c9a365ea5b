//! Sign-in through an identity provider: OpenID Connect, authorization code with PKCE.

mod calls;
mod claims;
mod directory;
mod error;
mod keys;
mod metadata;
mod token;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dossier_core::clock::Timestamp;
use dossier_core::ids::Random;
use form_urlencoded::Serializer;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::desk::OidcSettings;
use calls::Calls;
pub use claims::Person;
use claims::{is_incomplete, person};
use directory::Directory;
pub use error::OidcError;
use metadata::{ClientAuthentication, Metadata};
use token::{Claims, Expected, Refusal, verify};

/// Where the provider sends the browser back to, on the desk.
pub const BACK: &str = "/desk/oidc/back";

/// The identity provider of the settings.
pub struct Oidc {
    settings: OidcSettings,
    redirect_uri: String,
    calls: Calls,
    directory: Directory,
}

/// The state of a sign-in while the browser is at the provider.
#[derive(Serialize, Deserialize)]
pub struct ProviderSignIn {
    state: String,
    nonce: String,
    verifier: String,
    is_fresh: bool,
}

/// What the browser brings back from the provider.
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

impl Callback {
    /// Reads the query of the URL.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let value = |name: &str| {
            let found = form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned())
        };
        Self { state: value("state"), code: value("code"), error: value("error"), iss: value("iss") }
    }
}

/// The response of the token endpoint.
#[derive(Deserialize)]
struct Tokens {
    id_token: Zeroizing<String>,
    access_token: Option<Zeroizing<String>>,
}

impl Oidc {
    /// The provider for a desk at a URL. Nothing is asked of it yet.
    pub fn new(settings: OidcSettings, desk_url: &str) -> Result<Self, String> {
        let redirect_uri = format!("{desk_url}{BACK}");
        Ok(Self { settings, redirect_uri, calls: Calls::new()?, directory: Directory::default() })
    }

    /// Begins a sign-in. Returns the URL at the provider, and the state. If it has to be fresh, the provider asks the
    /// member to authenticate even if they are signed in there.
    pub async fn begin(
        &self,
        random: &dyn Random,
        is_fresh: bool,
        now: Timestamp,
    ) -> Result<(Url, ProviderSignIn), OidcError> {
        let known = self.directory.known(&self.settings.issuer, &self.calls, now).await?;
        let sign_in =
            ProviderSignIn { state: secret(random), nonce: secret(random), verifier: secret(random), is_fresh };
        let challenge = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, sign_in.verifier.as_bytes());
        let mut url = known.metadata.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", &self.settings.scopes)
            .append_pair("state", &sign_in.state)
            .append_pair("nonce", &sign_in.nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
            .append_pair("code_challenge_method", "S256");
        if is_fresh {
            url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        Ok((url, sign_in))
    }

    /// Ends a sign-in with what the browser brought back.
    pub async fn finish(
        &self,
        sign_in: &ProviderSignIn,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<Person, OidcError> {
        let issuer = &self.settings.issuer;
        let known = self.directory.known(issuer, &self.calls, now).await?;
        let is_of_issuer = match &callback.iss {
            Some(named) => named == issuer,
            None => !known.metadata.names_issuer,
        };
        if callback.state.as_ref() != Some(&sign_in.state) || !is_of_issuer {
            return Err(OidcError::OtherSignIn);
        }
        if let Some(error) = &callback.error {
            return Err(OidcError::refused(error));
        }
        let Some(code) = &callback.code else { return Err(OidcError::OtherSignIn) };
        let tokens = self.exchange(&known.metadata, code, &sign_in.verifier).await?;
        let expected =
            Expected { issuer, client_id: &self.settings.client_id, nonce: &sign_in.nonce, is_fresh: sign_in.is_fresh };
        let claims = match verify(&tokens.id_token, &known.keys, &expected, now) {
            Err(Refusal::UnknownKey) => {
                let known = self.directory.with_new_keys(issuer, &self.calls, now).await?;
                verify(&tokens.id_token, &known.keys, &expected, now)
            }
            verified => verified,
        };
        let claims = claims.map_err(|refusal| match refusal {
            Refusal::UnknownKey => OidcError::Token("its key is unknown"),
            Refusal::Fault(fault) => OidcError::Token(fault),
        })?;
        let rules = self.settings.roles.as_ref();
        let more = self.more(&known.metadata, &tokens, &claims).await?;
        Ok(person(issuer, &claims, &more, rules))
    }

    /// Exchanges a code for tokens.
    async fn exchange(&self, metadata: &Metadata, code: &str, verifier: &str) -> Result<Tokens, OidcError> {
        let (form, authorization) = self.code_request(metadata, code, verifier);
        let authorization = authorization.as_ref().map(|header| header.as_str());
        self.calls.post(&metadata.token, authorization, form, "tokens").await
    }

    /// The body of the request for tokens, and its header if the client proves itself with one.
    fn code_request(&self, metadata: &Metadata, code: &str, verifier: &str) -> (String, Option<Zeroizing<String>>) {
        let OidcSettings { client_id, client_secret, .. } = &self.settings;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code_verifier", verifier);
        let authorization = match (client_secret.as_str(), metadata.client_authentication) {
            ("", _) => {
                form.append_pair("client_id", client_id);
                None
            }
            (secret, ClientAuthentication::Post) => {
                form.append_pair("client_id", client_id).append_pair("client_secret", secret);
                None
            }
            (secret, ClientAuthentication::Basic) => Some(basic(client_id, secret)),
        };
        (form.finish(), authorization)
    }

    /// What the provider says about the person beside the ID token, if that lacks something.
    async fn more(&self, metadata: &Metadata, tokens: &Tokens, claims: &Claims) -> Result<Claims, OidcError> {
        let (Some(url), Some(token)) = (&metadata.user_info, &tokens.access_token) else { return Ok(Claims::new()) };
        if !is_incomplete(claims, self.settings.roles.as_ref()) {
            return Ok(Claims::new());
        }
        let more: Claims = self.calls.get_with(url, token, "user info").await?;
        // Otherwise it could be about the owner of another access token.
        if more.get("sub") != claims.get("sub") {
            return Err(OidcError::Unexpected("user info: it is about another person".to_owned()));
        }
        Ok(more)
    }
}

/// 256 random bits in base64url.
fn secret(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The header of a client with a secret (RFC 6749, section 2.3.1): both parts are encoded like parts of a form first.
fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

#[cfg(test)]
mod tests;
