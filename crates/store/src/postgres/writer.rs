//! The writer: changes that wait are committed many at a time, in array statements. The changes of one scope go through
//! one lane, since they follow each other anyhow, and a batch holds at most one of each customer. Of batches that are
//! one statement the next is sent while one is in flight, so that the database need not wait for us between them.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use dossier_core::caller::Scope;
use dossier_core::store::{Committed, StoreError};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};

use super::commit::{self, Assumed, Outcome};
use super::database::{ATTEMPTS_AT_A_BATCH, Database, PipelineError, SharedConnection, Tries, copy, in_time};
use crate::Figures;
use crate::anchor::Tips;
use crate::planted::planted;
use crate::prepared::{Precondition, PreparedChange, PreparedEffect};

const LANES: usize = 4;
/// Commits that a lane has in flight at most.
const IN_FLIGHT: usize = 2;
const MAX_BATCH: usize = 256;
/// As few are not divided among two commits.
const FEW: usize = 8;
/// At most this many changes wait in a lane; more are told to come back.
const MAX_WAITING: usize = 1_024;

struct Job {
    change: PreparedChange,
    /// Takes the change back as well, which is remembered and freed where it was made.
    reply: oneshot::Sender<(Outcome, Option<PreparedChange>)>,
}

pub(super) struct Writer {
    lanes: Vec<mpsc::Sender<Job>>,
    figures: Arc<Figures>,
}

impl Writer {
    /// Must be called within a runtime.
    pub(super) fn start(database: &Arc<Database>, tips: &Arc<Tips>) -> Self {
        let figures = Arc::new(Figures::default());
        let lane = |_| {
            let (jobs, waiting) = mpsc::channel(MAX_WAITING);
            tokio::spawn(run(Lane::new(database, &figures, tips), waiting));
            jobs
        };
        Self { lanes: (0..LANES).map(lane).collect(), figures: Arc::clone(&figures) }
    }

    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Queues a change and waits until it is durable or refused; gives it back unless there was no room to write it.
    pub(super) async fn change(&self, change: PreparedChange) -> (Outcome, Option<PreparedChange>) {
        let (reply, answer) = oneshot::channel();
        let lane = usize::from(change.scope.account.as_bytes()[15]) % LANES;
        self.figures.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.lanes[lane].try_send(Job { change, reply }) {
            self.figures.waiting.fetch_sub(1, Ordering::Relaxed);
            let error = match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => ended(),
            };
            return (Err(error), None);
        }
        answer.await.unwrap_or_else(|_| (Err(ended()), None))
    }
}

fn ended() -> StoreError {
    StoreError::Unknown("the writer has ended".into())
}

struct Lane {
    database: Arc<Database>,
    figures: Arc<Figures>,
    assumed: Assumed,
    tips: Arc<Tips>,
}

impl Lane {
    fn new(database: &Arc<Database>, figures: &Arc<Figures>, tips: &Arc<Tips>) -> Self {
        let (database, figures, tips) = (Arc::clone(database), Arc::clone(figures), Arc::clone(tips));
        Self { database, figures, assumed: Assumed::default(), tips }
    }

    /// How many of those that wait are to be committed now, with this many commits in flight of this many changes: of
    /// plain updates half of all, so that two commits of about the same size are in flight; of others all, when nothing
    /// is.
    fn size_of_next(&self, waiting: &VecDeque<Job>, commits: usize, changes: usize) -> usize {
        let plain = || self.assumed.covers(waiting.iter().map(|job| &job.change));
        let half = (waiting.len() + changes).div_ceil(2).clamp(FEW, MAX_BATCH);
        match commits {
            0 if plain() => half,
            0 => MAX_BATCH,
            _ if commits < IN_FLIGHT && waiting.len() >= FEW.max(changes) && plain() => half,
            _ => 0,
        }
    }
}

/// Commits what comes until the store is dropped.
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
            let size = lane.size_of_next(&waiting, commits.len(), changes);
            if size == 0 {
                break;
            }
            let batch = take_batch(&mut waiting, size);
            lane.figures.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
            changes += batch.len();
            commits.push(commit_batch(&lane, batch));
        }
    }
    while commits.next().await.is_some() {}
}

