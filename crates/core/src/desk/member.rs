//! Members: the people of an account.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::caller::{Actor, Environment, OperatorName, Scope};
use crate::clock::Timestamp;
use crate::desk::role::{Permission, Roles};
use crate::desk::worksheet::Author;
use crate::ids::{AccountId, MemberId};

/// The most members of an account.
pub const MAX_MEMBERS: usize = 1_000;
/// The most passkeys of a member.
pub const MAX_PASSKEYS: usize = 20;
/// The longest name of a passkey, in characters.
pub const MAX_PASSKEY_NAME: usize = 64;
/// The longest e-mail address of a member, in characters.
pub const MAX_EMAIL: usize = 254;

/// A person who works for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The id, which never changes.
    pub id: MemberId,
    /// The account that the member works for.
    pub account: AccountId,
    /// Counts the changes of the member.
    pub version: u64,
    /// The personal part.
    pub details: MemberDetails,
}

/// The personal part of a member, which is sealed under the account's own key. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberDetails {
    /// The name, as the audit trail shows it. It stays there after the member is removed.
    pub name: OperatorName,
    /// The e-mail address, by which an identity provider's sign-in finds the member.
    pub email: String,
    /// What the member may do.
    pub roles: Roles,
    /// When the member was invited.
    pub invited_at: Timestamp,
    /// When the member last signed in.
    #[serde(default)]
    pub signed_in_at: Option<Timestamp>,
    /// The passkeys, oldest first.
    #[serde(default)]
    pub passkeys: Vec<Passkey>,
    /// The member's identity at the identity provider, once it was used.
    #[serde(default)]
    pub identity: Option<Identity>,
    /// Whether shortcuts of single keys are turned off.
    #[serde(default)]
    pub no_shortcuts: bool,
}

/// A passkey of a member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its id, for its owner.
    pub id: String,
    /// The name that its owner gives it.
    pub name: String,
    /// What verifies its signatures, in the format of the WebAuthn library.
    pub credential: serde_json::Value,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// A person at an identity provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The URL of the provider, as `iss` in ID tokens.
    pub issuer: String,
    /// The person's id there.
    pub subject: String,
}

impl fmt::Debug for MemberDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl Member {
    /// Members and their sign-ins are stored and audited in the production of their account, because the sandbox can be
    /// emptied.
    #[must_use]
    pub const fn home(account: AccountId) -> Scope {
        Scope { account, environment: Environment::Production }
    }

    /// The member as the audit trail names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Member(self.id, self.details.name.clone())
    }

    /// The member as the author of a note or a verdict.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { id: self.id, name: self.details.name.as_str().to_owned() }
    }

    /// Whether the member may do something in an environment.
    #[must_use]
    pub fn may(&self, permission: Permission, environment: Environment) -> bool {
        self.details.roles.allow(permission, environment)
    }

    /// What an audit entry says about the member, sealed. The trail outlives the member, so it has nothing personal but
    /// the name: no address, no names of devices, and nothing that signs in.
    pub(crate) fn audited(&self) -> serde_json::Value {
        let MemberDetails {
            name,
            roles,
            passkeys,
            identity,
            email: _,
            invited_at: _,
            signed_in_at: _,
            no_shortcuts: _,
        } = &self.details;
        serde_json::json!({
            "name": name,
            "roles": roles,
            "passkeys": passkeys.len(),
            "issuer": identity.as_ref().map(|identity| &identity.issuer),
        })
    }
}
