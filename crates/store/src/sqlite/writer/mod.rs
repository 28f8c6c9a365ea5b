//! The writer: one thread that commits all waiting changes in one transaction, so that one sync makes many durable
//! (`group.rs`), and one that moves what it wrote from the WAL into the database (`checkpoint.rs`).

mod checkpoint;
mod failure;
mod group;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::OnFatal;
use super::commit::Heads;
use super::readers::Readers;
use crate::anchor::Tips;
use crate::prepared::PreparedChange;
use crate::{OpenError, WriterStats};
use checkpoint::Checkpointer;
pub(super) use checkpoint::lower_priority;
pub(crate) use failure::is_locked;
pub(super) use failure::{is_full, is_io, locked};
use group::WriterThread;

/// At most this many changes wait. Any more are refused as busy.
const MAX_WAITING: usize = 1_024;

/// How long a job waits if another program has locked the database. This is well below what clients wait for a
/// response.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
/// How often the writer checks for jobs whose time is up.
const LOCK_STEP: Duration = Duration::from_millis(250);

type Work = Box<dyn FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send>;

struct Job {
    kind: JobKind,
    /// When it stops waiting for another program.
    until: Instant,
    reply: oneshot::Sender<JobResult>,
}

enum JobKind {
    Change(Box<PreparedChange>),
    /// Touches neither customers nor their keys, so readers keep what they have.
    Task(Work),
    /// May change any customer.
    OnCustomers(Work),
    /// A task that may be lost in a power cut. It lets others go first and is not synced on its own.
    Lazy(Work),
}

/// The result of a job. A change goes back to the thread that made it, which frees it more cheaply than the writer
/// would.
type JobResult = (Result<Committed, StoreError>, Option<Box<PreparedChange>>);

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    pub(super) patience: Duration,
    stats: Arc<WriterStats>,
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
        let stats = Arc::new(WriterStats::default());
        let finish_checkpoint = Arc::new(AtomicBool::new(false));
        let (jobs, waiting) = mpsc::channel(MAX_WAITING);
        let (written, checkpoints) = sync_channel(1);
        let checkpointer = Checkpointer::new(&database, &readers, &stats, &finish_checkpoint, &on_fatal)?;
        let heads = Heads::new(tips);
        let thread =
            WriterThread::new(connection, heads, readers, Arc::clone(&stats), (finish_checkpoint, written), on_fatal);
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
        Ok(Self { jobs: Some(jobs), patience: LOCK_PATIENCE, stats, threads: Mutex::new(threads) })
    }

    pub(super) fn stats(&self) -> &WriterStats {
        &self.stats
    }

    /// Queues a change and waits until it is durable or refused.
    pub(super) async fn change(&self, change: PreparedChange) -> JobResult {
        self.run(JobKind::Change(Box::new(change))).await
    }

    /// Queues work that touches neither customers nor their keys, and waits until it is durable.
    pub(super) async fn task(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.run(JobKind::Task(Box::new(work))).await.0.map(drop)
    }

    /// As [`Writer::task`], for work that may change customers and their keys. Everything cached of them is read again.
    pub(super) async fn task_on_customers(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.run(JobKind::OnCustomers(Box::new(work))).await.0.map(drop)
    }

    /// Queues a task that may be lost in a power cut, because it would be done again. Callers that wait for the disk go
    /// first. It becomes durable with the next change.
    pub(super) async fn lazy(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.run(JobKind::Lazy(Box::new(work))).await.0.map(drop)
    }

    async fn run(&self, kind: JobKind) -> JobResult {
        let (reply, result) = oneshot::channel();
        match self.send(Job { kind, until: Instant::now() + self.patience, reply }) {
            Ok(()) => result.await.unwrap_or_else(|_| (Err(ended()), None)),
            Err(error) => (Err(error), None),
        }
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().expect("the queue closes when the store is dropped");
        self.stats.waiting.fetch_add(1, Ordering::Relaxed);
        jobs.try_send(job).map_err(|error| {
            self.stats.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => ended(),
            }
        })
    }
}

impl Drop for Writer {
    /// Commits what is waiting, makes a checkpoint, and ends the threads.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.get_mut().map(std::mem::take).unwrap_or_default() {
            // A writer that panicked has ended the process or left jobs without a reply. Nothing remains to be done for
            // it.
            let _ = thread.join();
        }
    }
}

fn ended() -> StoreError {
    StoreError::Unknown("the writer has ended".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{Role, connect};

    #[tokio::test]
    async fn all_jobs_of_a_batch_fail_if_the_disk_is_full() {
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
}
