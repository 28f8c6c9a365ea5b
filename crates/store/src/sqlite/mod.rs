//! The embedded engine: SQLite, with one writer thread that commits in groups, and separate readers.

mod answers;
mod attempts;
mod audit;
mod chores;
mod collection;
mod commit;
mod connection;
mod customers;
mod desk;
mod erasures;
mod events;
mod files;
mod fingerprints;
mod holds;
mod keys;
mod links;
mod looks;
mod mark;
mod migrate;
mod numbering;
mod opening;
mod person_erasures;
mod processes;
mod queue;
mod readers;
mod requests;
mod rotate;
mod row_seals;
mod sandbox;
mod scans;
mod totals;
mod transfer;
mod webhooks;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::Change;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{Committed, Store, StoreError};
use futures_util::StreamExt as _;
use rusqlite::{Connection, OptionalExtension as _, Row};
use tokio::sync::watch;

use crate::anchor::Tips;
use crate::api_keys::ApiKeyCache;
use crate::blobs::Blobs;
use crate::cache::{Budget, Cache};
use crate::certificate::Certifier;
use crate::chores::{Chore, SharedEmails};
use crate::columns::scope_columns;
use crate::ledger::Ledger;
use crate::planted::reached;
use crate::prepared::PreparedEffect;
use crate::rows::{SubjectRow, Unchecked};
use crate::sealed::SubjectKeys;
use crate::signing::SignerCache;
use crate::vault::{Keyring, RootKey, ScopeKeys, SubjectKey, Tickets, Vault, WrappedKey};
use crate::{DATABASE_FILE, Engine, OpenError, WriterStats};
use connection::{Role, connect, set_cache_size};
pub(crate) use migrate::{NEWEST as NEWEST_MIGRATION, anchored_schema, sealed_schema};
use readers::{Readers, Snapshot};
pub(crate) use transfer::{SqliteSnapshot, SqliteTarget};
use writer::Writer;
pub(crate) use writer::is_locked;

/// SQLite before 3.51.3 has a bug that can corrupt a WAL.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The default of the setting `cache` in bytes. It holds the summaries of some 33,000 customers.
const CACHE: u64 = 20 * 1_024 * 1_024;

const INSTALLATION: &str = "SELECT installation_id, newest_epoch FROM installation";
const SCOPE_KEY: &str = "SELECT epoch, wrapped FROM scope_keys WHERE account_id = ?1 AND environment = ?2";

