//! The log: lines of JSON or text on standard error. Fields are ids, counts and durations, never personal data.
//!
//! A separate thread writes the lines, so no request waits for the reader of standard error. If it does not read, up
//! to [`MAX_WAITING`] bytes wait; further lines are dropped and counted.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::logging::LogFormat;

/// The maximum size of waiting lines in bytes.
const MAX_WAITING: usize = 8 * 1_024 * 1_024;
/// How long a process that ends waits for its last lines to be written.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Starts logging. Other crates log at `warn` at most, because their messages could contain personal data.
pub fn start(format: LogFormat, level: LevelFilter) {
    let ours = ["dossier", "dossier_core", "dossier_store"];
    let others = level.min(LevelFilter::WARN);
    let targets = Targets::new().with_default(others).with_targets(ours.map(|target| (target, level)));
    let layer = tracing_subscriber::fmt::layer().with_writer(|| Queue).with_ansi(io::stderr().is_terminal());
    let layer = if format.is_json() { layer.json().flatten_event(true).boxed() } else { layer.boxed() };
    // In tests, it may have been started before.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
}

/// Queues whole lines. It never blocks.
pub fn put(lines: &[u8]) {
    let mut waiting = LINES.waiting();
    if waiting.bytes.len() + lines.len() <= MAX_WAITING {
        waiting.bytes.extend_from_slice(lines);
    } else {
        waiting.dropped += lines.iter().filter(|byte| **byte == b'\n').count();
    }
    drop(waiting);
    LINES.changed.notify_all();
}

/// Waits at the end of the process until the lines are written, but at most for [`LAST_LINES`].
pub fn finish() {
    let is_busy = |waiting: &mut Waiting| waiting.is_writing || !waiting.bytes.is_empty();
    let _ = LINES.changed.wait_timeout_while(LINES.waiting(), LAST_LINES, is_busy);
}

static LINES: LazyLock<Arc<Lines>> = LazyLock::new(|| {
    let lines = Arc::new(Lines::default());
    let written = Arc::clone(&lines);
    let thread = thread::Builder::new().name("log".to_owned()).spawn(move || written.write());
    thread.expect("a process without threads cannot serve either");
    lines
});

#[derive(Default)]
struct Lines {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    is_writing: bool,
    /// The number of dropped lines.
    dropped: usize,
}

impl Lines {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("a push does not panic")
    }

    fn write(&self) {
        loop {
            let idle = |waiting: &mut Waiting| waiting.bytes.is_empty();
            let mut waiting = self.changed.wait_while(self.waiting(), idle).expect("a push does not panic");
            let bytes = std::mem::take(&mut waiting.bytes);
            waiting.is_writing = true;
            drop(waiting);
            // An error cannot be logged, because this is the log.
            let _ = io::stderr().write_all(&bytes);
            let mut waiting = self.waiting();
            waiting.is_writing = false;
            let dropped = std::mem::take(&mut waiting.dropped);
            drop(waiting);
            self.changed.notify_all();
            if dropped > 0 {
                tracing::warn!(dropped, "dropped log lines because the reader of standard error was too slow");
            }
        }
    }
}

/// The writer of `tracing`, which writes whole lines.
struct Queue;

impl Write for Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
