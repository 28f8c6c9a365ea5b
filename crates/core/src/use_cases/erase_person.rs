//! Erases one associated person of a business: schedules the erasure, cancels it, and runs it once it is due. The
//! business remains.

use crate::audit::action::Action;
use crate::caller::{Caller, Scope};
use crate::change::{Basis, Change, Effect, PersonErased};
use crate::customer::record::Customer;
use crate::erasure::{ErasedPerson, Erasure, ErasureDecision, Extent, LedgerEntry, Obstacle, PersonErasure};
use crate::file::record::File;
use crate::idempotency::{Answer, Request};
use crate::ids::{CustomerId, FileId, PersonId};
use crate::parse::record::FieldChange;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::due_deletions::obstacle;
use crate::use_cases::erase::{ErasedAgain, considered_at, discard_files, entry, noted, read_request, requested_again};
use crate::use_cases::evidence::evidence;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, change, newest};

/// The ids in a path: a business and one of its associated persons. `None` when a text is not an id.
pub type Ids = (Option<CustomerId>, Option<PersonId>);

/// A business with one of its persons, who may be a former one.
struct PersonToErase {
    basis: Basis,
    customer: Customer,
    scheduled: Option<Erasure>,
    obstacle: Option<Obstacle>,
    /// The files that are evidence of the person.
    files: Vec<File>,
}

impl PersonToErase {
    async fn load(services: &Services, caller: &Caller, id: CustomerId, person: PersonId) -> Result<Self, UpdateError> {
        let (basis, customer) = newest(services, caller, id).await?;
        let is_known = services.store.data_subjects(caller.scope, id).await?.contains(&person);
        Self::of(services, caller, (basis, customer), (person, is_known)).await
    }

    /// The same for a person whom the ledger names. A restore with newer keys has lost the keys of all persons that it
    /// names.
    async fn load_again(
        services: &Services,
        caller: &Caller,
        (id, person): (CustomerId, PersonId),
        lost: &[PersonId],
    ) -> Result<Self, UpdateError> {
        let found = services.store.business_without(caller.scope, id, lost).await?;
        let (basis, customer, had_one) = found.ok_or(UpdateError::NotFound)?;
        let is_known = had_one || services.store.data_subjects(caller.scope, id).await?.contains(&person);
        Self::of(services, caller, (basis, customer), (person, is_known)).await
    }

    async fn of(
        services: &Services,
        caller: &Caller,
        (basis, customer): (Basis, Customer),
        (person, is_known): (PersonId, bool),
    ) -> Result<Self, UpdateError> {
        let id = customer.id;
        let scheduled = match services.store.person_erasure(caller.scope, id, person).await? {
            Some(PersonErasure::Done(ErasedPerson { erased_at, .. })) => {
                return Err(UpdateError::PersonErased { person, at: erased_at });
            }
            Some(PersonErasure::Scheduled(scheduled)) => Some(scheduled),
            None => None,
        };
        // The customer is a data subject as well, but no associated person.
        if !is_known || person == PersonId::of_customer(id) {
            return Err(UpdateError::NotFound);
        }
        let mut files = evidence(services, caller.scope, id).await?;
        files.retain(|file| file.attachments.iter().any(|one| one.customer == id && one.subject == person));
        let obstacle = obstacle(services, caller.scope, &customer).await?;
        Ok(Self { basis, customer, scheduled, obstacle, files })
    }

    fn decision(&self, erasure: &Erasure, person: PersonId, dry_run: bool) -> ErasureDecision {
        let is_own = |file: &&File| file.attachments.iter().all(|one| one.subject == person);
        let own_files = self.files.iter().filter(is_own).count();
        let others = self.customer.profile.persons().iter().filter(|one| one.person_id() != Some(person));
        let erases = Extent { associated_persons: 1, files: own_files };
        let keeps = Extent { associated_persons: others.count(), files: self.files.len() - own_files };
        ErasureDecision::new(erasure, self.obstacle.as_ref(), dry_run, (erases, keeps))
    }
}

