//! A change as the writer of an engine gets it.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::{self, Hint, NewDocument, NewFile};
use dossier_core::clock::Timestamp;
use dossier_core::erasure::LedgerEntry;
use dossier_core::event::Event;
use dossier_core::idempotency::PendingAnswer;
use dossier_core::ids::{CustomerId, KeyId, PersonId, WebhookId};
use dossier_core::sandbox_clocks::Emptying;
use zeroize::Zeroizing;

use super::customer::{AttachedFile, CustomerRow, NewSubject};
use super::desk::DeskWrite;
use super::erasure::{ErasedCustomer, ErasedPersonRow, ScheduledErasure, SealedHold};
use super::grants::{SealedEndpoint, SealedKey, StoredLink};
use crate::audit_chain::StoredEntry;
use crate::vault::{RowSeal, ScopeKeys, WrappedKey};

/// A sealed change. Only its place in the audit chain is still open.
pub(crate) struct PreparedChange {
    pub(crate) scope: Scope,
    pub(crate) keys: Arc<ScopeKeys>,
    pub(crate) effect: PreparedEffect,
    pub(crate) audit: Option<StoredEntry>,
    pub(crate) events: Vec<(Event, Vec<u8>)>,
    pub(crate) answer: Option<(PendingAnswer, Vec<u8>)>,
    /// Whether no endpoint gets the events.
    pub(crate) is_silent: bool,
}

/// The stored form of an `Effect`.
pub(crate) enum PreparedEffect {
    /// Only an audit entry or a kept answer.
    None,
    Customer {
        basis: Precondition,
        row: Box<CustomerRow>,
        new_subjects: Vec<NewSubject>,
        /// `None` if one of the files is gone. Computing the change again then reports a violation.
        attached: Option<Vec<AttachedFile>>,
        link: Option<StoredLink>,
        ends_passes: bool,
        erases: Option<Box<ErasedPersonRow>>,
    },
    ErasureScheduled(Box<ScheduledErasure>),
    ErasureCancelled(CustomerId, Option<PersonId>),
    ErasurePostponed(Box<ScheduledErasure>),
    CustomerErased(Box<ErasedCustomer>),
    HoldPlaced(Box<SealedHold>),
    HoldEnded {
        hold: Box<SealedHold>,
        /// The erasures that it stopped.
        erasures: Vec<ScheduledErasure>,
    },
    EvidenceDeleted {
        customer: CustomerId,
        documents: Vec<NewDocument>,
        unless_held: i64,
    },
    File {
        file: Box<NewFile>,
        mac: RowSeal,
    },
    Account {
        id: [u8; 16],
        name: Vec<u8>,
        created_at: i64,
        look: Vec<u8>,
        mac: RowSeal,
        scope_keys: [(Scope, WrappedKey); 2],
    },
    Key {
        key: Box<SealedKey>,
        ends: Option<(KeyId, Timestamp)>,
    },
    KeyRevoked {
        id: KeyId,
        at: Timestamp,
    },
    KeyRestricted {
        id: KeyId,
        /// The words of the column `scopes` that say from where.
        from: String,
    },
    AccountChanged {
        id: [u8; 16],
        name: Vec<u8>,
        look: Vec<u8>,
        mac: RowSeal,
    },
    Pass {
        customer: CustomerId,
        link: StoredLink,
    },
    /// The hash of the secret.
    PassEnded([u8; 32]),
    Clock {
        expected: i64,
        seconds: i64,
    },
    EmptyingStarted(Emptying),
    SandboxEmptied(Emptying),
    Endpoint(Box<SealedEndpoint>),
    EndpointChanged {
        id: WebhookId,
        url: Vec<u8>,
        event_types: String,
    },
    SecretRotated {
        id: WebhookId,
        secret: Zeroizing<[u8; 32]>,
        at: Timestamp,
        until: i64,
    },
    EndpointEnabled {
        id: WebhookId,
        key: KeyId,
        at: Timestamp,
    },
    EndpointDeleted(WebhookId),
    Resent {
        delivery: u64,
        at: Timestamp,
    },
    /// Rows of the desk.
    Desk(Vec<DeskWrite>),
    /// The active settings, sealed.
    Settings(Vec<u8>),
}

