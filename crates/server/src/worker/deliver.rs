//! Deliveries: what is due is claimed, sent, and what came of it noted. Any number of processes may do so at once: a
//! claim is a lease, and whoever dies leaves it to the others.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::WebhookId;
use dossier_core::use_cases::write::append_audit;
use dossier_core::webhook::{Attempted, Disabled, Due, Said, Schedule, Verdict};
use tokio::sync::mpsc;

use crate::egress::Sent;
use crate::http::state::App;

/// Attempts in flight at the same time, to one endpoint and in all.
const PARALLEL: usize = 4;
const PARALLEL_IN_ALL: usize = 64;
/// Claimed and waiting for their turn, to one endpoint that answers quickly.
const QUEUED: usize = 64;
/// Claimed at once.
const CLAIMED: usize = 16;
/// Noted in one commit, which is the most that another write waits for.
const NOTED: usize = 6;
/// A database that is away for a moment is waited for, within the lease.
const NOTE_TRIES: u32 = 20;
const NOTE_PAUSE: Duration = Duration::from_millis(500);
/// An endpoint that answers more slowly than this is claimed for only as much as is sent at once.
const QUICK: Duration = Duration::from_millis(250);
/// A claim is good for so long; what was not begun well before its end is left to the next claim.
const LEASE_SECONDS: i64 = 60;
const BEGIN_WITHIN: Duration = Duration::from_secs(40);
/// Asked at least this often, for what other processes wrote and for what is due by time.
const TICK: Duration = Duration::from_millis(250);
/// Attempts that are begun in each step while requests come; without requests, as many as may run.
const STRIDE: usize = 2;
const STEP: Duration = Duration::from_millis(1);
/// For so long after a request more are expected.
const LATELY: Duration = Duration::from_millis(100);
/// After a question that found nothing due.
const REST: Duration = Duration::from_millis(10);
/// When a message cannot be signed, nothing is sent; asked again after this.
const PAUSE_SECONDS: i64 = 60;

/// What is known of an endpoint here.
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

/// A delivery, by its endpoint and its number. One that is still in flight to a deleted endpoint is never in the way of
/// another endpoint's.
type Numbered = (WebhookId, u64);

const fn numbered(due: &Due) -> Numbered {
    (due.endpoint, due.delivery)
}

enum Happened {
    /// An attempt has ended; `None` when there is nothing to note.
    Attempted { outcome: Option<Box<Attempted>>, endpoint: WebhookId, delivery: Numbered, took: Duration },
    /// What came of these is durable.
    Noted(Vec<Numbered>),
    /// These are ours now.
    Claimed(Vec<Due>),
}

struct Dispatcher {
    app: App,
    schedule: Schedule,
    lanes: HashMap<WebhookId, Lane>,
    /// What is ours, from its claim until what came of it is durable.
    ours: HashSet<Numbered>,
    running: usize,
    claiming: bool,
    /// How many requests had come when it last looked, and when that changed.
    asked: u64,
    asked_at: Option<Instant>,
    /// Whose turn it is among the endpoints.
    turn: usize,
    happened: mpsc::UnboundedSender<Happened>,
    to_note: mpsc::UnboundedSender<Attempted>,
}

/// Sends what is due until it is aborted. Sending, noting and claiming go on beside each other, so that none of them
/// waits for the disk that another waits for.
pub(super) async fn run(app: App, schedule: Schedule) {
    let mut announced = app.services.store.announced();
    let (happened, mut happenings) = mpsc::unbounded_channel();
    let (to_note, notes) = mpsc::unbounded_channel();
    tokio::spawn(note_all(Arc::clone(&app), notes, happened.clone()));
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
        to_note,
    };
    let mut batch = Vec::new();
    loop {
        dispatcher.claim();
        tokio::select! {
            _ = happenings.recv_many(&mut batch, 256) => {}
            // While it asks and has nothing to send, word of more is of no use: it asks again afterwards.
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
            // Those who ask go before those who are told, and have the processor to themselves most of the time.
            tokio::time::sleep(STEP).await;
            give_way(&dispatcher.app).await;
            dispatcher.begin(STRIDE);
        } else {
            dispatcher.begin(PARALLEL_IN_ALL);
        }
    }
}