/// Called with the reason when the disk can no longer be trusted. It must not return.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// The embedded store of one data folder.
pub struct SqliteStore {
    vault: Arc<Vault>,
    api_key_cache: ApiKeyCache,
    signers: SignerCache,
    announced: watch::Sender<()>,
    /// The endpoint that is served first the next time. It rotates among those with due deliveries.
    turn: AtomicUsize,
    blobs: Arc<dyn Blobs>,
    ledger: Ledger,
    /// Whether the log still holds pages from before an erasure.
    unscrubbed: AtomicBool,
    certifier: Certifier,
    tips: Arc<Tips>,
    readers: Arc<Readers>,
    cache: Cache<Snapshot>,
    shared_emails: SharedEmails,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the store of a data folder, which the caller must have locked. Creates keyring and database if there are
    /// none. `blobs` stores the content of files, and `cache` is how many bytes of customers are cached between
    /// requests.
    ///
    /// `on_fatal` is called on an I/O error, after which the state on disk is unknown. It must end the process.
    ///
    /// Nothing was written if this fails.
    pub fn open(
        folder: &Path,
        keyring: &Path,
        root: &RootKey,
        blobs: Arc<dyn Blobs>,
        now: Timestamp,
        cache: Option<u64>,
        on_fatal: OnFatal,
    ) -> Result<Self, OpenError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(OpenError::Database(format!("SQLite {} is too old", rusqlite::version())));
        }
        let database = folder.join(DATABASE_FILE);
        let fresh = !keyring.exists();
        if fresh && database.exists() {
            return Err(OpenError::KeyringMissing);
        }
        let (ledger, certifier) = (Ledger::beside(keyring, root), Certifier::new(root));
        let keyring =
            if fresh { Keyring::create(keyring, root, now.to_string())? } else { Keyring::open(keyring, root)? };
        let budget = Budget::embedded(cache.unwrap_or(CACHE), CACHE);
        let mut connection = connect(&database, Role::Writer)?;
        set_cache_size(&connection, Role::Writer.cache_kib() + budget.pages / Budget::PAGE * 4)?;
        row_seals::check_age(&connection, &keyring)?;
        migrate::up(&mut connection, now)?;
        bind_to_keyring(&connection, &keyring)?;
        let vault = Arc::new(Vault::new(keyring));
        open_pepper(&connection, &vault)?;
        row_seals::seal_older_rows(&connection, &vault, now)?;
        let cache = Cache::new(budget);
        let readers = Arc::new(Readers::new(database.clone(), Arc::clone(&on_fatal), cache.summaries.capacity()));
        let filling = connect(&database, Role::Writer)?;
        let tips = Arc::new(Tips::default());
        let writer = Writer::start(connection, Arc::clone(&readers), database, Arc::clone(&tips), on_fatal)?;
        let store = Self {
            vault,
            api_key_cache: ApiKeyCache::default(),
            signers: SignerCache::default(),
            announced: watch::Sender::new(()),
            turn: AtomicUsize::new(0),
            blobs,
            ledger,
            unscrubbed: AtomicBool::new(false),
            certifier,
            tips,
            readers,
            cache,
            shared_emails: SharedEmails::default(),
            writer,
        };
        if let Some(how_far) = chores::done(&filling, Chore::Emails)? {
            store.shared_emails.set_progress(Chore::Emails, &how_far);
        }
        store.fill_fingerprints(&filling)?;
        Ok(store)
    }

    /// Seals the rows of a database that predates row seals. The keyring does not prevent this, because the database
    /// was put back on purpose.
    pub(crate) fn seal_rows(file: &Path, keyring: &Path, root: &RootKey, now: Timestamp) -> Result<(), OpenError> {
        let keyring = Keyring::open(keyring, root)?;
        let mut connection = connect(file, Role::Writer)?;
        let sealed = migrate::sealing_step(&connection)?;
        migrate::up(&mut connection, now)?;
        bind_to_keyring(&connection, &keyring)?;
        let vault = Vault::new(keyring);
        row_seals::seal_all(&connection, &vault, sealed)?;
        row_seals::record_all_rows(&connection, &vault, now)
    }

    /// Sets how long a write waits for another program's lock on the database. The default is 10 seconds. Only tests
    /// need a shorter time.
    #[must_use]
    pub fn with_lock_patience(mut self, patience: Duration) -> Self {
        self.writer.patience = patience;
        self
    }

    /// Deletes a portion of the rows that are older than a given time, small enough for other writers to wait for.
    /// Returns the number of rows.
    async fn delete_portion(&self, delete: &'static str, before: Timestamp) -> Result<u64, StoreError> {
        let deleted = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&deleted);
        self.writer
            .task(move |connection| {
                let rows = connection.prepare_cached(delete)?.execute([before.as_micros()])?;
                count.store(rows as u64, Ordering::Relaxed);
                Ok(())
            })
            .await?;
        Ok(deleted.load(Ordering::Relaxed))
    }

    /// The keys of a scope. `None` if its account does not exist.
    fn scope_keys(&self, scope: Scope) -> Result<Option<Arc<ScopeKeys>>, StoreError> {
        if let Some(keys) = self.vault.cached_scope(scope) {
            return Ok(Some(keys));
        }
        let wrapped = self.readers.read(|connection| {
            connection.prepare_cached(SCOPE_KEY)?.query_row(scope_columns(&scope), wrapped_key).optional()
        })?;
        wrapped.map(|wrapped| self.vault.open_scope(scope, &wrapped)).transpose()
    }

    fn existing_scope_keys(&self, scope: Scope) -> Result<Arc<ScopeKeys>, StoreError> {
        self.scope_keys(scope)?.ok_or_else(|| StoreError::Corrupt("the account has no key".into()))
    }

    /// The key of a subject that must exist, unless the customer was erased.
    fn subject_key(
        &self,
        scope: Scope,
        customer: CustomerId,
        subject: PersonId,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        if let Some(key) = self.cache.keys.get(scope, subject) {
            return Ok(key);
        }
        let keys = self.subject_keys(scope, customer, &[subject])?;
        keys.get(&subject).cloned().map_or_else(|| Err(self.why_without_key(scope, customer)?), Ok)
    }

    /// The keys of those subjects that have one.
    fn subject_keys(
        &self,
        scope: Scope,
        customer: CustomerId,
        subjects: &[PersonId],
    ) -> Result<SubjectKeys, StoreError> {
        if let Some(keys) = self.cache.keys.get_all(scope, subjects) {
            return Ok(keys);
        }
        let stored =
            self.readers.read_customer(customer, |connection| wrapped_subjects(connection, scope, customer))?;
        let keys = self.existing_scope_keys(scope)?;
        let mut opened = SubjectKeys::new();
        for row in stored {
            if subjects.contains(&row.peek().subject) {
                let row = row.check(&keys)?;
                opened.insert(row.subject, self.cache.keys.open(&self.vault, scope, row.subject, &row.wrapped)?);
            }
        }
        Ok(opened)
    }
}

