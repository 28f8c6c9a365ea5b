//! The writer: one thread that commits whatever waits in one transaction, so that durability costs one sync for many.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dossier_core::store::{Committed, StoreError};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::OnFatal;
use super::chain::{Append, Heads};
use super::commit;
use super::readers::Readers;
use crate::anchor::Tips;
use crate::planted::{Defect, planted};
use crate::prepared::Prepared;
use crate::{Figures, OpenError};

/// At most this many changes share a commit.
const MAX_BATCH: usize = 256;
/// So many may always share one.
const UNDIVIDED: usize = 16;
/// At most this many changes wait; more are told to come back.
const MAX_WAITING: usize = 1_024;
/// A checkpoint is made after this many changes, or after this time when there were fewer. It copies pages without
/// pause, and a commit that meanwhile wakes on the same processor waits for it, as do commits for its sync: one after
/// 2,000 changes was the 99th percentile of all. A page that changes again and again is copied more often, which is 5 %
/// more bytes.
const CHANGES_PER_CHECKPOINT: u64 = 250;
const CHECKPOINT_AFTER: Duration = Duration::from_secs(5);
/// The database is synced after so many checkpoints: after each costs 3 % of the rate, and after four commits wait
/// longer for it.
const CHECKPOINTS_PER_SYNC: u32 = 2;
/// How nice the thread of the checkpoints is: a third of a share of the processor, so that it never falls behind for
/// good.
const CHECKPOINTER_NICE: i32 = 5;
/// Past this many pages in the WAL (64 MiB) the writer itself finishes the checkpoint, since under load a passive one
/// never catches up with the end, and the WAL would grow without end.
const MAX_WAL_PAGES: i64 = 16_384;

/// A job waits this long when another program holds the database's lock: well below what clients wait for an answer.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
/// How often the writer checks for jobs that ran out of time.
const LOCK_STEP: Duration = Duration::from_millis(250);

type Work = Box<dyn FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send>;

struct Job {
    kind: Kind,
    /// When it gives up waiting for another program.
    until: Instant,
    reply: oneshot::Sender<Answer>,
}

enum Kind {
    Change(Box<Prepared>),
    /// Touches neither customers nor their keys, which readers would not read again.
    Task(Work),
    /// May change any customer's.
    OnCustomers(Work),
    /// A task that may be lost with the power: it waits for others and is not synced on its own.
    Lazy(Work),
}

/// What a job came to. A change goes back to the thread that made it, which frees it at less cost than this one would.
type Answer = (Result<Committed, StoreError>, Option<Box<Prepared>>);

/// A job that was run, until its transaction ends.
struct Ran {
    outcome: Result<Committed, StoreError>,
    change: Option<Box<Prepared>>,
    reply: oneshot::Sender<Answer>,
}

