//! The second engine: PostgreSQL, and databases that speak its protocol. Any number of processes share one database.

mod answers;
mod attempts;
mod audit;
mod chores;
mod collection;
mod commit;
mod customers;
mod database;
mod desk;
mod erasures;
mod events;
mod files;
mod fingerprints;
mod holds;
mod keys;
mod links;
mod loader;
mod looks;
mod mark;
mod migrate;
mod person_erasures;
mod processes;
mod queue;
mod requests;
mod rotate;
mod row_seals;
mod rows;
mod sandbox;
mod scans;
mod shards;
mod statistics;
mod totals;
mod transfer;
mod webhooks;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::store::{Committed, Store, StoreError};
use futures_util::StreamExt as _;
use tokio::sync::watch;

use crate::anchor::Tips;
use crate::api_keys::ApiKeyCache;
use crate::blobs::Blobs;
use crate::cache::{Budget, Cache};
use crate::certificate::Certifier;
use crate::chores::{Chore, SharedEmails};
use crate::ledger::Ledger;
use crate::planted::reached;
use crate::prepared::{self, PreparedEffect, SealingKeys};
use crate::sealed::{SubjectKeys, account_scope};
use crate::signing::SignerCache;
use crate::vault::{Keyring, RootKey, ScopeKeys, Tickets, Vault};
use crate::{ChoreStore as _, Engine, OpenError, WriterStats};
pub use database::SESSION;
use database::{Database, Session};
use loader::Loader;
pub(crate) use migrate::NEWEST as NEWEST_MIGRATION;
pub use migrate::migrations;
use rows::{Columns, epoch_column, scope_values, statements, uuid};
use shards::Shards;
pub(crate) use transfer::{PostgresSnapshot, PostgresTarget};
use writer::Writer;

statements! {
    SETTINGS = "SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums') ORDER BY name";
    INSTALLATION = "SELECT installation_id, newest_epoch FROM installation";
    BIND = "INSERT INTO installation (one, installation_id, newest_epoch) VALUES (1, $1, $2) ON CONFLICT DO NOTHING";
    SCOPE_KEYS = "SELECT epoch, wrapped FROM scope_keys WHERE account_id = $1 AND environment = $2";
    READY = "SELECT count(*) FROM installation";
}

/// Every statement of this engine by module and name, for the tests that prepare and lint them.
pub fn all_statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        ("answers", answers::STATEMENTS),
        ("attempts", attempts::STATEMENTS),
        ("audit", audit::STATEMENTS),
        ("chores", chores::STATEMENTS),
        ("collection", collection::STATEMENTS),
        ("customers", customers::STATEMENTS),
        ("desk", desk::STATEMENTS),
        ("erasures", erasures::STATEMENTS),
        ("events", events::STATEMENTS),
        ("files", files::STATEMENTS),
        ("holds", holds::STATEMENTS),
        ("fingerprints", fingerprints::STATEMENTS),
        ("keys", keys::STATEMENTS),
        ("links", links::STATEMENTS),
        ("looks", looks::STATEMENTS),
        ("mark", mark::STATEMENTS),
        ("migrate", migrate::STATEMENTS),
        ("totals", totals::STATEMENTS),
        ("mod", STATEMENTS),
        ("person_erasures", person_erasures::STATEMENTS),
        ("queue", queue::STATEMENTS),
        ("requests", requests::STATEMENTS),
        ("rotate", rotate::STATEMENTS),
        ("row_seals", row_seals::STATEMENTS),
        ("sandbox", sandbox::STATEMENTS),
        ("scans", scans::STATEMENTS),
        ("shards", shards::STATEMENTS),
        ("statistics", statistics::STATEMENTS),
        ("transfer", transfer::STATEMENTS),
        ("webhooks", webhooks::STATEMENTS),
    ]
    .into_iter()
    .chain(commit::STATEMENTS)
    .flat_map(|(module, statements)| statements.iter().map(move |(name, sql)| (module, *name, *sql)))
}

/// The default of the setting `cache` in bytes. It holds some 20,000 individuals.
const CACHE: u64 = 40 * 1_024 * 1_024;

pub struct PostgresStore {
    vault: Arc<Vault>,
    api_key_cache: ApiKeyCache,
    signers: SignerCache,
    announced: watch::Sender<()>,
    /// The endpoint that is served first the next time. It rotates among those with due deliveries.
    turn: AtomicUsize,
    blobs: Arc<dyn Blobs>,
    ledger: Ledger,
    certifier: Certifier,
    database: Arc<Database>,
    records: Loader,
    summaries: Loader,
    own_keys: Loader,
    cache: Cache<()>,
    shared_emails: SharedEmails,
    shards: Shards,
    tips: Arc<Tips>,
    writer: Writer,
    engine: String,
}

