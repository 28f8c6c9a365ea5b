//! What follows in this process once a change of its own is durable.

use dossier_core::caller::Scope;
use tokio::sync::watch;

use super::change::{Prepared, PreparedEffect};
use super::keys::FreshKeys;
use crate::api_keys::KnownKeys;
use crate::cache;
use crate::signing::Signers;

impl Prepared {
    /// What follows once this is durable.
    pub(crate) fn aftermath(&self, fresh: FreshKeys) -> Aftermath {
        Aftermath {
            scope: self.scope,
            fresh,
            about_keys: matches!(self.effect, PreparedEffect::Key { .. } | PreparedEffect::KeyRevoked { .. }),
            about_endpoints: matches!(
                self.effect,
                PreparedEffect::EndpointEnabled { .. } | PreparedEffect::EndpointDeleted(_)
            ),
            announces: !self.events.is_empty() || matches!(self.effect, PreparedEffect::Resent { .. }),
        }
    }
}

/// What a process forgets, remembers and tells once a change of its own is durable.
pub(crate) struct Aftermath {
    scope: Scope,
    fresh: FreshKeys,
    about_keys: bool,
    about_endpoints: bool,
    announces: bool,
}

impl Aftermath {
    pub(crate) fn follow(
        self,
        cache: &cache::KeyCache,
        keys: &KnownKeys,
        signers: &Signers,
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