/// Schedules the erasure of an associated person and returns the decision. If an erasure is already scheduled, its date
/// and its reason stay, and the audit trail has the new reason.
///
/// # Errors
///
/// [`UpdateError::PersonErased`] for a person who is already erased, and the errors of an update.
pub async fn request(
    services: &Services,
    caller: &Caller,
    (id, person): Ids,
    request: Request<'_>,
) -> Result<Answer, UpdateError> {
    let (id, person) = (id.ok_or(UpdateError::NotFound)?, person.ok_or(UpdateError::NotFound)?);
    let (asked, dry_run) = read_request(request.body)?;
    let _turn = services.turns.of(id).await;
    let load = || PersonToErase::load(services, caller, id, person);
    let about = [*id.as_bytes(), *person.as_bytes()].concat();
    write(services, caller, request.about(&about), load, |found| {
        let answer = |erasure: &Erasure| {
            let decision = found.decision(erasure, person, dry_run);
            let json = serde_json::to_vec(&decision).expect("a decision has string keys only");
            Answer::about(id, found.customer.version, json)
        };
        if let Some(scheduled) = &found.scheduled {
            let again = (&asked, dry_run);
            return Ok(requested_again(services, caller, (id, Some(person)), again, answer(scheduled)));
        }
        let requested_at = services.now(caller.scope);
        let earliest = requested_at.plus_seconds(services.policy.erasure_wait(caller.scope.environment));
        let due_at = considered_at(earliest, requested_at, found.obstacle.as_ref());
        let erasure = Erasure { customer: id, person: Some(person), requested_at, due_at, request: asked.clone() };
        let answer = answer(&erasure);
        if dry_run {
            return Ok(Outcome::Unchanged(answer));
        }
        let mut audit = noted(entry(services, caller, Action::PersonErasureScheduled, id), Some(person), &asked);
        audit.fields.extend(found.obstacle.as_ref().map(Obstacle::pointer));
        Ok(Outcome::Change(Change::new(caller.scope, Effect::ErasureScheduled(erasure), audit), answer))
    })
    .await
}

/// Cancels the scheduled erasure of an associated person.
///
/// # Errors
///
/// [`UpdateError::NotFound`] if none is scheduled, and [`UpdateError::PersonErased`] if it already ran.
pub async fn cancel(services: &Services, caller: &Caller, (id, person): Ids) -> Result<(), UpdateError> {
    let (id, person) = (id.ok_or(UpdateError::NotFound)?, person.ok_or(UpdateError::NotFound)?);
    let _turn = services.turns.of(id).await;
    let load = || PersonToErase::load(services, caller, id, person);
    write(services, caller, Unkeyed, load, |found| {
        if found.scheduled.is_none() {
            return Err(UpdateError::NotFound);
        }
        let mut audit = entry(services, caller, Action::PersonErasureCancelled, id);
        audit.fields = vec![place(person)];
        Ok(Outcome::Change(Change::new(caller.scope, Effect::ErasureCancelled(id, Some(person)), audit), ()))
    })
    .await
}

