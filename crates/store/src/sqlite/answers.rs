//! Kept answers to repeated requests.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::{Attempt, Replay, Ticket};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{AnswerStore, StoreError};
use rusqlite::OptionalExtension as _;

use super::SqliteStore;
use crate::columns::scope_columns;
use crate::sealed::{self, SubjectKeys};

/// A portion of the answers that were kept before a given time.
const OLD_ANSWERS: &str = "DELETE FROM answers WHERE (account_id, environment, key_hash) IN (
    SELECT account_id, environment, key_hash FROM answers WHERE created_at < ?1 ORDER BY created_at LIMIT 1000)";

#[async_trait]
impl AnswerStore for SqliteStore {
    async fn replay(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay, StoreError> {
        let ticket = self.ticket(scope, attempt)?;
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT fingerprint, request_id, customer_id, version, body FROM answers
                     WHERE account_id = ?1 AND environment = ?2 AND key_hash = ?3",
                )?
                .query_row((account, environment, ticket.key_hash), |row| {
                    Ok((
                        row.get::<_, [u8; 32]>(0)?,
                        row.get::<_, String>(1)?,
                        sealed::customer_of_column(row.get(2)?),
                        row.get::<_, u64>(3)?,
                        row.get::<_, Vec<u8>>(4)?,
                    ))
                })
                .optional()
        })?;
        let Some((fingerprint, request_id, customer, version, cell)) = row else { return Ok(Replay::Fresh(ticket)) };
        if fingerprint != ticket.fingerprint {
            return Ok(Replay::OtherRequest(request_id));
        }
        let key = customer.map(|id| self.subject_key(scope, id, PersonId::of_customer(id))).transpose()?;
        let persons = self.keys_of_answer(scope, customer, &cell)?;
        let (keys, opens) = (self.existing_scope_keys(scope)?, (key.as_deref(), &persons));
        sealed::open_answer(&keys, opens, scope, &ticket, (customer, version), cell).map(Replay::Answered)
    }

    async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.delete_portion(OLD_ANSWERS, before).await
    }
}

impl SqliteStore {
    /// The keys of the persons whose data a kept answer contains, as far as they have keys.
    pub(super) fn keys_of_answer(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        cell: &[u8],
    ) -> Result<SubjectKeys, StoreError> {
        match (customer, &sealed::persons_of_answer(cell)[..]) {
            (None, _) | (_, []) => Ok(SubjectKeys::new()),
            (Some(customer), persons) => self.subject_keys(scope, customer, persons),
        }
    }

    /// Identifies an attempt, and distinguishes it from others with the same key.
    pub(super) fn ticket(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Ticket, StoreError> {
        let keys = self.existing_scope_keys(scope)?;
        Ok(keys.ticket(attempt))
    }
}
