//! The embedded engine: SQLite, one writer thread with group commit, readers of its own.

mod audit;
mod chain;
mod commit;
mod customers;
mod events;
mod files;
mod fingerprints;
mod keys;
mod mark;
mod migrate;
mod numbering;
mod opening;
mod readers;
mod rotate;
mod row_seals;
mod summaries;
mod totals;
mod transfer;
mod webhooks;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dossier_core::account::Account;
use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::audit::{AuditFilter, AuditPage, AuditReport, OpenedEntry};
use dossier_core::caller::{Environment, Scope};
use dossier_core::change::Change;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Summary;
use dossier_core::event::StoredEvent;
use dossier_core::file::{ByteRange, File, FileReader, FileWriter};
use dossier_core::idempotency::{Attempt, Replay};
use dossier_core::ids::{AccountId, CustomerId, FileId, KeyId, WebhookId};
use dossier_core::parse::Email;
use dossier_core::quota::Used;
use dossier_core::store::{Collected, Committed, Link, Page, Progress, Record, SameNumber, Store, StoreError};
use dossier_core::webhook::{Attempted, Delivery, Due, Endpoint, Message};
use futures_util::StreamExt as _;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};
use tokio::sync::watch;

use crate::anchor::{AcceptedRestore, ChainEnd, Tips};
use crate::api_keys::KnownKeys;
use crate::audit_chain;
use crate::blobs::Blobs;
use crate::by_customer::Sealed as _;
use crate::chores::{Chore, SharedEmails};
use crate::columns::scope_columns;
use crate::planted::{Defect, planted};
use crate::recent::{Recent, Stored};
use crate::signing::Signers;
use crate::vault::{Keyring, RootKey, SUBJECT, ScopeKeys, Vault, WrappedKey};
use crate::{Engine, Figures, OpenError, Totals};
pub(crate) use migrate::{NEWEST as NEWEST_MIGRATION, anchored_schema, sealed_schema};
use readers::Readers;
use summaries::{SealedSummary, Summaries};
pub(crate) use transfer::{SqliteSnapshot, SqliteTarget};
use writer::Writer;
pub(crate) use writer::is_locked;

/// SQLite before 3.51.3 has a bug that can corrupt a WAL.
const OLDEST_SQLITE: i32 = 3_051_003;

/// A portion of the answers that were kept before a moment.
const OLD_ANSWERS: &str = "DELETE FROM answers WHERE (account_id, environment, key_hash) IN (
    SELECT account_id, environment, key_hash FROM answers WHERE created_at < ?1 ORDER BY created_at LIMIT 1000)";
/// A portion of the deliveries that ended before a moment.
const ENDED_DELIVERIES: &str = "DELETE FROM deliveries WHERE place IN (
    SELECT place FROM deliveries WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT 1000)";

/// Bytes of customers that are remembered when nobody says: what lists and plain reads show of some 33,000.
const CACHE: u64 = 20 * 1_024 * 1_024;
/// Bytes that a page of 4 KiB takes in memory, with what SQLite and the allocator add.
const PAGE: u64 = 5 * 1_024;

/// What the setting `cache` is spent on, in bytes.
#[derive(Debug, PartialEq, Eq)]
struct Memory {
    summaries: u64,
    records: u64,
    /// Opened with what was derived from them.
    keys: u64,
    /// Of the writer, besides those that it has anyway.
    pages: u64,
}

impl Memory {
    /// Up to the usual amount for summaries alone; beyond, for as many customers as fit, all that a change of one needs
    /// as well: its record, its key and its page.
    fn of(cache: u64) -> Self {
        let customers = cache.saturating_sub(CACHE) / (SealedSummary::USUAL + Stored::USUAL + SUBJECT + PAGE);
        Self {
            summaries: cache.min(CACHE) + customers * SealedSummary::USUAL,
            records: customers * Stored::USUAL,
            keys: customers * SUBJECT,
            pages: customers * PAGE,
        }
    }
}

