//! The ways to sign in.

use super::oidc::Oidc;
use super::passkeys::Passkeys;
use crate::config::desk::OidcSettings;

/// What the settings allow. A one-time link always works.
pub struct Ways {
    pub passkeys: Passkeys,
    /// `None` if members do not sign in through an identity provider.
    pub provider: Option<Oidc>,
}

impl Ways {
    /// For a desk at a URL.
    pub fn new(desk_url: &str, provider: Option<OidcSettings>) -> Result<Self, String> {
        let provider = provider.map(|settings| Oidc::new(settings, desk_url)).transpose()?;
        Ok(Self { passkeys: Passkeys::new(desk_url)?, provider })
    }
}
