//! Sign-ins: sessions of members, and the links that open one.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::ids::{AccountId, MemberId, SignInId};
use crate::words::words;

/// How long a one-time link works, in seconds.
pub const LINK_SECONDS: i64 = 30 * 60;
/// How long a session lasts at most, in seconds.
pub const SESSION_SECONDS: i64 = 12 * 60 * 60;
/// How long a session lasts without a request, in seconds.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// How long an authentication counts as fresh, in seconds.
pub const FRESH_SECONDS: i64 = 10 * 60;
/// The longest description of a device that is kept, in characters.
pub const MAX_DEVICE: usize = 200;

words! {
    /// What a token opens.
    SignInKind {
        Link = "link": "A one-time link, which opens a session.",
        Session = "session": "A session in one browser.",
    }
}

/// A session of a member, or a link that opens one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Its id, for its owner.
    pub id: SignInId,
    /// The account of the member.
    pub account: AccountId,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// The rest, which is sealed.
    pub details: SignInDetails,
}

/// What is sealed of a sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInDetails {
    /// The member who signs in with it.
    pub member: MemberId,
    /// Session or link.
    pub kind: SignInKind,
    /// When the member authenticated, or the link was made.
    pub created_at: Timestamp,
    /// How: `passkey`, `oidc` or `link`.
    pub method: String,
    /// The browser, as it describes itself.
    pub device: String,
}

impl fmt::Debug for SignInDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// A sign-in that is being stored, with the token that finds it.
#[derive(Debug)]
pub struct NewSignIn {
    /// The token. The store keeps only what it needs to find it.
    pub token: Zeroizing<String>,
    /// The sign-in that the token opens.
    pub sign_in: SignIn,
}

impl SignIn {
    /// Whether it can be used at a moment.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let used = self.used_at.unwrap_or(self.details.created_at);
        let is_idle = self.details.kind == SignInKind::Session && used.plus_seconds(IDLE_SECONDS) <= now;
        now < self.expires_at && !is_idle
    }

    /// Whether the member authenticated a short time ago.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.details.created_at.plus_seconds(FRESH_SECONDS)
    }
}