/// What is done when the disk can no longer be trusted: told why, it does not come back.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// The embedded store of one data folder.
pub struct SqliteStore {
    vault: Arc<Vault>,
    known_keys: KnownKeys,
    signers: Signers,
    announced: watch::Sender<()>,
    /// Whose turn it is among the endpoints that have something due.
    turn: AtomicUsize,
    blobs: Arc<dyn Blobs>,
    tips: Arc<Tips>,
    readers: Arc<Readers>,
    summaries: Summaries,
    recent: Recent,
    shared_emails: SharedEmails,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the store of a data folder, which must be locked by the caller, with the keyring in this file; makes
    /// keyring and database when there are none. `blobs` is where the content of files lies, and `cache` how many bytes
    /// of customers are remembered between requests.
    ///
    /// `on_fatal` is called on an I/O error, after which what is on disk is unknown: it must end the process.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing was written then.
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
        let database = folder.join("dossier.db");
        let fresh = !keyring.exists();
        if fresh && database.exists() {
            return Err(OpenError::KeyringMissing);
        }
        let keyring =
            if fresh { Keyring::create(keyring, root, now.to_string())? } else { Keyring::open(keyring, root)? };
        let memory = Memory::of(cache.unwrap_or(CACHE));
        let mut connection = connect(&database, Role::Writer)?;
        keep_pages(&connection, Role::Writer.cache_kib() + memory.pages / PAGE * 4)?;
        row_seals::check_age(&connection, &keyring)?;
        migrate::up(&mut connection, now)?;
        tie_to_keyring(&connection, &keyring)?;
        let vault = Arc::new(Vault::new(keyring, usize::try_from(memory.keys / SUBJECT).unwrap_or(usize::MAX)));
        open_pepper(&connection, &vault)?;
        row_seals::take_along(&connection, &vault, now)?;
        let summaries = Summaries::new(memory.summaries);
        let readers = Arc::new(Readers::new(database.clone(), Arc::clone(&on_fatal), summaries.capacity()));
        let filling = connect(&database, Role::Writer)?;
        let tips = Arc::new(Tips::default());
        let shared_emails = SharedEmails::new(fingerprints::done(&filling, Chore::Emails)?.as_deref());
        let writer = Writer::start(connection, Arc::clone(&readers), database, Arc::clone(&tips), on_fatal)?;
        let store = Self {
            vault,
            known_keys: KnownKeys::default(),
            signers: Signers::default(),
            announced: watch::Sender::new(()),
            turn: AtomicUsize::new(0),
            blobs,
            tips,
            readers,
            summaries,
            recent: Recent::new(memory.records),
            shared_emails,
            writer,
        };
        store.fill_fingerprints(&filling)?;
        Ok(store)
    }

    /// Seals the rows of a database from before there were seals, whatever the keyring says, since it was put back on
    /// purpose.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub(crate) fn seal_rows(file: &Path, keyring: &Path, root: &RootKey, now: Timestamp) -> Result<(), OpenError> {
        let keyring = Keyring::open(keyring, root)?;
        let mut connection = connect(file, Role::Writer)?;
        let sealed = migrate::sealing_step(&connection)?;
        migrate::up(&mut connection, now)?;
        tie_to_keyring(&connection, &keyring)?;
        let vault = Vault::new(keyring, 0);
        row_seals::seal_all(&connection, &vault, sealed)?;
        row_seals::note_all(&connection, &vault, now)
    }

    /// Sets how long a write waits for another program's lock on the database, instead of 10 seconds. Only a test
    /// needs this, so that it does not take that long.
    #[must_use]
    pub fn with_lock_patience(mut self, patience: Duration) -> Self {
        self.writer.patience = patience;
        self
    }

    /// Deletes what is older than a moment, no more at once than other writers can wait for; says how many.
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

    /// The keys of a scope; `None` when its account does not exist.
    fn scope_keys(&self, scope: Scope) -> Result<Option<Arc<ScopeKeys>>, StoreError> {
        if let Some(keys) = self.vault.cached_scope(scope) {
            return Ok(Some(keys));
        }
        let wrapped = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT epoch, wrapped FROM scope_keys WHERE account_id = ?1 AND environment = ?2")?
                .query_row(scope_columns(&scope), wrapped_key)
                .optional()
        })?;
        wrapped.map(|wrapped| self.vault.open_scope(scope, &wrapped)).transpose()
    }

    fn existing_scope_keys(&self, scope: Scope) -> Result<Arc<ScopeKeys>, StoreError> {
        self.scope_keys(scope)?.ok_or_else(|| StoreError::Corrupt("the account has no key".into()))
    }
}

