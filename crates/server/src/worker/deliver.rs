//! Deliveries: claims what is due, sends it, and records the results. Any number of processes may do so at once. A
//! claim is a lease, and the claims of a process that dies become due again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use dossier_core::ids::WebhookId;
use dossier_core::use_cases::webhooks::record_disabled;
use dossier_core::webhook::{AttemptResult, Disabled, Due, FinishedAttempt, Schedule, Verdict};
use tokio::sync::mpsc;

use crate::egress::Sent;
use crate::http::state::App;

/// Attempts in flight at the same time, to one endpoint and in all.
const PARALLEL: usize = 4;
const PARALLEL_IN_ALL: usize = 64;
/// Deliveries claimed and waiting, for one endpoint that responds quickly.
const QUEUED: usize = 64;
/// Deliveries claimed at once.
const CLAIMED: usize = 16;
/// Results recorded in one commit. Other writes wait for such a commit at most.
const NOTED: usize = 6;
/// A database that is unavailable for a moment is waited for, within the lease.
const RECORD_TRIES: u32 = 20;
const RECORD_PAUSE: Duration = Duration::from_millis(500);
/// For an endpoint that responds more slowly than this, only as many deliveries are claimed as can be sent at once.
const QUICK: Duration = Duration::from_millis(250);
/// How long a claim is good. A delivery that was not begun well before the end is left to the next claim.
const LEASE_SECONDS: i64 = 60;
const BEGIN_WITHIN: Duration = Duration::from_secs(40);
/// The store is asked at least this often, for what other processes wrote and for what is due by time.
const TICK: Duration = Duration::from_millis(250);
/// Attempts begun in each step while requests arrive. Without requests, as many begin as may be in flight.
const STRIDE: usize = 2;
const STEP: Duration = Duration::from_millis(1);
/// After a request, more are expected for this long.
const LATELY: Duration = Duration::from_millis(100);
/// How long to wait after a claim that found nothing due.
const REST: Duration = Duration::from_millis(10);
/// When a message cannot be signed, nothing is sent, and it is tried again after this time.
const PAUSE_SECONDS: i64 = 60;

/// What this process knows about an endpoint.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<(Due, Instant)>,
    running: usize,
    slow: bool,
}

impl Lane {
    fn is_full(&self) -> bool {
        let most = if self.slow { PARALLEL } else { QUEUED };
        self.waiting.len() + self.running >= most
    }
}

/// A delivery, by its endpoint and its number. A delivery still in flight to a deleted endpoint never holds up another
/// endpoint's.
type Numbered = (WebhookId, u64);

const fn numbered(due: &Due) -> Numbered {
    (due.endpoint, due.delivery)
}

enum Happened {
    /// An attempt has ended. `None` when there is nothing to record.
    FinishedAttempt { outcome: Option<Box<FinishedAttempt>>, endpoint: WebhookId, delivery: Numbered, took: Duration },
    /// The results of these deliveries are durable.
    Noted(Vec<Numbered>),
    /// These deliveries are claimed by this process.
    Claimed(Vec<Due>),
}

struct Dispatcher {
    app: App,
    schedule: Schedule,
    lanes: HashMap<WebhookId, Lane>,
    /// The deliveries claimed by this process, until their results are durable.
    ours: HashSet<Numbered>,
    running: usize,
    claiming: bool,
    /// How many requests had arrived at the last look, and when that number last changed.
    asked: u64,
    asked_at: Option<Instant>,
    /// The order of the endpoints' turns.
    turn: usize,
    happened: mpsc::UnboundedSender<Happened>,
    to_record: mpsc::UnboundedSender<FinishedAttempt>,
}

