//! Rotation: begins a new epoch, wraps every surviving key under it, exports the keys, and destroys the old epochs.
//!
//! If the process dies, the rotation is simply run again: the keyring keeps the old epoch until no row needs it.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::PersonId;
use dossier_core::store::{Progress, StoreError};

use super::SqliteStore;
use crate::columns::{scope_columns, scope_of};
use crate::key_export::{ExportWriter, KeyRow};
use crate::planted::reached;
use crate::vault::WrappedKey;
use crate::{OpenError, RotationStore};

/// The number of keys that are wrapped in one commit, so that no writer waits long.
const PORTION: usize = 500;

pub(super) const NEWEST: &str = "UPDATE installation SET newest_epoch = ?1";

/// No key is wrapped in this epoch.
const NO_EPOCH: u32 = 0;

/// The key of a row of `subject_keys`.
type SubjectPlace = ([u8; 16], u8, [u8; 16], [u8; 16]);

/// Before the first row.
const START: SubjectPlace = ([0; 16], 0, [0; 16], [0; 16]);

struct SubjectRow {
    scope: Scope,
    customer: [u8; 16],
    subject: PersonId,
    wrapped: WrappedKey,
}

impl SubjectRow {
    fn key(&self) -> SubjectPlace {
        let (account, environment) = scope_columns(&self.scope);
        (*account, environment, self.customer, *self.subject.as_bytes())
    }
}

#[async_trait]
impl RotationStore for SqliteStore {
    fn active_epoch(&self) -> u32 {
        self.vault.active_epoch()
    }

    fn active_since(&self) -> Option<Timestamp> {
        self.vault.active_since()
    }

    fn destroyed_at(&self, epoch: u32) -> Option<Timestamp> {
        self.vault.destroyed_at(epoch)
    }

    fn is_rotating(&self) -> bool {
        self.vault.is_rotating()
    }

    async fn export_keys(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut export = ExportWriter::begin(&self.vault, now)?;
        for (scope, wrapped) in self.wrapped_scopes(NO_EPOCH)? {
            export.push(&KeyRow::of_scope(scope, wrapped))?;
        }
        let mut after = START;
        loop {
            let rows = self.subject_portion(NO_EPOCH, after)?;
            let Some(last) = rows.last() else { break };
            after = last.key();
            for SubjectRow { scope, customer, subject, wrapped } in rows {
                export.push(&KeyRow::of_subject(scope, &customer, subject.as_bytes(), wrapped))?;
            }
            tokio::task::yield_now().await;
        }
        for (scope, day, wrapped) in self.wrapped_staging(NO_EPOCH)? {
            export.push(&KeyRow::of_staging(scope, day, wrapped))?;
        }
        reached("rotate: export written");
        export.finish()
    }

    async fn rotate(&self, now: Timestamp, progress: Progress<'_>) -> Result<u32, StoreError> {
        let keyring = |error: OpenError| StoreError::Unknown(error.to_string());
        let epoch = self.vault.begin_epoch(now.to_string()).map_err(keyring)?;
        reached("rotate: epoch begun");
        // From here on a keyring without the new epoch is too old.
        self.writer.task(move |connection| connection.execute(NEWEST, [epoch]).map(drop)).await?;
        reached("rotate: epoch announced");
        self.rewrap_scopes(epoch).await?;
        reached("rotate: scope keys wrapped");
        self.rewrap_staging(epoch).await?;
        reached("rotate: staging keys wrapped");
        self.rewrap_subjects(epoch, progress).await?;
        reached("rotate: subject keys wrapped");
        // Before the old epochs are destroyed, because older backups then need it.
        self.export_keys(now).await?;
        reached("rotate: keys exported");
        self.vault.destroy_old_epochs(&now.to_string()).map_err(keyring)?;
        reached("rotate: complete");
        Ok(epoch)
    }
}

