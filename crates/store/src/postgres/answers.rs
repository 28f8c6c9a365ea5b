//! Kept answers to repeated requests.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::{Attempt, Replay, Ticket};
use dossier_core::ids::PersonId;
use dossier_core::store::{AnswerStore, StoreError};

use super::PostgresStore;
use super::rows::{Columns, scope_values, statements};
use crate::sealed::{self, SubjectKeys};

statements! {
    REPLAY = "SELECT fingerprint, request_id, customer_id, version, body FROM answers
        WHERE account_id = $1 AND environment = $2 AND key_hash = $3";
    OLD_ANSWERS = "DELETE FROM answers WHERE (account_id, environment, key_hash) IN (
        SELECT account_id, environment, key_hash FROM answers WHERE created_at < $1 ORDER BY created_at LIMIT 1000)";
}

#[async_trait]
impl AnswerStore for PostgresStore {
    async fn replay(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay, StoreError> {
        let ticket = self.ticket(scope, attempt).await?;
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(REPLAY, &[&account, &environment, &&ticket.key_hash[..]]).await?;
        let Some(row) = row else { return Ok(Replay::Fresh(ticket)) };
        let mut columns = Columns::of(&row);
        let (fingerprint, request_id) = (columns.hash()?, columns.next()?);
        if fingerprint != ticket.fingerprint {
            return Ok(Replay::OtherRequest(request_id));
        }
        let (customer, version) = (sealed::customer_of_column(columns.id()?), columns.count()?);
        let key = match customer {
            Some(customer) => Some(self.subject_key(scope, customer, PersonId::of_customer(customer)).await?),
            None => None,
        };
        let (keys, cell) = (self.existing_scope_keys(scope).await?, columns.next::<Vec<u8>>()?);
        let persons = match (customer, &sealed::persons_of_answer(&cell)[..]) {
            (None, _) | (_, []) => SubjectKeys::new(),
            (Some(customer), persons) => self.subject_keys(scope, customer, persons).await?,
        };
        let opens = (key.as_deref(), &persons);
        sealed::open_answer(&keys, opens, scope, &ticket, (customer, version), cell).map(Replay::Answered)
    }

    async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.delete_portion(OLD_ANSWERS, before).await
    }
}

impl PostgresStore {
    /// Identifies an attempt, and distinguishes it from others with the same key.
    pub(super) async fn ticket(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Ticket, StoreError> {
        Ok(self.existing_scope_keys(scope).await?.ticket(attempt))
    }
}
