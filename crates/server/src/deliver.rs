//! Deliveries: what is due is claimed, sent, and what came of it noted. Any number of processes may do so at once: a
//! claim is a lease, and whoever dies leaves it to the others.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller};
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::ids::WebhookId;
use dossier_core::webhook::{Attempted, Disabled, Due, Said, Schedule, Verdict};
use tokio::sync::mpsc;

use crate::egress::Egress;
use crate::http::App;

/// Attempts under way at the same time, to one endpoint and in all.
const PARALLEL: usize = 4;
const PARALLEL_IN_ALL: usize = 64;
/// Claimed and waiting for their turn, to one endpoint that answers quickly.
const QUEUED: usize = 64;
/// An endpoint that answers more slowly than this is claimed for only as much as is sent at once.
const QUICK: Duration = Duration::from_millis(250);
/// A claim is good for so long; what was not begun well before its end is left to the next claim.
const LEASE_SECONDS: i64 = 60;
const BEGIN_WITHIN: Duration = Duration::from_secs(40);
/// Asked at least this often, for what other processes wrote and for what is due by time.
const TICK: Duration = Duration::from_millis(250);
/// When a message cannot be signed, nothing is sent; asked again after this.
const PAUSE_SECONDS: i64 = 60;

/// What is known of an endpoint here.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<(Due, Instant)>,
    running: usize,
    slow: bool,
}

/// Sends what is due until it is aborted.
pub async fn run(app: App, egress: Arc<Egress>, schedule: Schedule) {
    let mut lanes: HashMap<WebhookId, Lane> = HashMap::new();
    let mut claimed: HashSet<u64> = HashSet::new();
    let mut running = 0;
    let mut announced = app.services.store.announced();
    let (report, mut reports) = mpsc::unbounded_channel::<(Option<Attempted>, WebhookId, u64, Duration)>();
    let mut ended = Vec::new();
    loop {
        claim(&app, &mut lanes, &mut claimed).await;
        for (id, lane) in &mut lanes {
            while lane.running < PARALLEL && running < PARALLEL_IN_ALL {
                let Some((due, since)) = lane.waiting.pop_front() else { break };
                if since.elapsed() > BEGIN_WITHIN {
                    claimed.remove(&due.delivery);
                    continue;
                }
                lane.running += 1;
                running += 1;
                let (app, egress, schedule, report, id) =
                    (Arc::clone(&app), Arc::clone(&egress), schedule.clone(), report.clone(), *id);
                tokio::spawn(async move {
                    let (delivery, began) = (due.delivery, Instant::now());
                    let outcome = attempt(&app, &egress, &schedule, due).await;
                    let _ = report.send((outcome, id, delivery, began.elapsed()));
                });
            }
        }
        lanes.retain(|_, lane| lane.running > 0 || !lane.waiting.is_empty() || lane.slow);
        tokio::select! {
            received = reports.recv_many(&mut ended, 256) => {
                if received == 0 { return }
            }
            changed = announced.changed() => {
                if changed.is_err() { return }
            }
            () = tokio::time::sleep(TICK) => {}
        }
        let mut attempts = Vec::new();
        for (outcome, id, delivery, took) in ended.drain(..) {
            running -= 1;
            claimed.remove(&delivery);
            if let Some(lane) = lanes.get_mut(&id) {
                lane.running -= 1;
                lane.slow = took > QUICK;
            }
            attempts.extend(outcome);
        }
        note(&app, attempts).await;
    }
}

/// Claims as much as can be sent soon.
async fn claim(app: &App, lanes: &mut HashMap<WebhookId, Lane>, claimed: &mut HashSet<u64>) {
    let full = |lane: &Lane| {
        let most = if lane.slow { PARALLEL } else { QUEUED };
        lane.waiting.len() + lane.running >= most
    };
    let busy: Vec<WebhookId> = lanes.iter().filter(|(_, lane)| full(lane)).map(|(id, _)| *id).collect();
    let now = app.services.clock.now();
    match app.services.store.claim_deliveries(now, LEASE_SECONDS, &busy, 2 * QUEUED).await {
        Ok(due) => {
            let since = Instant::now();
            for due in due {
                // Ours already: its lease ended early because a sandbox clock was put forward.
                if claimed.insert(due.delivery) {
                    lanes.entry(due.endpoint).or_default().waiting.push_back((due, since));
                }
            }
        }
        Err(error) => {
            tracing::warn!(%error, "deliveries could not be claimed");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// One attempt. `None` when there is nothing to note: the endpoint is gone.
async fn attempt(app: &App, egress: &Egress, schedule: &Schedule, due: Due) -> Option<Attempted> {
    let now = app.services.now(due.scope);
    let message = match app.services.store.message(&due, now).await {
        Ok(message) => message?,
        Err(error) => {
            tracing::error!(%error, delivery = due.delivery, "a delivery cannot be read");
            let verdict = schedule.after(&due, now, jitter(app), None);
            return Some(Attempted { due, at: now, said: Said::Failure("unreadable"), verdict });
        }
    };
    if message.contract.is_none() {
        let verdict = Verdict::Paused(now.plus_seconds(PAUSE_SECONDS));
        return Some(Attempted { due, at: now, said: Said::Failure("key_revoked"), verdict });
    }
    let (said, asked) = egress.send(due.scope.environment, message).await;
    let at = app.services.now(due.scope);
    let verdict = match said {
        Said::Status(200..=299) => Verdict::Delivered,
        Said::Status(410) => Verdict::Disable(Disabled::Gone),
        _ => schedule.after(&due, at, jitter(app), asked),
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
    if attempts.is_empty() {
        return;
    }
    let disabled: Vec<_> = attempts
        .iter()
        .filter_map(|attempt| match attempt.verdict {
            Verdict::Disable(reason) => Some((attempt.due.scope, attempt.due.endpoint, reason, attempt.at)),
            _ => None,
        })
        .collect();
    if let Err(error) = app.services.store.attempted(attempts).await {
        // They will be attempted again when their lease ends: at least once, under the same webhook-id.
        tracing::warn!(%error, "what came of deliveries could not be noted");
    }
    for (scope, endpoint, reason, at) in disabled {
        tracing::warn!(%endpoint, reason = reason.as_str(), "a webhook endpoint was disabled");
        note_disabled(app, scope, endpoint, reason, at).await;
    }
}

async fn note_disabled(
    app: &App,
    scope: dossier_core::caller::Scope,
    endpoint: WebhookId,
    reason: Disabled,
    at: Timestamp,
) {
    let caller = Caller { scope, actor: Actor::System, request_id: "deliveries".to_owned(), address: None };
    let mut audit = AuditEntry::new(&caller, at, Action::WebhookDisabled);
    audit.fields = vec![format!("/webhooks/{endpoint}")];
    audit.detail.note = Some(reason.as_str().to_owned());
    let change = Change { scope, effect: Effect::None, audit: Some(audit), events: Vec::new(), answer: None };
    if let Err(error) = app.services.store.commit(change).await {
        tracing::error!(%error, "the end of a webhook endpoint could not be audited");
    }
}
