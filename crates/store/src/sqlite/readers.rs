//! Connections that only read. A point read takes a few microseconds, less than handing it to another thread, so it is
//! made where it is asked for.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use dossier_core::store::StoreError;
use rusqlite::Connection;

use super::OnFatal;

/// Connections at most; threads beyond so many wait for each other.
const SLOTS: usize = 8;
const POISONED: &str = "no code panics while it holds a reader";

/// The readers of a database that one process writes, by one thread.
///
/// Beginning and ending a read transaction costs as much as a point read. So a reader keeps its transaction open, and
/// begins another only when the writer has committed since. An open one keeps the WAL from starting anew, so whoever
/// moves the WAL into the database lets them go first.
pub(super) struct Readers {
    database: PathBuf,
    on_fatal: OnFatal,
    /// Counts the ends of the writer's transactions.
    commits: AtomicU64,
    slots: [Mutex<Option<Reader>>; SLOTS],
}

struct Reader {
    connection: Connection,
    /// The count of commits, read before its transaction began; `None` when it has none.
    snapshot: Option<u64>,
}

impl Reader {
    fn renew(&mut self, commits: u64) -> Result<(), rusqlite::Error> {
        if self.snapshot != Some(commits) {
            self.let_go()?;
            self.connection.prepare_cached("BEGIN")?.execute([])?;
            self.snapshot = Some(commits);
        }
        Ok(())
    }

    fn let_go(&mut self) -> Result<(), rusqlite::Error> {
        if self.snapshot.take().is_some() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

impl Readers {
    pub(super) const fn new(database: PathBuf, on_fatal: OnFatal) -> Self {
        Self { database, on_fatal, commits: AtomicU64::new(0), slots: [const { Mutex::new(None) }; SLOTS] }
    }

    /// Reads what was committed when this was called, or later; all that `work` reads is of one snapshot.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let mut slot = self.slot();
        let result = self.read_with(&mut slot, work);
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
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        let reader = match slot {
            Some(reader) => reader,
            None => {
                let connection = super::connect(&self.database, super::Role::Reader)?;
                slot.insert(Reader { connection, snapshot: None })
            }
        };
        reader.renew(self.commits.load(Ordering::Acquire))?;
        work(&reader.connection)
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

    /// The writer has ended a transaction: what readers see is out of date. Called before anybody is answered.
    pub(super) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
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
    StoreError::Corrupt(format!("the database could not be read: {error}"))
}
