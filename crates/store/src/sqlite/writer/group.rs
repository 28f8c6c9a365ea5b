//! Group commit: the thread that commits all waiting changes in one transaction.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::{CHANGES_PER_CHECKPOINT, move_last_pages};
use super::failure::{is_full, is_io, is_locked, locked};
use super::{Job, JobKind, JobResult};
use crate::WriterStats;
use crate::planted::planted;
use crate::prepared::PreparedChange;
use crate::sqlite::OnFatal;
use crate::sqlite::commit::{self, Heads};
use crate::sqlite::readers::Readers;

/// At most this many changes share a commit.
const MAX_BATCH: usize = 256;
/// At least this many waiting changes always share a commit.
const UNDIVIDED: usize = 16;

/// A job that has run, until its transaction ends.
struct FinishedJob {
    outcome: Result<Committed, StoreError>,
    change: Option<Box<PreparedChange>>,
    reply: oneshot::Sender<JobResult>,
}

impl FinishedJob {
    fn send_reply(self, durable: Result<(), StoreError>) {
        // The caller may have stopped waiting.
        let _ = self.reply.send((durable.and(self.outcome), self.change));
    }
}

/// The number of changes that typically share a commit. If nearly all clients wait for the same commit, the processor
/// is idle until the sync ends, and overloaded afterwards. So a batch is full at one and a half times the typical size,
/// and the other changes go into the next one. On a slow disk all clients are back before a commit ends, and the
/// typical batch grows until it holds all of them.
struct TypicalBatch {
    /// Sixteen times the average, which each commit moves by a sixteenth.
    changes: usize,
}

impl Default for TypicalBatch {
    fn default() -> Self {
        Self { changes: 16 * MAX_BATCH }
    }
}

impl TypicalBatch {
    fn full_size(&self) -> usize {
        (self.changes * 3 / 32).clamp(UNDIVIDED, MAX_BATCH)
    }

    fn record(&mut self, changes: usize) {
        self.changes = self.changes - self.changes / 16 + changes;
    }
}

pub(super) struct WriterThread {
    connection: Connection,
    heads: Heads,
    readers: Arc<Readers>,
    stats: Arc<WriterStats>,
    finish_checkpoint: Arc<AtomicBool>,
    written: SyncSender<()>,
    since_checkpoint: u64,
    /// Whether the connection currently syncs its commits.
    synced: bool,
    /// Whether another program held the lock at the last attempt.
    locked_out: bool,
    on_fatal: OnFatal,
}

impl WriterThread {
    pub(super) fn new(
        connection: Connection,
        heads: Heads,
        readers: Arc<Readers>,
        stats: Arc<WriterStats>,
        (finish_checkpoint, written): (Arc<AtomicBool>, SyncSender<()>),
        on_fatal: OnFatal,
    ) -> Self {
        Self {
            connection,
            heads,
            readers,
            stats,
            finish_checkpoint,
            written,
            since_checkpoint: 0,
            synced: true,
            locked_out: false,
            on_fatal,
        }
    }

