//! Rotation: begins a new epoch, wraps every surviving key under it, exports the keys, and destroys the old epochs.
//!
//! Writing a new key takes a shared lock on the row that names the newest epoch, so no key is written in an old epoch
//! after a rotation has begun to look. If the process dies, the rotation is simply run again.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::PersonId;
use dossier_core::store::{Progress, StoreError};
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::rows::{Columns, epoch_column, scope_values, statements, uuid};
use crate::key_export::{ExportWriter, KeyRow};
use crate::planted::reached;
use crate::vault::WrappedKey;
use crate::{OpenError, RotationStore};

/// The number of keys that are wrapped in one commit.
const PORTION: i64 = 500;
/// No key is wrapped in this epoch.
const NO_EPOCH: i32 = 0;

/// The key of a row of `subject_keys`.
type SubjectPlace = (Uuid, i16, Uuid, Uuid);

/// Before the first row.
const START: SubjectPlace = (Uuid::nil(), 0, Uuid::nil(), Uuid::nil());

statements! {
    pub(super) NEWEST = "UPDATE installation SET newest_epoch = $1";
    SCOPES = "SELECT account_id, environment, epoch, wrapped FROM scope_keys WHERE epoch <> $1";
    SCOPE = "UPDATE scope_keys SET epoch = $3, wrapped = $4 WHERE account_id = $1 AND environment = $2";
    DAYS = "SELECT account_id, environment, epoch, wrapped, day FROM staging_keys WHERE epoch <> $1";
    DAY = "UPDATE staging_keys SET epoch = $3, wrapped = $4 WHERE account_id = $1 AND environment = $2 AND day = $5";
    LEFT = "SELECT count(*) FROM subject_keys WHERE epoch <> $1";
    SUBJECTS = "SELECT account_id, environment, epoch, wrapped, customer_id, subject_id FROM subject_keys
        WHERE (account_id, environment, customer_id, subject_id) > ($1, $2, $3, $4) AND epoch <> $5
        ORDER BY account_id, environment, customer_id, subject_id LIMIT $6";
    AGAIN = "UPDATE subject_keys SET epoch = $6, wrapped = u.wrapped
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::bytea[])
            AS u (account_id, environment, customer_id, subject_id, wrapped)
        WHERE subject_keys.account_id = u.account_id AND subject_keys.environment = u.environment
            AND subject_keys.customer_id = u.customer_id AND subject_keys.subject_id = u.subject_id";
}

#[async_trait]
impl RotationStore for PostgresStore {
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
        for row in &self.database.query(SCOPES, &[&NO_EPOCH]).await? {
            let mut columns = Columns::of(row);
            export.push(&KeyRow::of_scope(columns.scope()?, columns.wrapped()?))?;
        }
        let mut after = START;
        loop {
            let found = self.subject_portion(NO_EPOCH, &mut after).await?;
            if found.is_empty() {
                break;
            }
            for row in &found {
                let mut columns = Columns::of(row);
                let (scope, wrapped) = (columns.scope()?, columns.wrapped()?);
                export.push(&KeyRow::of_subject(scope, &columns.id()?, &columns.id()?, wrapped))?;
            }
        }
        for row in &self.database.query(DAYS, &[&NO_EPOCH]).await? {
            let mut columns = Columns::of(row);
            let (scope, wrapped, day) = (columns.scope()?, columns.wrapped()?, columns.next()?);
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
        let newest = epoch_column(epoch);
        self.database
            .write(&newest, |session, newest| Box::pin(async move { session.execute(NEWEST, &[newest]).await }))
            .await?;
        reached("rotate: epoch announced");
        for row in &self.database.query(SCOPES, &[&newest]).await? {
            let mut columns = Columns::of(row);
            let scope = columns.scope()?;
            let again = self.vault.rewrap_scope(scope, &columns.wrapped()?)?;
            self.wrap_again(SCOPE, scope, again, None).await?;
        }
        reached("rotate: scope keys wrapped");
        for row in &self.database.query(DAYS, &[&newest]).await? {
            let mut columns = Columns::of(row);
            let (scope, wrapped, day) = (columns.scope()?, columns.wrapped()?, columns.next()?);
            let again = self.vault.rewrap_staging(scope, day, &wrapped)?;
            self.wrap_again(DAY, scope, again, Some(day)).await?;
        }
        reached("rotate: staging keys wrapped");
        self.rewrap_subjects(newest, progress).await?;
        reached("rotate: subject keys wrapped");
        // Before the old epochs are destroyed, because older backups then need it.
        self.export_keys(now).await?;
        reached("rotate: keys exported");
        self.vault.destroy_old_epochs(&now.to_string()).map_err(keyring)?;
        reached("rotate: complete");
        Ok(epoch)
    }
}