impl Dispatcher {
    /// Asks for as much as can be sent soon, one question at a time.
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
                tracing::warn!(%error, "deliveries could not be claimed");
                Vec::new()
            });
            if due.is_empty() {
                // Until something is announced or ends; that wakes the dispatcher, and this bounds how often it asks.
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
                    // Ours already: its lease ended early because a sandbox clock was put forward.
                    if self.ours.insert(numbered(&due)) {
                        self.lanes.entry(due.endpoint).or_default().waiting.push_back((due, since));
                    }
                }
            }
            Happened::Attempted { outcome, endpoint, delivery, took } => {
                self.running -= 1;
                if let Some(lane) = self.lanes.get_mut(&endpoint) {
                    lane.running -= 1;
                    lane.slow = took > QUICK;
                }
                match outcome {
                    Some(outcome) => {
                        let _ = self.to_note.send(*outcome);
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

    /// Whether requests came lately.
    fn requests_come(&mut self) -> bool {
        let asked = self.app.asked.load(Ordering::Relaxed);
        if asked != self.asked {
            self.asked = asked;
            self.asked_at = Some(Instant::now());
        }
        self.asked_at.is_some_and(|at| at.elapsed() < LATELY)
    }

    /// Begins as many attempts as may run, `most` at most, a few of every endpoint in turn.
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
                    let _ = happened.send(Happened::Attempted { outcome, endpoint, delivery, took: began.elapsed() });
                });
            }
        }
    }

    /// Forgets endpoints of which there is nothing to remember.
    fn tidy(&mut self) {
        self.lanes.retain(|_, lane| lane.running > 0 || !lane.waiting.is_empty() || lane.slow);
    }
}

/// Waits while requests are being answered, but not for long: those who ask go before those who are told.
async fn give_way(app: &App) {
    for _ in 0..5 {
        if app.answering.load(Ordering::Relaxed) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Makes durable what came of attempts, as many at a time as have gathered.
async fn note_all(app: App, mut notes: mpsc::UnboundedReceiver<Attempted>, happened: mpsc::UnboundedSender<Happened>) {
    let mut batch = Vec::new();
    while notes.recv_many(&mut batch, NOTED).await > 0 {
        give_way(&app).await;
        let noted = batch.iter().map(|attempted| numbered(&attempted.due)).collect();
        note(&app, std::mem::take(&mut batch)).await;
        if happened.send(Happened::Noted(noted)).is_err() {
            return;
        }
    }
}

/// One attempt. `None` when there is nothing to note: the endpoint is gone.
async fn attempt(app: &App, schedule: &Schedule, mut due: Due) -> Option<Attempted> {
    let now = app.services.now(due.scope);
    // The signature names the time of the world: receivers compare it with their clocks, and not with a sandbox's.
    let message = match app.services.store.message(&due, app.services.clock.now()).await {
        Ok(message) => message?,
        Err(error) => {
            tracing::error!(%error, delivery = due.delivery, "a delivery cannot be read");
            let verdict = schedule.after(&due, now, jitter(app), None);
            return Some(Attempted { due, at: now, said: Said::Failure("unreadable"), verdict });
        }
    };
    due.shows_link = Some(message.shows_link);
    if message.contract.is_none() {
        let verdict = Verdict::Paused(now.plus_seconds(PAUSE_SECONDS));
        return Some(Attempted { due, at: now, said: Said::Failure("key_revoked"), verdict });
    }
    let Sent { status, retry_after, said } =
        app.egress.send(due.scope.environment, message, app.services.clock.now()).await;
    let at = app.services.now(due.scope);
    let verdict = match status {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::Disable(Disabled::Gone),
        _ => schedule.after(&due, at, jitter(app), retry_after),
    };
    tracing::debug!(delivery = due.delivery, endpoint = %due.endpoint, said = ?said, "a delivery was attempted");
    app.metrics.delivered(matches!(verdict, Verdict::Delivered));
    Some(Attempted { due, at, said, verdict })
}

fn jitter(app: &App) -> f64 {
    let mut bytes = [0; 2];
    app.services.random.fill(&mut bytes);
    f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX)
}

async fn note(app: &App, attempts: Vec<Attempted>) {
    let mut tries = 1;
    let disabling = loop {
        match app.services.store.attempted(attempts.clone()).await {
            Ok(disabling) => break disabling,
            Err(error) if tries == NOTE_TRIES => {
                // They will be attempted again when their lease ends: at least once, under the same webhook-id.
                return tracing::warn!(%error, "what came of deliveries could not be noted");
            }
            Err(_) => tokio::time::sleep(NOTE_PAUSE).await,
        }
        tries += 1;
    };
    for Attempted { due, at, verdict, .. } in disabling {
        if let Verdict::Disable(reason) = verdict {
            tracing::warn!(endpoint = %due.endpoint, reason = reason.as_str(), "a webhook endpoint was disabled");
            note_disabled(app, due.scope, due.endpoint, reason, at).await;
        }
    }
}

async fn note_disabled(app: &App, scope: Scope, endpoint: WebhookId, reason: Disabled, at: Timestamp) {
    let caller = Caller { scope, actor: Actor::System, request_id: "deliveries".to_owned(), address: None };
    let mut audit = AuditEntry::new(&caller, at, Action::WebhookDisabled);
    audit.fields = vec![format!("/webhooks/{endpoint}")];
    audit.detail.note = Some(reason.as_str().to_owned());
    if let Err(error) = append_audit(&app.services, scope, audit).await {
        tracing::error!(%error, "the end of a webhook endpoint could not be audited");
    }
}
