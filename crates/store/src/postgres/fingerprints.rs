//! Blind indexes that match equal numbers and equal contents.

use std::collections::BTreeSet;

use dossier_core::account::Account;
use dossier_core::caller::Scope;
use dossier_core::customer::Customer;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::{CustomerStore as _, FileStore as _, KeyStore as _, StoreError};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use uuid::Uuid;

use super::database::Session;
use super::rows::{Columns, number, random_id, scope_values, statements, uuid};
use super::{PostgresStore, migrate};
use crate::chores::{Chore, ONCE};
use crate::vault::Fingerprint;
use crate::{ChoreStore as _, OpenError, prepared};

/// The number of customers that are read at the same time while all are indexed. The loaders read them in one
/// statement.
const TOGETHER: usize = 64;

/// The id of a customer, and the fingerprints of its numbers.
type NumbersOf = ([u8; 16], BTreeSet<(PersonId, Fingerprint)>);

statements! {
    CUSTOMERS = "SELECT customer_id FROM customers WHERE account_id = $1 AND environment = $2 AND customer_id > $3
        ORDER BY customer_id LIMIT 500";
    FILES = "SELECT file_id FROM files WHERE account_id = $1 AND environment = $2 AND file_id > $3
        ORDER BY file_id LIMIT 500";
    NUMBER = "INSERT INTO numbers (account_id, environment, customer_id, subject_id, fingerprint)
        SELECT $1, $2, u.customer_id, u.subject_id, u.fingerprint
        FROM unnest($3::uuid[], $4::uuid[], $5::bytea[]) AS u (customer_id, subject_id, fingerprint)
        ON CONFLICT DO NOTHING";
    CONTENT = "INSERT INTO contents (account_id, environment, file_id, fingerprint, size)
        SELECT $1, $2, u.file_id, u.fingerprint, u.size
        FROM unnest($3::uuid[], $4::bytea[], $5::bigint[]) AS u (file_id, fingerprint, size)
        ON CONFLICT DO NOTHING";
    COUNT = "INSERT INTO usage (account_id, environment, files, bytes)
        SELECT account_id, environment, count(*), CAST(sum(size) AS BIGINT) FROM contents
        GROUP BY account_id, environment
        ON CONFLICT (account_id, environment) DO UPDATE SET files = excluded.files, bytes = excluded.bytes";
}

impl PostgresStore {
    /// Fills the indexes from older records. This happens once, in the process that holds the schema lease. If the
    /// process dies, the next start does it again.
    pub(super) async fn fill_fingerprints(&self, session: Session<'_>) -> Result<(), OpenError> {
        if self.done(Chore::Fingerprints).await?.is_some() {
            return Ok(());
        }
        let me = random_id();
        migrate::lease(session, me).await?;
        // Another process may have done it while this one waited.
        if self.done(Chore::Fingerprints).await?.is_none() {
            for scope in self.accounts().await?.iter().flat_map(Account::scopes) {
                self.fill_numbers(session, scope, me).await?;
                self.fill_contents(session, scope, me).await?;
            }
            session.execute(COUNT, &[]).await?;
            self.set_done(Chore::Fingerprints, ONCE).await?;
        }
        migrate::release(session, me).await
    }

    async fn fill_numbers(&self, session: Session<'_>, scope: Scope, me: Uuid) -> Result<(), OpenError> {
        let ((account, environment), keys) = (scope_values(scope), self.existing_scope_keys(scope).await?);
        let mut after = Uuid::nil();
        loop {
            let found = session.query(CUSTOMERS, &[&account, &environment, &after]).await?;
            let ids = found.iter().map(|row| Columns::of(row).id()).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = uuid(last);
            let numbers_of = async |id: [u8; 16]| {
                let customer = CustomerId::from_bytes(id);
                let mut read = self.customer(scope, customer).await;
                let own = PersonId::of_customer(customer);
                if matches!(read, Err(StoreError::Corrupt(_)))
                    && self.subject_keys(scope, customer, &[own]).await.is_ok_and(|keys| keys.is_empty())
                {
                    // It was erased. A restore brought back its row, which is about to go again.
                    read = Ok(None);
                }
                let read = ignore_corrupt(read, "failed to index numbers")?;
                let numbers = |customer: Customer| prepared::fingerprints(&customer, &keys);
                Ok::<_, StoreError>((id, read.map(numbers).unwrap_or_default()))
            };
            let all: Vec<NumbersOf> = stream::iter(ids).map(numbers_of).buffered(TOGETHER).try_collect().await?;
            let (mut customers, mut subjects, mut fingerprints) = (Vec::new(), Vec::new(), Vec::new());
            for (id, numbers) in &all {
                for (subject, fingerprint) in numbers {
                    customers.push(uuid(id));
                    subjects.push(uuid(subject.as_bytes()));
                    fingerprints.push(&fingerprint[..]);
                }
            }
            session.execute(NUMBER, &[&account, &environment, &customers, &subjects, &fingerprints]).await?;
            migrate::lease(session, me).await?;
        }
    }

    async fn fill_contents(&self, session: Session<'_>, scope: Scope, me: Uuid) -> Result<(), OpenError> {
        let ((account, environment), keys) = (scope_values(scope), self.existing_scope_keys(scope).await?);
        let mut after = Uuid::nil();
        loop {
            let found = session.query(FILES, &[&account, &environment, &after]).await?;
            let ids = found.iter().map(|row| Columns::of(row).id()).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = uuid(last);
            let (mut files, mut fingerprints, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
            for id in ids {
                let read = self.files(scope, &[FileId::from_bytes(id)], None).await;
                let read = ignore_corrupt(read.map(|mut files| files.pop()), "failed to index a content")?;
                if let Some(file) = read {
                    files.push(uuid(&id));
                    fingerprints.push(keys.content_index(&file.details.sha256).to_vec());
                    sizes.push(number(file.details.size));
                }
            }
            session.execute(CONTENT, &[&account, &environment, &files, &fingerprints, &sizes]).await?;
            migrate::lease(session, me).await?;
        }
    }
}

/// A record that cannot be opened must not prevent the start; a verification reports it.
fn ignore_corrupt<T>(read: Result<Option<T>, StoreError>, what: &str) -> Result<Option<T>, StoreError> {
    match read {
        Err(error @ StoreError::Corrupt(_)) => {
            tracing::error!(%error, "{what}");
            Ok(None)
        }
        read => read,
    }
}
