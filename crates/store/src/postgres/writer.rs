//! The writer: changes that wait are committed many at a time, in array statements. The changes of one scope go through
//! one lane, since they follow each other anyhow, and a batch holds at most one of each customer.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use dossier_core::caller::Scope;
use dossier_core::customer::Place;
use dossier_core::store::{Committed, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::commit::{self, Outcome, Remembered};
use super::database::{ATTEMPTS_AT_A_BATCH, Database, PipelineError, Taken, Tries, copy, in_time};
use crate::Figures;
use crate::planted::{Defect, planted};
use crate::prepared::{Basis, Prepared, PreparedEffect};

/// Lanes, each with at most one commit under way.
const LANES: usize = 4;
const MAX_BATCH: usize = 256;
/// At most this many changes wait in a lane; more are told to come back.
const MAX_WAITING: usize = 1_024;

struct Job {
    change: Prepared,
    /// Takes the change back as well, which is remembered and freed where it was made.
    reply: oneshot::Sender<(Outcome, Option<Prepared>)>,
}

pub(super) struct Writer {
    lanes: Vec<mpsc::Sender<Job>>,
    figures: Arc<Figures>,
}

impl Writer {
    /// Must be called within a runtime.
    pub(super) fn start(database: &Arc<Database>) -> Self {
        let figures = Arc::new(Figures::default());
        let lane = |_| {
            let (jobs, waiting) = mpsc::channel(MAX_WAITING);
            tokio::spawn(run(Arc::clone(database), Arc::clone(&figures), waiting));
            jobs
        };
        Self { lanes: (0..LANES).map(lane).collect(), figures: Arc::clone(&figures) }
    }

    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Queues a change and waits until it is durable or refused; gives it back unless there was no room to write it.
    pub(super) async fn change(&self, change: Prepared) -> (Outcome, Option<Prepared>) {
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

/// Commits what comes until nobody is left to ask.
async fn run(database: Arc<Database>, figures: Arc<Figures>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = VecDeque::new();
    let mut remembered = Remembered::default();
    let mut new = Vec::with_capacity(MAX_BATCH);
    loop {
        if waiting.is_empty() && jobs.recv_many(&mut new, MAX_BATCH).await == 0 {
            return;
        }
        while new.len() < MAX_BATCH
            && let Ok(job) = jobs.try_recv()
        {
            new.push(job);
        }
        waiting.extend(new.drain(..));
        let batch = take_batch(&mut waiting);
        figures.waiting.fetch_sub(batch.len() as u64, Ordering::Relaxed);
        commit_batch(&database, &figures, &mut remembered, batch).await;
    }
}

/// What at most one change of a batch may be about.
#[derive(Hash, PartialEq, Eq)]
enum Claim {
    Customer([u8; 16]),
    Email([u8; 16]),
    Answer([u8; 32]),
    File([u8; 16]),
}

fn claims(change: &Prepared) -> Vec<(Scope, Claim)> {
    let mut claims = Vec::with_capacity(3);
    if let PreparedEffect::Customer { basis, row, attached, .. } = &change.effect {
        claims.push(Claim::Customer(*row.id.as_bytes()));
        if let Basis::New { email_index } = basis {
            claims.push(Claim::Email(*email_index));
        }
        claims.extend(attached.iter().map(|attached| Claim::File(*attached.file.as_bytes())));
    } else if let Some(customer) = change.audit.as_ref().and_then(|entry| entry.customer_id) {
        claims.push(Claim::Customer(customer));
    }
    claims.extend(change.answer.iter().map(|(pending, _)| Claim::Answer(pending.ticket.key_hash)));
    claims.into_iter().map(|claim| (change.scope, claim)).collect()
}

/// The first that waits, and whatever else can be committed with it.
fn take_batch(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::new();
    let mut claimed = HashSet::new();
    let mut left = VecDeque::new();
    while batch.len() < MAX_BATCH
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

async fn commit_batch(database: &Database, figures: &Figures, remembered: &mut Remembered, batch: Vec<Job>) {
    let (written, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|job| (job.change, job.reply)).unzip();
    let changes: Vec<&Prepared> = written.iter().collect();
    if planted(Defect::AnswerBeforeCommit) {
        let done = || (Ok((Committed::Done, Place::default())), None);
        replies.into_iter().for_each(|reply| drop(reply.send(done())));
        drop(commit_all(database, &changes, remembered).await);
        return;
    }
    let outcomes = match commit_all(database, &changes, remembered).await {
        Ok(outcomes) => {
            figures.commits.fetch_add(1, Ordering::Relaxed);
            figures.changes.fetch_add(changes.len() as u64, Ordering::Relaxed);
            outcomes
        }
        // One of them is what the database does not take: the others need not suffer for it.
        Err(StoreError::Corrupt(_)) if changes.len() > 1 => {
            let mut outcomes = Vec::with_capacity(changes.len());
            for change in &changes {
                let outcome = commit_all(database, &[change], remembered).await;
                outcomes.push(outcome.and_then(|mut outcomes| outcomes.pop().unwrap_or_else(|| Err(ended()))));
            }
            outcomes
        }
        Err(error) => changes.iter().map(|_| Err(copy(&error))).collect(),
    };
    for ((reply, outcome), change) in replies.into_iter().zip(outcomes).zip(written) {
        let _ = reply.send((outcome, Some(change)));
    }
}

/// Commits the changes together; again when that is asked for and nothing has happened yet.
async fn commit_all(
    database: &Database,
    changes: &[&Prepared],
    remembered: &mut Remembered,
) -> Result<Vec<Outcome>, StoreError> {
    let mut tries = Tries::at_most(ATTEMPTS_AT_A_BATCH);
    loop {
        match in_time(commit_once(database, changes, remembered)).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(error) => tries.after(error).await?,
        }
    }
}

async fn commit_once(
    database: &Database,
    changes: &[&Prepared],
    remembered: &mut Remembered,
) -> Result<Vec<Outcome>, PipelineError> {
    let connection = Taken::new(database.connection().await.map_err(PipelineError::Before)?);
    let session = database.session(&connection);
    match commit::apply(session, changes, remembered).await {
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
