//! Why a sign-in through the identity provider failed.

/// No message contains anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    #[error("the identity provider could not be reached")]
    Unreachable,
    /// Something else than the response that the protocol has at this point.
    #[error("the identity provider: {0}")]
    Unexpected(String),
    /// The provider refused, with a code of the protocol.
    #[error("the identity provider refused: {0}")]
    Refused(String),
    /// The browser came back to a sign-in that it did not begin, or from another provider.
    #[error("the response belongs to another sign-in")]
    OtherSignIn,
    #[error("the ID token is refused: {0}")]
    Token(&'static str),
}

impl OidcError {
    /// What the provider gave as the code of an error, if it has the form of one.
    #[must_use]
    pub fn refused(code: &str) -> Self {
        let is_code =
            (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
        Self::Refused(if is_code { code } else { "without a known code" }.to_owned())
    }
}
