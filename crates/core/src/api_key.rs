//! API keys: their form, their scopes, and their life from creation through rolling to revocation.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use zeroize::Zeroizing;

use crate::caller::{Environment, Scope};
use crate::clock::Timestamp;
use crate::ids::{KeyId, Random};
use crate::secret::{self, Kind};
use crate::words::words;

/// An API key as its owner has it: `dsk_test_` or `dsk_live_`, 43 random characters, and 6 characters of checksum over
/// all that precedes them. It is wiped from memory when dropped, and `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// A new key.
    pub fn generate(environment: Environment, random: &dyn Random) -> Self {
        Self(secret::generate(Kind::ApiKey, environment, random))
    }

    /// Reads a key. `None` when the form or the checksum is wrong, so that a typo never reaches the database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        secret::parse(Kind::ApiKey, text).map(Self)
    }

    /// The key itself. It is shown to its owner once, and it is the input of the keyed hash that finds it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The environment that its prefix names.
    #[must_use]
    pub fn environment(&self) -> Environment {
        if self.0.starts_with("dsk_live_") { Environment::Production } else { Environment::Sandbox }
    }

    /// What may be shown later: the prefix and the last four characters.
    #[must_use]
    pub fn hint(&self) -> String {
        let (prefix, tail) = (&self.0[..9], &self.0[self.0.len() - 4..]);
        format!("{prefix}…{tail}")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([secret])")
    }
}

words! {
    /// What a key may do.
    KeyScope {
    CustomersRead = "customers:read": "Read and list customers.",
    CustomersWrite = "customers:write": "Create and update customers, without seeing what is stored.",
    FilesWrite = "files:write": "Upload files.",
    FilesRead = "files:read": "Read the details of files. Their content also takes pii:reveal.",
    PiiReveal = "pii:reveal": "See identity and tax numbers in full, the content of files, and exports.",
    KycSession = "kyc:session": "Open KYC sessions, and see the links to the form.",
    KycDecide = "kyc:decide": "Decide about customers.",
    WebhooksManage = "webhooks:manage": "Manage webhooks. Registering and enabling one also takes events:read.",
    EventsRead = "events:read": "Read events, each with the customer as it was then.",
    ErasureRequest = "erasure:request": "Request and cancel the erasure of customers, and read its certificates.",
    RetentionManage = "retention:manage": "Place and end holds, and read what is due for deletion.",
    AuditRead = "audit:read": "Read the audit trail.",
    Simulate = "simulate": "Drive the sandbox.",
}
}

impl KeyScope {
    /// What a key may do when no scopes are named: what the contract's endpoints need and, in the sandbox, what a
    /// developer needs to see every outcome. Reading files is not among them, because the contract only uploads.
    /// Seeing numbers is, because the contract returns them in full.
    #[must_use]
    pub fn defaults(environment: Environment) -> Vec<Self> {
        let mut scopes = vec![
            Self::CustomersRead,
            Self::CustomersWrite,
            Self::FilesWrite,
            Self::KycSession,
            Self::WebhooksManage,
            Self::EventsRead,
            Self::PiiReveal,
        ];
        if environment == Environment::Sandbox {
            scopes.extend([Self::Simulate, Self::KycDecide]);
        }
        scopes
    }
}

/// What is kept of a key. The key itself is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The id of the key.
    pub key_id: KeyId,
    /// The scope inside which it acts.
    pub scope: Scope,
    /// The name that its owner gives it. It is sealed.
    pub name: String,
    /// Prefix and last four characters.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The moment from which it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The key that this one replaces.
    pub predecessor: Option<KeyId>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The addresses from which it may be used. Empty for all.
    pub addresses: Vec<IpNet>,
}

/// A key has at most this many allowed addresses.
pub const MAX_ADDRESSES: usize = 32;

/// Reads an address, or a network such as `10.1.0.0/16`. `None` for anything else, such as `10.1.2.3/8`: that is a
/// larger network than it looks like. IPv4 addresses that are written as IPv6 are IPv4, as requests have them.
#[must_use]
pub fn parse_network(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpNet>() {
        Ok(network) => Some(network).filter(|network| network.trunc() == *network)?,
        Err(_) => text.parse::<IpAddr>().ok()?.into(),
    };
    let IpNet::V6(long) = network else { return Some(network) };
    match (long.addr().to_ipv4_mapped(), long.prefix_len().checked_sub(96)) {
        (Some(short), Some(prefix)) => IpNet::new(short.into(), prefix).ok(),
        _ => Some(network),
    }
}

words! {
    /// Whether a key can be used now.
    KeyState {
        /// It can be used.
        Active = "active",
        /// It has expired.
        Expired = "expired",
        /// It was revoked.
        Revoked = "revoked",
    }
}

impl KeyRecord {
    /// What an audit entry says about it, sealed.
    pub(crate) fn audited(&self) -> serde_json::Value {
        let Self { scope, name, hint, scopes, expires_at, revoked_at, addresses, .. } = self;
        let mut json = serde_json::json!({
            "name": name,
            "environment": scope.environment,
            "hint": hint,
            "scopes": scopes,
            "expires_at": expires_at,
            "revoked_at": revoked_at,
        });
        if !addresses.is_empty() {
            json["addresses"] = addresses.iter().map(ToString::to_string).collect();
        }
        json
    }

    /// Whether the key may be used from an address.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.addresses.is_empty() || self.addresses.iter().any(|network| network.contains(&address))
    }

    /// Whether the key can be used at this moment.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::testing::Dice;

    #[test]
    fn a_network_is_written_as_it_is() {
        for (text, expected) in [
            ("10.1.0.0/16", Some("10.1.0.0/16")),
            ("10.1.2.3", Some("10.1.2.3/32")),
            ("10.1.2.3/8", None),
            ("::ffff:127.0.0.1", Some("127.0.0.1/32")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("2001:db8::1/32", None),
            ("::/0", Some("::/0")),
            ("example.com", None),
            ("", None),
        ] {
            assert_eq!(parse_network(text).map(|network| network.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn keys_have_the_documented_form_and_are_read_back() {
        for environment in [Environment::Sandbox, Environment::Production] {
            for seed in 0..1_000 {
                let key = ApiKey::generate(environment, &Dice::new(seed));
                assert_eq!(key.expose().len(), 58);
                assert_eq!(ApiKey::parse(key.expose()), Some(key.clone()));
                assert_eq!(format!("{key:?}"), "ApiKey([secret])");
            }
        }
    }

    #[test]
    fn a_typo_or_another_environment_breaks_the_checksum() {
        let key = ApiKey::generate(Environment::Sandbox, &Dice::new(7));
        let text = key.expose();
        for at in 9..text.len() {
            let other = if text.as_bytes()[at] == b'a' { "b" } else { "a" };
            let typo = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(ApiKey::parse(&typo), None, "{at}");
        }
        for wrong in
            ["", "dsk_test_", &text.replace("test", "live"), &text[..57], &format!("{text}0"), &format!(" {text}")]
        {
            assert_eq!(ApiKey::parse(wrong), None);
        }
    }

    #[test]
    fn a_hint_is_prefix_and_last_four() {
        let key = ApiKey::generate(Environment::Production, &Dice::new(1));
        assert!(key.hint().starts_with("dsk_live_…") && key.expose().ends_with(&key.hint()[12..]));
    }
}