impl PostgresStore {
    /// Opens the store of a database. Creates its tables, and the keyring if there is none. Every process on the same
    /// database needs the same root key and keyring. `blobs` stores the content of files, and `cache` is how many bytes
    /// of customers are cached between requests.
    ///
    /// Fails, among other reasons, if the database could lose acknowledged writes.
    pub async fn open(
        url: &str,
        keyring: &Path,
        root: &RootKey,
        blobs: Arc<dyn Blobs>,
        now: Timestamp,
        cache: Option<u64>,
    ) -> Result<Self, OpenError> {
        let database = Arc::new(Database::new(url)?);
        let connection = database.first_connection().await?;
        let session = database.session(&connection);
        check_settings(session).await?;
        let fresh = !keyring.exists();
        let (ledger, certifier) = (Ledger::beside(keyring, root), Certifier::new(root));
        let opened = if fresh { None } else { Some(Keyring::open(keyring, root)?) };
        if let Some(keyring) = &opened {
            row_seals::check_age(session, keyring).await?;
        }
        migrate::up(session, now).await?;
        if fresh && installation(session).await?.is_some() {
            return Err(OpenError::KeyringMissing);
        }
        let keyring = match opened {
            Some(keyring) => keyring,
            None => Keyring::create(keyring, root, now.to_string())?,
        };
        let (id, active) = (uuid(&keyring.installation()), epoch_column(keyring.active()));
        session.query(BIND, &[&id, &active]).await?;
        match installation(session).await? {
            Some((installation, newest)) => keyring.belongs_to(installation, newest)?,
            None => return Err(OpenError::Database("failed to bind it to its keyring".into())),
        }
        let vault = Arc::new(Vault::new(keyring));
        open_pepper(session, &vault).await?;
        row_seals::seal_older_rows(session, &vault, now).await?;
        let engine = session.show("SELECT version()").await?.unwrap_or_default();
        let engine = engine.split(" on ").next().unwrap_or_default().to_owned();
        drop(connection);
        statistics::keep_fresh(&database);
        let tips = Arc::new(Tips::default());
        let [records, summaries, own_keys] = customers::loaders(&database);
        let store = Self {
            records,
            summaries,
            own_keys,
            cache: Cache::new(Budget::shared(cache.unwrap_or(CACHE))),
            shared_emails: SharedEmails::default(),
            vault,
            api_key_cache: ApiKeyCache::default(),
            signers: SignerCache::default(),
            announced: watch::Sender::new(()),
            turn: AtomicUsize::new(0),
            blobs,
            ledger,
            certifier,
            shards: Shards::new(),
            writer: Writer::start(&database, &tips),
            tips,
            database,
            engine,
        };
        if let Some(how_far) = store.done(Chore::Emails).await? {
            store.shared_emails.set_progress(Chore::Emails, &how_far);
        }
        let connection = store.database.first_connection().await?;
        store.fill_fingerprints(store.database.session(&connection)).await?;
        drop(connection);
        Ok(store)
    }

    /// Seals the rows of a database that predates row seals. The keyring does not prevent this, because the database
    /// was put back on purpose.
    pub(crate) async fn seal_rows(url: &str, keyring: &Path, root: &RootKey, now: Timestamp) -> Result<(), OpenError> {
        let (database, keyring) = (Database::new(url)?, Keyring::open(keyring, root)?);
        let connection = database.first_connection().await?;
        let session = database.session(&connection);
        let sealed = row_seals::sealing_step(session).await;
        migrate::up(session, now).await?;
        row_seals::seal_restored(session, keyring, sealed, now).await
    }

    /// The keys of a scope. `None` if its account does not exist.
    async fn scope_keys(&self, scope: Scope) -> Result<Option<Arc<ScopeKeys>>, StoreError> {
        if let Some(keys) = self.vault.cached_scope(scope) {
            return Ok(Some(keys));
        }
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(SCOPE_KEYS, &[&account, &environment]).await?;
        row.map(|row| self.vault.open_scope(scope, &Columns::of(&row).wrapped()?)).transpose()
    }

    async fn existing_scope_keys(&self, scope: Scope) -> Result<Arc<ScopeKeys>, StoreError> {
        self.scope_keys(scope).await?.ok_or_else(|| StoreError::Corrupt("the account has no key".into()))
    }

