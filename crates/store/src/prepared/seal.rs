//! Seals a change: its effect, its audit entry, its events and the answer to keep.

use dossier_core::account::Account;
use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::audit::AuditEntry;
use dossier_core::caller::Scope;
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::customer::{EmailIndex, numbers};
use dossier_core::event::Event;
use dossier_core::ids::{CustomerId, KeyId, PersonId};
use dossier_core::store::StoreError;
use dossier_core::webhook::NewSecret;

use super::change::{Precondition, PreparedChange, PreparedEffect};
use super::desk;
use super::entry::stored_entry;
use super::grants::{SealedEndpoint, SealedKey, StoredLink, event_types_column, seal_url};
use super::keys::{NewKeys, SealingKeys};
use crate::api_keys::AccountRow;
use crate::api_keys::from_words;
use crate::audit_chain::StoredEntry;
use crate::files::FileRow;
use crate::records::RowHashes;
use crate::sealed::{self, AccountCell, account_scope, seal_account, seal_name, seal_settings};
use crate::vault::{Purpose, RowSeal, WrappedKey};
use crate::{audit_detail, rows};

/// Seals all personal data of a change. `new_scopes` holds the keys of the account that the change creates. Returns the
/// keys of new data subjects too, for the caller to cache once they are durable.
pub(crate) fn seal(
    mut keys: SealingKeys<'_>,
    new_scopes: Option<[(Scope, WrappedKey); 2]>,
    change: Change,
) -> Result<(PreparedChange, NewKeys), StoreError> {
    let Change { scope, effect, audit, events, answer, is_silent } = change;
    let mut fresh = Vec::new();
    let persons = audit_detail::persons_after(&effect);
    let effect = keys.effect(scope, effect, audit.as_ref(), new_scopes, &mut fresh)?;
    let is_erased = matches!(effect, PreparedEffect::CustomerErased(_));
    let own_key = |customer: CustomerId| {
        // The audit entry and the event of an erasure must stay readable once the customer's key is gone.
        let key = match is_erased {
            true => Some(&keys.scope.remains),
            false => keys.subjects.get(&PersonId::of_customer(customer)),
        };
        key.ok_or_else(|| StoreError::Corrupt(format!("customer {customer} has no key")))
    };
    let audit = audit.map(|entry| {
        let key = entry.customer.map(own_key).transpose()?;
        let key = key.map(|own| (&**own, &keys.subjects, &persons[..]));
        let records = RowHashes::of(&effect).into_column();
        Ok::<_, StoreError>(StoredEntry { records, ..stored_entry(scope, entry, key, &keys.scope) })
    });
    let sealed_event = |mut event: Event| {
        let body = std::mem::take(&mut event.body);
        let key = own_key(event.customer)?;
        let cell = sealed::seal_attached(key, Purpose::Events, scope, event.customer, b"", event.number, body);
        Ok::<_, StoreError>((event, cell))
    };
    let events = events.into_iter().map(sealed_event).collect::<Result<Vec<_>, _>>()?;
    let answer = answer.map(|pending| {
        let subject = pending.answer.customer.map(own_key).transpose()?;
        let cell = sealed::seal_answer(&keys.scope, (subject.map(|key| &**key), &keys.subjects), scope, &pending);
        Ok::<_, StoreError>((pending, cell))
    });
    let (audit, answer) = (audit.transpose()?, answer.transpose()?);
    Ok((PreparedChange { scope, keys: keys.scope, audit, events, answer, effect, is_silent }, fresh))
}

