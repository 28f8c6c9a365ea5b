//! Reads that only a verification needs.

use dossier_core::caller::Scope;
use dossier_core::idempotency::Ticket;
use dossier_core::ids::{CustomerId, KeyId, PersonId, WebhookId};
use dossier_core::store::StoreError;

use super::SqliteStore;
use crate::columns::scope_columns;
use crate::sealed;
use crate::signing::{Signer, open_midstates};

struct KeptAnswer {
    ticket: Ticket,
    customer: Option<CustomerId>,
    version: u64,
    cell: Vec<u8>,
}

impl SqliteStore {
    /// The ids of a scope's customers after a given one, in order.
    pub(crate) fn customer_ids(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let after = after.map_or([0; 16], |id| *id.as_bytes());
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id FROM customers
                     WHERE account_id = ?1 AND environment = ?2 AND customer_id > ?3 ORDER BY customer_id LIMIT ?4",
                )?
                .query_map((account, environment, after, limit), |row| row.get(0).map(CustomerId::from_bytes))?
                .collect()
        })
    }

    /// Opens kept answers, the HMAC states of API keys, and the secrets of endpoints. Returns the number of answers.
    pub(crate) fn open_keys_secrets_and_answers(&self, scope: Scope) -> Result<u64, StoreError> {
        let keys = self.existing_scope_keys(scope)?;
        let (account, environment) = scope_columns(&scope);
        let states: Vec<([u8; 16], Vec<u8>)> = self.readers.read(|connection| {
            let sql = "SELECT key_id, midstates FROM api_keys WHERE account_id = ?1 AND environment = ?2";
            connection
                .prepare_cached(sql)?
                .query_map((account, environment), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        for (key, cell) in states {
            open_midstates(&keys, scope, KeyId::from_bytes(key), cell)?;
        }
        let endpoints: Vec<([u8; 16], Vec<u8>, Vec<u8>)> = self.readers.read(|connection| {
            let sql = "SELECT endpoint_id, url, secret FROM endpoints WHERE account_id = ?1 AND environment = ?2";
            connection
                .prepare_cached(sql)?
                .query_map((account, environment), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })?;
        for (endpoint, url, secret) in endpoints {
            Signer::open(&keys, (scope, WebhookId::from_bytes(endpoint)), (url, secret), [None, None], false)?;
        }
        let (mut count, mut after) = (0, [0; 32]);
        loop {
            let answers = self.answers_after(scope, after)?;
            let Some(last) = answers.last() else { return Ok(count) };
            after = last.ticket.key_hash;
            count += answers.len() as u64;
            for KeptAnswer { ticket, customer, version, cell } in answers {
                let key = customer.map(|id| self.subject_key(scope, id, PersonId::of_customer(id))).transpose();
                // The answers of an erased customer are forgotten with the others of their time.
                if matches!(key, Err(StoreError::Erased { .. })) {
                    continue;
                }
                let persons = self.keys_of_answer(scope, customer, &cell)?;
                let key = key?;
                sealed::open_answer(&keys, (key.as_deref(), &persons), scope, &ticket, (customer, version), cell)?;
            }
        }
    }

    fn answers_after(&self, scope: Scope, after: [u8; 32]) -> Result<Vec<KeptAnswer>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT key_hash, fingerprint, customer_id, version, body FROM answers
                     WHERE account_id = ?1 AND environment = ?2 AND key_hash > ?3 ORDER BY key_hash LIMIT 500",
                )?
                .query_map((account, environment, after), |row| {
                    Ok(KeptAnswer {
                        ticket: Ticket { key_hash: row.get(0)?, fingerprint: row.get(1)? },
                        customer: sealed::customer_of_column(row.get(2)?),
                        version: row.get(3)?,
                        cell: row.get(4)?,
                    })
                })?
                .collect()
        })
    }
}
