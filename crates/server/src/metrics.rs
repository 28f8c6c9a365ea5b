//! Metrics for Prometheus. No label holds an id or anything else that grows with customers.

use std::sync::atomic::{AtomicU64, Ordering};

use dossier_core::clock::Timestamp;
use dossier_store::Figures;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What a request was and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    outcome: &'static str,
}

/// Every figure that the process keeps.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    /// Requests being answered now.
    pub in_flight: Gauge,
    /// Open connections.
    pub connections: Gauge,
    /// Handlers that panicked.
    pub panics: Counter,
    deliveries: Family<DeliveryLabels, Counter>,
    commits: Counter<u64, AtomicU64>,
    changes: Counter<u64, AtomicU64>,
    refused_rows: Counter<u64, AtomicU64>,
    waiting: Gauge,
    wal_pages: Gauge,
    /// 1 while the anchor cannot be written.
    pub anchor_failing: Gauge,
    last_backup: Gauge,
    backup_failures: Counter,
    backup_seconds: Gauge<f64, AtomicU64>,
    backup_bytes: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("dossier");
        let buckets = || Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]);
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(buckets),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            panics: Counter::default(),
            deliveries: Family::default(),
            commits: Counter::default(),
            changes: Counter::default(),
            refused_rows: Counter::default(),
            waiting: Gauge::default(),
            wal_pages: Gauge::default(),
            anchor_failing: Gauge::default(),
            last_backup: Gauge::default(),
            backup_failures: Counter::default(),
            backup_seconds: Gauge::default(),
            backup_bytes: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register("http_request_duration_seconds", "Time from header to answer", metrics.durations.clone());
        registry.register("http_requests_in_flight", "Requests being answered", metrics.in_flight.clone());
        registry.register("http_connections", "Open connections", metrics.connections.clone());
        registry.register("http_panics", "Handlers that panicked", metrics.panics.clone());
        registry.register("webhook_attempts", "Attempts to deliver an event", metrics.deliveries.clone());
        registry.register("store_commits", "Transactions committed", metrics.commits.clone());
        registry.register("store_changes", "Changes committed", metrics.changes.clone());
        registry.register(
            "store_refused_rows",
            "Rows refused because they were altered or moved in the database",
            metrics.refused_rows.clone(),
        );
        registry.register("store_changes_waiting", "Changes waiting for the writer", metrics.waiting.clone());
        registry.register("store_wal_pages", "Pages in the write-ahead log", metrics.wal_pages.clone());
        registry.register("anchor_failing", "1 while the anchor cannot be written", metrics.anchor_failing.clone());
        registry.register(
            "backup_last_success_timestamp_seconds",
            "When the newest backup was made; 0 when none is known",
            metrics.last_backup.clone(),
        );
        registry.register("backup_failures", "Backups that failed", metrics.backup_failures.clone());
        registry.register("backup_last_duration_seconds", "Time of the last backup", metrics.backup_seconds.clone());
        registry.register("backup_last_size_bytes", "Size of the newest backup", metrics.backup_bytes.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Counts one answered request.
    pub fn answered(&self, method: &'static str, route: &'static str, status: u16, seconds: f64) {
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
        self.durations.get_or_create(&RouteLabels { route }).observe(seconds);
    }

    /// Counts one attempt to deliver an event.
    pub fn delivered(&self, taken: bool) {
        let outcome = if taken { "delivered" } else { "failed" };
        self.deliveries.get_or_create(&DeliveryLabels { outcome }).inc();
    }

    /// Notes the newest backup, and how long it took when it was made just now.
    pub fn backed_up(&self, at: Timestamp, bytes: u64, seconds: Option<f64>) {
        self.last_backup.set(at.as_micros() / 1_000_000);
        self.backup_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        if let Some(seconds) = seconds {
            self.backup_seconds.set(seconds);
        }
    }

    /// Counts a backup that failed.
    pub fn backup_failed(&self) {
        self.backup_failures.inc();
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn render(&self, figures: &Figures, refused_rows: u64) -> String {
        let raise = |counter: &Counter<u64, AtomicU64>, now: &AtomicU64| {
            counter.inc_by(now.load(Ordering::Relaxed).saturating_sub(counter.get()));
        };
        raise(&self.commits, &figures.commits);
        raise(&self.changes, &figures.changes);
        raise(&self.refused_rows, &AtomicU64::new(refused_rows));
        let gauge = |value: &AtomicU64| i64::try_from(value.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        self.waiting.set(gauge(&figures.waiting));
        self.wal_pages.set(gauge(&figures.wal_pages));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a string does not fail");
        text
    }
}
