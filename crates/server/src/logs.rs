//! Logs: one line each on standard error, as JSON or as text. Fields are ids, counts and durations, never values.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Starts logging for the process. What other crates log is cut off at `warn`: we do not know what they print.
pub fn start(format: LogFormat, level: LevelFilter) {
    let ours = ["dossier", "dossier_core", "dossier_store"];
    let others = level.min(LevelFilter::WARN);
    let targets = Targets::new().with_default(others).with_targets(ours.map(|target| (target, level)));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if format.is_json() { layer.json().flatten_event(true).boxed() } else { layer.boxed() };
    // A second start, as tests make it, changes nothing.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
}
