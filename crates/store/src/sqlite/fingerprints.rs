//! Blind indexes that match equal numbers and equal contents.

use dossier_core::caller::Scope;
use dossier_core::file::FileDetails;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::{Record as _, StoreError};
use rusqlite::Connection;

use super::SqliteStore;
use super::chores::{done, set_done};
use super::commit::{write_content, write_numbers};
use super::row_seals::all_keys;
use crate::chores::{Chore, ONCE};
use crate::columns::scope_columns;
use crate::vault::ScopeKeys;
use crate::{OpenError, prepared};

/// The number of customers or files that are indexed in one transaction.
const PORTION: usize = 500;
/// At most this many matches are shown.
pub(super) const MAX_MATCHES: usize = 100;

impl SqliteStore {
    /// Fills the indexes from older records. This happens once, before anything else is written. If the process dies,
    /// the next start does it again.
    pub(super) fn fill_fingerprints(&self, connection: &Connection) -> Result<(), OpenError> {
        if done(connection, Chore::Fingerprints)?.is_some() {
            return Ok(());
        }
        for (scope, keys) in all_keys(connection, &self.vault)? {
            self.fill_numbers(connection, scope, &keys)?;
            self.fill_contents(connection, scope, &keys)?;
        }
        connection.execute(
            "INSERT INTO usage (account_id, environment, files, bytes)
             SELECT account_id, environment, count(*), sum(size) FROM contents WHERE true
             GROUP BY account_id, environment
             ON CONFLICT DO UPDATE SET files = excluded.files, bytes = excluded.bytes",
            [],
        )?;
        set_done(connection, Chore::Fingerprints, ONCE)?;
        Ok(())
    }

    fn fill_numbers(&self, connection: &Connection, scope: Scope, keys: &ScopeKeys) -> Result<(), OpenError> {
        let mut after = None;
        loop {
            let ids = self.customer_ids(scope, after, PORTION)?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = Some(*last);
            let transaction = connection.unchecked_transaction()?;
            for id in ids {
                // A record that cannot be opened must not prevent the start; a verification reports it.
                match self.sealed_record(scope, id).map(|record| record.map(|record| Box::new(record).open())) {
                    Ok(Some(Ok(customer))) => {
                        let numbers = prepared::fingerprints(&customer, keys);
                        write_numbers(&transaction, scope, id, Some(&numbers))?;
                    }
                    Ok(None) | Err(StoreError::Erased { .. }) => {}
                    // A customer without a key was erased. A restore brought back its row, which is about to go again.
                    Ok(Some(Err(_))) | Err(_) if self.has_no_key(scope, id) => {}
                    Ok(Some(Err(error))) | Err(error) => {
                        tracing::error!(customer = %id, %error, "failed to index numbers")
                    }
                }
            }
            transaction.commit()?;
        }
    }

    fn has_no_key(&self, scope: Scope, id: CustomerId) -> bool {
        self.subject_keys(scope, id, &[PersonId::of_customer(id)]).is_ok_and(|keys| keys.is_empty())
    }

    fn fill_contents(&self, connection: &Connection, scope: Scope, keys: &ScopeKeys) -> Result<(), OpenError> {
        let mut before = None;
        loop {
            let ids = self.file_ids(scope, before, PORTION)?;
            let Some(last) = ids.last() else { return Ok(()) };
            before = Some(*last);
            let transaction = connection.unchecked_transaction()?;
            for id in ids {
                match self.stored_file(scope, id, None).and_then(|stored| self.open_files(stored)) {
                    Ok(files) => {
                        for file in files {
                            let FileDetails { sha256, size, .. } = &file.details;
                            write_content(&transaction, scope, id, &keys.content_index(sha256), *size)?;
                        }
                    }
                    Err(error) => tracing::error!(file = %id, %error, "failed to index a content"),
                }
            }
            transaction.commit()?;
        }
    }

    /// The ids of the files of a scope before a given one, newest first.
    fn file_ids(&self, scope: Scope, before: Option<FileId>, limit: usize) -> Result<Vec<FileId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let before = before.map_or([0xff; 16], |id| *id.as_bytes());
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT file_id FROM files WHERE account_id = ?1 AND environment = ?2 AND file_id < ?3
                     ORDER BY file_id DESC LIMIT ?4",
                )?
                .query_map((account, environment, before, limit), |row| row.get(0).map(FileId::from_bytes))?
                .collect()
        })
    }
}