impl Ran {
    fn answer(self, durable: Result<(), StoreError>) {
        // The caller may have given up waiting.
        let _ = self.reply.send((durable.and(self.outcome), self.change));
    }
}

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    pub(super) patience: Duration,
    figures: Arc<Figures>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        readers: Arc<Readers>,
        database: PathBuf,
        tips: Arc<Tips>,
        on_fatal: OnFatal,
    ) -> Result<Self, OpenError> {
        connection.busy_timeout(LOCK_STEP)?;
        let figures = Arc::new(Figures::default());
        let finish_checkpoint = Arc::new(AtomicBool::new(false));
        let (jobs, waiting) = mpsc::channel(MAX_WAITING);
        let (written, checkpoints) = sync_channel(1);
        let checkpointer =
            Checkpointer {
                connection: super::connect(&database, super::Role::Checkpointer)?,
                database: std::mem::ManuallyDrop::new(std::fs::File::open(&database).map_err(|cause| {
                    OpenError::File { attempt: "open the database", path: database.clone(), cause }
                })?),
                readers: Arc::clone(&readers),
                figures: Arc::clone(&figures),
                finish: Arc::clone(&finish_checkpoint),
                on_fatal: Arc::clone(&on_fatal),
            };
        let thread = WriterThread {
            connection,
            heads: Heads::new(tips),
            readers,
            figures: Arc::clone(&figures),
            finish_checkpoint,
            written,
            since_checkpoint: 0,
            synced: true,
            locked_out: false,
            on_fatal,
        };
        let spawn = |name: &str, body: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new().name(name.into()).spawn(body).map_err(|cause| OpenError::File {
                attempt: "start a thread for",
                path: database.clone(),
                cause,
            })
        };
        let threads = vec![
            spawn("dossier-writer", Box::new(move || thread.run(waiting)))?,
            spawn("dossier-checkpoint", Box::new(move || checkpointer.run(&checkpoints)))?,
        ];
        Ok(Self { jobs: Some(jobs), patience: LOCK_PATIENCE, figures, threads: Mutex::new(threads) })
    }

    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Queues a change and waits until it is durable or refused.
    pub(super) async fn change(&self, change: Prepared) -> Answer {
        self.answer_of(Kind::Change(Box::new(change))).await
    }

    /// Queues what touches neither customers nor their keys, and waits until it is durable.
    pub(super) async fn task(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.answer_of(Kind::Task(Box::new(work))).await.0.map(drop)
    }

    /// As [`Writer::task`], for what may change customers and their keys: all that is remembered of them is read again.
    pub(super) async fn task_on_customers(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.answer_of(Kind::OnCustomers(Box::new(work))).await.0.map(drop)
    }

    /// Queues a task that may be lost with the power, for it would be done again: whoever waits for the disk goes
    /// first, and it becomes durable with the next change.
    pub(super) async fn lazy(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.answer_of(Kind::Lazy(Box::new(work))).await.0.map(drop)
    }

    async fn answer_of(&self, kind: Kind) -> Answer {
        let (reply, answer) = oneshot::channel();
        match self.send(Job { kind, until: Instant::now() + self.patience, reply }) {
            Ok(()) => answer.await.unwrap_or_else(|_| (Err(ended()), None)),
            Err(error) => (Err(error), None),
        }
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().expect("the queue closes when the store is dropped");
        self.figures.waiting.fetch_add(1, Ordering::Relaxed);
        jobs.try_send(job).map_err(|error| {
            self.figures.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => ended(),
            }
        })
    }
}

impl Drop for Writer {
    /// Commits what waits, checkpoints, and ends the threads.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.get_mut().map(std::mem::take).unwrap_or_default() {
            // A writer that panicked has ended the process or answered nobody; there is nothing left to do for it.
            let _ = thread.join();
        }
    }
}

fn ended() -> StoreError {
    StoreError::Unknown("the writer has ended".into())
}

/// How many changes usually share a commit. When nearly all clients come to wait for the same one, the processor has
/// nothing to do until it is synced, and much too much afterwards; so half as many again as usual are a full batch, and
/// the others make the next one. On a slow disk everybody is back before a commit has ended, and the usual grows until
/// it is everybody.
struct Usual {
    /// In sixteenths.
    changes: usize,
}

impl Default for Usual {
    fn default() -> Self {
        Self { changes: 16 * MAX_BATCH }
    }
}

impl Usual {
    fn full(&self) -> usize {
        (self.changes * 3 / 32).clamp(UNDIVIDED, MAX_BATCH)
    }

    fn took(&mut self, changes: usize) {
        self.changes = self.changes - self.changes / 16 + changes;
    }
}

struct WriterThread {
    connection: Connection,
    heads: Heads,
    readers: Arc<Readers>,
    figures: Arc<Figures>,
    finish_checkpoint: Arc<AtomicBool>,
    written: SyncSender<()>,
    since_checkpoint: u64,
    /// Whether the connection syncs its commits now.
    synced: bool,
    /// Whether another program held the lock at the last look.
    locked_out: bool,
    on_fatal: OnFatal,
}