/// Sends what is due until it is aborted. Sending, recording and claiming run side by side, so that none of them waits
/// for another's disk access.
pub(super) async fn run(app: App, schedule: Schedule) {
    let mut announced = app.services.store.announced();
    let (happened, mut happenings) = mpsc::unbounded_channel();
    let (to_record, finished) = mpsc::unbounded_channel();
    tokio::spawn(record_all(Arc::clone(&app), finished, happened.clone()));
    let mut dispatcher = Dispatcher {
        app,
        schedule,
        lanes: HashMap::new(),
        ours: HashSet::new(),
        running: 0,
        claiming: false,
        asked: 0,
        asked_at: None,
        turn: 0,
        happened,
        to_record,
    };
    let mut batch = Vec::new();
    loop {
        dispatcher.claim();
        tokio::select! {
            _ = happenings.recv_many(&mut batch, 256) => {}
            // While a claim is in flight and nothing waits to be sent, announcements change nothing: it claims again
            // afterwards.
            changed = announced.changed(), if !dispatcher.claiming || dispatcher.has_waiting() => {
                if changed.is_err() { return }
            }
            () = tokio::time::sleep(TICK) => {}
        }
        batch.drain(..).for_each(|happening| dispatcher.take(happening));
        dispatcher.tidy();
        if !dispatcher.has_waiting() {
            continue;
        }
        if dispatcher.requests_come() {
            // Requests go before deliveries, and have the processor to themselves most of the time.
            tokio::time::sleep(STEP).await;
            give_way(&dispatcher.app).await;
            dispatcher.begin(STRIDE);
        } else {
            dispatcher.begin(PARALLEL_IN_ALL);
        }
    }
}

impl Dispatcher {
    /// Claims as much as can be sent soon, with one claim in flight at a time.
    fn claim(&mut self) {
        if self.claiming || !self.lanes.is_empty() && self.lanes.values().all(|lane| lane.waiting.len() > QUEUED / 2) {
            return;
        }
        self.claiming = true;
        let busy: Vec<WebhookId> = self.lanes.iter().filter(|(_, lane)| lane.is_full()).map(|(id, _)| *id).collect();
        let (app, happened) = (Arc::clone(&self.app), self.happened.clone());
        tokio::spawn(async move {
            let claimed = app.services.store.claim_deliveries(app.services.clock.now(), LEASE_SECONDS, &busy, CLAIMED);
            let due = claimed.await.unwrap_or_else(|error| {
                tracing::warn!(%error, "failed to claim deliveries");
                Vec::new()
            });
            if due.is_empty() {
                // Sleeps until something is announced or ends. The timeout bounds how long it goes without a claim.
                tokio::time::sleep(REST).await;
            }
            let _ = happened.send(Happened::Claimed(due));
        });
    }

    fn take(&mut self, happening: Happened) {
        match happening {
            Happened::Claimed(due) => {
                self.claiming = false;
                let since = Instant::now();
                for due in due {
                    // Claimed already: its lease ended early because a sandbox clock was advanced.
                    if self.ours.insert(numbered(&due)) {
                        self.lanes.entry(due.endpoint).or_default().waiting.push_back((due, since));
                    }
                }
            }
            Happened::FinishedAttempt { outcome, endpoint, delivery, took } => {
                self.running -= 1;
                if let Some(lane) = self.lanes.get_mut(&endpoint) {
                    lane.running -= 1;
                    lane.slow = took > QUICK;
                }
                match outcome {
                    Some(outcome) => {
                        let _ = self.to_record.send(*outcome);
                    }
                    None => {
                        self.ours.remove(&delivery);
                    }
                }
            }
            Happened::Noted(deliveries) => {
                for delivery in deliveries {
                    self.ours.remove(&delivery);
                }
            }
        }
    }

    fn has_waiting(&self) -> bool {
        self.lanes.values().any(|lane| !lane.waiting.is_empty())
    }

    /// Whether requests arrived recently.
    fn requests_come(&mut self) -> bool {
        let asked = self.app.asked.load(Ordering::Relaxed);
        if asked != self.asked {
            self.asked = asked;
            self.asked_at = Some(Instant::now());
        }
        self.asked_at.is_some_and(|at| at.elapsed() < LATELY)
    }

    /// Begins as many attempts as may be in flight, at most `most`, a few for each endpoint in turn.
    fn begin(&mut self, most: usize) {
        let mut left = most;
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % self.lanes.len().max(1);
        let mut order: Vec<WebhookId> = self.lanes.keys().copied().collect();
        order.rotate_left(first);
        for id in &order {
            let Some(lane) = self.lanes.get_mut(id) else { continue };
            while left > 0 && lane.running < PARALLEL && self.running < PARALLEL_IN_ALL {
                left -= 1;
                let Some((due, since)) = lane.waiting.pop_front() else { break };
                if since.elapsed() > BEGIN_WITHIN {
                    self.ours.remove(&numbered(&due));
                    continue;
                }
                lane.running += 1;
                self.running += 1;
                let (app, schedule) = (Arc::clone(&self.app), self.schedule.clone());
                let (happened, endpoint) = (self.happened.clone(), *id);
                tokio::spawn(async move {
                    let (delivery, began) = (numbered(&due), Instant::now());
                    let outcome = attempt(&app, &schedule, due).await.map(Box::new);
                    let _ =
                        happened.send(Happened::FinishedAttempt { outcome, endpoint, delivery, took: began.elapsed() });
                });
            }
        }
    }