#[async_trait]
impl Engine for SqliteStore {
    fn figures(&self) -> &Figures {
        self.writer.figures()
    }

    fn name(&self) -> String {
        format!("SQLite {}", rusqlite::version())
    }

    fn shown(&self) -> String {
        self.readers.database().display().to_string()
    }

    async fn check_integrity(&self) -> Result<(), StoreError> {
        let said: String =
            self.readers.read(|connection| connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)))?;
        if said == "ok" { Ok(()) } else { Err(StoreError::Corrupt(said)) }
    }

    async fn check_files(&self) -> Result<(), StoreError> {
        self.blobs.list().next().await.transpose().map(drop)
    }

    async fn totals(&self, environment: Environment, now: Timestamp) -> Result<Totals, StoreError> {
        self.read_totals(environment, now)
    }

    fn active_epoch(&self) -> u32 {
        self.vault.active_epoch()
    }

    fn refused_rows(&self) -> u64 {
        self.vault.refused_rows()
    }

    fn installation(&self) -> [u8; 16] {
        self.vault.installation()
    }

    fn tips(&self) -> &Tips {
        &self.tips
    }

    async fn chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError> {
        self.read_chain_ends()
    }

    async fn is_sealed(&self, end: &ChainEnd) -> bool {
        self.scope_keys(end.scope).ok().flatten().is_some_and(|keys| audit_chain::is_sealed(&keys, end))
    }

    async fn entry_hashes(&self, entries: &[(Scope, u64)]) -> Result<Vec<Option<[u8; 32]>>, StoreError> {
        self.read_entry_hashes(entries)
    }

    async fn accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError> {
        self.read_accepted_restores(scopes)
    }

    async fn done(&self, chore: Chore) -> Result<Option<String>, StoreError> {
        self.readers.read(|connection| fingerprints::done(connection, chore))
    }

    async fn set_done(&self, chore: Chore, how_far: &str) -> Result<(), StoreError> {
        let how_far = how_far.to_owned();
        self.shared_emails.done(chore, &how_far);
        self.writer.task(move |connection| fingerprints::set_done(connection, chore, &how_far)).await
    }

    async fn rotate(&self, now: Timestamp, progress: Progress<'_>) -> Result<u32, StoreError> {
        self.rotate_keys(now, progress).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn record(&self, scope: Scope, id: CustomerId) -> Result<Option<Box<dyn Record>>, StoreError> {
        Ok(self.read_record(scope, id)?.map(|record| Box::new(record) as Box<dyn Record>))
    }

    fn recent_record(&self, scope: Scope, id: CustomerId) -> Option<Box<dyn Record>> {
        Some(Box::new(self.recent.record(&self.vault, scope, id)?))
    }

    async fn summary(&self, scope: Scope, id: CustomerId) -> Result<Option<Summary>, StoreError> {
        self.read_summary(scope, id)
    }

    async fn summaries_by_email(&self, scope: Scope, email: &Email) -> Result<Vec<Summary>, StoreError> {
        self.read_summaries_by_email(scope, email)
    }

    async fn summaries(&self, scope: Scope, after: Option<CustomerId>, limit: usize) -> Result<Page, StoreError> {
        self.read_summaries(scope, after, limit)
    }

    async fn changed_since(&self, scope: Scope, id: CustomerId, version: u64) -> Result<Vec<String>, StoreError> {
        self.read_changed_since(scope, id, version)
    }

    async fn replay(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay, StoreError> {
        self.read_replay(scope, attempt)
    }

    async fn replay_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError> {
        self.read_upload(scope, attempt)
    }

    async fn new_file(&self, scope: Scope, id: FileId, now: Timestamp) -> Result<Box<dyn FileWriter>, StoreError> {
        self.begin_file(scope, id, now).await
    }

    async fn discard_file(&self, scope: Scope, id: FileId) {
        self.discard(scope, id).await;
    }

    async fn files(&self, scope: Scope, ids: &[FileId], of: Option<CustomerId>) -> Result<Vec<File>, StoreError> {
        self.read_files(scope, ids, of)
    }

    async fn account_files(&self, scope: Scope) -> Result<Used, StoreError> {
        self.read_account_files(scope)
    }

    async fn evidence(&self, scope: Scope, customer: CustomerId) -> Result<Used, StoreError> {
        self.read_evidence(scope, customer)
    }

    async fn list_files(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError> {
        self.read_file_list(scope, customer, before, limit)
    }

    async fn file_content(
        &self,
        scope: Scope,
        file: &File,
        range: ByteRange,
    ) -> Result<Box<dyn FileReader>, StoreError> {
        self.open_content(scope, file, range).await
    }

    async fn collect_files(&self, now: Timestamp) -> Result<Collected, StoreError> {
        self.collect(now).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        self.commit_change(change).await
    }

    async fn link(&self, token: &str) -> Result<Option<Link>, StoreError> {
        self.read_link(token)
    }

    async fn pass_used(&self, pass: &str, at: Timestamp) -> Result<(), StoreError> {
        self.note_pass_used(pass, at).await
    }

    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.read_ended_links(now)
    }

    async fn due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.read_due_cases(now)
    }

    async fn customer_of_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError> {
        self.read_case(case)
    }

    async fn same_numbers(&self, scope: Scope, id: CustomerId) -> Result<Vec<SameNumber>, StoreError> {
        self.read_same_numbers(scope, id)
    }

    async fn same_content(&self, scope: Scope, id: FileId) -> Result<Vec<FileId>, StoreError> {
        self.read_same_content(scope, id)
    }

    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        self.read_review_queue(scope, limit)
    }

    async fn sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError> {
        self.read_sandbox_clocks()
    }

    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.read_events(scope, after, limit)
    }

    async fn newest_event(&self, scope: Scope) -> Result<u64, StoreError> {
        self.read_newest_event(scope)
    }

    fn announced(&self) -> watch::Receiver<()> {
        self.announced.subscribe()
    }

    async fn endpoints(&self, scope: Scope) -> Result<Vec<Endpoint>, StoreError> {
        self.read_endpoints(scope)
    }

    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.read_deliveries(scope, endpoint, before, limit)
    }

    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        self.claim(now, lease_seconds, busy, limit).await
    }

    async fn message(&self, due: &Due, now: Timestamp) -> Result<Option<Message>, StoreError> {
        self.read_message(due, now)
    }

    async fn attempted(&self, attempts: Vec<Attempted>) -> Result<Vec<Attempted>, StoreError> {
        self.write_attempts(attempts).await
    }

    async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.delete_portion(ENDED_DELIVERIES, before).await
    }

    async fn api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        self.read_api_key(key)
    }

    async fn api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError> {
        self.read_api_keys(scope)
    }

    async fn keys_used(&self, used: Vec<(Scope, KeyId, Timestamp)>) -> Result<(), StoreError> {
        self.write_keys_used(used).await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.read_account(id)
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read_accounts()
    }

    async fn recorded_settings(&self, scope: Scope) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_recorded_settings(scope)
    }

    async fn audit(
        &self,
        scope: Scope,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<AuditPage>, StoreError> {
        self.read_audit(scope, filter, before, limit).await
    }

    async fn audit_entry(&self, scope: Scope, seq: u64) -> Result<Option<OpenedEntry>, StoreError> {
        self.read_audit_entry(scope, seq)
    }

    async fn verify_audit(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let mut report = self.verify_chains(progress)?;
        let (findings, rows) = self.verify_rows(progress)?;
        report.findings.extend(findings);
        report.rows = rows;
        Ok(report)
    }

    async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.delete_portion(OLD_ANSWERS, before).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.readers.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(())))
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Writer,
    /// Writes the database, but only from the WAL: it needs no pages of its own.
    Checkpointer,
    Reader,
}

