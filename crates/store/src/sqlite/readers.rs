//! Read-only connections. A point read takes a few microseconds, less than handing it to another thread, so it runs on
//! the calling thread.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use dossier_core::ids::CustomerId;
use dossier_core::store::StoreError;
use rusqlite::Connection;

use super::OnFatal;

/// The maximum number of connections. More threads than this wait for each other.
const SLOTS: usize = 8;
/// Customers whose ids end alike share a mark. The lower bound is well above the number of changes between two
/// checkpoints. The upper bound takes 32 MiB.
const MARKS: RangeInclusive<usize> = 16_384..=4_194_304;
const POISONED: &str = "no code panics while it holds a reader";

/// The newest write transaction that had ended when a read transaction began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Snapshot(u64);

impl Snapshot {
    /// Whether a read at this snapshot sees the changes of the transaction.
    pub(super) const fn includes(self, transaction: u64) -> bool {
        self.0 >= transaction
    }
}

/// The readers of a database that one process writes from one thread.
///
/// Beginning and ending a read transaction costs as much as a point read, and the first read of a new snapshot empties
/// the page cache of the connection. So a reader keeps its transaction open for as long as the requested data has not
/// changed since: the rows of one customer until a change of that customer, everything else until a commit. An open
/// transaction prevents the WAL from starting over, so readers release theirs before a checkpoint.
///
/// The writer announces what it is about to change before it commits. A reader that may see a commit before the writer
/// reports its end therefore never shares its snapshot with later reads. So no read sees an older state than an earlier
/// read saw.
pub(super) struct Readers {
    database: PathBuf,
    on_fatal: OnFatal,
    /// Write transactions are numbered. This is the newest one that was about to commit.
    committing: AtomicU64,
    /// The newest write transaction that has ended.
    ended: AtomicU64,
    /// The newest write transaction that changed a customer whose id ends like this.
    marks: Box<[AtomicU64]>,
    /// The newest write transaction that may have changed any customer.
    last_change_of_any: AtomicU64,
    slots: [Mutex<Option<Reader>>; SLOTS],
}

struct Reader {
    connection: Connection,
    /// The snapshot of the open transaction, if any.
    snapshot: Option<Snapshot>,
}

impl Reader {
    fn release(&mut self) -> Result<(), rusqlite::Error> {
        if self.snapshot.take().is_some() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

impl Readers {
    /// Creates one mark for every two cached customers. A change of one customer also invalidates the others that share
    /// its mark.
    pub(super) fn new(database: PathBuf, on_fatal: OnFatal, remembered: usize) -> Self {
        let marks = (remembered / 2).clamp(*MARKS.start(), *MARKS.end());
        Self {
            database,
            on_fatal,
            committing: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            marks: std::iter::repeat_with(AtomicU64::default).take(marks).collect(),
            last_change_of_any: AtomicU64::new(0),
            slots: [const { Mutex::new(None) }; SLOTS],
        }
    }

    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// Reads at least what was committed at the time of the call, from one snapshot.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_at(|connection, _| work(connection))
    }

    /// As [`Readers::read`]. `work` also gets the snapshot.
    pub(super) fn read_at<T>(
        &self,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_since(self.committing.load(Ordering::SeqCst), work)
    }

    /// As [`Readers::read`], for work that only reads rows of this customer: its record and the keys of its data
    /// subjects.
    pub(super) fn read_customer<T>(
        &self,
        customer: CustomerId,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_customer_at(customer, |connection, _| work(connection))
    }

    /// As [`Readers::read_customer`]. `work` also gets the snapshot.
    pub(super) fn read_customer_at<T>(
        &self,
        customer: CustomerId,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_since(self.last_change(customer), work)
    }

    /// Whether a read now would return the same. A change that begins after this call was not acknowledged when the
    /// read was requested.
    pub(super) fn is_current(&self, customer: CustomerId, read: Snapshot) -> bool {
        read.includes(self.last_change(customer))
    }

    /// The newest write transaction that may have changed this customer, or is about to.
    pub(super) fn last_change(&self, customer: CustomerId) -> u64 {
        self.mark(customer).load(Ordering::SeqCst).max(self.last_change_of_any.load(Ordering::SeqCst))
    }

    /// Reads from a snapshot in which the given write transaction has ended.
    fn read_since<T>(
        &self,
        transaction: u64,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let mut slot = self.slot();
        let result = self.read_with(&mut slot, transaction, work);
        result.map_err(|error| {
            // The state of the connection is unknown, so the next read opens a new one.
            *slot = None;
            if super::writer::is_io(&error) {
                (self.on_fatal)(&error.to_string());
            }
            read_error(error)
        })
    }

    fn read_with<T>(
        &self,
        slot: &mut Option<Reader>,
        transaction: u64,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        let reader = match slot {
            Some(reader) => reader,
            None => {
                let connection = super::connect(&self.database, super::Role::Reader)?;
                slot.insert(Reader { connection, snapshot: None })
            }
        };
        let snapshot = match reader.snapshot {
            Some(snapshot) if snapshot.includes(transaction) => snapshot,
            _ => {
                reader.release()?;
                let ended = Snapshot(self.ended.load(Ordering::SeqCst));
                reader.connection.prepare_cached("BEGIN")?.execute([])?;
                *reader.snapshot.insert(ended)
            }
        };
        work(&reader.connection, snapshot)
    }

    /// The calling thread's own slot, or any free one.
    fn slot(&self) -> MutexGuard<'_, Option<Reader>> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static OWN: usize = THREADS.fetch_add(1, Ordering::Relaxed) % SLOTS);
        let own = OWN.with(|own| *own);
        let mut from_own = (own..SLOTS).chain(0..own);
        from_own
            .find_map(|slot| self.slots[slot].try_lock().ok())
            .unwrap_or_else(|| self.slots[own].lock().expect(POISONED))
    }

