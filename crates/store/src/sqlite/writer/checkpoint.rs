//! Checkpoints move pages from the WAL into the database while the writer continues.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;

use super::failure::is_io;
use crate::sqlite::readers::Readers;
use crate::sqlite::{OnFatal, Role, connect};
use crate::{OpenError, WriterStats};

/// A checkpoint is made after this many changes, or after this time if there were fewer. It copies pages without a
/// pause. A commit that wakes on the same processor waits for it, and commits wait for its sync. A checkpoint after
/// 2,000 changes set the 99th percentile of all commits. With shorter intervals, a page that changes repeatedly is
/// copied more often, which adds 5 % to the bytes written.
pub(super) const CHANGES_PER_CHECKPOINT: u64 = 250;
const CHECKPOINT_AFTER: Duration = Duration::from_secs(5);
/// The database is synced after this many checkpoints. Syncing after each costs 3 % of the rate; after four, commits
/// wait longer for it.
const CHECKPOINTS_PER_SYNC: u32 = 2;
/// The niceness of the checkpoint thread. It keeps a third of a share of the processor, so that it never falls behind
/// for good.
const CHECKPOINTER_NICE: i32 = 5;
/// Beyond this many pages in the WAL (64 MiB) the writer itself finishes the checkpoint. Under load a passive
/// checkpoint never catches up, and the WAL would grow without limit.
const MAX_WAL_PAGES: i64 = 16_384;

/// Moves pages from the WAL into the database on its own thread, so that no commit pays for it.
pub(super) struct Checkpointer {
    connection: Connection,
    /// The database file, used to sync what a checkpoint wrote into it. SQLite only syncs when a checkpoint has caught
    /// up with the end of the WAL. Under load only the writer's checkpoint does that, and it then took 20 to 70 ms for
    /// all pages at once. The file is never closed: closing it would release all locks of the process on it.
    database: std::mem::ManuallyDrop<std::fs::File>,
    readers: Arc<Readers>,
    stats: Arc<WriterStats>,
    finish: Arc<AtomicBool>,
    on_fatal: OnFatal,
}

impl Checkpointer {
    pub(super) fn new(
        file: &Path,
        readers: &Arc<Readers>,
        stats: &Arc<WriterStats>,
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
            stats: Arc::clone(stats),
            finish: Arc::clone(finish),
            on_fatal: Arc::clone(on_fatal),
        })
    }

    pub(super) fn run(self, written: &Receiver<()>) {
        lower_priority();
        let (mut seen, mut unsynced) = (0, 0);
        loop {
            let wake = written.recv_timeout(CHECKPOINT_AFTER);
            let commits = self.stats.commits.load(Ordering::Relaxed);
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
                // The writer has ended. Move everything into the database and empty the WAL.
                self.checkpoint("TRUNCATE");
                return;
            }
        }
    }

    /// Lets the writer finish if the WAL has become too long.
    fn move_pages(&self) {
        let mut pages = self.checkpoint("PASSIVE");
        if pages > MAX_WAL_PAGES {
            // Move what was written in the meantime, so that little is left for the writer.
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

    /// Returns the number of pages in the WAL.
    fn checkpoint(&self, mode: &str) -> i64 {
        self.readers.release();
        match checkpoint(&self.connection, mode) {
            Ok(pages) => {
                self.stats.wal_pages.store(pages.unsigned_abs(), Ordering::Relaxed);
                return pages;
            }
            Err(error) if is_io(&error) => (self.on_fatal)(&error.to_string()),
            // A full disk or a busy reader. The next checkpoint will do.
            Err(error) => tracing::warn!(%error, "checkpoint failed"),
        }
        0
    }
}

/// Lowers the priority of this thread, so that no request waits for it.
pub(crate) fn lower_priority() {
    // On other systems this would affect the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, CHECKPOINTER_NICE) {
        tracing::debug!(%error, "failed to lower the priority of a background thread");
    }
}

/// Moves the few pages that are left in the WAL while nothing is written, so that the next commit starts the WAL over.
/// If a reader prevents this, the checkpointer asks again after the next checkpoint. A RESTART checkpoint would wait
/// for readers in steps of up to 25 ms; it was measured to stall all writers for 40 to 70 ms. Returns the number of
/// pages in the WAL.
pub(super) fn move_last_pages(connection: &Connection, readers: &Readers) -> Result<i64, rusqlite::Error> {
    // A reader with an older snapshot prevents pages from being moved,
    readers.release();
    let pages = checkpoint(connection, "PASSIVE")?;
    // and a reader that began since still reads from the WAL. From now on none does.
    readers.release();
    Ok(pages)
}

/// Returns the number of pages in the WAL.
fn checkpoint(connection: &Connection, mode: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dossier_core::ids::CustomerId;

    use super::*;

    #[test]
    fn the_wal_starts_over_although_readers_never_rest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        let writer = connect(&path, Role::Writer).expect("a database");
        writer.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, blob BLOB)").expect("a table");
        let readers = Readers::new(path, Arc::new(|error| panic!("{error}")), 0);
        let ended = AtomicBool::new(false);
        let commit = |rows: u32| {
            readers.will_commit();
            let insert = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
                INSERT INTO t (blob) SELECT zeroblob(4000) FROM n";
            writer.execute(insert, [rows]).expect("an insert");
            readers.did_end();
        };
        let restarts = std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        let newest = |connection: &Connection| {
                            connection.query_row("SELECT max(id) FROM t", [], |row| row.get::<_, Option<u64>>(0))
                        };
                        readers.read_customer(CustomerId::from_bytes([1; 16]), newest).expect("an id");
                        std::thread::sleep(Duration::from_micros(50));
                    }
                });
            }
            let restarted = |_: &i32| {
                commit(300);
                let moved = move_last_pages(&writer, &readers).expect("a checkpoint");
                commit(1);
                checkpoint(&writer, "PASSIVE").expect("a checkpoint") < moved
            };
            let restarts = (0..40).filter(restarted).count();
            ended.store(true, Ordering::Relaxed);
            restarts
        });
        assert!(restarts >= 20, "the WAL started over {restarts} times out of 40");
    }
}
