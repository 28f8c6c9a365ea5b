//! Writes one customer in its turn. Every use case that changes a customer shares this.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Basis, Change, Effect, NewDocument};
use crate::clock::Timestamp;
use crate::customer::condition::Condition;
use crate::customer::record::Customer;
use crate::event::{Event, EventType};
use crate::file::record::File;
use crate::idempotency::KeyReused;
use crate::ids::{CustomerId, PersonId};
use crate::kyc::lifecycle::Conflict;
use crate::kyc::record::{Kyc, kyc_change};
use crate::parse::record::FieldChange;
use crate::parse::value::SyntaxError;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, Repeatable, write};
use crate::violation::Violations;

/// Why an update did not happen.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The id is unknown, or of another scope.
    #[error("no such customer")]
    NotFound,
    /// The body is not JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Every rule that the input breaks, in the order of the contract.
    #[error("{} rule(s) broken", .0.len())]
    Invalid(Violations),
    /// The stored version is not the one that the client expects.
    #[error("the customer was changed")]
    ConditionFailed {
        /// The stored version.
        version: u64,
        /// The fields that changed since the version that the client knows.
        changed: Vec<String>,
    },
    /// The `Idempotency-Key` belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The stored state of the customer does not allow the change.
    #[error("{0}")]
    Conflict(#[from] Conflict),
    /// The associated person was erased.
    #[error("the person was erased")]
    PersonErased {
        /// The id of the person.
        person: PersonId,
        /// When they were erased.
        at: Timestamp,
    },
    /// Another customer of the scope, which is named here, has the e-mail.
    #[error("the e-mail belongs to another customer")]
    EmailTaken(CustomerId),
    /// The store failed.
    #[error("the customer could not be read or written")]
    Store(StoreError),
}

impl From<StoreError> for UpdateError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(customer) => Self::EmailTaken(customer),
            error => Self::Store(error),
        }
    }
}

impl From<Violations> for UpdateError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl Condition {
    /// Refuses the request if the condition does not hold.
    pub(super) async fn check(
        &self,
        services: &Services,
        caller: &Caller,
        id: CustomerId,
        version: u64,
    ) -> Result<(), UpdateError> {
        if self.holds(version) {
            return Ok(());
        }
        let changed = services.store.changed_since(caller.scope, id, self.known(version)).await?;
        Err(UpdateError::ConditionFailed { version, changed })
    }
}

/// The newest version of a customer, with the basis for a change of it.
pub(super) async fn newest(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
) -> Result<(Basis, Customer), UpdateError> {
    services.store.customer_to_change(caller.scope, id).await?.ok_or(UpdateError::NotFound)
}

/// Writes one customer in its turn. `compute` gets the newest version.
pub(crate) async fn write_customer<T>(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    request: impl Repeatable<T>,
    mut compute: impl FnMut(Basis, Customer) -> Result<Outcome<T>, UpdateError>,
) -> Result<T, UpdateError> {
    let _turn = services.turns.of(id).await;
    let load = || newest(services, caller, id);
    write(services, caller, request, load, |(basis, customer)| compute(basis, customer)).await
}

/// The audit entry of a version of a customer that is about to be stored.
pub(crate) fn entry_about(caller: &Caller, after: &Customer, action: Action) -> AuditEntry {
    let mut entry = AuditEntry::new(caller, after.updated_at, action);
    entry.customer = Some(after.id);
    entry.version = Some(after.version);
    entry
}

/// The change of one update: what it stores, audits and announces. `kyc` is the verification before the update, and
/// `changes` has the changed fields of the profile.
pub(crate) fn change(
    caller: &Caller,
    basis: Basis,
    kyc: &Kyc,
    mut after: Customer,
    mut changes: Vec<FieldChange>,
    attached: Vec<NewDocument>,
) -> Change {
    let mut types = vec![EventType::CustomerUpdated];
    if kyc.visible() != after.kyc.visible() {
        types.push(EventType::KycsUpdated);
    }
    changes.extend(kyc_change(kyc, &after.kyc));
    let events = Event::of(&types, &mut after);
    let mut audit = entry_about(caller, &after, Action::CustomerUpdated);
    audit.fields = changes.iter().map(|change| change.pointer.clone()).collect();
    audit.detail.changes = changes;
    let effect = Effect::CustomerUpdated {
        basis,
        after: Box::new(after),
        attached,
        link: None,
        ends_passes: false,
        erases: None,
    };
    Change::new(caller.scope, effect, audit).announced_by(events)
}

/// Refuses files for which a customer has no room. A concurrent update that adds other files also increases the
/// version, so this one then starts over and checks again.
pub(crate) async fn check_room(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    files: &[File],
) -> Result<(), StoreError> {
    let is_new = |file: &&File| file.attachments.iter().all(|attachment| attachment.customer != id);
    let mut new = files.iter().filter(is_new).peekable();
    if new.peek().is_some() {
        let used = services.store.evidence(caller.scope, id).await?;
        services.quotas.of_customer.check_customer(new.fold(used, |used, file| used.and(file.details.size)))?;
    }
    Ok(())
}