impl SqliteStore {
    /// The keys of scopes that are wrapped in another epoch.
    fn wrapped_scopes(&self, epoch: u32) -> Result<Vec<(Scope, WrappedKey)>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare(
                    "SELECT epoch, wrapped, account_id, environment FROM scope_keys WHERE epoch <> ?1
                     ORDER BY account_id, environment",
                )?
                .query_map([epoch], |row| Ok((super::wrapped_key(row)?, row.get(2)?, row.get(3)?)))?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|(wrapped, account, environment)| Ok((scope_of(account, environment)?, wrapped))).collect()
    }

    async fn rewrap_scopes(&self, epoch: u32) -> Result<(), StoreError> {
        let rows = self.wrapped_scopes(epoch)?;
        let mut again = Vec::with_capacity(rows.len());
        for (scope, wrapped) in rows {
            again.push((scope, self.vault.rewrap_scope(scope, &wrapped)?));
        }
        self.writer
            .task(move |connection| {
                let mut update = connection.prepare(
                    "UPDATE scope_keys SET epoch = ?3, wrapped = ?4 WHERE account_id = ?1 AND environment = ?2",
                )?;
                for (scope, wrapped) in again {
                    let (account, environment) = scope_columns(&scope);
                    update.execute((account, environment, wrapped.epoch, wrapped.sealed))?;
                }
                Ok(())
            })
            .await
    }

    /// The staging keys that are wrapped in another epoch.
    fn wrapped_staging(&self, epoch: u32) -> Result<Vec<(Scope, i64, WrappedKey)>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare("SELECT epoch, wrapped, account_id, environment, day FROM staging_keys WHERE epoch <> ?1")?
                .query_map([epoch], |row| Ok((super::wrapped_key(row)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let staging = |(wrapped, account, environment, day)| Ok((scope_of(account, environment)?, day, wrapped));
        rows.into_iter().map(staging).collect()
    }

    async fn rewrap_staging(&self, epoch: u32) -> Result<(), StoreError> {
        let rows = self.wrapped_staging(epoch)?;
        let mut again = Vec::with_capacity(rows.len());
        for (scope, day, wrapped) in rows {
            again.push((scope, day, self.vault.rewrap_staging(scope, day, &wrapped)?));
        }
        self.writer
            .task(move |connection| {
                let mut update = connection.prepare(
                    "UPDATE staging_keys SET epoch = ?4, wrapped = ?5
                     WHERE account_id = ?1 AND environment = ?2 AND day = ?3",
                )?;
                for (scope, day, wrapped) in again {
                    let (account, environment) = scope_columns(&scope);
                    update.execute((account, environment, day, wrapped.epoch, wrapped.sealed))?;
                }
                Ok(())
            })
            .await
    }

    async fn rewrap_subjects(&self, epoch: u32, progress: Progress<'_>) -> Result<(), StoreError> {
        let total: u64 = self.readers.read(|connection| {
            connection.query_row("SELECT count(*) FROM subject_keys WHERE epoch <> ?1", [epoch], |row| row.get(0))
        })?;
        let mut done = 0;
        let mut after = START;
        loop {
            let rows = self.subject_portion(epoch, after)?;
            let Some(last) = rows.last() else { break };
            after = last.key();
            done += rows.len() as u64;
            self.rewrap_portion(rows).await?;
            reached("rotate: some subject keys wrapped");
            progress(done, total);
        }
        Ok(())
    }

    /// Some keys of data subjects that are wrapped in another epoch.
    fn subject_portion(&self, epoch: u32, after: SubjectPlace) -> Result<Vec<SubjectRow>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT epoch, wrapped, account_id, environment, customer_id, subject_id FROM subject_keys
                     WHERE (account_id, environment, customer_id, subject_id) > (?1, ?2, ?3, ?4) AND epoch <> ?5
                     ORDER BY account_id, environment, customer_id, subject_id LIMIT ?6",
                )?
                .query_map((after.0, after.1, after.2, after.3, epoch, PORTION), |row| {
                    Ok((super::wrapped_key(row)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter()
            .map(|(wrapped, account, environment, customer, subject)| {
                let subject = PersonId::from_bytes(subject);
                Ok(SubjectRow { scope: scope_of(account, environment)?, customer, subject, wrapped })
            })
            .collect()
    }

    async fn rewrap_portion(&self, mut rows: Vec<SubjectRow>) -> Result<(), StoreError> {
        for row in &mut rows {
            row.wrapped = self.vault.rewrap_subject(row.scope, row.subject, &row.wrapped)?;
        }
        self.writer
            .task_on_customers(move |connection| {
                let mut update = connection.prepare_cached(
                    "UPDATE subject_keys SET epoch = ?5, wrapped = ?6
                     WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND subject_id = ?4",
                )?;
                for row in rows {
                    let (account, environment) = scope_columns(&row.scope);
                    let WrappedKey { epoch, sealed } = row.wrapped;
                    update.execute((account, environment, row.customer, row.subject.as_bytes(), epoch, sealed))?;
                }
                Ok(())
            })
            .await
    }
}