fn wrapped_subjects(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<Unchecked<SubjectRow>>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT epoch, wrapped, subject_id, mac FROM subject_keys WHERE account_id = ?1 AND environment = ?2 AND \
                customer_id = ?3",
        )?
        .query_map((account, environment, customer.as_bytes()), |row| {
            let (subject, wrapped) = (PersonId::from_bytes(row.get(2)?), wrapped_key(row)?);
            Ok(Unchecked::new(SubjectRow { scope, customer, subject, wrapped }, row.get(3)?))
        })?
        .collect()
}

#[async_trait]
impl Engine for SqliteStore {
    fn writer_stats(&self) -> &WriterStats {
        self.writer.stats()
    }

    fn name(&self) -> String {
        format!("SQLite {}", rusqlite::version())
    }

    fn location(&self) -> String {
        self.readers.database().display().to_string()
    }

    async fn check_integrity(&self) -> Result<(), StoreError> {
        let result: String =
            self.readers.read(|connection| connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)))?;
        if result == "ok" { Ok(()) } else { Err(StoreError::Corrupt(result)) }
    }

    async fn check_files(&self) -> Result<(), StoreError> {
        self.blobs.list().next().await.transpose().map(drop)
    }

    fn refused_rows(&self) -> u64 {
        self.vault.refused_rows()
    }

    fn ledger_file(&self) -> &Ledger {
        &self.ledger
    }

    fn certifier(&self) -> &Certifier {
        &self.certifier
    }

    fn tickets(&self) -> &Tickets {
        self.vault.tickets()
    }

    fn installation(&self) -> [u8; 16] {
        self.vault.installation()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        let erased = self.subjects_to_erase(&change)?;
        let (prepared, new_subjects) = self.prepare(change)?;
        let aftermath = prepared.aftermath(new_subjects);
        self.cache.records.forget(&prepared);
        if matches!(prepared.effect, PreparedEffect::CustomerErased(_)) {
            reached("erase: sealed");
        }
        let (outcome, change) = self.writer.change(prepared).await;
        let outcome = outcome?;
        if outcome == Committed::Done {
            let mut ledger_entry = None;
            if let Some(change) = change {
                ledger_entry = change.effect.ledger_entry();
                self.cache.records.remember(&change, None);
            }
            aftermath.apply(&self.cache.keys, &self.api_key_cache, &self.signers, &self.announced);
            if let Some(entry) = ledger_entry {
                reached("erase: committed");
                self.cache.keys.forget(entry.scope, &erased);
                self.ledger.remember(entry);
            }
        }
        Ok(outcome)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.readers.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(())))
    }
}

/// The first start binds the database to its keyring. Every later start checks that the keyring belongs to it and is
/// new enough.
fn bind_to_keyring(connection: &Connection, keyring: &Keyring) -> Result<(), OpenError> {
    let tied = connection
        .query_row(INSTALLATION, [], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u32>(1)?)))
        .optional()?;
    match tied {
        None => {
            connection.execute(
                "INSERT INTO installation (installation_id, newest_epoch) VALUES (?1, ?2)",
                (keyring.installation(), keyring.active()),
            )?;
            Ok(())
        }
        Some((installation, newest)) => keyring.belongs_to(installation, newest),
    }
}

fn open_pepper(connection: &Connection, vault: &Vault) -> Result<(), OpenError> {
    let corrupt = |error: StoreError| OpenError::Database(error.to_string());
    let scope = Vault::INSTALLATION;
    let stored = connection.query_row(SCOPE_KEY, scope_columns(&scope), wrapped_key).optional()?;
    let wrapped = match stored {
        Some(wrapped) => wrapped,
        None => {
            let wrapped = vault.new_scope(scope).map_err(corrupt)?;
            commit::insert_scope_key(connection, scope, &wrapped)?;
            wrapped
        }
    };
    vault.open_pepper(&wrapped).map_err(corrupt)
}

fn wrapped_key(row: &Row<'_>) -> Result<WrappedKey, rusqlite::Error> {
    Ok(WrappedKey { epoch: row.get(0)?, sealed: row.get(1)? })
}
