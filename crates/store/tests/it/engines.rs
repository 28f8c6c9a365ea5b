//! The engines under test, and their test services.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::clock::{Clock, Timestamp};
use dossier_core::ids::{AccountId, Random};
use dossier_core::kyc::Policy;
use dossier_core::quota::Quotas;
use dossier_core::sandbox_clocks::SandboxClocks;
use dossier_core::services::Services;
use dossier_core::store::Store;
use dossier_core::turns::Turns;
use dossier_core::use_cases::accounts;
use dossier_store::OpenError;
use dossier_store::anchor::AnchorKey;
use dossier_store::blobs::Folder;
use dossier_store::postgres::PostgresStore;
use dossier_store::sqlite::SqliteStore;
use dossier_store::vault::{Keyring, RootKey};
use tempfile::TempDir;
use uuid::Uuid;

use crate::cluster::{self, Cluster};

/// A clock that advances by a microsecond with every call.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Ids that count up, and random bytes.
pub(crate) struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("randomness");
    }

    fn uuid(&self) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        // The last byte differs, because background work is divided by it.
        let mut rest = [7; 10];
        rest[9] = n.to_be_bytes()[7];
        uuid::Builder::from_unix_timestamp_millis(n, &rest).into_uuid()
    }
}

/// Where an engine under test keeps its rows.
enum Rows {
    /// In the folder.
    Sqlite,
    /// In its own database.
    Postgres { _cluster: Cluster, url: String },
}

/// An engine on its own folder.
pub(crate) struct Engine {
    pub(crate) folder: TempDir,
    pub(crate) root: RootKey,
    rows: Rows,
    store: Option<Arc<dyn dossier_store::Engine>>,
    next: u64,
}

impl Engine {
    pub(crate) async fn sqlite() -> Self {
        Self::new(Rows::Sqlite).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::postgres_in(Cluster::any().await).await
    }

    pub(crate) async fn postgres_in(cluster: Cluster) -> Self {
        let url = cluster.database().await;
        Self::new(Rows::Postgres { _cluster: cluster, url }).await
    }

    /// PostgreSQL behind a pooler that uses another session for each transaction.
    pub(crate) async fn pooled() -> Self {
        let cluster = Cluster::any().await;
        let url = format!("{}?prepared=off&connections=8", cluster.database().await);
        Self::new(Rows::Postgres { _cluster: cluster, url }).await
    }

    /// PostgreSQL configured like engines that ask for more retries: CockroachDB, YugabyteDB.
    pub(crate) async fn serializable() -> Self {
        let cluster = Cluster::any().await;
        let url = cluster.database().await;
        let (_, name) = url.rsplit_once('/').expect("a URL");
        cluster
            .run(&format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"))
            .await
            .expect("a statement");
        Self::new(Rows::Postgres { _cluster: cluster, url }).await
    }

    async fn new(rows: Rows) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = RootKey::random();
        let mut engine = Self { folder, root, rows, store: None, next: 1 };
        engine.open().await;
        engine
    }

    /// An existing data folder, not yet opened.
    pub(crate) fn on(folder: TempDir, root: RootKey) -> Self {
        Self { folder, root, rows: Rows::Sqlite, store: None, next: 1 }
    }

    pub(crate) async fn open(&mut self) {
        self.store = Some(self.another().await);
    }

    /// Opens the same records once more, as another process sees them. The embedded engine is never shared like this.
    pub(crate) async fn another(&self) -> Arc<dyn dossier_store::Engine> {
        self.try_open().await.expect("the store opens")
    }

