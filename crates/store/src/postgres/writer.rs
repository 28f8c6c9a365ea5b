//! The writer commits many waiting changes at a time, in array statements. The changes of one scope go through one
//! lane, since they follow each other anyway. A batch holds at most one change of each customer. If a batch is a single
//! statement, the next one is sent while it is in flight, so that the database need not wait for us in between.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use dossier_core::caller::Scope;
use dossier_core::store::{Committed, StoreError};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};

use super::commit::{self, Assumptions, Outcome};
use super::database::{ATTEMPTS_AT_A_BATCH, Database, PipelineError, Retries, SharedConnection, copy, in_time};
use crate::WriterStats;
use crate::anchor::Tips;
use crate::planted::planted;
use crate::prepared::{Precondition, PreparedChange, PreparedEffect};

const LANES: usize = 4;
/// The maximum number of commits that a lane has in flight.
const MAX_IN_FLIGHT: usize = 2;
const MAX_BATCH: usize = 256;
/// A batch of this size or less is not divided into two commits.
const MIN_DIVIDED: usize = 8;
/// At most this many changes wait in a lane. Any more are refused as busy.
const MAX_WAITING: usize = 1_024;

struct Job {
    change: PreparedChange,
    /// Also returns the change, to be cached and freed by the thread that made it.
    reply: oneshot::Sender<(Outcome, Option<PreparedChange>)>,
}

pub(super) struct Writer {
    lanes: Vec<mpsc::Sender<Job>>,
    stats: Arc<WriterStats>,
}

impl Writer {
    /// Must be called within a runtime.
    pub(super) fn start(database: &Arc<Database>, tips: &Arc<Tips>) -> Self {
        let stats = Arc::new(WriterStats::default());
        let lane = |_| {
            let (jobs, waiting) = mpsc::channel(MAX_WAITING);
            tokio::spawn(run(Lane::new(database, &stats, tips), waiting));
            jobs
        };
        Self { lanes: (0..LANES).map(lane).collect(), stats: Arc::clone(&stats) }
    }

    pub(super) fn stats(&self) -> &WriterStats {
        &self.stats
    }

    /// Queues a change and waits until it is durable or refused. Returns the change unless the queue was full.
    pub(super) async fn change(&self, change: PreparedChange) -> (Outcome, Option<PreparedChange>) {
        let (reply, response) = oneshot::channel();
        let lane = usize::from(change.scope.account.as_bytes()[15]) % LANES;
        self.stats.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.lanes[lane].try_send(Job { change, reply }) {
            self.stats.waiting.fetch_sub(1, Ordering::Relaxed);
            let error = match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => ended(),
            };
            return (Err(error), None);
        }
        response.await.unwrap_or_else(|_| (Err(ended()), None))
    }
}

fn ended() -> StoreError {
    StoreError::Unknown("the writer has ended".into())
}

struct Lane {
    database: Arc<Database>,
    stats: Arc<WriterStats>,
    assumptions: Assumptions,
    tips: Arc<Tips>,
}

impl Lane {
    fn new(database: &Arc<Database>, stats: &Arc<WriterStats>, tips: &Arc<Tips>) -> Self {
        let (database, stats, tips) = (Arc::clone(database), Arc::clone(stats), Arc::clone(tips));
        Self { database, stats, assumptions: Assumptions::default(), tips }
    }

    /// The number of waiting changes to commit now, given the commits in flight and their changes. Of plain updates it
    /// is half of all, so that two commits of about the same size are in flight. Of other changes it is all, once
    /// nothing is in flight.
    fn next_batch_size(&self, waiting: &VecDeque<Job>, commits: usize, changes: usize) -> usize {
        let plain = || self.assumptions.covers(waiting.iter().map(|job| &job.change));
        let half = (waiting.len() + changes).div_ceil(2).clamp(MIN_DIVIDED, MAX_BATCH);
        match commits {
            0 if plain() => half,
            0 => MAX_BATCH,
            _ if commits < MAX_IN_FLIGHT && waiting.len() >= MIN_DIVIDED.max(changes) && plain() => half,
            _ => 0,
        }
    }
}

/// Commits changes until the store is dropped.
async fn run(lane: Lane, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = VecDeque::new();
    let mut new = Vec::with_capacity(MAX_BATCH);
    let mut commits = FuturesUnordered::new();
    let mut changes = 0;
    loop {
        tokio::select! {
            biased;
            Some(ended) = commits.next() => changes -= ended,
            received = jobs.recv_many(&mut new, MAX_BATCH), if waiting.len() < MAX_WAITING => if received == 0 {
                break;
            },
        }
        while new.len() < MAX_BATCH
            && let Ok(job) = jobs.try_recv()
        {
            new.push(job);
        }
        waiting.extend(new.drain(..));
        while !waiting.is_empty() {
            let size = lane.next_batch_size(&waiting, commits.len(), changes);
            if size == 0 {
                break;
            }
            let batch = take_batch(&mut waiting, size);
            lane.stats.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
            changes += batch.len();
            commits.push(commit_batch(&lane, batch));
        }
    }
    while commits.next().await.is_some() {}
}

