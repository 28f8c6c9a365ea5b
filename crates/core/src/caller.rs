//! Who asks, and inside which walls.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, KeyId, SessionId};

/// Test data or real data; nothing crosses between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// For developers: every outcome can be had here.
    Sandbox,
    /// Real customers.
    Production,
}

impl Environment {
    /// The word for it everywhere: `sandbox` or `production`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The walls: every record belongs to one account and environment, and every read and write names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The tenant.
    pub account: AccountId,
    /// Sandbox or production.
    pub environment: Environment,
}

/// Who acts, as the audit trail names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A program with an API key.
    Key(KeyId),
    /// A person at the command line of the server.
    Operator,
    /// Dossier itself.
    System,
    /// The customer behind a link, in the hosted form.
    Session(SessionId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Operator => f.write_str("operator"),
            Self::System => f.write_str("system"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

/// One request's author: inside which walls, who, under which request id, from which address.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The walls.
    pub scope: Scope,
    /// Who.
    pub actor: Actor,
    /// The id that the answer and the log carry.
    pub request_id: String,
    /// The network address it came from, when it came over a network. Personal: kept sealed.
    pub address: Option<std::net::IpAddr>,
}
