//! The erasure of a customer, or of one associated person: the request, the date on which it runs, and what remains.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::ids::{CustomerId, PersonId};
use crate::kyc::lifecycle::State;
use crate::retention::rules::NamedRule;
use crate::words::words;

/// A scheduled erasure. It runs by itself once it is due, and can be cancelled until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The customer that is erased, or the business of the person.
    pub customer: CustomerId,
    /// The associated person, if only this person is erased. `None` for the whole customer.
    pub person: Option<PersonId>,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When it runs. If something keeps the customer, this is when the erasure is considered again.
    pub due_at: Timestamp,
    /// The reason, and who asked for it.
    pub request: ErasureRequest,
}

impl Erasure {
    /// When it runs, if that is known.
    #[must_use]
    pub fn expected_at(&self, obstacle: Option<&Obstacle>) -> Option<Timestamp> {
        match obstacle {
            None => Some(self.due_at),
            Some(obstacle) => Some(obstacle.until()?.max(self.due_at)),
        }
    }
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

/// What is known of a customer whose record cannot be opened: the plain columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// The id of the customer.
    pub id: CustomerId,
    /// Individual or business.
    pub kind: CustomerType,
    /// The stored version.
    pub version: u64,
    /// The number of the customer's events.
    pub events: u64,
    /// When the customer was created.
    pub created_at: Timestamp,
    /// When an erasure was requested and when it is due, if one is scheduled.
    pub scheduled: Option<(Timestamp, Timestamp)>,
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
    /// The state of the verification at the end. If the record could not be opened, as if none had begun.
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

    /// The tombstone of a customer whose record cannot be opened.
    #[must_use]
    pub fn of_outline(outline: &Outline, requested_at: Option<Timestamp>, erased_at: Timestamp) -> Self {
        Self {
            id: outline.id,
            kind: outline.kind,
            version: outline.version + 1,
            events: outline.events + 1,
            created_at: outline.created_at,
            state: State::default(),
            decided_at: None,
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
    /// The business that the person belonged to.
    pub customer: CustomerId,
    /// The person's id, which is never used again.
    pub person: PersonId,
    /// When the erasure was requested. `None` if a restore brought the person back and they were erased again.
    pub requested_at: Option<Timestamp>,
    /// When the key was destroyed.
    pub erased_at: Timestamp,
    /// The epoch of the key, as in [`Tombstone::epoch`].
    pub epoch: u32,
}

/// The erasure of an associated person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonErasure {
    /// The erasure has not run yet.
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
    /// What was decided.
    pub decision: Decision,
    /// The customer that is erased, or the business of the person.
    pub customer_id: CustomerId,
    /// The associated person, if only this person is erased. `null` for the whole customer.
    pub person_id: Option<PersonId>,
    /// `true` if nothing was scheduled, because the request was a dry run.
    pub dry_run: bool,
    /// When the erasure was requested. A second request keeps the first date.
    pub requested_at: Timestamp,
    /// When it runs by itself. It can be cancelled until then. `null` if the customer is kept until something happens:
    /// the end of the relationship, or the end of a hold.
    pub due_at: Option<Timestamp>,
    /// The rule of retention that keeps the customer. `null` unless the decision is `refused`.
    pub rule: Option<NamedRule>,
    /// A text for the person who asked, in English: why the data is kept, until when, and what the person can do.
    /// `null` if the decision is `scheduled`.
    pub text: Option<String>,
    /// What it destroys, besides the record itself.
    pub erases: Extent,
    /// What remains, besides the tombstone and the audit trail.
    pub keeps: Extent,
}

impl ErasureDecision {
    /// The decision about a request that made this erasure, or would make it. `obstacle` is what keeps the customer.
    #[must_use]
    pub fn new(
        erasure: &Erasure,
        obstacle: Option<&Obstacle>,
        dry_run: bool,
        (erases, keeps): (Extent, Extent),
    ) -> Self {
        Self {
            decision: obstacle.map_or(Decision::Scheduled, Obstacle::decision),
            customer_id: erasure.customer,
            person_id: erasure.person,
            dry_run,
            requested_at: erasure.requested_at,
            due_at: erasure.expected_at(obstacle),
            rule: obstacle.and_then(Obstacle::rule).cloned(),
            text: obstacle.map(Obstacle::text),
            erases,
            keeps,
        }
    }
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
        Refused = "refused": "A law requires that the customer is kept. The erasure runs by itself afterwards.",
        Held = "held": "A hold keeps the customer. The erasure runs by itself afterwards.",
    }
}

/// What keeps a customer from being erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// A hold, until this moment if that is known.
    Hold(Option<Timestamp>),
    /// A rule of retention, until this moment if that is known.
    Rule(Option<Timestamp>, NamedRule),
}

impl Obstacle {
    /// Until when it keeps the customer, if that is known.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Hold(until) | Self::Rule(until, _) => *until,
        }
    }

    /// The rule, unless it is a hold.
    #[must_use]
    pub const fn rule(&self) -> Option<&NamedRule> {
        match self {
            Self::Hold(_) => None,
            Self::Rule(_, rule) => Some(rule),
        }
    }

    /// What it makes of a request.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        match self {
            Self::Hold(_) => Decision::Held,
            Self::Rule(..) => Decision::Refused,
        }
    }

    /// Names it, as fields of an audit entry are named.
    #[must_use]
    pub fn pointer(&self) -> String {
        match self {
            Self::Hold(_) => "/holds".to_owned(),
            Self::Rule(_, rule) => rule.pointer(),
        }
    }

    /// A text for the person who asked. It does not say that there is a hold, which the person may not be told.
    #[must_use]
    pub fn text(&self) -> String {
        let why = match self {
            Self::Hold(_) => "We have to keep your data for now.".to_owned(),
            Self::Rule(_, rule) => format!("The law requires us to keep your data for some time ({}).", rule.law),
        };
        let until = match self {
            Self::Rule(Some(until), _) => {
                format!("We will erase it on {}. You do not have to ask again.", &until.to_string()[..10])
            }
            Self::Rule(None, _) => {
                "That time begins when the business relationship for which we keep your data ends. We will erase it \
                when that time has passed. You do not have to ask again."
                    .to_owned()
            }
            Self::Hold(_) => "We will erase it as soon as we may. You do not have to ask again.".to_owned(),
        };
        format!(
            "We have received your request to erase your data. {why} {until} If you do not agree, you can complain to \
                the data protection authority of the place where you live or work, or where you believe the law was \
                broken. You can also take the matter to court."
        )
    }
}

/// One erasure in the ledger. The ledger is in the database, and a copy of it is beside the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerEntry {
    /// The account and environment of the customer.
    pub scope: Scope,
    /// The customer that was erased, or the business of the person.
    pub customer: CustomerId,
    /// The associated person, if only this person was erased. `None` for the whole customer.
    pub person: Option<PersonId>,
    /// When it was erased.
    pub erased_at: Timestamp,
    /// The epoch of the key, as in [`Tombstone::epoch`].
    pub epoch: u32,
}

impl LedgerEntry {
    /// Whom it is about. Entries about the same customer or person can differ in their epoch, because erasing them
    /// again may change it.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        (self.scope, self.customer, self.person)
    }
}

/// Whom an erasure is about: a customer in its scope, or one of its associated persons alone.
pub type Subject = (Scope, CustomerId, Option<PersonId>);