/// What at most one change of a batch may touch.
#[derive(Hash, PartialEq, Eq)]
enum ExclusiveKey {
    Customer([u8; 16]),
    Email([u8; 16]),
    Answer([u8; 32]),
}

fn exclusive_keys(change: &PreparedChange) -> Vec<(Scope, ExclusiveKey)> {
    let mut exclusive_keys = Vec::with_capacity(3);
    if let PreparedEffect::Customer { basis, row, .. } = &change.effect {
        exclusive_keys.push(ExclusiveKey::Customer(*row.id.as_bytes()));
        if let Precondition::New | Precondition::Version { email_moves: true, .. } = basis {
            exclusive_keys.push(ExclusiveKey::Email(row.email_index));
        }
    } else if let Some(customer) = change.audit.as_ref().and_then(|entry| entry.customer_id) {
        exclusive_keys.push(ExclusiveKey::Customer(customer));
    }
    exclusive_keys.extend(change.answer.iter().map(|(pending, _)| ExclusiveKey::Answer(pending.ticket.key_hash)));
    exclusive_keys.into_iter().map(|key| (change.scope, key)).collect()
}

/// The first waiting change, and others that can be committed with it, up to `size`.
fn take_batch(waiting: &mut VecDeque<Job>, size: usize) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::new();
    let mut taken = HashSet::new();
    let mut left = VecDeque::new();
    while batch.len() < size
        && let Some(job) = waiting.pop_front()
    {
        let alone = !commit::is_batched(&job.change.effect);
        let exclusive_keys = exclusive_keys(&job.change);
        if alone && batch.is_empty() && left.is_empty() {
            batch.push(job);
            break;
        }
        if alone || exclusive_keys.iter().any(|key| taken.contains(key)) {
            // Later changes that touch the same must not overtake it.
            taken.extend(exclusive_keys);
            left.push_back(job);
        } else {
            taken.extend(exclusive_keys);
            batch.push(job);
        }
    }
    left.append(waiting);
    *waiting = left;
    batch
}

/// Commits the changes and replies to each. Returns their number.
async fn commit_batch(lane: &Lane, batch: Vec<Job>) -> usize {
    let (written, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|job| (job.change, job.reply)).unzip();
    let changes: Vec<&PreparedChange> = written.iter().collect();
    let (size, began) = (changes.len(), Instant::now());
    if planted!("answer-before-commit") {
        let done = || (Ok((Committed::Done, None)), None);
        replies.into_iter().for_each(|reply| drop(reply.send(done())));
        drop(commit_all(lane, &changes).await);
        return size;
    }
    let outcomes = match commit_all(lane, &changes).await {
        Ok(outcomes) => {
            lane.stats.commits.fetch_add(1, Ordering::Relaxed);
            lane.stats.commit_durations.observe(began.elapsed());
            lane.stats.changes.fetch_add(size as u64, Ordering::Relaxed);
            outcomes
        }
        // The database refuses one of them. The others are committed one by one.
        Err(StoreError::Corrupt(_)) if size > 1 => {
            let mut outcomes = Vec::with_capacity(size);
            for change in &changes {
                let outcome = commit_all(lane, &[change]).await;
                outcomes.push(outcome.and_then(|mut outcomes| outcomes.pop().unwrap_or_else(|| Err(ended()))));
            }
            outcomes
        }
        Err(error) => changes.iter().map(|_| Err(copy(&error))).collect(),
    };
    for ((reply, outcome), change) in replies.into_iter().zip(outcomes).zip(written) {
        let _ = reply.send((outcome, Some(change)));
    }
    size
}

/// Commits the changes together. Retries if the database asks for it and nothing has been written.
async fn commit_all(lane: &Lane, changes: &[&PreparedChange]) -> Result<Vec<Outcome>, StoreError> {
    let mut retries = Retries::at_most(ATTEMPTS_AT_A_BATCH);
    loop {
        match in_time(commit_once(lane, changes)).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(error) => retries.wait_after(error).await?,
        }
    }
}

async fn commit_once(lane: &Lane, changes: &[&PreparedChange]) -> Result<Vec<Outcome>, PipelineError> {
    if let Some(outcomes) = lane.assumptions.commit(&lane.database, changes, &lane.tips).await? {
        return Ok(outcomes);
    }
    let connection = SharedConnection::new(lane.database.connection().await.map_err(PipelineError::Before)?);
    let session = lane.database.session(&connection);
    match commit::apply(session, changes, &lane.assumptions, &lane.tips).await {
        Ok(outcomes) => {
            connection.return_to_pool();
            Ok(outcomes)
        }
        Err(PipelineError::Before(error)) => {
            let undone = session.run("ROLLBACK").await;
            connection.recover(&error, undone);
            Err(PipelineError::Before(error))
        }
        Err(error) => Err(error),
    }
}
