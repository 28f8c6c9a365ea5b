//! Connections that only read. A point read takes a few microseconds, less than handing it to another thread, so it is
//! made where it is asked for.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use dossier_core::ids::CustomerId;
use dossier_core::store::StoreError;
use rusqlite::Connection;

use super::OnFatal;

/// Connections at most; threads beyond so many wait for each other.
const SLOTS: usize = 8;
/// Customers whose ids end alike share a mark. There are at least so many, well above the number of changes between two
/// checkpoints, and at most so many, which are 32 MiB.
const MARKS: RangeInclusive<usize> = 16_384..=4_194_304;
const POISONED: &str = "no code panics while it holds a reader";

/// The newest of the writer's transactions that had ended when a read transaction began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Snapshot(u64);

impl Snapshot {
    /// Whether what was read there holds what this transaction changed.
    pub(super) const fn holds(self, transaction: u64) -> bool {
        self.0 >= transaction
    }
}

/// The readers of a database that one process writes, by one thread.
///
/// Beginning and ending a read transaction costs as much as a point read, and the first read of a new snapshot empties
/// the connection's page cache. So a reader keeps its transaction open for as long as what is asked for has not changed
/// since: for one customer's rows, until a change of that customer; for all else, until a commit. An open one keeps the
/// WAL from starting anew, so whoever moves the WAL into the database lets them go first.
///
/// The writer says what it is about to change before it commits. A reader that may see a commit whose end is not known
/// yet therefore never shares its snapshot with later reads, and nobody sees an older state than somebody saw before.
pub(super) struct Readers {
    database: PathBuf,
    on_fatal: OnFatal,
    /// The writer's transactions have numbers. This is the newest that was about to commit,
    committing: AtomicU64,
    /// and this the newest that has ended.
    ended: AtomicU64,
    /// The newest transaction that changed a customer whose id ends like this.
    marks: Box<[AtomicU64]>,
    /// The newest transaction that may have changed any customer.
    changed_any: AtomicU64,
    slots: [Mutex<Option<Reader>>; SLOTS],
}

struct Reader {
    connection: Connection,
    /// Where its own transaction began; `None` when it has none.
    snapshot: Option<Snapshot>,
}

