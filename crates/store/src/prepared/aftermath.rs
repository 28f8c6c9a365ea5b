//! What this process does once one of its own changes is durable.

use dossier_core::caller::Scope;
use tokio::sync::watch;

use super::change::{PreparedChange, PreparedEffect};
use super::keys::NewKeys;
use crate::api_keys::ApiKeyCache;
use crate::cache;
use crate::signing::SignerCache;

impl PreparedChange {
    pub(crate) fn aftermath(&self, fresh: NewKeys) -> Aftermath {
        Aftermath {
            scope: self.scope,
            fresh,
            about_keys: matches!(
                self.effect,
                PreparedEffect::Key { .. } | PreparedEffect::KeyRevoked { .. } | PreparedEffect::KeyRestricted { .. }
            ),
            about_endpoints: matches!(
                self.effect,
                PreparedEffect::EndpointEnabled { .. }
                    | PreparedEffect::EndpointChanged { .. }
                    | PreparedEffect::SecretRotated { .. }
                    | PreparedEffect::EndpointDeleted(_)
            ),
            announces: !self.events.is_empty() || matches!(self.effect, PreparedEffect::Resent { .. }),
        }
    }
}

/// What a process forgets, remembers and announces once a change of its own is durable.
pub(crate) struct Aftermath {
    scope: Scope,
    fresh: NewKeys,
    about_keys: bool,
    about_endpoints: bool,
    announces: bool,
}

impl Aftermath {
    pub(crate) fn apply(
        self,
        cache: &cache::KeyCache,
        keys: &ApiKeyCache,
        signers: &SignerCache,
        announced: &watch::Sender<()>,
    ) {
        for (subject, key) in self.fresh {
            cache.remember(self.scope, subject, key);
        }
        if self.about_keys {
            keys.forget();
        }
        if self.about_keys || self.about_endpoints {
            signers.forget();
        }
        if self.announces || self.about_endpoints {
            announced.send_replace(());
        }
    }
}