    pub(crate) async fn try_open(&self) -> Result<Arc<dyn dossier_store::Engine>, OpenError> {
        let fatal = Arc::new(|why: &str| panic!("I/O error: {why}"));
        let blobs = Arc::new(Folder::open(self.folder.path().join("files")).expect("a folder"));
        let (keyring, now) = (self.folder.path().join("keyring.json"), Timestamp::from_micros(0));
        match &self.rows {
            Rows::Sqlite => {
                // More than the default, so that records are cached as well.
                let cache = Some(64 << 20);
                let store = SqliteStore::open(self.folder.path(), &keyring, &self.root, blobs, now, cache, fatal);
                Ok(Arc::new(store?))
            }
            Rows::Postgres { url, .. } => {
                let store = PostgresStore::open(url, &keyring, &self.root, blobs, now, None).await;
                Ok(Arc::new(store?))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) const fn root(&self) -> &RootKey {
        &self.root
    }

    pub(crate) fn anchor_key(&self) -> AnchorKey {
        let keyring = Keyring::open(&self.path().join("keyring.json"), &self.root).expect("its keyring");
        AnchorKey::new(&self.root, keyring.installation())
    }

    /// Where its rows are: the file of the embedded engine, and the URL of the other.
    pub(crate) fn rows_in(&self) -> (std::path::PathBuf, Option<&str>) {
        let url = match &self.rows {
            Rows::Sqlite => None,
            Rows::Postgres { url, .. } => Some(url.as_str()),
        };
        (self.path().join("dossier.db"), url)
    }

    pub(crate) fn store(&self) -> &dyn dossier_store::Engine {
        &**self.store.as_ref().expect("open")
    }

    /// The number of rows in a table.
    pub(crate) async fn rows(&self, table: &str) -> u64 {
        let sql = format!("SELECT count(*) FROM {table}");
        match &self.rows {
            Rows::Sqlite => self.connection().query_row(&sql, [], |row| row.get(0)).expect("a table"),
            Rows::Postgres { url, .. } => {
                let count = cluster::run(url, &sql).await.expect("a table").expect("a row");
                count.parse().expect("a number")
            }
        }
    }

    /// Changes the database behind the store's back. Semicolons separate statements.
    pub(crate) async fn execute(&self, sql: &str) {
        match &self.rows {
            Rows::Sqlite => self.connection().execute_batch(sql).expect("a statement"),
            Rows::Postgres { url, .. } => drop(cluster::run(url, sql).await.expect("a statement")),
        }
    }

    /// As [`Engine::execute`]. Returns whether the database accepted it.
    pub(crate) async fn try_execute(&self, sql: &str) -> bool {
        match &self.rows {
            Rows::Sqlite => {
                let connection = self.connection();
                let whole = format!("BEGIN; {sql}; COMMIT");
                connection.execute_batch(&whole).is_ok()
            }
            Rows::Postgres { url, .. } => cluster::run(url, sql).await.is_ok(),
        }
    }

    /// The first column of the first row, as text. `None` if there is no row.
    pub(crate) async fn text(&self, sql: &str) -> Option<String> {
        match &self.rows {
            Rows::Sqlite => self.connection().query_row(sql, [], |row| row.get(0)).ok(),
            Rows::Postgres { url, .. } => cluster::run(url, sql).await.expect("a statement"),
        }
    }

    /// Every byte that is stored of the desk and of the trail, where bytes that are no text are replaced.
    pub(crate) async fn everything(&self) -> String {
        let Rows::Postgres { url, .. } = &self.rows else {
            let files = ["dossier.db", "dossier.db-wal"].map(|name| std::fs::read(self.path().join(name)));
            return String::from_utf8_lossy(&files.into_iter().flatten().flatten().collect::<Vec<_>>()).into_owned();
        };
        let rows = |table: &str| format!("(SELECT string_agg(one::text, ' ') FROM {table} AS one)");
        let sql = format!("SET bytea_output = 'escape'; SELECT concat({}, {})", rows("desk"), rows("audit"));
        cluster::run(url, &sql).await.expect("readable").expect("rows")
    }

    /// The file of the embedded engine, behind the store's back.
    pub(crate) fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join("dossier.db")).expect("the database")
    }

    /// Closes and opens the store, as a restart does. Services made before must be dropped.
    pub(crate) async fn reopen(&mut self) {
        self.close();
        self.open().await;
    }

    pub(crate) fn close(&mut self) {
        let store = self.store.take().expect("open");
        assert_eq!(Arc::strong_count(&store), 1, "the store is still in use");
    }

    pub(crate) fn services(&mut self) -> Services {
        let store = Arc::clone(self.store.as_ref().expect("open"));
        self.services_of(store)
    }

    pub(crate) fn services_of(&mut self, store: Arc<dyn dossier_store::Engine>) -> Services {
        self.next += 1_000_000;
        Services {
            store: store as Arc<dyn Store>,
            clock: Arc::new(TestClock(AtomicI64::new(i64::try_from(self.next).expect("small")))),
            random: Arc::new(TestRandom(AtomicU64::new(self.next))),
            turns: Turns::default(),
            sandboxes: SandboxClocks::default(),
            closed: Default::default(),
            policy: Policy::baseline("http://localhost".into()),
            quotas: Quotas::default(),
            scanning: None,
        }
    }
}

