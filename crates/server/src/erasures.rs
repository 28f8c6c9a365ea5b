//! The ledger of erasures, which outlives a restore of the database, and the certificates of erasure.

use std::collections::BTreeSet;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{LedgerEntry, Obstacle, Tombstone};
use dossier_core::ids::{AccountId, CustomerId};
use dossier_core::retention::NamedRule;
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::erase::{self, ErasedAgain};
use dossier_store::{Engine, OpenError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::config::erasure::Erasure;

/// The number of entries that are read at a time.
const PORTION: usize = 1_000;

/// Makes the ledger in the database and its copy beside the keyring equal. If only the copy names a customer, the
/// database was restored to a state from before that erasure, and the customer is erased again.
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
    let ErasedAgain { erased, unreadable } = erase::erase_again(services, &missing).await?;
    if erased > 0 {
        tracing::warn!(customers = erased, "erased customers again that a restored database had brought back");
    }
    if unreadable > 0 {
        tracing::error!(customers = unreadable, "the ledger names customers whose rows cannot be read");
    }
    Ok(())
}

/// The entries of a ledger that the database lacks.
///
/// # Errors
///
/// If the store cannot be read.
pub async fn missing(store: &dyn Engine, ledger: &BTreeSet<LedgerEntry>) -> Result<Vec<LedgerEntry>, StoreError> {
    Ok(missing_from(&ledger_of(store).await?, ledger))
}

/// The number of erased customers, and how many of them the copy of the ledger lacks.
///
/// # Errors
///
/// If the copy was altered, or the store cannot be read.
pub async fn count(store: &dyn Engine) -> Result<(usize, usize), OpenError> {
    let (copied, database) = (customers(&store.ledger_file().read()?), customers(&ledger_of(store).await?));
    Ok((database.len(), database.difference(&copied).count()))
}

/// The first entry of each customer that a ledger names and the other one lacks.
pub fn missing_from(known: &BTreeSet<LedgerEntry>, ledger: &BTreeSet<LedgerEntry>) -> Vec<LedgerEntry> {
    let mut known = customers(known);
    ledger.iter().filter(|entry| known.insert(entry.customer())).copied().collect()
}

/// The customers of a ledger.
fn customers(ledger: &BTreeSet<LedgerEntry>) -> BTreeSet<(Scope, CustomerId)> {
    ledger.iter().map(LedgerEntry::customer).collect()
}

async fn ledger_of(store: &dyn Engine) -> Result<BTreeSet<LedgerEntry>, StoreError> {
    let (mut ledger, mut last) = (BTreeSet::new(), None);
    loop {
        let portion = store.ledger(last, PORTION).await?;
        last = portion.last().copied();
        let is_last = portion.len() < PORTION;
        ledger.extend(portion);
        if is_last {
            return Ok(ledger);
        }
    }
}

/// An erasure, scheduled or done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErasureState {
    /// `scheduled`, `refused` as long as a law requires that the customer is kept, `held` as long as a hold does, or
    /// `erased`.
    state: Progress,
    /// The customer.
    customer_id: CustomerId,
    /// When the erasure was requested. `null` if nobody requested it: retention erased the customer, or a restore had
    /// brought it back.
    requested_at: Option<Timestamp>,
    /// When it runs. `null` once it has run, and while it is not known how long the customer is kept.
    due_at: Option<Timestamp>,
    /// The rule of retention that keeps the customer. `null` unless the state is `refused`.
    rule: Option<NamedRule>,
    /// When the customer was erased.
    erased_at: Option<Timestamp>,
    /// When the customer becomes unreadable in every copy of the database. `null` while the date is unknown, because
    /// `key_rotation` is off.
    all_copies_at: Option<Timestamp>,
    /// Certifies that the customer was erased in the service (a JSON Web Signature). `null` until then.
    erased_in_service: Option<String>,
    /// Certifies that the customer is erased in all copies (a JSON Web Signature). `null` until then.
    erased_in_all_copies: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Progress {
    Scheduled,
    Refused,
    Held,
    Erased,
}

impl ErasureState {
    /// The erasure of a customer. `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
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
            return Ok(tombstone.map(|tombstone| Self::erased(store, settings, scope, &tombstone, now)));
        };
        Ok(Some(Self {
            state: match &obstacle {
                None => Progress::Scheduled,
                Some(Obstacle::Rule(..)) => Progress::Refused,
                Some(Obstacle::Hold(_)) => Progress::Held,
            },
            customer_id: id,
            requested_at: Some(erasure.requested_at),
            due_at: erase::expected_at(&erasure, obstacle.as_ref()),
            rule: obstacle.as_ref().and_then(Obstacle::rule).cloned(),
            erased_at: None,
            all_copies_at: None,
            erased_in_service: None,
            erased_in_all_copies: None,
        }))
    }

    fn erased(store: &dyn Engine, settings: &Erasure, scope: Scope, tombstone: &Tombstone, now: Timestamp) -> Self {
        let destroyed_at = store.destroyed_at(tombstone.epoch);
        let expected_at = || Some(store.active_since()?.plus_seconds(settings.rotation?));
        let all_copies_at = destroyed_at.or_else(expected_at).map(|at| at.plus_seconds(settings.key_copies));
        let sign = |statement: &str, at: Timestamp| {
            store.certifier().sign(&json!({
                "statement": statement,
                "at": at,
                "installation": AccountId::from_bytes(store.installation()),
                "account_id": scope.account,
                "environment": scope.environment,
                "customer_id": tombstone.id,
                "erased_at": tombstone.erased_at,
                "epoch": tombstone.epoch,
                "all_copies_at": all_copies_at,
                "remains": REMAINS,
            }))
        };
        let is_gone = destroyed_at.is_some() && all_copies_at.is_some_and(|at| at <= now);
        Self {
            state: Progress::Erased,
            customer_id: tombstone.id,
            requested_at: tombstone.requested_at,
            due_at: None,
            rule: None,
            erased_at: Some(tombstone.erased_at),
            all_copies_at,
            erased_in_service: Some(sign("erased_in_service", tombstone.erased_at)),
            erased_in_all_copies: all_copies_at.filter(|_| is_gone).map(|at| sign("erased_in_all_copies", at)),
        }
    }
}

/// What remains after an erasure, in the words of a certificate.
const REMAINS: [&str; 3] = [
    "the customer's id, type and last status, and the times of creation, decision and erasure",
    "the audit trail: who did what and when, the names of changed fields, and decisions with their reason codes",
    "keyed fingerprints of the e-mail, of numbers and of files, in copies of the database from before the erasure",
];
