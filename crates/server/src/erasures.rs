//! The ledger of erasures, which outlives a restore of the database, and the certificates of erasure.

use std::collections::BTreeSet;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{ErasedPerson, LedgerEntry, Obstacle, PersonErasure, Subject, Tombstone};
use dossier_core::ids::{AccountId, CustomerId, PersonId};
use dossier_core::retention::NamedRule;
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::erase;
use dossier_core::use_cases::{due_deletions, erase_person};
use dossier_core::words;
use dossier_store::{Engine, OpenError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::config::erasure::Erasure;

/// The number of entries that are read at a time.
const PORTION: usize = 1_000;

/// Makes the ledger in the database and its copy beside the keyring equal. If only the copy names a customer or a
/// person, the database was restored to a state from before that erasure, and they are erased again.
///
/// # Errors
///
/// If the copy was altered. Then nothing was written. After any other failure the next start continues.
pub async fn follow_ledger(store: &dyn Engine, services: &Services) -> Result<(), OpenError> {
    let file = store.ledger_file();
    let copy = file.read()?;
    let database = ledger_of(store).await?;
    file.append(&missing_from(&copy, &database))?;
    let missing = missing_from(&database, &copy);
    file.expect_again(&missing);
    let of_customers = erase::erase_again(services, &missing).await?;
    let of_persons = erase_person::erase_again(services, &missing).await?;
    if of_customers.erased > 0 {
        let customers = of_customers.erased;
        tracing::warn!(customers, "erased customers again that a restored database had brought back");
    }
    if of_persons.erased > 0 {
        let persons = of_persons.erased;
        tracing::warn!(persons, "erased associated persons again that a restored database had brought back");
    }
    let unreadable = of_customers.unreadable + of_persons.unreadable;
    if unreadable > 0 {
        tracing::error!(customers = unreadable, "the ledger names customers whose rows cannot be read");
    }
    Ok(())
}

/// The number of customers and persons that the database still has although the ledger says that they were erased.
pub async fn to_erase_again(store: &dyn Engine, ledger: &BTreeSet<LedgerEntry>) -> Result<usize, StoreError> {
    let mut count = 0;
    for LedgerEntry { scope, customer, person, .. } in missing_from(&ledger_of(store).await?, ledger) {
        let is_there = match person {
            None => !matches!(store.outline(scope, customer).await, Ok(None)),
            Some(person) => store.data_subjects(scope, customer).await?.contains(&person),
        };
        count += usize::from(is_there);
    }
    Ok(count)
}

/// The number of erased customers and persons, and how many of them the copy of the ledger lacks.
///
/// # Errors
///
/// If the copy was altered, or the store cannot be read.
pub async fn count(store: &dyn Engine) -> Result<(usize, usize), OpenError> {
    let (copied, database) = (erased_in(&store.ledger_file().read()?), erased_in(&ledger_of(store).await?));
    Ok((database.len(), database.difference(&copied).count()))
}

/// The first entry of each customer or person that a ledger names and the other one lacks.
pub fn missing_from(known: &BTreeSet<LedgerEntry>, ledger: &BTreeSet<LedgerEntry>) -> Vec<LedgerEntry> {
    let mut known = erased_in(known);
    ledger.iter().filter(|entry| known.insert(entry.subject())).copied().collect()
}

/// Whom a ledger names.
fn erased_in(ledger: &BTreeSet<LedgerEntry>) -> BTreeSet<Subject> {
    ledger.iter().map(LedgerEntry::subject).collect()
}

async fn ledger_of(store: &dyn Engine) -> Result<BTreeSet<LedgerEntry>, StoreError> {
    let mut ledger = BTreeSet::new();
    for of_persons in [false, true] {
        let mut last = None;
        loop {
            let portion = match of_persons {
                false => store.ledger(last, PORTION).await?,
                true => store.ledger_of_persons(last, PORTION).await?,
            };
            last = portion.last().copied();
            let is_last = portion.len() < PORTION;
            ledger.extend(portion);
            if is_last {
                break;
            }
        }
    }
    Ok(ledger)
}

/// An erasure, scheduled or done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErasureState {
    /// `scheduled`, `refused` as long as a law requires that the customer is kept, `held` as long as a hold does, or
    /// `erased`.
    state: Progress,
    customer_id: CustomerId,
    /// The associated person, if only this person is erased. `null` for the whole customer.
    person_id: Option<PersonId>,
    /// When the erasure was requested. `null` if it was not requested: retention erased the customer, or a restore had
    /// brought it back.
    requested_at: Option<Timestamp>,
    /// When it runs. `null` once it has run, and while it is not known how long the customer is kept.
    due_at: Option<Timestamp>,
    /// The rule of retention that keeps the customer. `null` unless the state is `refused`.
    rule: Option<NamedRule>,
    /// When the customer or person was erased.
    erased_at: Option<Timestamp>,
    /// When the customer or person becomes unreadable in every copy of the database. `null` while the date is unknown,
    /// because `key_rotation` is off.
    all_copies_at: Option<Timestamp>,
    /// Certifies that the customer or person was erased in the service (a JSON Web Signature). `null` until then.
    erased_in_service: Option<String>,
    /// Certifies that the customer or person is erased in all copies (a JSON Web Signature). `null` until then.
    erased_in_all_copies: Option<String>,
}

