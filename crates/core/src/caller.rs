//! Who makes a request, and in which scope.

use std::fmt;
use std::sync::Arc;

use crate::hidden::is_hidden;
use crate::ids::{AccountId, KeyId, MemberId, SessionId};
use crate::words::words;

words! {
    /// Test data or real data. Nothing crosses between the two.
    Environment {
        Sandbox = "sandbox": "For developers: every outcome can be had here.",
        Production = "production": "Real customers.",
    }
}

/// One account in one environment. Every record belongs to a scope, and every read and write names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The account, which is the tenant.
    pub account: AccountId,
    /// Sandbox or production.
    pub environment: Environment,
}

/// The name of a person who acts, which the audit trail keeps in plain text. At the command line it is what the person
/// or the login gives, and it proves nothing, since anyone who can run commands can choose it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperatorName(Arc<str>);

/// Why a text is not a name of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {max} characters and no control characters or hidden ones", max = OperatorName::MAX)]
pub struct OperatorNameError;

impl OperatorName {
    /// The longest name, in characters.
    pub const MAX: usize = 128;

    /// Reads a name. Surrounding white space is not part of it.
    ///
    /// # Errors
    ///
    /// [`OperatorNameError`] when it is empty, too long, or has control or hidden characters.
    pub fn new(text: &str) -> Result<Self, OperatorNameError> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > Self::MAX || name.chars().any(is_hidden) {
            return Err(OperatorNameError);
        }
        Ok(Self(name.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OperatorName {
    type Error = OperatorNameError;

    fn try_from(text: String) -> Result<Self, OperatorNameError> {
        Self::new(&text)
    }
}

impl From<OperatorName> for String {
    fn from(name: OperatorName) -> Self {
        name.as_str().to_owned()
    }
}

/// Who acts, as the audit trail names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A program with an API key.
    Key(KeyId),
    /// A person at the command line of the server.
    Operator(OperatorName),
    /// A member who is signed in at the desk, by id and by the name at that time.
    Member(MemberId, OperatorName),
    /// Dossier itself, without a person or a key.
    System,
    /// The customer behind a link, in the hosted form.
    Session(SessionId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Operator(name) => write!(f, "operator:{}", name.as_str()),
            Self::Member(id, name) => write!(f, "member:{id}:{}", name.as_str()),
            Self::System => f.write_str("system"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

/// The author of one request: who, in which scope, with which request id, from which address.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The scope of everything that the caller does.
    pub scope: Scope,
    /// Who acts, as the audit trail names it.
    pub actor: Actor,
    /// The id that the response and the log carry.
    pub request_id: String,
    /// The network address, when the request came over a network. It is personal and kept sealed.
    pub address: Option<std::net::IpAddr>,
}

impl Caller {
    /// Dossier itself. `occasion` takes the place of a request id, for example `upgrade`.
    #[must_use]
    pub fn system(scope: Scope, occasion: &str) -> Self {
        Self { scope, actor: Actor::System, request_id: occasion.to_owned(), address: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_an_operator_fits_one_line() {
        let longest = "é".repeat(OperatorName::MAX);
        for (text, name) in [(" Ada Lovelace\t", "Ada Lovelace"), ("a:b", "a:b"), (&longest, &longest)] {
            assert_eq!(OperatorName::new(text).expect(text).as_str(), name);
        }
        for wrong in ["", "  ", "a\nb", "a\u{1b}[2Jb", "\0", &format!("{longest}é")] {
            assert_eq!(OperatorName::new(wrong), Err(OperatorNameError), "{wrong:?}");
        }
    }
}