impl SealingKeys<'_> {
    /// The stored form of an effect. `audit` is the entry of the same change.
    fn effect(
        &mut self,
        scope: Scope,
        effect: Effect,
        audit: Option<&AuditEntry>,
        new_scopes: Option<[(Scope, WrappedKey); 2]>,
        fresh: &mut NewKeys,
    ) -> Result<PreparedEffect, StoreError> {
        let vault = self.vault;
        Ok(match effect {
            Effect::None => PreparedEffect::None,
            Effect::CustomerCreated(customer) => {
                self.customer(scope, Precondition::New, &customer, (&[], None, false, None), true, fresh)?
            }
            Effect::CustomerUpdated { basis: expected, after, attached, link, ends_passes, erases } => {
                let link = link.map(|link| StoredLink::new(vault, &self.scope, scope, after.id, &link));
                let numbers_change = audit.is_none_or(|entry| numbers::may_change(&entry.fields));
                let beside = (&attached[..], link, ends_passes, erases);
                let email_moves = matches!(after.email_index, EmailIndex::Nth(_));
                let basis = Precondition::Version { expected, email_moves };
                self.customer(scope, basis, &after, beside, numbers_change, fresh)?
            }
            Effect::ErasureScheduled(erasure) => PreparedEffect::ErasureScheduled(self.scheduled(scope, &erasure)?),
            Effect::ErasureCancelled(id, person) => PreparedEffect::ErasureCancelled(id, person),
            Effect::ErasurePostponed(erasure) => PreparedEffect::ErasurePostponed(self.scheduled(scope, &erasure)?),
            Effect::CustomerErased { basis, tombstone, is_scheduled, unless_held } => {
                self.erased(scope, (basis, is_scheduled, unless_held), *tombstone)
            }
            Effect::HoldPlaced(hold) => PreparedEffect::HoldPlaced(self.hold(scope, &hold)?),
            Effect::HoldEnded { hold, erasures } => {
                let sealed = |erasure| self.scheduled(scope, erasure).map(|erasure| *erasure);
                let erasures = erasures.iter().map(sealed).collect::<Result<Vec<_>, StoreError>>()?;
                PreparedEffect::HoldEnded { hold: self.hold(scope, &hold)?, erasures }
            }
            Effect::EvidenceDeleted { customer, documents, unless_held } => {
                PreparedEffect::EvidenceDeleted { customer, documents, unless_held: unless_held.as_micros() }
            }
            Effect::ClockAdvanced { expected, seconds } => PreparedEffect::Clock { expected, seconds },
            Effect::EmptyingStarted(emptying) => PreparedEffect::EmptyingStarted(emptying),
            Effect::SandboxEmptied(emptying) => PreparedEffect::SandboxEmptied(emptying),
            Effect::WebhookCreated(new) => {
                PreparedEffect::Endpoint(Box::new(SealedEndpoint::new(&self.scope, scope, *new)))
            }
            Effect::WebhookEnabled { id, key, at } => PreparedEffect::EndpointEnabled { id, key, at },
            Effect::WebhookChanged { id, url, event_types } => PreparedEffect::EndpointChanged {
                id,
                url: seal_url(&self.scope, scope, id, &url),
                event_types: event_types_column(&event_types),
            },
            Effect::SecretRotated(NewSecret { id, secret, at, until }) => {
                PreparedEffect::SecretRotated { id, secret, at, until: until.as_micros() }
            }
            Effect::WebhookDeleted(id) => PreparedEffect::EndpointDeleted(id),
            Effect::DeliveryResent { delivery, at } => PreparedEffect::Resent { delivery, at },
            Effect::FileUploaded(file) => {
                let request_id = audit.map_or("", |entry| &entry.request_id);
                let mac = rows::seal(&FileRow::uploaded(scope, &file, request_id), &self.scope);
                PreparedEffect::File { file, mac }
            }
            Effect::AccountCreated(account) => {
                let scope_keys = new_scopes.ok_or_else(|| StoreError::Corrupt("a new account has no keys".into()))?;
                let (AccountRow { id, name, created_at, .. }, look, mac) = self.account(account);
                PreparedEffect::Account { id, name, created_at, look, mac, scope_keys }
            }
            Effect::AccountChanged(account) => {
                let (AccountRow { id, name, .. }, look, mac) = self.account(account);
                PreparedEffect::AccountChanged { id, name, look, mac }
            }
            Effect::FormOpened { customer, pass, at } => {
                // A pass is valid as long as the link of its session, and needs no expiry of its own.
                let link = StoredLink::new(vault, &self.scope, scope, customer, &pass);
                let link = StoredLink { expires_at: None, used_at: Some(at), ..link };
                PreparedEffect::Pass { customer, link }
            }
            Effect::FormLeft(pass) => PreparedEffect::PassEnded(vault.key_lookup(&pass)),
            Effect::KeyCreated { key, record } => self.key(&key, &record, None),
            Effect::KeyRolled { old, ends_at, key, record } => self.key(&key, &record, Some((old, ends_at))),
            Effect::KeyRevoked { id, at } => PreparedEffect::KeyRevoked { id, at },
            Effect::KeyRestricted { id, addresses } => {
                PreparedEffect::KeyRestricted { id, from: from_words(&addresses) }
            }
            Effect::MemberWritten { expected, after, beside } => self.member(expected, &after, beside),
            Effect::MemberRemoved { member, sign_ins, beside } => desk::removed(member, &sign_ins, beside),
            Effect::SignInCreated { new, link, ends, member } => self.sign_in(&new, link, &ends, member.as_deref()),
            Effect::SignInsEnded(sign_ins) => desk::all_ended(&sign_ins),
            Effect::WorksheetWritten { expected, after } => self.worksheet(scope, expected, &after)?,
            Effect::SettingsRecorded(json) => PreparedEffect::Settings(seal_settings(&self.scope, scope, &json)),
        })
    }

    /// A new key, and the key that it replaces with the moment at which that one ends.
    fn key(&self, key: &ApiKey, record: &KeyRecord, ends: Option<(KeyId, Timestamp)>) -> PreparedEffect {
        let key = SealedKey::new(&self.scope, self.vault.key_lookup(key.expose()), key, record);
        PreparedEffect::Key { key: Box::new(key), ends }
    }

    /// The row of an account, its settings of the form once more, and its seal.
    fn account(&self, account: Account) -> (AccountRow, Vec<u8>, RowSeal) {
        let Account { account_id, name, created_at, form, closed_at } = account;
        let (scope, id) = (account_scope(account_id), *account_id.as_bytes());
        let name = seal_name(&self.account, scope, "accounts", &id, &name);
        let look = seal_account(&self.account, scope, &id, &AccountCell { form, closed_at });
        let row = AccountRow { id, name, created_at: created_at.as_micros(), look: Some(look.clone()) };
        let mac = rows::seal(&row, &self.account);
        (row, look, mac)
    }
}