words! {
    /// How far an erasure has come.
    Progress { Scheduled = "scheduled", Refused = "refused", Held = "held", Erased = "erased" }
}

impl ErasureState {
    /// The erasure of a customer. `None` if there is none.
    pub async fn of(
        store: &dyn Engine,
        services: &Services,
        settings: &Erasure,
        (scope, id): (Scope, CustomerId),
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        // The tombstone is read last: the erasure may run in between.
        let scheduled = match erase::scheduled(services, scope, id).await {
            Err(StoreError::Erased { .. }) => None,
            scheduled => scheduled?,
        };
        let Some((erasure, obstacle)) = scheduled else {
            let tombstone = store.tombstone(scope, id).await?;
            return Ok(tombstone.map(|tombstone| Self::erased(store, settings, scope, Ended::of(&tombstone), now)));
        };
        Ok(Some(Self::scheduled(&erasure, obstacle.as_ref())))
    }

    /// The erasure of an associated person. `None` if there is none.
    pub async fn of_person(
        store: &dyn Engine,
        services: &Services,
        settings: &Erasure,
        (scope, id, person): (Scope, CustomerId, PersonId),
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        Ok(match store.person_erasure(scope, id, person).await? {
            None => None,
            Some(PersonErasure::Scheduled(erasure)) => {
                let obstacle = due_deletions::obstacle_of(services, scope, id).await?;
                Some(Self::scheduled(&erasure, obstacle.as_ref()))
            }
            Some(PersonErasure::Done(erased)) => {
                Some(Self::erased(store, settings, scope, Ended::of_person(erased), now))
            }
        })
    }

    fn scheduled(erasure: &dossier_core::erasure::Erasure, obstacle: Option<&Obstacle>) -> Self {
        Self {
            state: match obstacle {
                None => Progress::Scheduled,
                Some(Obstacle::Rule(..)) => Progress::Refused,
                Some(Obstacle::Hold(_)) => Progress::Held,
            },
            customer_id: erasure.customer,
            person_id: erasure.person,
            requested_at: Some(erasure.requested_at),
            due_at: erasure.expected_at(obstacle),
            rule: obstacle.and_then(Obstacle::rule).cloned(),
            erased_at: None,
            all_copies_at: None,
            erased_in_service: None,
            erased_in_all_copies: None,
        }
    }

    fn erased(store: &dyn Engine, settings: &Erasure, scope: Scope, ended: Ended, now: Timestamp) -> Self {
        let Ended { customer, person, requested_at, erased_at, epoch } = ended;
        let destroyed_at = store.destroyed_at(epoch);
        let expected_at = || Some(store.active_since()?.plus_seconds(settings.rotation?));
        let all_copies_at = destroyed_at.or_else(expected_at).map(|at| at.plus_seconds(settings.key_copies));
        let sign = |statement: &str, at: Timestamp| {
            let mut claims = json!({
                "statement": statement,
                "at": at,
                "installation": AccountId::from_bytes(store.installation()),
                "account_id": scope.account,
                "environment": scope.environment,
                "customer_id": customer,
                "erased_at": erased_at,
                "epoch": epoch,
                "all_copies_at": all_copies_at,
                "remains": REMAINS,
            });
            if let Some(person) = person {
                claims["person_id"] = json!(person);
                claims["remains"] = json!(REMAINS_OF_PERSON);
            }
            store.certifier().sign(&claims)
        };
        let is_gone = destroyed_at.is_some() && all_copies_at.is_some_and(|at| at <= now);
        Self {
            state: Progress::Erased,
            customer_id: customer,
            person_id: person,
            requested_at,
            due_at: None,
            rule: None,
            erased_at: Some(erased_at),
            all_copies_at,
            erased_in_service: Some(sign("erased_in_service", erased_at)),
            erased_in_all_copies: all_copies_at.filter(|_| is_gone).map(|at| sign("erased_in_all_copies", at)),
        }
    }
}

/// An erasure that has run.
struct Ended {
    customer: CustomerId,
    person: Option<PersonId>,
    requested_at: Option<Timestamp>,
    erased_at: Timestamp,
    epoch: u32,
}

impl Ended {
    const fn of(tombstone: &Tombstone) -> Self {
        let Tombstone { id, requested_at, erased_at, epoch, .. } = *tombstone;
        Self { customer: id, person: None, requested_at, erased_at, epoch }
    }

    const fn of_person(erased: ErasedPerson) -> Self {
        let ErasedPerson { customer, person, requested_at, erased_at, epoch } = erased;
        Self { customer, person: Some(person), requested_at, erased_at, epoch }
    }
}

/// What remains after the erasure of a person, in the words of a certificate.
const REMAINS_OF_PERSON: [&str; 4] = [
    "the person's id, and the times of request and erasure",
    "the audit trail: who did what and when, and the names of changed fields",
    "what reviewers wrote about the business in free text, and documents of the business, if they mention the person",
    "keyed fingerprints of the person's numbers and files, in copies of the database from before the erasure",
];

/// What remains after an erasure, in the words of a certificate.
const REMAINS: [&str; 3] = [
    "the customer's id, type and last status, and the times of creation, decision and erasure",
    "the audit trail: who did what and when, the names of changed fields, and decisions with their reason codes",
    "keyed fingerprints of the e-mail, of numbers and of files, in copies of the database from before the erasure",
];
