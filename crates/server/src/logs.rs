//! Logs: one line each on standard error, as JSON or as text. Fields are ids, counts and durations, never values.
//!
//! A separate thread writes the lines, so no request waits for whatever reads standard error. If nothing reads it, up
//! to [`ROOM`] bytes wait; further lines are dropped and counted.

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

/// Bytes of lines that wait at most.
const ROOM: usize = 8 * 1_024 * 1_024;
/// How long a process that ends waits for its last lines to be written.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Starts logging for the process. What other crates log is cut off at `warn`: we do not know what they print.
pub fn start(format: LogFormat, level: LevelFilter) {
    let ours = ["dossier", "dossier_core", "dossier_store"];
    let others = level.min(LevelFilter::WARN);
    let targets = Targets::new().with_default(others).with_targets(ours.map(|target| (target, level)));
    let layer = tracing_subscriber::fmt::layer().with_writer(|| Queue).with_ansi(io::stderr().is_terminal());
    let layer = if format.is_json() { layer.json().flatten_event(true).boxed() } else { layer.boxed() };
    // A second start, as tests make it, changes nothing.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
}

/// Queues whole lines. It never blocks.
pub fn put(lines: &[u8]) {
    let mut waiting = LINES.waiting();
    if waiting.bytes.len() + lines.len() <= ROOM {
        waiting.bytes.extend_from_slice(lines);
    } else {
        waiting.left_out += lines.iter().filter(|byte| **byte == b'\n').count();
    }
    drop(waiting);
    LINES.changed.notify_all();
}

/// Waits until the lines are written, or for a moment when nothing reads them. For a process that ends.
pub fn finish() {
    let is_left = |waiting: &mut Waiting| waiting.is_writing || !waiting.bytes.is_empty();
    let _ = LINES.changed.wait_timeout_while(LINES.waiting(), LAST_LINES, is_left);
}

/// The thread's side of the queue.
static LINES: LazyLock<Arc<Lines>> = LazyLock::new(|| {
    let lines = Arc::new(Lines::default());
    let written = Arc::clone(&lines);
    let thread = thread::Builder::new().name("log".to_owned()).spawn(move || written.write());
    thread.expect("a process that gets no thread cannot serve either");
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
    /// Lines for which there was no room.
    left_out: usize,
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
            // Without a reader, there is nothing to report it to.
            let _ = io::stderr().write_all(&bytes);
            let mut waiting = self.waiting();
            waiting.is_writing = false;
            let left_out = std::mem::take(&mut waiting.left_out);
            drop(waiting);
            self.changed.notify_all();
            if left_out > 0 {
                tracing::warn!(left_out, "log lines were dropped because standard error was not read");
            }
        }
    }
}

/// Where `tracing` writes each line, whole.
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