impl WriterThread {
    fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        let mut lazy = VecDeque::new();
        let mut usual = Usual::default();
        loop {
            // Takes what waits, up to a full batch; there is no timer, so a lone writer waits for nobody.
            let full = usual.full();
            if lazy.is_empty() {
                if waiting.blocking_recv_many(&mut batch, full) == 0 {
                    return;
                }
            } else {
                while batch.len() < full
                    && let Ok(job) = waiting.try_recv()
                {
                    batch.push(job);
                }
            }
            self.figures.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
            lazy.extend(batch.extract_if(.., |job| matches!(job.kind, Kind::Lazy(_))));
            if !batch.is_empty() {
                usual.took(batch.len());
                self.sync_commits(true);
                self.commit(&mut batch);
            }
            // One at a time, so that a change that has come meanwhile waits for one only.
            if let Some(job) = lazy.pop_front() {
                self.sync_commits(false);
                self.commit(&mut vec![job]);
            }
            self.ask_for_checkpoint();
        }
    }

    /// Whether a commit is synced. One that is not is durable with the next that is: they share a log.
    fn sync_commits(&mut self, synced: bool) {
        if self.synced == synced || planted(Defect::SynchronousNormal) {
            return;
        }
        let level = if synced { "FULL" } else { "NORMAL" };
        match self.connection.pragma_update(None, "synchronous", level) {
            Ok(()) => self.synced = synced,
            // Commits that should be synced and are not are no commits.
            Err(error) => (self.on_fatal)(&error.to_string()),
        }
    }

    /// Begins a transaction. While another program holds the lock, jobs that ran out of time are refused; the batch may
    /// end up empty.
    fn begin(&mut self, batch: &mut Vec<Job>) -> Result<(), rusqlite::Error> {
        loop {
            match self.execute("BEGIN IMMEDIATE") {
                Err(error) if is_locked(&error) => {
                    if !std::mem::replace(&mut self.locked_out, true) {
                        tracing::warn!("another program has locked the database; writes wait for it");
                    }
                }
                begun => {
                    self.locked_out = false;
                    return begun;
                }
            }
            let now = Instant::now();
            batch.extract_if(.., |job| job.until <= now).for_each(|job| job.fail(locked()));
            if batch.is_empty() {
                return Ok(());
            }
        }
    }

    /// Every job runs in a savepoint of its own; answers leave after the one commit.
    fn commit(&mut self, batch: &mut Vec<Job>) {
        let begun = self.begin(batch);
        if batch.is_empty() {
            return;
        }
        let jobs = batch.len() as u64;
        let mut ran = Vec::with_capacity(batch.len());
        let mut late_audits = Vec::new();
        // Outlives the loop, so that jobs after one that ends the transaction are told what it was told.
        let mut rest = batch.drain(..);
        let result = begun.and_then(|()| {
            for job in rest.by_ref() {
                self.run_job(job, &mut ran, &mut late_audits)?;
            }
            if planted(Defect::AnswerBeforeCommit) {
                std::mem::take(&mut ran).into_iter().for_each(|ran: Ran| ran.answer(Ok(())));
            }
            self.heads.write(&self.connection)?;
            self.readers.committing();
            self.execute("COMMIT")
        });
        self.readers.ended();
        match result {
            Ok(()) => {
                self.heads.committed();
                self.figures.commits.fetch_add(1, Ordering::Relaxed);
                self.figures.changes.fetch_add(jobs, Ordering::Relaxed);
                // What is not synced is in no hurry to be moved either.
                self.since_checkpoint += if self.synced { jobs } else { 0 };
                ran.into_iter().for_each(|ran| ran.answer(Ok(())));
            }
            Err(error) => {
                // After a failed statement SQLite may have rolled back by itself; then this says so, which is as well.
                let _ = self.execute("ROLLBACK");
                self.heads.forget();
                let failure = self.failure(&error);
                ran.into_iter().for_each(|ran| ran.answer(Err(failure())));
                rest.for_each(|job| job.fail(failure()));
            }
        }
        if planted(Defect::AuditAfterAnswer) && !late_audits.is_empty() {
            let _ = self.execute("BEGIN IMMEDIATE");
            for audit in late_audits {
                let _ = self.heads.append(&self.connection, &audit);
            }
            let _ = self.heads.write(&self.connection);
            self.readers.committing();
            let _ = self.execute("COMMIT");
            self.heads.committed();
            self.readers.ended();
        }
    }

    fn run_job(
        &mut self,
        job: Job,
        ran: &mut Vec<Ran>,
        late: &mut Vec<Append<'static>>,
    ) -> Result<(), rusqlite::Error> {
        let Job { kind, until: _, reply } = job;
        let savepoint = !matches!(&kind, Kind::Change(change) if change.is_judged_before_it_writes());
        if savepoint {
            self.execute("SAVEPOINT job")?;
        }
        let (result, change) = match kind {
            Kind::Change(change) => {
                change.written_customer().into_iter().for_each(|id| self.readers.changing(id));
                (commit::apply(&change, &self.connection, &mut self.heads, late), Some(change))
            }
            Kind::OnCustomers(work) => {
                self.readers.changing_any();
                (work(&self.connection).map(|()| Ok(Committed::Done)), None)
            }
            Kind::Task(work) | Kind::Lazy(work) => (work(&self.connection).map(|()| Ok(Committed::Done)), None),
        };
        match result {
            Ok(outcome) => {
                if savepoint {
                    if !matches!(outcome, Ok(Committed::Done)) {
                        self.execute("ROLLBACK TO job")?;
                    }
                    self.execute("RELEASE job")?;
                }
                ran.push(Ran { outcome, change, reply });
                Ok(())
            }
            Err(error) => {
                ran.push(Ran { outcome: Err(self.failure(&error)()), change, reply });
                if savepoint { self.undo_or_give_up(error) } else { Err(error) }
            }
        }
    }

    /// One job failed: the others of the batch go on, unless the whole transaction is gone.
    fn undo_or_give_up(&mut self, error: rusqlite::Error) -> Result<(), rusqlite::Error> {
        if self.connection.is_autocommit() || is_full(&error) {
            return Err(error);
        }
        self.execute("ROLLBACK TO job")?;
        self.execute("RELEASE job")
    }

    /// What the waiters are told. An I/O error is told nobody: what is on disk is unknown, so the process ends.
    fn failure(&self, error: &rusqlite::Error) -> impl Fn() -> StoreError + use<> {
        if is_io(error) {
            (self.on_fatal)(&error.to_string());
        }
        let (full, text) = (is_full(error), error.to_string());
        // What was refused for another's lock was never committed, and the transaction is rolled back.
        let locked_out = is_locked(error);
        move || match (full, locked_out) {
            (true, _) => StoreError::Full,
            (false, true) => locked(),
            (false, false) => StoreError::Unknown(text.clone()),
        }
    }

    fn execute(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn ask_for_checkpoint(&mut self) {
        // Once each time that the checkpointer asks for it: a snapshot may be in the way for as long as a backup takes,
        // and each attempt makes all readers let go of theirs.
        if self.finish_checkpoint.swap(false, Ordering::AcqRel)
            && let Err(error) = move_the_rest(&self.connection, &self.readers)
        {
            drop(self.failure(&error));
        }
        if self.since_checkpoint >= CHANGES_PER_CHECKPOINT {
            self.since_checkpoint = 0;
            // Full means that one is due already.
            let _ = self.written.try_send(());
        }
    }
}