    /// Forgets endpoints about which nothing needs remembering.
    fn tidy(&mut self) {
        self.lanes.retain(|_, lane| lane.running > 0 || !lane.waiting.is_empty() || lane.slow);
    }
}

/// Waits while requests are being handled, but not for long: requests go before deliveries.
async fn give_way(app: &App) {
    for _ in 0..5 {
        if app.answering.load(Ordering::Relaxed) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Makes results of attempts durable, as many at a time as have gathered.
async fn record_all(
    app: App,
    mut attempts: mpsc::UnboundedReceiver<FinishedAttempt>,
    happened: mpsc::UnboundedSender<Happened>,
) {
    let mut batch = Vec::new();
    while attempts.recv_many(&mut batch, NOTED).await > 0 {
        give_way(&app).await;
        let noted = batch.iter().map(|attempted| numbered(&attempted.due)).collect();
        record(&app, std::mem::take(&mut batch)).await;
        if happened.send(Happened::Noted(noted)).is_err() {
            return;
        }
    }
}

/// Makes one attempt. `None` when there is nothing to record, because the endpoint is gone.
async fn attempt(app: &App, schedule: &Schedule, mut due: Due) -> Option<FinishedAttempt> {
    let (now, began) = (app.services.now(due.scope), Instant::now());
    let finished = |due, at, result, verdict| {
        let duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let made_at = app.services.clock.now();
        Some(FinishedAttempt { due, at, made_at, duration_us, result, verdict })
    };
    // The signature carries real time, not a sandbox's: receivers compare it with their own clocks.
    let message = match app.services.store.message(&due, app.services.clock.now()).await {
        Ok(message) => message?,
        Err(error) => {
            tracing::error!(%error, delivery = due.delivery, "failed to read a delivery");
            let verdict = schedule.after(&due, now, jitter(app), None);
            return finished(due, now, AttemptResult::Failure("unreadable"), verdict);
        }
    };
    due.shows_link = Some(message.shows_link);
    if message.contract.is_none() {
        let verdict = Verdict::Paused(now.plus_seconds(PAUSE_SECONDS));
        return finished(due, now, AttemptResult::Failure("key_revoked"), verdict);
    }
    let began = Instant::now();
    let Sent { status, retry_after, result } =
        app.egress.send(due.scope.environment, message, app.services.clock.now()).await;
    let (at, took) = (app.services.now(due.scope), began.elapsed());
    let verdict = match status {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::Disable(Disabled::Gone),
        _ => schedule.after(&due, at, jitter(app), retry_after),
    };
    tracing::debug!(delivery = due.delivery, endpoint = %due.endpoint, ?result, "a delivery was attempted");
    app.metrics.delivered(matches!(verdict, Verdict::Delivered), took);
    finished(due, at, result, verdict)
}

fn jitter(app: &App) -> f64 {
    let mut bytes = [0; 2];
    app.services.random.fill(&mut bytes);
    f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX)
}

async fn record(app: &App, attempts: Vec<FinishedAttempt>) {
    let mut tries = 1;
    let disabling = loop {
        match app.services.store.record_attempts(attempts.clone()).await {
            Ok(disabling) => break disabling,
            Err(error) if tries == RECORD_TRIES => {
                // These deliveries will be attempted again when their lease ends: at least once, under the same
                // webhook-id.
                return tracing::warn!(%error, "failed to record delivery results");
            }
            Err(_) => tokio::time::sleep(RECORD_PAUSE).await,
        }
        tries += 1;
    };
    for FinishedAttempt { due, at, verdict, .. } in disabling {
        if let Verdict::Disable(reason) = verdict {
            tracing::warn!(endpoint = %due.endpoint, reason = reason.as_str(), "a webhook endpoint was disabled");
            if let Err(error) = record_disabled(&app.services, due.scope, due.endpoint, reason, at).await {
                tracing::error!(%error, "failed to audit that a webhook endpoint was disabled");
            }
        }
    }
}
