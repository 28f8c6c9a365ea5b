//! Group commit: the thread that commits whatever waits in one transaction.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::{CHANGES_PER_CHECKPOINT, move_the_rest};
use super::failure::{is_full, is_io, is_locked, locked};
use super::{Answer, Job, Kind};
use crate::Figures;
use crate::planted::planted;
use crate::prepared::Prepared;
use crate::sqlite::OnFatal;
use crate::sqlite::commit::{self, Heads};
use crate::sqlite::readers::Readers;

/// At most this many changes share a commit.
const MAX_BATCH: usize = 256;
/// This many may always share one.
const UNDIVIDED: usize = 16;

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

/// How many changes usually share a commit. When nearly all clients come to wait for the same one, the processor has
/// nothing to do until it is synced, and much too much afterwards; so half as many again as usual are a full batch, and
/// the others make the next one. On a slow disk all clients are back before a commit has ended, and the typical batch
/// grows until it holds all of them.
struct TypicalBatch {
    /// In sixteenths.
    changes: usize,
}

impl Default for TypicalBatch {
    fn default() -> Self {
        Self { changes: 16 * MAX_BATCH }
    }
}

impl TypicalBatch {
    fn full(&self) -> usize {
        (self.changes * 3 / 32).clamp(UNDIVIDED, MAX_BATCH)
    }

    fn took(&mut self, changes: usize) {
        self.changes = self.changes - self.changes / 16 + changes;
    }
}

pub(super) struct WriterThread {
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
    pub(super) fn new(
        connection: Connection,
        heads: Heads,
        readers: Arc<Readers>,
        figures: Arc<Figures>,
        (finish_checkpoint, written): (Arc<AtomicBool>, SyncSender<()>),
        on_fatal: OnFatal,
    ) -> Self {
        Self {
            connection,
            heads,
            readers,
            figures,
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
            // Takes what waits, up to a full batch; there is no timer, so a lone writer waits for no other.
            let full = typical.full();
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
                typical.took(batch.len());
                self.sync_commits(true);
                self.commit(&mut batch);
            }
            // One at a time, so that a change that has come since waits for one only.
            if let Some(job) = lazy.pop_front() {
                self.sync_commits(false);
                self.commit(&mut vec![job]);
            }
            self.ask_for_checkpoint();
        }
    }

    /// Whether a commit is synced. One that is not is durable with the next that is: they share a log.
    fn sync_commits(&mut self, synced: bool) {
        if self.synced == synced || planted!("synchronous-normal") {
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
        // Outlives the loop, so that jobs after one that ends the transaction are told what it was told.
        let mut rest = batch.drain(..);
        let result = begun.and_then(|()| {
            for job in rest.by_ref() {
                self.run_job(job, &mut ran)?;
            }
            if planted!("answer-before-commit") {
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
        #[cfg(feature = "planted-defects")]
        self.append_late_audits();
    }

    /// The planted defect `audit-after-answer`: its entries have a transaction of their own.
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
        self.readers.committing();
        let _ = self.execute("COMMIT");
        self.heads.committed();
        self.readers.ended();
    }

    fn run_job(&mut self, job: Job, ran: &mut Vec<Ran>) -> Result<(), rusqlite::Error> {
        let Job { kind, until: _, reply } = job;
        let savepoint = !matches!(&kind, Kind::Change(change) if change.is_judged_before_it_writes());
        if savepoint {
            self.execute("SAVEPOINT job")?;
        }
        let (result, change) = match kind {
            Kind::Change(change) => {
                change.written_customer().into_iter().for_each(|id| self.readers.changing(id));
                (commit::apply(&change, &self.connection, &mut self.heads), Some(change))
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

    /// What the waiters are told. An I/O error is not told: what is on disk is unknown, so the process ends.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_batch_is_more_than_the_typical_one_and_all_where_all_are_back_before_a_commit_ends() {
        let mut typical = TypicalBatch::default();
        assert_eq!(typical.full(), MAX_BATCH, "nothing is known yet");
        for _ in 0..200 {
            typical.took(1);
        }
        assert_eq!(typical.full(), UNDIVIDED, "few come");
        // A thousand clients, of whom those that were answered wait again when the next commit begins.
        for _ in 0..200 {
            typical.took(typical.full());
        }
        assert_eq!(typical.full(), MAX_BATCH);
        for _ in 0..200 {
            typical.took(20);
        }
        assert_eq!(typical.full(), 31);
    }
}