impl Job {
    fn fail(self, error: StoreError) {
        // The caller may have given up waiting.
        let _ = self.reply.send((Err(error), None));
    }
}

/// Moves pages from the WAL into the database, beside the writer, so that no commit pays for it.
struct Checkpointer {
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
    fn run(self, written: &std::sync::mpsc::Receiver<()>) {
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
            // Moves what came meanwhile, so that little is left for the writer.
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
pub(super) fn give_way() {
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
fn move_the_rest(connection: &Connection, readers: &Readers) -> Result<i64, rusqlite::Error> {
    // Who reads from further back keeps pages from being moved,
    readers.let_go();
    let pages = checkpoint(connection, "PASSIVE")?;
    // and who has begun meanwhile reads from the WAL still. From now on nobody does.
    readers.let_go();
    Ok(pages)
}

/// Returns how many pages the WAL has.
fn checkpoint(connection: &Connection, mode: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(1))
}

pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    // The shared-memory file that cannot grow is a full disk under another name.
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// Whether another program's lock is in the way.
pub(crate) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The error for a job that waited too long for the lock. Nothing was written.
pub(super) fn locked() -> StoreError {
    StoreError::Unavailable("another program has locked the database".into())
}

/// Whether what is on disk can no longer be trusted.
pub(super) fn is_io(error: &rusqlite::Error) -> bool {
    !is_full(error)
        && matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
}

#[cfg(test)]
mod tests {
    use dossier_core::ids::CustomerId;

    use super::*;
    use crate::sqlite::{Role, connect};

    #[test]
    fn the_wal_starts_anew_although_readers_never_rest() {
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
        assert!(restarts >= 20, "the WAL started anew {restarts} times of 40");
    }

    #[tokio::test]
    async fn all_jobs_of_a_batch_are_told_that_the_disk_is_full() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        let connection = connect(&path, Role::Writer).expect("a database");
        connection.execute_batch("CREATE TABLE t (blob BLOB); PRAGMA max_page_count = 16").expect("a small disk");
        let fatal: OnFatal = Arc::new(|error: &str| panic!("{error}"));
        let readers = Arc::new(Readers::new(path.clone(), Arc::clone(&fatal), 0));
        let writer = Writer::start(connection, readers, path, Arc::default(), fatal).expect("a writer");
        let (begun, mut runs) = tokio::sync::mpsc::unbounded_channel();
        let (go_on, wait) = sync_channel(1);
        let first = writer.task(move |_| {
            begun.send(()).expect("the test waits");
            wait.recv().expect("the test goes on");
            Ok(())
        });
        let others = async {
            runs.recv().await.expect("the first runs");
            let fill = |rows: &Connection| rows.execute("INSERT INTO t VALUES (zeroblob(1000000))", []).map(drop);
            // Both are queued before the first ends, so they share a commit.
            let (full, next) = (writer.task(fill), writer.task(|_| Ok(())));
            let queued = async {
                tokio::task::yield_now().await;
                go_on.send(()).expect("the first waits");
            };
            tokio::join!(full, next, queued)
        };
        let (first, (full, next, ())) = tokio::join!(first, others);
        assert!(first.is_ok());
        assert!(matches!((&full, &next), (Err(StoreError::Full), Err(StoreError::Full))), "{full:?} {next:?}");
    }

    #[test]
    fn a_full_batch_is_more_than_the_usual_and_everybody_where_all_are_back_before_a_commit_ends() {
        let mut usual = Usual::default();
        assert_eq!(usual.full(), MAX_BATCH, "nothing is known yet");
        for _ in 0..200 {
            usual.took(1);
        }
        assert_eq!(usual.full(), UNDIVIDED, "few come");
        // A thousand clients, of whom those that were answered wait again when the next commit begins.
        for _ in 0..200 {
            usual.took(usual.full());
        }
        assert_eq!(usual.full(), MAX_BATCH);
        for _ in 0..200 {
            usual.took(20);
        }
        assert_eq!(usual.full(), 31);
    }
}
