//! Keeps the anchor up to date with the audit trails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use prometheus_client::metrics::gauge::Gauge;

use crate::anchor::ProcessAnchor;

/// How often the anchor is written while something changes. With the time that writing takes, this is within a second.
const WRITE_AFTER: Duration = Duration::from_millis(750);
/// How often checkpoints go to the log.
const LOG_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Writes the anchor in the background.
pub(crate) struct Keeper {
    anchored: Arc<ProcessAnchor>,
    ends: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Starts to keep an anchor.
    pub(crate) fn start(anchored: Arc<ProcessAnchor>, failing: Gauge) -> std::io::Result<Self> {
        let (kept, ends) = (Arc::downgrade(&anchored), Arc::new(AtomicBool::new(false)));
        let thread = {
            let ends = Arc::clone(&ends);
            std::thread::Builder::new().name("dossier-anchor".into()).spawn(move || keep(&kept, &ends, &failing))?
        };
        Ok(Self { anchored, ends, thread })
    }

    pub(crate) const fn anchor(&self) -> &Arc<ProcessAnchor> {
        &self.anchored
    }

    /// Writes what has changed, and logs the checkpoints of this run. By now nothing is committed any more.
    pub(crate) fn stop(self) {
        self.ends.store(true, Ordering::Release);
        self.thread.thread().unpark();
        // A thread that panicked has logged it, and the last write is made here in any case.
        let _ = self.thread.join();
        // The error is in the log.
        let _ = self.anchored.write();
        self.anchored.log();
    }
}

/// Writes until it is asked to end, or until nothing else owns the anchor.
fn keep(anchored: &Weak<ProcessAnchor>, ends: &AtomicBool, failing: &Gauge) {
    let mut logged = Instant::now();
    loop {
        std::thread::park_timeout(WRITE_AFTER);
        if ends.load(Ordering::Acquire) {
            return;
        }
        let Some(anchored) = anchored.upgrade() else { return };
        failing.set(i64::from(anchored.write().is_err()));
        if logged.elapsed() >= LOG_AFTER {
            anchored.log();
            logged = Instant::now();
        }
    }
}