impl Role {
    /// Kibibytes of pages that the connection keeps.
    const fn cache_kib(self) -> u64 {
        match self {
            Self::Writer => 8_192,
            Self::Checkpointer => 256,
            Self::Reader => 4_096,
        }
    }

    /// How long a statement waits for another program's lock. Readers, which a writer is not in the way of, wait on the
    /// threads that serve requests. The writer's is for the start; see there.
    const fn waits(self) -> Duration {
        match self {
            Self::Writer | Self::Checkpointer => Duration::from_secs(5),
            Self::Reader => Duration::from_secs(1),
        }
    }
}

fn connect(database: &Path, role: Role) -> Result<Connection, rusqlite::Error> {
    let writes = role != Role::Reader;
    let mode = if writes {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let connection = Connection::open_with_flags(database, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.busy_timeout(role.waits())?;
    // Plans do not depend on bound values, so that no statement is parsed again because a value changed.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    keep_pages(&connection, role.cache_kib())?;
    if writes {
        connection.pragma_update(None, "page_size", 4_096)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = if planted(Defect::SynchronousNormal) { "NORMAL" } else { "FULL" };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        // Checkpoints are made by a thread of their own; see the writer.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    }
    Ok(connection)
}

/// Has the connection keep so many kibibytes of pages.
fn keep_pages(connection: &Connection, kib: u64) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "cache_size", format!("-{kib}"))
}

/// The first start ties the database to its keyring; every other one checks that it is still the one, and new enough.
fn tie_to_keyring(connection: &Connection, keyring: &Keyring) -> Result<(), OpenError> {
    let tied = connection
        .query_row("SELECT installation_id, newest_epoch FROM installation", [], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u32>(1)?))
        })
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
    let stored = connection
        .query_row(
            "SELECT epoch, wrapped FROM scope_keys WHERE account_id = ?1 AND environment = ?2",
            scope_columns(&scope),
            wrapped_key,
        )
        .optional()?;
    let wrapped = match stored {
        Some(wrapped) => wrapped,
        None => {
            let wrapped = vault.new_scope(scope).map_err(corrupt)?;
            insert_scope_key(connection, scope, &wrapped)?;
            wrapped
        }
    };
    vault.open_pepper(&wrapped).map_err(corrupt)
}

