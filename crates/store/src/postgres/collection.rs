//! The collection of files that nothing refers to: their rows, their contents, and expired staging keys.

use std::collections::{HashMap, HashSet};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::FileId;
use dossier_core::store::StoreError;
use futures_util::TryStreamExt as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::commit::LOCK_FILES;
use super::database::{Error, Session};
use super::rows::{Columns, row_limit, scope_values, statements, uuid};
use crate::blobs::BlobPath;
use crate::files::{self, PORTION, day_of};

statements! {
    /// A portion, after a given file, of the files that were not attached in time and of those whose data subjects are
    /// all erased.
    EXPIRED = "SELECT account_id, environment, file_id FROM files
        WHERE (account_id, environment, file_id) > ($4, $5, $6) AND environment IN (0, 1)
            AND (staged_day IS NULL OR (staged_day <= $1 AND uploaded_at < $2)) AND NOT EXISTS
            (SELECT 1 FROM file_uses WHERE file_uses.account_id = files.account_id
            AND file_uses.environment = files.environment AND file_uses.file_id = files.file_id)
        ORDER BY account_id, environment, file_id LIMIT $3";
    KNOWN = "SELECT file_id FROM files WHERE account_id = $1 AND environment = $2 AND file_id = ANY($3)";
    /// Runs under the locks that attaching a file also takes. It is a separate statement, so that it sees what was
    /// attached while the locks were awaited.
    DELETE = "DELETE FROM files USING unnest($1::uuid[], $2::smallint[], $3::uuid[]) AS u (account_id, environment, \
        file_id)
        WHERE files.account_id = u.account_id AND files.environment = u.environment AND files.file_id = u.file_id
            AND NOT EXISTS (SELECT 1 FROM file_uses WHERE file_uses.account_id = u.account_id
            AND file_uses.environment = u.environment AND file_uses.file_id = u.file_id)";
    DELETE_CONTENTS = "WITH gone AS (DELETE FROM contents USING unnest($1::uuid[], $2::smallint[], $3::uuid[])
            AS u (account_id, environment, file_id)
        WHERE contents.account_id = u.account_id AND contents.environment = u.environment
            AND contents.file_id = u.file_id AND NOT EXISTS (SELECT 1 FROM files
            WHERE files.account_id = u.account_id AND files.environment = u.environment AND files.file_id = u.file_id)
            RETURNING contents.account_id, contents.environment, contents.size)
        UPDATE usage AS s SET files = s.files - g.files, bytes = s.bytes - g.bytes
        FROM (SELECT account_id, environment, count(*) AS files, CAST(sum(size) AS BIGINT) AS bytes FROM gone
            GROUP BY account_id, environment) AS g
        WHERE s.account_id = g.account_id AND s.environment = g.environment";
    DELETE_STAGING = "DELETE FROM staging_keys WHERE day < $1 AND NOT EXISTS (SELECT 1 FROM files
        WHERE files.account_id = staging_keys.account_id AND files.environment = staging_keys.environment
            AND files.staged_day = staging_keys.day)";
}

impl PostgresStore {
    /// A portion, after a given file, of the files that were not attached in time and of those whose data subjects are
    /// all erased.
    pub(super) async fn expired_files(
        &self,
        before: Timestamp,
        after: Option<BlobPath>,
    ) -> Result<Vec<BlobPath>, StoreError> {
        let (account, environment, file) = after.map_or_else(Default::default, |BlobPath { scope, id }| {
            let (account, environment) = scope_values(scope);
            (account, environment, uuid(id.as_bytes()))
        });
        let (day, moment, limit) = (day_of(before), before.as_micros(), row_limit(PORTION));
        let found = self.database.query(EXPIRED, &[&day, &moment, &limit, &account, &environment, &file]).await?;
        let path = |row: &Row| {
            let mut columns = Columns::of(row);
            Ok(BlobPath { scope: columns.scope()?, id: FileId::from_bytes(columns.id()?) })
        };
        found.iter().map(path).collect()
    }

    /// Deletes the rows of those files that are no longer evidence of any data subject.
    pub(super) async fn delete_unused(&self, paths: &[BlobPath]) -> Result<(), StoreError> {
        let (accounts, environments): (Vec<_>, Vec<_>) = paths.iter().map(|path| scope_values(path.scope)).unzip();
        let ids: Vec<_> = paths.iter().map(|path| uuid(path.id.as_bytes())).collect();
        self.database
            .write(&(accounts, environments, ids), |session, (accounts, environments, ids)| {
                Box::pin(delete_unused(session, accounts, environments, ids))
            })
            .await
    }

    /// Deletes the staging keys of earlier days, unless a file still needs them.
    pub(super) async fn delete_staging_keys(&self, before: i64) -> Result<(), StoreError> {
        self.database
            .write(&before, |session, day| Box::pin(async move { session.execute(DELETE_STAGING, &[day]).await }))
            .await
            .map(drop)
    }

    pub(super) async fn delete_orphans(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        let mut portions = files::content_before(&*self.blobs, before);
        while let Some(paths) = portions.try_next().await? {
            deleted += self.delete_unknown(paths).await?;
        }
        Ok(deleted)
    }

    /// Deletes the contents that have no row, and returns their number.
    pub(super) async fn delete_unknown(&self, paths: Vec<BlobPath>) -> Result<u64, StoreError> {
        let mut by_scope: HashMap<Scope, Vec<FileId>> = HashMap::new();
        for path in paths {
            by_scope.entry(path.scope).or_default().push(path.id);
        }
        let mut deleted = 0;
        for (scope, ids) in by_scope {
            let (account, environment) = scope_values(scope);
            let named: Vec<_> = ids.iter().map(|id| uuid(id.as_bytes())).collect();
            let known = self.database.query(KNOWN, &[&account, &environment, &named]).await?;
            let known = known.iter().map(|row| Ok(FileId::from_bytes(Columns::of(row).id()?)));
            let known = known.collect::<Result<HashSet<_>, StoreError>>()?;
            for id in ids.into_iter().filter(|id| !known.contains(id)) {
                self.blobs.delete(BlobPath { scope, id }).await?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// Deletes the rows of those files that are no longer evidence of any data subject, and subtracts them from the usage.
async fn delete_unused(
    session: Session<'_>,
    accounts: &Vec<Uuid>,
    environments: &Vec<i16>,
    ids: &Vec<Uuid>,
) -> Result<(), Error> {
    session.query(LOCK_FILES, &[accounts, environments, ids]).await?;
    session.execute(DELETE, &[accounts, environments, ids]).await?;
    session.execute(DELETE_CONTENTS, &[accounts, environments, ids]).await.map(drop)
}

/// The same within the transaction of a change. Returns the files that were deleted.
pub(super) async fn delete_unused_of(
    session: Session<'_>,
    scope: Scope,
    files: &[FileId],
) -> Result<Vec<FileId>, Error> {
    let (account, environment) = scope_values(scope);
    let ids: Vec<_> = files.iter().map(|file| uuid(file.as_bytes())).collect();
    delete_unused(session, &vec![account; ids.len()], &vec![environment; ids.len()], &ids).await?;
    let mut left = HashSet::new();
    for row in session.query(KNOWN, &[&account, &environment, &ids]).await? {
        left.insert(FileId::from_bytes(Columns::of(&row).id()?));
    }
    Ok(files.iter().copied().filter(|file| !left.contains(file)).collect())
}