impl Reader {
    fn let_go(&mut self) -> Result<(), rusqlite::Error> {
        if self.snapshot.take().is_some() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

impl Readers {
    /// With a mark for every two of so many customers that somebody remembers: a change of one has all that share its
    /// mark read again.
    pub(super) fn new(database: PathBuf, on_fatal: OnFatal, remembered: usize) -> Self {
        let marks = (remembered / 2).clamp(*MARKS.start(), *MARKS.end());
        Self {
            database,
            on_fatal,
            committing: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            marks: std::iter::repeat_with(AtomicU64::default).take(marks).collect(),
            changed_any: AtomicU64::new(0),
            slots: [const { Mutex::new(None) }; SLOTS],
        }
    }

    /// The file that is read.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// Reads what was committed when this was called, or later; all that `work` reads is of one snapshot.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_at(|connection, _| work(connection))
    }

    /// As [`Readers::read`]; `work` is told where it reads.
    pub(super) fn read_at<T>(
        &self,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_since(self.committing.load(Ordering::SeqCst), work)
    }

    /// As [`Readers::read`], for work that reads rows of this customer only: its record and the keys of its data
    /// subjects.
    pub(super) fn read_of<T>(
        &self,
        customer: CustomerId,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_of_at(customer, |connection, _| work(connection))
    }

    /// As [`Readers::read_of`]; `work` is told where it reads.
    pub(super) fn read_of_at<T>(
        &self,
        customer: CustomerId,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read_since(self.changed(customer), work)
    }

    /// Whether what was read there is still what a read would give. A change that begins after this call was not
    /// acknowledged when the read was asked for.
    pub(super) fn is_current(&self, customer: CustomerId, read: Snapshot) -> bool {
        read.holds(self.changed(customer))
    }

    /// The newest of the writer's transactions that may have changed this customer, or is about to.
    pub(super) fn changed(&self, customer: CustomerId) -> u64 {
        self.mark(customer).load(Ordering::SeqCst).max(self.changed_any.load(Ordering::SeqCst))
    }

    /// Reads from a snapshot in which this transaction of the writer's has ended.
    fn read_since<T>(
        &self,
        transaction: u64,
        work: impl FnOnce(&Connection, Snapshot) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let mut slot = self.slot();
        let result = self.read_with(&mut slot, transaction, work);
        result.map_err(|error| {
            // Whatever state it is in, the next read begins with a new one.
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
            Some(snapshot) if snapshot.holds(transaction) => snapshot,
            _ => {
                reader.let_go()?;
                let ended = Snapshot(self.ended.load(Ordering::SeqCst));
                reader.connection.prepare_cached("BEGIN")?.execute([])?;
                *reader.snapshot.insert(ended)
            }
        };
        work(&reader.connection, snapshot)
    }

    /// The calling thread's own slot, or any that is free.
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

    /// The writer's open transaction changes rows of this customer.
    pub(super) fn changing(&self, customer: CustomerId) {
        self.mark(customer).store(self.ended.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// The writer's open transaction may change rows of any customer.
    pub(super) fn changing_any(&self) {
        self.changed_any.store(self.ended.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// The writer is about to commit its transaction: from now on readers may see it.
    pub(super) fn committing(&self) {
        self.committing.store(self.ended.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    /// The writer has ended its transaction, one way or the other: from now on they do. Called before anybody is
    /// answered.
    pub(super) fn ended(&self) {
        self.ended.store(self.committing.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Ends the transactions of readers at rest, so that all of the WAL can be moved and started anew. Those at work
    /// are left alone.
    pub(super) fn let_go(&self) {
        for slot in &self.slots {
            if let Ok(mut slot) = slot.try_lock()
                && let Some(reader) = slot.as_mut()
                && reader.let_go().is_err()
            {
                *slot = None;
            }
        }
    }
}

/// A failed read changed nothing, so there is nothing unknown about its outcome. SQLite's own texts name tables and
/// columns, never values.
fn read_error(error: rusqlite::Error) -> StoreError {
    if super::writer::is_locked(&error) {
        return super::writer::locked();
    }
    StoreError::Corrupt(format!("the database could not be read: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dossier_core::caller::{Environment, Scope};
    use dossier_core::clock::Timestamp;
    use dossier_core::customer::{CustomerType, Names, Summary};
    use dossier_core::ids::AccountId;

    use super::*;
    use crate::cache::{Budget, Cache, IndexOfEmail};
    use crate::sqlite::{Role, connect};

    struct Store {
        _folder: tempfile::TempDir,
        writer: Connection,
        readers: Readers,
    }

    /// Customers by the last byte of their ids, each with a version.
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
        /// Writes a customer's next version, as the writer does, up to the moment when readers may see it.
        fn commit(&self, id: u8) {
            self.readers.changing(customer(id));
            self.readers.committing();
            self.writer.execute("UPDATE t SET version = version + 1 WHERE id = ?1", [id]).expect("an update");
        }
    }

    /// What the customer's own reads see, and what all others do.
    fn versions(readers: &Readers, id: u8) -> (u64, u64) {
        let version = |connection: &Connection| {
            connection.query_row("SELECT version FROM t WHERE id = ?1", [id], |row| row.get(0))
        };
        let own = readers.read_of(customer(id), version).expect("a version");
        (own, readers.read(version).expect("a version"))
    }

    fn versions_on_another_thread(readers: &Readers, id: u8) -> (u64, u64) {
        std::thread::scope(|scope| scope.spawn(|| versions(readers, id)).join().expect("no panic"))
    }

    #[test]
    fn nobody_sees_an_older_version_than_somebody_saw_before() {
        let store = store();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.commit(1);
        // The commit is in the database, and the writer has not come to say so: readers that look now see it,
        assert_eq!(versions_on_another_thread(&store.readers, 1), (2, 2));
        // and so must those that had looked before.
        assert_eq!(versions(&store.readers, 1), (2, 2));
        store.readers.ended();
        assert_eq!(versions(&store.readers, 1), (2, 2));
    }

    #[test]
    fn a_snapshot_is_kept_until_the_customer_that_is_read_changes() {
        let store = store();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.commit(2);
        store.readers.ended();
        let version_of_the_other = |connection: &Connection| {
            connection.query_row("SELECT version FROM t WHERE id = 2", [], |row| row.get::<_, u64>(0))
        };
        let seen = store.readers.read_of(customer(1), version_of_the_other).expect("a version");
        assert_eq!(seen, 1, "the snapshot of before is good enough for a customer that has not changed");
        assert_eq!(versions(&store.readers, 2), (2, 2));
        store.readers.changing_any();
        store.readers.committing();
        store.writer.execute("UPDATE t SET version = 9", []).expect("an update");
        store.readers.ended();
        assert_eq!(versions(&store.readers, 1), (9, 9), "a task may change any");
    }

    #[test]
    fn a_lock_in_the_way_of_a_reader_passes_and_nothing_is_corrupt() {
        let store = store();
        let code = rusqlite::ffi::SQLITE_BUSY_RECOVERY;
        let locked = || Err::<(), _>(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        let refused = store.readers.read(|_| locked()).expect_err("a refusal");
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
        assert_eq!(versions(&store.readers, 1), (1, 1), "the next one reads");
    }

    #[test]
    fn a_transaction_that_was_rolled_back_hides_no_later_one() {
        let store = store();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.readers.changing(customer(1));
        store.readers.ended();
        assert_eq!(versions(&store.readers, 1), (1, 1));
        store.commit(1);
        store.readers.ended();
        assert_eq!(versions(&store.readers, 1), (2, 2));
    }

    const ID: CustomerId = customer(1);
    const OTHER: CustomerId = customer(2);
    const EMAIL: IndexOfEmail = [4; 16];

    #[test]
    fn a_summary_is_given_until_its_customer_changes() {
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
            let begun = readers.read_of_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
            summaries.remember(begun, scope, &summary, EMAIL);
            begun
        };
        let is_current = |id, read| readers.is_current(id, read);
        let by_id = |scope| summaries.get(scope, ID, |read| readers.is_current(ID, read));
        let by_email = |scope, email| summaries.get_by_email(scope, email, is_current);
        let at = |begun: Snapshot, id| {
            let is_current = |id, read| begun.holds(readers.changed(id)) && readers.is_current(id, read);
            summaries.get_all(scope, &[id], is_current)
        };
        let current = || {
            let [by_id, by_email] = [by_id(scope), by_email(scope, EMAIL)];
            assert_eq!(by_id, by_email);
            by_id.is_some()
        };
        let commit = |id| {
            readers.changing(id);
            readers.committing();
            readers.ended();
        };

        assert!(!current(), "nothing is remembered");
        let begun = remember();
        assert_eq!(by_id(scope).as_ref(), Some(&summary));
        assert_eq!(at(begun, ID), Some(vec![summary.clone()]));
        assert!(at(begun, OTHER).is_none());
        assert!(by_id(elsewhere).is_none(), "of another environment");
        assert!(by_email(elsewhere, EMAIL).is_none(), "of another environment");
        assert!(by_email(scope, [5; 16]).is_none(), "another e-mail");

        commit(OTHER);
        assert!(current(), "another customer changed");

        readers.changing(ID);
        assert!(!current(), "a change may be committed by the time of the answer");
        readers.ended();
        assert!(!current(), "nor after it was rolled back, until somebody reads it again");

        commit(ID);
        remember();
        assert!(current());
        assert!(at(begun, ID).is_none(), "it is newer than a read that began before the change");

        readers.changing_any();
        assert!(!current(), "a task may change any");

        commit(ID);
        let begun = readers.read_of_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
        summaries.remember(begun, scope, &summary, [5; 16]);
        assert!(by_email(scope, [5; 16]).is_some());
        assert!(by_email(scope, EMAIL).is_none(), "what was its e-mail before");
    }
}