/// What at most one change of a batch may be about.
#[derive(Hash, PartialEq, Eq)]
enum Claim {
    Customer([u8; 16]),
    Email([u8; 16]),
    Answer([u8; 32]),
}

fn claims(change: &PreparedChange) -> Vec<(Scope, Claim)> {
    let mut claims = Vec::with_capacity(3);
    if let PreparedEffect::Customer { basis, row, .. } = &change.effect {
        claims.push(Claim::Customer(*row.id.as_bytes()));
        if let Precondition::New | Precondition::Version { email_moves: true, .. } = basis {
            claims.push(Claim::Email(row.email_index));
        }
    } else if let Some(customer) = change.audit.as_ref().and_then(|entry| entry.customer_id) {
        claims.push(Claim::Customer(customer));
    }
    claims.extend(change.answer.iter().map(|(pending, _)| Claim::Answer(pending.ticket.key_hash)));
    claims.into_iter().map(|claim| (change.scope, claim)).collect()
}

/// The first that waits, and whatever else can be committed with it, up to a size.
fn take_batch(waiting: &mut VecDeque<Job>, size: usize) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::new();
    let mut claimed = HashSet::new();
    let mut left = VecDeque::new();
    while batch.len() < size
        && let Some(job) = waiting.pop_front()
    {
        let alone = !commit::is_batched(&job.change.effect);
        let claims = claims(&job.change);
        if alone && batch.is_empty() && left.is_empty() {
            batch.push(job);
            break;
        }
        if alone || claims.iter().any(|claim| claimed.contains(claim)) {
            // Those behind it that are about the same must not go before it.
            claimed.extend(claims);
            left.push_back(job);
        } else {
            claimed.extend(claims);
            batch.push(job);
        }
    }
    left.append(waiting);
    *waiting = left;
    batch
}

/// Commits the changes and answers each; says how many they were.
async fn commit_batch(lane: &Lane, batch: Vec<Job>) -> usize {
    let (written, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|job| (job.change, job.reply)).unzip();
    let changes: Vec<&PreparedChange> = written.iter().collect();
    let size = changes.len();
    if planted!("answer-before-commit") {
        let done = || (Ok((Committed::Done, None)), None);
        replies.into_iter().for_each(|reply| drop(reply.send(done())));
        drop(commit_all(lane, &changes).await);
        return size;
    }
    let outcomes = match commit_all(lane, &changes).await {
        Ok(outcomes) => {
            lane.figures.commits.fetch_add(1, Ordering::Relaxed);
            lane.figures.changes.fetch_add(size as u64, Ordering::Relaxed);
            outcomes
        }
        // One of them is what the database does not take: the others need not suffer for it.
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

/// Commits the changes together; again when that is asked for and nothing has happened yet.
async fn commit_all(lane: &Lane, changes: &[&PreparedChange]) -> Result<Vec<Outcome>, StoreError> {
    let mut tries = Tries::at_most(ATTEMPTS_AT_A_BATCH);
    loop {
        match in_time(commit_once(lane, changes)).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(error) => tries.after(error).await?,
        }
    }
}

async fn commit_once(lane: &Lane, changes: &[&PreparedChange]) -> Result<Vec<Outcome>, PipelineError> {
    if let Some(outcomes) = lane.assumed.commit(&lane.database, changes, &lane.tips).await? {
        return Ok(outcomes);
    }
    let connection = SharedConnection::new(lane.database.connection().await.map_err(PipelineError::Before)?);
    let session = lane.database.session(&connection);
    match commit::apply(session, changes, &lane.assumed, &lane.tips).await {
        Ok(outcomes) => {
            connection.give_back();
            Ok(outcomes)
        }
        Err(PipelineError::Before(error)) => {
            let undone = session.run("ROLLBACK").await;
            connection.after(&error, undone);
            Err(PipelineError::Before(error))
        }
        Err(error) => Err(error),
    }
}
