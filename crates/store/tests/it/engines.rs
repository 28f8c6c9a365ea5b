//! The engines under test, and what they are tested with.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use dossier_core::account;
use dossier_core::caller::{Actor, Caller, Environment, Scope};
use dossier_core::clock::{Clock, SandboxClocks, Timestamp};
use dossier_core::ids::{AccountId, Random};
use dossier_core::kyc::Policy;
use dossier_core::services::Services;
use dossier_core::turns::Turns;
use dossier_store::blobs::Folder;
use dossier_store::sqlite::SqliteStore;
use dossier_store::vault::RootKey;
use tempfile::TempDir;
use uuid::Uuid;

/// A clock that moves by a microsecond at every look.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Ids that count up, and bytes that differ.
pub(crate) struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("randomness");
    }

    fn uuid(&self, _: Timestamp) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        uuid::Builder::from_unix_timestamp_millis(n, &[7; 10]).into_uuid()
    }
}

/// The embedded engine on a folder of its own.
pub(crate) struct Sqlite {
    pub(crate) folder: TempDir,
    root: RootKey,
    pub(crate) store: Option<Arc<SqliteStore>>,
    next: u64,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = RootKey::random();
        let mut engine = Self { folder, root, store: None, next: 1 };
        engine.open();
        engine
    }

    pub(crate) fn open(&mut self) {
        let fatal = Arc::new(|why: &str| panic!("I/O error: {why}"));
        let blobs = Arc::new(Folder::open(self.folder.path().join("files")).expect("a folder"));
        let store = SqliteStore::open(self.folder.path(), &self.root, blobs, Timestamp::from_micros(0), fatal);
        self.store = Some(Arc::new(store.expect("the store opens")));
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn store(&self) -> &SqliteStore {
        self.store.as_ref().expect("open")
    }

    /// How many rows a table has.
    pub(crate) fn rows(&self, table: &str) -> u64 {
        let database = rusqlite::Connection::open(self.path().join("dossier.db")).expect("the database");
        database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("a table")
    }

    /// Changes the database behind the store's back.
    pub(crate) fn execute(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.path().join("dossier.db")).expect("the database");
        database.execute(sql, []).expect("a statement");
    }

    /// Closes and opens the store, as a restart does. Services made before must be gone.
    pub(crate) fn reopen(&mut self) {
        self.close();
        self.open();
    }

    pub(crate) fn close(&mut self) {
        let store = self.store.take().expect("open");
        assert_eq!(Arc::strong_count(&store), 1, "somebody still uses the store");
    }

    pub(crate) fn services(&mut self) -> Services {
        self.next += 1_000_000;
        Services {
            store: Arc::clone(self.store.as_ref().expect("open")) as _,
            clock: Arc::new(TestClock(AtomicI64::new(i64::try_from(self.next).expect("small")))),
            random: Arc::new(TestRandom(AtomicU64::new(self.next))),
            turns: Turns::default(),
            sandboxes: SandboxClocks::default(),
            policy: Policy::baseline("http://localhost".into()),
        }
    }
}

/// A caller in the sandbox of a new account.
pub(crate) async fn caller(services: &Services) -> Caller {
    let scope = Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Sandbox };
    let nobody = Caller { scope, actor: Actor::System, request_id: "test".into(), address: None };
    let account = account::create(services, &nobody, "test".into()).await.expect("an account");
    Caller { scope: Scope { account: account.account_id, ..scope }, ..nobody }
}