/// What must hold for a customer to be written.
pub(crate) enum Precondition {
    /// The customer is new, and no other customer has its e-mail.
    New,
    /// The customer is at this version. If its e-mail changes, no other customer has the new one.
    Version { expected: change::Basis, email_moves: bool },
}

impl Precondition {
    /// Where the engine found the record that the change was computed from.
    pub(crate) const fn hint(&self) -> Hint {
        match self {
            Self::New => None,
            Self::Version { expected, .. } => expected.hint(),
        }
    }
}

impl PreparedChange {
    /// The customer whose record or keys it writes, if any.
    pub(crate) const fn written_customer(&self) -> Option<CustomerId> {
        match &self.effect {
            PreparedEffect::Customer { row, .. } => Some(row.id),
            PreparedEffect::CustomerErased(erased) => Some(erased.id),
            _ => None,
        }
    }

    /// Whether it can only be refused before its first row is written, so that it never has to be undone on its own.
    /// This holds for most updates, and saves them a savepoint, which would copy every page that they touch.
    pub(crate) const fn needs_no_savepoint(&self) -> bool {
        match &self.effect {
            PreparedEffect::Customer {
                basis: Precondition::Version { email_moves: false, .. },
                row,
                new_subjects,
                attached,
                link,
                ends_passes: false,
                erases: None,
            } => {
                self.answer.is_none()
                    && new_subjects.is_empty()
                    && matches!(attached, Some(attached) if attached.is_empty())
                    && link.is_none()
                    && row.numbers.is_none()
            }
            _ => false,
        }
    }
}

impl PreparedEffect {
    /// The entry of the ledger that it writes.
    pub(crate) fn ledger_entry(&self) -> Option<LedgerEntry> {
        match self {
            Self::CustomerErased(erased) => erased.erasure.row.ledger_entry(),
            Self::Customer { erases: Some(erased), .. } => erased.erasure.row.ledger_entry(),
            _ => None,
        }
    }

    /// The oldest epoch that wraps a key which this effect writes. If the key is wrapped before a rotation begins and
    /// written after, the rotation may already have passed it, and it would stay under an epoch that is about to be
    /// destroyed. So if the database has seen a newer epoch, the change is computed again.
    pub(crate) fn oldest_epoch(&self) -> Option<u32> {
        match self {
            Self::Customer { erases: Some(erased), .. } => erased.erasure.row.erasure.epoch,
            Self::Customer { new_subjects, .. } => new_subjects.iter().map(|new| new.wrapped.epoch).min(),
            // The tombstone names the newest epoch that ever wrapped a key of the customer.
            Self::CustomerErased(erased) => erased.erasure.row.epoch,
            Self::Account { scope_keys, .. } => scope_keys.iter().map(|(_, wrapped)| wrapped.epoch).min(),
            Self::None
            | Self::Key { .. }
            | Self::KeyRevoked { .. }
            | Self::KeyRestricted { .. }
            | Self::File { .. }
            | Self::ErasureScheduled(_)
            | Self::ErasureCancelled(..)
            | Self::ErasurePostponed(_)
            | Self::HoldPlaced(_)
            | Self::HoldEnded { .. }
            | Self::EvidenceDeleted { .. }
            | Self::AccountChanged { .. }
            | Self::Pass { .. }
            | Self::PassEnded(_)
            | Self::Clock { .. }
            | Self::EmptyingStarted(_)
            | Self::SandboxEmptied(_)
            | Self::Endpoint(_)
            | Self::EndpointChanged { .. }
            | Self::SecretRotated { .. }
            | Self::EndpointEnabled { .. }
            | Self::EndpointDeleted(_)
            | Self::Resent { .. }
            | Self::Desk(_)
            | Self::Settings(_) => None,
        }
    }
}