pub(crate) fn scope_of(account: [u8; 16], environment: u8) -> Scope {
    let environment = if environment == 0 { Environment::Sandbox } else { Environment::Production };
    Scope { account: AccountId::from_bytes(account), environment }
}

/// A caller in the sandbox of a new account.
pub(crate) async fn caller(services: &Services) -> Caller {
    let caller = |scope| Caller::system(scope, "test");
    let account = accounts::create(services, "test".into(), caller).await.expect("an account");
    caller(Scope { account: account.account_id, environment: Environment::Sandbox })
}

#[cfg(test)]
mod embedded {
    use std::collections::HashMap;
    use std::path::PathBuf;

    #[test]
    fn no_statement_is_written_twice() {
        let mut stood = HashMap::new();
        for (file, source) in sources() {
            for sql in texts(&source).map(|text| statements(&source, text).concat()).filter(|sql| !sql.is_empty()) {
                let same = sql.split_whitespace().collect::<Vec<_>>().join(" ");
                let before = stood.insert(same.clone(), file.clone());
                assert!(before.is_none(), "{before:?} and {}: {same}", file.display());
            }
        }
    }

    /// The statements of the embedded engine stand where they are used. Every text in its source that begins like a
    /// statement is prepared here, so that a wrong one is not found only when it is first needed.
    #[tokio::test]
    async fn every_statement_is_prepared() {
        let engine = super::Engine::sqlite().await;
        let database = engine.connection();
        database.execute_batch("CREATE TABLE transfer_mark (one, kind, place, at)").expect("a table");
        let mut count = 0;
        for (file, source) in sources() {
            for said in texts(&source).map(|text| statements(&source, text)).filter(|said| !said.is_empty()) {
                let refused: Vec<_> = said.iter().map_while(|sql| database.prepare(sql).err()).collect();
                assert!(refused.len() < said.len(), "{}: {refused:?}\n{said:?}", file.display());
                count += 1;
            }
        }
        assert!(count > 100, "{count} statements");
    }

    /// The files of the embedded engine, with their code but without tests.
    fn sources() -> Vec<(PathBuf, String)> {
        let (mut found, mut folders) = (Vec::new(), vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src/sqlite").into()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir::<PathBuf>(folder).expect("the source").flatten() {
                match entry.path() {
                    folder if folder.is_dir() => folders.push(folder),
                    file => {
                        let source = std::fs::read_to_string(&file).expect("text");
                        found.push((file, source.split("#[cfg(test)]").next().unwrap_or_default().to_owned()));
                    }
                }
            }
        }
        found
    }

    /// The string literals of a source. None contains a quotation mark.
    fn texts(source: &str) -> impl Iterator<Item = &str> {
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        // A line that ends with a backslash continues with the first word of the next.
        let lines =
            code.map(|line| line.strip_suffix('\\').map_or_else(|| format!("{line}\n"), |begun| begun.to_owned()));
        let code: String = lines.collect();
        let code: &'static str = Box::leak(code.into_boxed_str());
        code.split('"').skip(1).step_by(2)
    }

    /// The starts of statements in the macros of a source. Other texts complete them.
    fn heads(source: &str) -> Vec<Vec<&str>> {
        let bodies = source.split("$rest:literal)").skip(1);
        bodies.map(|body| texts(body.split("$rest").next().unwrap_or_default()).collect()).collect()
    }

    /// The statement that a text is, or those that it may complete.
    fn statements(source: &str, text: &str) -> Vec<String> {
        let heads = heads(source);
        if heads.iter().flatten().any(|piece| *piece == text) {
            return Vec::new();
        }
        if ["WHERE ", "AND ", "ORDER "].iter().any(|begin| text.starts_with(begin)) {
            return heads.iter().map(|pieces| pieces.concat() + text).collect();
        }
        let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];
        let complete = verbs.iter().any(|verb| text.starts_with(verb)) && !text.contains('{');
        if complete { vec![text.to_owned()] } else { Vec::new() }
    }
}