impl PostgresStore {
    async fn wrap_again(
        &self,
        sql: &'static str,
        scope: Scope,
        WrappedKey { epoch, sealed }: WrappedKey,
        day: Option<i64>,
    ) -> Result<(), StoreError> {
        let (account, environment) = scope_values(scope);
        let values = (sql, account, environment, epoch_column(epoch), sealed, day);
        self.database
            .write(&values, |session, (sql, account, environment, epoch, sealed, day)| {
                Box::pin(async move {
                    match day {
                        Some(day) => session.execute(sql, &[account, environment, epoch, sealed, day]).await,
                        None => session.execute(sql, &[account, environment, epoch, sealed]).await,
                    }
                })
            })
            .await
            .map(drop)
    }

    /// Some keys of data subjects that are wrapped in another epoch. Moves `after` to the last of them.
    async fn subject_portion(&self, epoch: i32, after: &mut SubjectPlace) -> Result<Vec<Row>, StoreError> {
        let (account, environment, customer, subject) = *after;
        let found =
            self.database.query(SUBJECTS, &[&account, &environment, &customer, &subject, &epoch, &PORTION]).await?;
        if let Some(last) = found.last() {
            let mut columns = Columns::of(last);
            let (account, environment) = scope_values(columns.scope()?);
            columns.wrapped()?;
            *after = (account, environment, uuid(&columns.id()?), uuid(&columns.id()?));
        }
        Ok(found)
    }

    async fn rewrap_subjects(&self, newest: i32, progress: Progress<'_>) -> Result<(), StoreError> {
        let total = match self.database.query_one(LEFT, &[&newest]).await? {
            Some(row) => Columns::of(&row).count()?,
            None => 0,
        };
        let mut done = 0;
        let mut after = START;
        loop {
            let found = self.subject_portion(newest, &mut after).await?;
            if found.is_empty() {
                break;
            }
            let (mut accounts, mut environments) = (Vec::new(), Vec::new());
            let (mut customers, mut subjects, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
            for row in &found {
                let mut columns = Columns::of(row);
                let (scope, wrapped) = (columns.scope()?, columns.wrapped()?);
                let (customer, subject) = (columns.id()?, columns.id()?);
                let (account, environment) = scope_values(scope);
                accounts.push(account);
                environments.push(environment);
                customers.push(uuid(&customer));
                subjects.push(uuid(&subject));
                let again = self.vault.rewrap_subject(scope, PersonId::from_bytes(subject), &wrapped)?;
                sealed.push(again.sealed);
            }
            done += found.len() as u64;
            self.database
                .write(
                    &(accounts, environments, customers, subjects, sealed, newest),
                    |session, (accounts, environments, customers, subjects, sealed, newest)| {
                        Box::pin(async move {
                            session.execute(AGAIN, &[accounts, environments, customers, subjects, sealed, newest]).await
                        })
                    },
                )
                .await?;
            reached("rotate: some subject keys wrapped");
            progress(done, total);
        }
        Ok(())
    }
}
