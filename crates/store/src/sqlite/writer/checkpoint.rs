//! Checkpoints: pages move from the WAL into the database, beside the writer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;

use super::failure::is_io;
use crate::sqlite::readers::Readers;
use crate::sqlite::{OnFatal, Role, connect};
use crate::{Figures, OpenError};

/// A checkpoint is made after this many changes, or after this time when there were fewer. It copies pages without
/// pause, and a commit that wakes in the meantime on the same processor waits for it, as do commits for its sync: one
/// after 2,000 changes was the 99th percentile of all. A page that changes again and again is copied more often, which
/// is 5 % more bytes.
pub(super) const CHANGES_PER_CHECKPOINT: u64 = 250;
const CHECKPOINT_AFTER: Duration = Duration::from_secs(5);
/// The database is synced after this many checkpoints: after each costs 3 % of the rate, and after four commits wait
/// longer for it.
const CHECKPOINTS_PER_SYNC: u32 = 2;
/// How nice the thread of the checkpoints is: a third of a share of the processor, so that it never falls behind for
/// good.
const CHECKPOINTER_NICE: i32 = 5;
/// Past this many pages in the WAL (64 MiB) the writer itself finishes the checkpoint, since under load a passive one
/// never catches up with the end, and the WAL would grow without end.
const MAX_WAL_PAGES: i64 = 16_384;

/// Moves pages from the WAL into the database, beside the writer, so that no commit pays for it.
pub(super) struct Checkpointer {
    connection: Connection,
    /// The database file, to sync what a checkpoint has written into it. SQLite itself does so only when a checkpoint
    /// has caught up with the end of the WAL, which under load only the writer's does; it then paid 20 to 70 ms for
    /// all pages at once. Never closed: closing a file takes all of the process's locks on it away.
    database: std::mem::ManuallyDrop<std::fs::File>,
    readers: Arc<Readers>,
    figures: Arc<Figures>,
    finish: Arc<AtomicBool>,
    on_fatal: OnFatal,
}

impl Checkpointer {
    pub(super) fn new(
        file: &Path,
        readers: &Arc<Readers>,
        figures: &Arc<Figures>,
        finish: &Arc<AtomicBool>,
        on_fatal: &OnFatal,
    ) -> Result<Self, OpenError> {
        let database = std::fs::File::open(file);
        let database =
            database.map_err(|cause| OpenError::File { attempt: "open the database", path: file.to_owned(), cause })?;
        Ok(Self {
            connection: connect(file, Role::Checkpointer)?,
            database: std::mem::ManuallyDrop::new(database),
            readers: Arc::clone(readers),
            figures: Arc::clone(figures),
            finish: Arc::clone(finish),
            on_fatal: Arc::clone(on_fatal),
        })
    }

    pub(super) fn run(self, written: &Receiver<()>) {
        give_way();
        let (mut seen, mut unsynced) = (0, 0);
        loop {
            let wake = written.recv_timeout(CHECKPOINT_AFTER);
            let commits = self.figures.commits.load(Ordering::Relaxed);
            if commits != seen {
                seen = commits;
                self.move_pages();
                unsynced += 1;
                if unsynced == CHECKPOINTS_PER_SYNC || wake.is_err() {
                    self.sync();
                    unsynced = 0;
                }
            }
            if wake == Err(RecvTimeoutError::Disconnected) {
                // The writer has ended: what it wrote goes into the database, and the WAL is emptied.
                self.checkpoint("TRUNCATE");
                return;
            }
        }
    }

    /// Has the writer finish it when the WAL has become too long.
    fn move_pages(&self) {
        let mut pages = self.checkpoint("PASSIVE");
        if pages > MAX_WAL_PAGES {
            // Moves what came in the meantime, so that little is left for the writer.
            pages = self.checkpoint("PASSIVE");
            if pages > MAX_WAL_PAGES {
                self.finish.store(true, Ordering::Release);
            }
        }
    }

    fn sync(&self) {
        if let Err(error) = self.database.sync_data() {
            (self.on_fatal)(&error.to_string());
        }
    }

    /// Returns how many pages the WAL has.
    fn checkpoint(&self, mode: &str) -> i64 {
        self.readers.let_go();
        match checkpoint(&self.connection, mode) {
            Ok(pages) => {
                self.figures.wal_pages.store(pages.unsigned_abs(), Ordering::Relaxed);
                return pages;
            }
            Err(error) if is_io(&error) => (self.on_fatal)(&error.to_string()),
            // A full disk or a busy reader: the next one will do.
            Err(error) => tracing::warn!(%error, "a checkpoint could not be made"),
        }
        0
    }
}

/// Lets other threads have the processor first: no request waits for a checkpoint.
pub(crate) fn give_way() {
    // Elsewhere it would be the whole process that gives way.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, CHECKPOINTER_NICE) {
        tracing::debug!(%error, "checkpoints have the priority of everything else");
    }
}

/// Moves the little that is left in the WAL while nothing is written, so that the next commit starts it again, unless
/// a reader is in the way; then the checkpointer asks again after the next checkpoint. A RESTART checkpoint would wait
/// for readers, in SQLite's steps of up to 25 ms, and was measured to stall all writers for 40 to 70 ms. Returns how
/// many pages the WAL had.
pub(super) fn move_the_rest(connection: &Connection, readers: &Readers) -> Result<i64, rusqlite::Error> {
    // Who reads from further back keeps pages from being moved,
    readers.let_go();
    let pages = checkpoint(connection, "PASSIVE")?;
    // and who has begun in the meantime still reads from the WAL. From now on no reader does.
    readers.let_go();
    Ok(pages)
}

/// Returns how many pages the WAL has.
fn checkpoint(connection: &Connection, mode: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dossier_core::ids::CustomerId;

    use super::*;

    #[test]
    fn the_wal_starts_again_although_readers_never_rest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        let writer = connect(&path, Role::Writer).expect("a database");
        writer.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, blob BLOB)").expect("a table");
        let readers = Readers::new(path, Arc::new(|error| panic!("{error}")), 0);
        let ended = AtomicBool::new(false);
        let commit = |rows: u32| {
            readers.committing();
            let insert = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
                INSERT INTO t (blob) SELECT zeroblob(4000) FROM n";
            writer.execute(insert, [rows]).expect("an insert");
            readers.ended();
        };
        let restarts = std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        let newest = |connection: &Connection| {
                            connection.query_row("SELECT max(id) FROM t", [], |row| row.get::<_, Option<u64>>(0))
                        };
                        readers.read_of(CustomerId::from_bytes([1; 16]), newest).expect("an id");
                        std::thread::sleep(Duration::from_micros(50));
                    }
                });
            }
            let restarted = |_: &i32| {
                commit(300);
                let moved = move_the_rest(&writer, &readers).expect("a checkpoint");
                commit(1);
                checkpoint(&writer, "PASSIVE").expect("a checkpoint") < moved
            };
            let restarts = (0..40).filter(restarted).count();
            ended.store(true, Ordering::Relaxed);
            restarts
        });
        assert!(restarts >= 20, "the WAL started again {restarts} times of 40");
    }
}
