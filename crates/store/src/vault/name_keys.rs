//! The keys of many customers' names, for scans.

use aws_lc_rs::aead::LessSafeKey;
use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use super::cell::aead_key;
use super::{Purpose, SecretKey, Vault, WrappedKey, open_uncompared};

/// Opens one key after the other. It keeps the key of the epoch, because preparing that takes as long as using it.
pub(crate) struct NameKeys<'a> {
    vault: &'a Vault,
    scope: Scope,
    epoch: Option<(u32, LessSafeKey)>,
}

impl<'a> NameKeys<'a> {
    pub(crate) const fn new(vault: &'a Vault, scope: Scope) -> Self {
        Self { vault, scope, epoch: None }
    }

    /// The key of a customer's names. The commitment is not compared, which would take as long as opening the key. A
    /// wrong key does not open the names, and a scan finds what it cannot open.
    pub(crate) fn open(&mut self, customer: CustomerId, wrapped: WrappedKey) -> Result<SecretKey, StoreError> {
        if self.epoch.as_ref().is_none_or(|(epoch, _)| *epoch != wrapped.epoch) {
            let key = aead_key(&self.vault.wrap_key(wrapped.epoch, self.scope)?);
            self.epoch = Some((wrapped.epoch, key));
        }
        let (_, wrap_key) = self.epoch.as_ref().expect("it was set above");
        let subject = PersonId::of_customer(customer);
        let (root, _) = open_uncompared(wrap_key, self.scope, "subject", subject.as_bytes(), wrapped)?;
        Ok(Purpose::Names.key_below(&root))
    }
}