    /// Deletes a portion of the rows that are older than a given time, small enough for others to wait for. Returns the
    /// number of rows.
    async fn delete_portion(&self, delete: &'static str, before: Timestamp) -> Result<u64, StoreError> {
        self.database
            .write(&(delete, before.as_micros()), |session, (delete, before)| {
                Box::pin(async move { session.execute(delete, &[before]).await })
            })
            .await
    }
}

/// Refuses a database that could lose acknowledged writes. Engines without these settings cannot lose them this way.
async fn check_settings(session: Session<'_>) -> Result<(), OpenError> {
    let rows = session.query(SETTINGS, &[]).await?;
    for row in &rows {
        let mut columns = Columns::of(row);
        let name: String = columns.next()?;
        let setting: String = columns.next()?;
        match (name.as_str(), setting.as_str()) {
            ("data_checksums", "off") => tracing::warn!(
                "the database has no data checksums: damage on its disk would go unnoticed (pg_checksums --enable)"
            ),
            ("data_checksums", _) => {}
            (name, "off") => {
                let text = format!("{name} is off, so acknowledged writes could be lost; turn it on");
                return Err(OpenError::Database(text));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn installation(session: Session<'_>) -> Result<Option<([u8; 16], u32)>, OpenError> {
    let rows = session.query(INSTALLATION, &[]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut columns = Columns::of(row);
    let id = columns.id()?;
    let newest: i32 = columns.next()?;
    Ok(Some((id, u32::try_from(newest).unwrap_or(u32::MAX))))
}

async fn open_pepper(session: Session<'_>, vault: &Vault) -> Result<(), OpenError> {
    let (account, environment) = scope_values(Vault::INSTALLATION);
    for _ in 0..2 {
        if let Some(row) = session.query(SCOPE_KEYS, &[&account, &environment]).await?.first() {
            return Ok(vault.open_pepper(&Columns::of(row).wrapped()?)?);
        }
        // If two processes start at once, one writes the key and both read it.
        commit::insert_scope_key(session, Vault::INSTALLATION, &vault.new_scope(Vault::INSTALLATION)?).await?;
    }
    Err(OpenError::Database("failed to write the key that finds API keys".into()))
}

#[async_trait]
impl Engine for PostgresStore {
    fn writer_stats(&self) -> &WriterStats {
        self.writer.stats()
    }

    fn name(&self) -> String {
        self.engine.clone()
    }

    fn location(&self) -> String {
        self.database.location().to_owned()
    }

    async fn check_integrity(&self) -> Result<(), StoreError> {
        // The database checks its own pages: with checksums, and with pg_amcheck.
        self.ready().await
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
impl Store for PostgresStore {
    /// Reads the keys that sealing the change needs, seals it, and has it written.
    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        let scope = change.scope;
        let erased = self.subjects_to_erase(&change).await?;
        let new_scopes = match &change.effect {
            Effect::AccountCreated(account) => Some(prepared::new_scope_keys(&self.vault, account.account_id)?),
            _ => None,
        };
        let subjects = match prepared::subjects_of(&change) {
            Some((customer, subjects)) => self.subject_keys(scope, customer, &subjects).await?,
            None => SubjectKeys::new(),
        };
        let keys = SealingKeys {
            vault: &self.vault,
            scope: self.existing_scope_keys(scope).await?,
            account: self.existing_scope_keys(account_scope(scope.account)).await?,
            subjects,
            files: self.file_keys(scope, prepared::attached_by(&change)).await?,
        };
        let (prepared, new_subjects) = prepared::seal(keys, new_scopes, change)?;
        let aftermath = prepared.aftermath(new_subjects);
        let wraps = prepared.effect.oldest_epoch().is_some();
        self.cache.records.forget(&prepared);
        if matches!(prepared.effect, PreparedEffect::CustomerErased(_)) {
            reached("erase: sealed");
        }
        let (outcome, change) = self.writer.change(prepared).await;
        let (outcome, hint) = outcome?;
        if outcome == Committed::Done {
            let mut ledger_entry = None;
            if let Some(change) = change {
                ledger_entry = change.effect.ledger_entry();
                self.cache.records.remember(&change, hint);
            }
            aftermath.apply(&self.cache.keys, &self.api_key_cache, &self.signers, &self.announced);
            if let Some(entry) = ledger_entry {
                reached("erase: committed");
                self.cache.keys.forget(entry.scope, &erased);
                self.ledger.remember(entry);
            }
        } else if wraps {
            // Another process may have begun an epoch.
            self.vault.reload_keyring();
        }
        Ok(outcome)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.database.query(READY, &[]).await.map(drop)
    }
}