    pub(super) fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        let mut lazy = VecDeque::new();
        let mut typical = TypicalBatch::default();
        loop {
            // Take all waiting jobs, up to a full batch. There is no timer, so a single writer never waits for others.
            let full = typical.full_size();
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
            self.stats.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
            lazy.extend(batch.extract_if(.., |job| matches!(job.kind, JobKind::Lazy(_))));
            if !batch.is_empty() {
                typical.record(batch.len());
                self.sync_commits(true);
                self.commit(&mut batch);
            }
            // One at a time, so that a change that has arrived since waits for a single one.
            if let Some(job) = lazy.pop_front() {
                self.sync_commits(false);
                self.commit(&mut vec![job]);
            }
            self.request_checkpoint();
        }
    }

    /// Sets whether commits are synced. An unsynced commit becomes durable with the next synced one, because they share
    /// a log.
    fn sync_commits(&mut self, synced: bool) {
        if self.synced == synced || planted!("synchronous-normal") {
            return;
        }
        let level = if synced { "FULL" } else { "NORMAL" };
        match self.connection.pragma_update(None, "synchronous", level) {
            Ok(()) => self.synced = synced,
            // An unsynced commit that should be synced is no commit.
            Err(error) => (self.on_fatal)(&error.to_string()),
        }
    }

    /// Begins a transaction. While another program holds the lock, jobs whose time is up are refused. The batch may end
    /// up empty.
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

    /// Runs every job in its own savepoint. All replies are sent after the one commit.
    fn commit(&mut self, batch: &mut Vec<Job>) {
        let began = Instant::now();
        let begun = self.begin(batch);
        if batch.is_empty() {
            return;
        }
        let jobs = batch.len() as u64;
        let mut ran = Vec::with_capacity(batch.len());
        // Declared outside the loop, so that the jobs after one that ends the transaction get its error.
        let mut rest = batch.drain(..);
        let result = begun.and_then(|()| {
            for job in rest.by_ref() {
                self.run_job(job, &mut ran)?;
            }
            if planted!("answer-before-commit") {
                std::mem::take(&mut ran).into_iter().for_each(|ran: FinishedJob| ran.send_reply(Ok(())));
            }
            self.heads.write(&self.connection)?;
            self.readers.will_commit();
            self.execute("COMMIT")
        });
        self.readers.did_end();
        match result {
            Ok(()) => {
                self.heads.publish();
                self.stats.commits.fetch_add(1, Ordering::Relaxed);
                self.stats.commit_durations.observe(began.elapsed());
                self.stats.changes.fetch_add(jobs, Ordering::Relaxed);
                // Unsynced commits are in no hurry to be moved either.
                self.since_checkpoint += if self.synced { jobs } else { 0 };
                ran.into_iter().for_each(|ran| ran.send_reply(Ok(())));
            }
            Err(error) => {
                // After a failed statement SQLite may have rolled back by itself. This then fails, which is fine.
                let _ = self.execute("ROLLBACK");
                self.heads.reset();
                let failure = self.failure(&error);
                ran.into_iter().for_each(|ran| ran.send_reply(Err(failure())));
                rest.for_each(|job| job.fail(failure()));
            }
        }
        #[cfg(feature = "planted-defects")]
        self.append_late_audits();
    }

    /// The planted defect `audit-after-answer`: the deferred entries get a transaction of their own.
    #[cfg(feature = "planted-defects")]
    fn append_late_audits(&mut self) {
        let late = commit::late_audit::take();
        if late.is_empty() {
            return;
        }
        let _ = self.execute("BEGIN IMMEDIATE");
        for append in late {
            let _ = self.heads.append(&self.connection, &append);
        }
        let _ = self.heads.write(&self.connection);
        self.readers.will_commit();
        let _ = self.execute("COMMIT");
        self.heads.publish();
        self.readers.did_end();
    }

    fn run_job(&mut self, job: Job, ran: &mut Vec<FinishedJob>) -> Result<(), rusqlite::Error> {
        let Job { kind, until: _, reply } = job;
        let savepoint = !matches!(&kind, JobKind::Change(change) if change.needs_no_savepoint());
        if savepoint {
            self.execute("SAVEPOINT job")?;
        }
        let (result, change) = match kind {
            JobKind::Change(change) => {
                change.written_customer().into_iter().for_each(|id| self.readers.will_change(id));
                (commit::apply(&change, &self.connection, &mut self.heads), Some(change))
            }
            JobKind::OnCustomers(work) => {
                self.readers.will_change_any();
                (work(&self.connection).map(|()| Ok(Committed::Done)), None)
            }
            JobKind::Task(work) | JobKind::Lazy(work) => (work(&self.connection).map(|()| Ok(Committed::Done)), None),
        };
        match result {
            Ok(outcome) => {
                if savepoint {
                    if !matches!(outcome, Ok(Committed::Done)) {
                        self.execute("ROLLBACK TO job")?;
                    }
                    self.execute("RELEASE job")?;
                }
                ran.push(FinishedJob { outcome, change, reply });
                Ok(())
            }
            Err(error) => {
                ran.push(FinishedJob { outcome: Err(self.failure(&error)()), change, reply });
                if savepoint { self.undo_job(error) } else { Err(error) }
            }
        }
    }

    /// Undoes a failed job. The others of the batch continue, unless the whole transaction is gone.
    fn undo_job(&mut self, error: rusqlite::Error) -> Result<(), rusqlite::Error> {
        if self.connection.is_autocommit() || is_full(&error) {
            return Err(error);
        }
        self.execute("ROLLBACK TO job")?;
        self.execute("RELEASE job")
    }

    /// The error that waiting callers get. There is none after an I/O error: the state on disk is unknown, so the
    /// process ends.
    fn failure(&self, error: &rusqlite::Error) -> impl Fn() -> StoreError + use<> {
        if is_io(error) {
            (self.on_fatal)(&error.to_string());
        }
        let (full, text) = (is_full(error), error.to_string());
        // A job that was refused because of another program's lock was never committed, and the transaction is rolled
        // back.
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

    fn request_checkpoint(&mut self) {
        // Once for each request of the checkpointer: a snapshot may be in the way for as long as a backup takes, and
        // each attempt makes all readers release theirs.
        if self.finish_checkpoint.swap(false, Ordering::AcqRel)
            && let Err(error) = move_last_pages(&self.connection, &self.readers)
        {
            drop(self.failure(&error));
        }
        if self.since_checkpoint >= CHANGES_PER_CHECKPOINT {
            self.since_checkpoint = 0;
            // A full channel means that a checkpoint is already due.
            let _ = self.written.try_send(());
        }
    }
}

impl Job {
    fn fail(self, error: StoreError) {
        // The caller may have stopped waiting.
        let _ = self.reply.send((Err(error), None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_batch_exceeds_the_typical_one_and_holds_all_clients_that_are_back_before_a_commit_ends() {
        let mut typical = TypicalBatch::default();
        assert_eq!(typical.full_size(), MAX_BATCH, "nothing is known yet");
        for _ in 0..200 {
            typical.record(1);
        }
        assert_eq!(typical.full_size(), UNDIVIDED, "few changes arrive");
        // A thousand clients. Those that got a response wait again when the next commit begins.
        for _ in 0..200 {
            typical.record(typical.full_size());
        }
        assert_eq!(typical.full_size(), MAX_BATCH);
        for _ in 0..200 {
            typical.record(20);
        }
        assert_eq!(typical.full_size(), 31);
    }
}