/// Runs the erasures of persons that are due, and returns their number. It is called every second.
///
/// # Errors
///
/// The first failure, after the others were erased. What is still due runs at the next call.
pub async fn run_due(services: &Services) -> Result<usize, StoreError> {
    let (mut count, mut failure) = (0, None);
    for (scope, id) in services.store.due_person_erasures(services.clock.now()).await? {
        for person in services.store.persons_to_erase(scope, id).await? {
            match erase(services, (scope, id, person), None).await {
                Ok(erased) => count += usize::from(erased),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
    }
    if count > 0 {
        services.store.finish_erasures().await?;
    }
    failure.map_or(Ok(count), Err)
}

/// Erases the persons that an older state of the database still has although the ledger says that they are erased.
///
/// # Errors
///
/// The first failure other than an unreadable record. A repetition continues with the rest.
pub async fn erase_again(services: &Services, ledger: &[LedgerEntry]) -> Result<ErasedAgain, StoreError> {
    let mut result = ErasedAgain::default();
    for entry in ledger {
        let Some(person) = entry.person else { continue };
        let of_same = ledger.iter().filter(|one| (one.scope, one.customer) == (entry.scope, entry.customer));
        let lost: Vec<_> = of_same.filter_map(|one| one.person).collect();
        match erase(services, (entry.scope, entry.customer, person), Some((entry, &lost))).await {
            Ok(erased) => result.erased += usize::from(erased),
            Err(StoreError::Corrupt(_)) => result.unreadable += 1,
            Err(error) => return Err(error),
        }
    }
    services.store.finish_erasures().await?;
    Ok(result)
}

/// Erases a person: the key is destroyed, and with it everything that it sealed. `again` is the entry of the ledger if
/// a restore brought the person back, with the persons of the same business that the ledger names. Returns whether
/// there was something to erase.
async fn erase(
    services: &Services,
    (scope, id, person): (Scope, CustomerId, PersonId),
    again: Option<(&LedgerEntry, &[PersonId])>,
) -> Result<bool, StoreError> {
    let caller = Caller::system(scope, "erasure");
    let _turn = services.turns.of(id).await;
    let load = || async {
        match again {
            Some((_, lost)) => PersonToErase::load_again(services, &caller, (id, person), lost).await,
            None => PersonToErase::load(services, &caller, id, person).await,
        }
    };
    let erased = write(services, &caller, Unkeyed, load, |found| {
        let due_now = services.now(scope);
        let erased = match (again, &found.scheduled) {
            (Some((LedgerEntry { erased_at, epoch, .. }, _)), _) => {
                ErasedPerson { customer: id, person, requested_at: None, erased_at: *erased_at, epoch: *epoch }
            }
            (None, Some(erasure)) if erasure.due_at <= due_now => match &found.obstacle {
                None => ErasedPerson {
                    customer: id,
                    person,
                    requested_at: Some(erasure.requested_at),
                    // A certificate is about real time, whatever the clock of a sandbox says.
                    erased_at: services.clock.now(),
                    epoch: 0,
                },
                Some(obstacle) => {
                    let due_at = considered_at(due_now, due_now, Some(obstacle));
                    let mut audit = entry(services, &caller, Action::PersonErasurePostponed, id);
                    audit.fields = vec![place(person), obstacle.pointer()];
                    let effect = Effect::ErasurePostponed(Erasure { due_at, ..erasure.clone() });
                    return Ok(Outcome::Change(Change::new(scope, effect, audit), None));
                }
            },
            // It was cancelled after the due erasures were listed.
            (None, _) => return Ok(Outcome::Unchanged(None)),
        };
        let files: Vec<FileId> = found.files.iter().map(|file| file.id).collect();
        let erases = PersonErased {
            person: erased,
            is_scheduled: again.is_none(),
            unless_held: again.is_none().then_some(due_now),
        };
        Ok(Outcome::Change(without_person(services, &caller, found, erases), Some(files)))
    })
    .await;
    discard_files(services, scope, erased).await
}

/// The next version of the business, without the person.
fn without_person(services: &Services, caller: &Caller, found: PersonToErase, erases: PersonErased) -> Change {
    let PersonToErase { basis, customer: mut after, .. } = found;
    let (person, now) = (erases.person.person, services.now(caller.scope));
    let kyc = after.kyc.clone();
    let mut changes = Vec::new();
    if after.profile.remove_person(person) {
        changes.push(FieldChange { pointer: place(person), before: "null".to_owned(), after: "null".to_owned() });
    }
    after.kyc.forget_person(person);
    after.record_flaws(&[]);
    after.advance_version(now);
    after.persons_version = after.version;
    let (policy, environment) = (&services.policy, caller.scope.environment);
    // An erasure is not refused, even if the identity of an approved customer may not be changed.
    after
        .update_verification(policy, environment, &changes, now)
        .or_else(|_| after.update_verification(policy, environment, &[], now))
        .expect("only changes are refused");
    let mut change = change(caller, basis, &kyc, after, changes, Vec::new());
    if let Some(audit) = &mut change.audit {
        audit.action = Action::PersonErased;
        if !audit.fields.contains(&place(person)) {
            audit.fields.insert(0, place(person));
        }
    }
    if let Effect::CustomerUpdated { erases: of_effect, .. } = &mut change.effect {
        *of_effect = Some(erases);
    }
    change
}

/// How the audit trail names a person.
fn place(person: PersonId) -> String {
    format!("/associated_persons/{person}")
}
