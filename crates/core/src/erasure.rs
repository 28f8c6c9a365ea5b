//! The erasure of a customer, or of one associated person: the request, the date on which it runs, and what remains.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::ids::{CustomerId, PersonId};
use crate::kyc::lifecycle::State;
use crate::words::words;

/// A scheduled erasure. It runs by itself once it is due, and can be cancelled until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The customer.
    pub customer: CustomerId,
    /// The associated person who alone is erased. `None` for the whole customer.
    pub person: Option<PersonId>,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When it runs.
    pub due_at: Timestamp,
    /// The reason, and who asked for it.
    pub request: ErasureRequest,
}

/// Why someone is to be erased. It is sealed under the key of that customer or person, so it is erased too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRequest {
    /// The reason, at most 1,000 characters.
    pub reason: String,
    /// Who asked for it, at most 256 characters.
    pub requested_by: String,
}

impl fmt::Debug for ErasureRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// What remains of an erased customer. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The customer's id, which is never used again.
    pub id: CustomerId,
    /// Individual or business.
    pub kind: CustomerType,
    /// The last version of the record: the erasure itself.
    pub version: u64,
    /// The number of the customer's events. The last one announces the erasure.
    pub events: u64,
    /// When the customer was created.
    pub created_at: Timestamp,
    /// The state of the verification at the end.
    pub state: State,
    /// When the last decision was made.
    pub decided_at: Option<Timestamp>,
    /// When the erasure was requested. `None` if a restore brought the customer back and it was erased again.
    pub requested_at: Option<Timestamp>,
    /// When the keys were destroyed.
    pub erased_at: Timestamp,
    /// The epoch that was active at the erasure. No key of the customer was ever wrapped under a newer one. Once this
    /// one is destroyed, no remaining keyring opens the customer in any copy of the database. The store sets it.
    pub epoch: u32,
}

impl Tombstone {
    /// The tombstone of a customer. The store sets its epoch.
    #[must_use]
    pub fn of(customer: &Customer, requested_at: Option<Timestamp>, erased_at: Timestamp) -> Self {
        Self {
            id: customer.id,
            kind: customer.profile.kind(),
            version: customer.version + 1,
            events: customer.events + 1,
            created_at: customer.created_at,
            state: customer.kyc.state,
            decided_at: customer.kyc.decision.as_ref().map(|decision| decision.at),
            requested_at,
            erased_at,
            epoch: 0,
        }
    }

    /// What is shown of an erased customer.
    #[must_use]
    pub fn view(&self) -> ErasedCustomer {
        ErasedCustomer {
            customer_id: self.id,
            kind: self.kind,
            status: self.state.on_the_wire().map(|(status, _)| status),
            created_at: self.created_at,
            decided_at: self.decided_at,
            requested_at: self.requested_at,
            erased_at: self.erased_at,
        }
    }
}

/// What remains of an associated person who was erased alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasedPerson {
    /// The business.
    pub customer: CustomerId,
    /// The person's id, which is never used again.
    pub person: PersonId,
    /// When the erasure was requested. `None` if a restore brought the person back and they were erased again.
    pub requested_at: Option<Timestamp>,
    /// When the key was destroyed.
    pub erased_at: Timestamp,
    /// See [`Tombstone::epoch`].
    pub epoch: u32,
}

/// The erasure of an associated person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonErasure {
    /// It waits.
    Scheduled(Erasure),
    /// It has run.
    Done(ErasedPerson),
}

/// An erased customer, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ErasedCustomer {
    /// The customer's id, which is never used again.
    pub customer_id: CustomerId,
    /// Individual or business.
    #[serde(rename = "type")]
    pub kind: CustomerType,
    /// The status of the verification when the customer was erased. `null` if none had begun.
    #[schemars(with = "Option<crate::kyc::rail::RailStatus>")]
    pub status: Option<&'static str>,
    /// When the customer was created.
    pub created_at: Timestamp,
    /// When the last decision was made.
    pub decided_at: Option<Timestamp>,
    /// When the erasure was requested. `null` if it was repeated after a restore.
    pub requested_at: Option<Timestamp>,
    /// When the customer was erased.
    pub erased_at: Timestamp,
}

/// The decision about a request to erase a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ErasureDecision {
    /// `scheduled`: the erasure runs by itself at `due_at`.
    pub decision: Decision,
    /// The customer.
    pub customer_id: CustomerId,
    /// The associated person who alone is erased. `null` for the whole customer.
    pub person_id: Option<PersonId>,
    /// `true` if nothing was scheduled, because the request was a dry run.
    pub dry_run: bool,
    /// When the erasure was requested. A second request keeps the first date.
    pub requested_at: Timestamp,
    /// When it runs. It can be cancelled until then.
    pub due_at: Timestamp,
    /// What it destroys, besides the record itself.
    pub erases: Extent,
    /// What remains, besides the tombstone and the audit trail.
    pub keeps: Extent,
}

/// How much an erasure destroys or leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Extent {
    /// The number of associated persons.
    pub associated_persons: usize,
    /// The number of files. Those that are evidence of another customer as well remain.
    pub files: usize,
}

words! {
    /// What was decided about a request to erase a customer.
    Decision {
        Scheduled = "scheduled": "The erasure runs by itself when it is due.",
    }
}

/// One erasure in the ledger. The ledger is in the database, and a copy of it is beside the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerEntry {
    /// The scope.
    pub scope: Scope,
    /// The customer.
    pub customer: CustomerId,
    /// The associated person who alone was erased. `None` for the whole customer.
    pub person: Option<PersonId>,
    /// When it was erased.
    pub erased_at: Timestamp,
    /// See [`Tombstone::epoch`].
    pub epoch: u32,
}