fn insert_scope_key(connection: &Connection, scope: Scope, wrapped: &WrappedKey) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached("INSERT INTO scope_keys (account_id, environment, epoch, wrapped) VALUES (?1, ?2, ?3, ?4)")?
        .execute((account, environment, wrapped.epoch, &wrapped.sealed))?;
    Ok(())
}

fn wrapped_key(row: &Row<'_>) -> Result<WrappedKey, rusqlite::Error> {
    Ok(WrappedKey { epoch: row.get(0)?, sealed: row.get(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_for_summaries_first_and_then_for_all_that_a_customer_needs() {
        const GIB: u64 = 1 << 30;
        assert_eq!(Memory::of(0), Memory { summaries: 0, records: 0, keys: 0, pages: 0 });
        assert_eq!(Memory::of(CACHE), Memory { summaries: CACHE, records: 0, keys: 0, pages: 0 });
        let Memory { summaries, records, keys, pages } = Memory::of(8 * GIB);
        for (what, bytes, each) in [
            ("summaries", summaries, SealedSummary::USUAL),
            ("records", records, Stored::USUAL),
            ("keys", keys, SUBJECT),
            ("pages", pages, PAGE),
        ] {
            assert!(bytes / each >= 1_000_000, "{what} of a million customers");
        }
        assert!((8 * GIB - 10_000..=8 * GIB).contains(&(summaries + records + keys + pages)), "nothing is left over");
        Memory::of(u64::MAX);
    }
}