    fn mark(&self, customer: CustomerId) -> &AtomicU64 {
        // The last four bytes of a UUID of version 7 are random.
        let [.., a, b, c, d] = *customer.as_bytes();
        &self.marks[u32::from_be_bytes([a, b, c, d]) as usize % self.marks.len()]
    }

    /// Announces that the open write transaction changes rows of this customer.
    pub(super) fn will_change(&self, customer: CustomerId) {
        self.mark(customer).store(self.ended.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// Announces that the open write transaction may change rows of any customer.
    pub(super) fn will_change_any(&self) {
        self.last_change_of_any.store(self.ended.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// Announces a commit. From now on readers may see the transaction.
    pub(super) fn will_commit(&self) {
        self.committing.store(self.ended.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// Announces that the write transaction has ended, either way. From now on all readers see it. The writer calls
    /// this before it answers anyone.
    pub(super) fn did_end(&self) {
        self.ended.store(self.committing.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Ends the transactions of idle readers, so that the whole WAL can be moved and started over. Busy readers keep
    /// theirs.
    pub(super) fn release(&self) {
        for slot in &self.slots {
            if let Ok(mut slot) = slot.try_lock()
                && let Some(reader) = slot.as_mut()
                && reader.release().is_err()
            {
                *slot = None;
            }
        }
    }
}

/// A failed read changed nothing, so its outcome is not unknown. The messages of SQLite name tables and columns, never
/// values.
fn read_error(error: rusqlite::Error) -> StoreError {
    if super::writer::is_locked(&error) {
        return super::writer::locked();
    }
    StoreError::Corrupt(format!("cannot read the database: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dossier_core::caller::{Environment, Scope};
    use dossier_core::clock::Timestamp;
    use dossier_core::customer::{CustomerType, Names, Summary};
    use dossier_core::ids::AccountId;

    use super::*;
    use crate::cache::{Budget, Cache, EmailHash};
    use crate::sqlite::{Role, connect};

    struct Store {
        _folder: tempfile::TempDir,
        writer: Connection,
        readers: Readers,
    }

    /// Customers are identified by the last byte of their ids. Each has a version.
    fn store() -> Store {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        let writer = connect(&path, Role::Writer).expect("a database");
        writer
            .execute_batch(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, version INTEGER); INSERT INTO t VALUES (1, 1), (2, 1)",
            )
            .expect("a table");
        let readers = Readers::new(path, Arc::new(|error| panic!("{error}")), 0);
        Store { _folder: folder, writer, readers }
    }

    const fn customer(last: u8) -> CustomerId {
        let mut id = [0; 16];
        id[15] = last;
        CustomerId::from_bytes(id)
    }

    impl Store {
        /// Writes the next version of a customer as the writer does, but does not report the end.
        fn commit(&self, id: u8) {
            self.readers.will_change(customer(id));
            self.readers.will_commit();
            self.writer.execute("UPDATE t SET version = version + 1 WHERE id = ?1", [id]).expect("an update");
        }
    }

    /// The version in reads of the customer, and the version in all other reads.
    fn versions(readers: &Readers, id: u8) -> (u64, u64) {
        let version = |connection: &Connection| {
            connection.query_row("SELECT version FROM t WHERE id = ?1", [id], |row| row.get(0))
        };
        let own = readers.read_customer(customer(id), version).expect("a version");
        (own, readers.read(version).expect("a version"))
    }

    fn versions_on_another_thread(readers: &Readers, id: u8) -> (u64, u64) {
        std::thread::scope(|scope| scope.spawn(|| versions(readers, id)).join().expect("no panic"))
    }

    #[test]
    fn no_read_sees_an_older_version_than_an_earlier_read() {
        let store = store();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.commit(1);
        // The commit is in the database, but the writer has not reported its end. New readers see it,
        assert_eq!(versions_on_another_thread(&store.readers, 1), (2, 2));
        // and so must those that read before.
        assert_eq!(versions(&store.readers, 1), (2, 2));
        store.readers.did_end();
        assert_eq!(versions(&store.readers, 1), (2, 2));
    }

    #[test]
    fn a_snapshot_is_reused_until_the_customer_changes() {
        let store = store();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.commit(2);
        store.readers.did_end();
        let version_of_the_other = |connection: &Connection| {
            connection.query_row("SELECT version FROM t WHERE id = 2", [], |row| row.get::<_, u64>(0))
        };
        let seen = store.readers.read_customer(customer(1), version_of_the_other).expect("a version");
        assert_eq!(seen, 1, "an old snapshot is good enough for a customer that has not changed");
        assert_eq!(versions(&store.readers, 2), (2, 2));
        store.readers.will_change_any();
        store.readers.will_commit();
        store.writer.execute("UPDATE t SET version = 9", []).expect("an update");
        store.readers.did_end();
        assert_eq!(versions(&store.readers, 1), (9, 9), "a task may change any customer");
    }

    #[test]
    fn a_locked_database_is_unavailable_and_not_corrupt() {
        let store = store();
        let code = rusqlite::ffi::SQLITE_BUSY_RECOVERY;
        let locked = || Err::<(), _>(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        let refused = store.readers.read(|_| locked()).expect_err("a refusal");
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
        assert_eq!(versions(&store.readers, 1), (1, 1), "the next read succeeds");
    }

    #[test]
    fn a_rolled_back_transaction_hides_no_later_one() {
        let store = store();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.readers.will_change(customer(1));
        store.readers.did_end();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.commit(1);
        store.readers.did_end();
        assert_eq!(versions(&store.readers, 1), (2, 2));
    }

    const ID: CustomerId = customer(1);
    const OTHER: CustomerId = customer(2);
    const EMAIL: EmailHash = [4; 16];

    #[test]
    fn a_summary_is_cached_until_its_customer_changes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        drop(connect(&path, Role::Writer).expect("a database"));
        let readers = Readers::new(path, Arc::new(|error| panic!("{error}")), 0);
        let summaries = Cache::new(Budget::embedded(1_000_000, 1_000_000)).summaries;
        let scope = Scope { account: AccountId::from_bytes([3; 16]), environment: Environment::Sandbox };
        let elsewhere = Scope { environment: Environment::Production, ..scope };
        let summary = Summary {
            id: ID,
            kind: CustomerType::Individual,
            version: 1,
            created_at: Timestamp::from_micros(1),
            updated_at: Timestamp::from_micros(2),
            names: Names::from_json(br#"{"email":"a@example.com","address":null,"kycs":null}"#.to_vec())
                .expect("names"),
        };
        let remember = || {
            let begun = readers.read_customer_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
            summaries.remember(begun, scope, &summary, EMAIL);
            begun
        };
        let is_current = |id, read| readers.is_current(id, read);
        let by_id = |scope| summaries.get(scope, ID, |read| readers.is_current(ID, read));
        let by_email = |scope, email| summaries.get_by_email(scope, email, is_current);
        let at = |begun: Snapshot, id| {
            let is_current = |id, read| begun.includes(readers.last_change(id)) && readers.is_current(id, read);
            summaries.get_all(scope, &[id], is_current)
        };
        let current = || {
            let [by_id, by_email] = [by_id(scope), by_email(scope, EMAIL)];
            assert_eq!(by_id, by_email);
            by_id.is_some()
        };
        let commit = |id| {
            readers.will_change(id);
            readers.will_commit();
            readers.did_end();
        };

        assert!(!current(), "nothing is cached");
        let begun = remember();
        assert_eq!(by_id(scope).as_ref(), Some(&summary));
        assert_eq!(at(begun, ID), Some(vec![summary.clone()]));
        assert!(at(begun, OTHER).is_none());
        assert!(by_id(elsewhere).is_none(), "another environment");
        assert!(by_email(elsewhere, EMAIL).is_none(), "another environment");
        assert!(by_email(scope, [5; 16]).is_none(), "another e-mail");

        commit(OTHER);
        assert!(current(), "another customer changed");

        readers.will_change(ID);
        assert!(!current(), "a change may be committed before the response");
        readers.did_end();
        assert!(!current(), "nor after a rollback, until it is read again");

        commit(ID);
        remember();
        assert!(current());
        assert!(at(begun, ID).is_none(), "it is newer than a read that began before the change");

        readers.will_change_any();
        assert!(!current(), "a task may change any customer");

        commit(ID);
        let begun = readers.read_customer_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
        summaries.remember(begun, scope, &summary, [5; 16]);
        assert!(by_email(scope, [5; 16]).is_some());
        assert!(by_email(scope, EMAIL).is_none(), "its previous e-mail");
    }
}
