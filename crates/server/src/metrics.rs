//! Metrics for Prometheus. No label has an id, or anything else whose number grows with the customers.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_store::{BOUNDS, Durations, Totals, WriterStats};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::room::Disk;
use crate::scanner::{self, Scans};

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

const DELIVERED: &str = "delivered";
const FAILED: &str = "failed";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EnvironmentLabels {
    environment: &'static str,
}

type OfBuild = Family<BuildLabels, Gauge>;
type OfEnvironment = Family<EnvironmentLabels, Gauge>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
    commit: &'static str,
}

/// Durations that the store counts, as they were when the metrics were last read.
#[derive(Debug, Clone, Default)]
struct StoreDurations(Arc<Mutex<(f64, Vec<u64>)>>);

impl StoreDurations {
    fn set(&self, durations: &Durations) {
        *self.0.lock().expect("copying numbers does not panic") = (durations.sum(), durations.counts().to_vec());
    }
}

impl EncodeMetric for StoreDurations {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let (sum, counts) = self.0.lock().expect("copying numbers does not panic").clone();
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(counts.iter().copied()).collect();
        encoder.encode_histogram::<NoLabelSet>(sum, counts.iter().sum(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

/// What is stored and what waits, by environment.
struct TotalGauges {
    deliveries_waiting: OfEnvironment,
    delivery_age: OfEnvironment,
    customers_waiting: OfEnvironment,
    customer_age: OfEnvironment,
    files: OfEnvironment,
    file_bytes: OfEnvironment,
    next_key_end: OfEnvironment,
}

impl TotalGauges {
    fn new(registry: &mut Registry) -> Self {
        Self {
            deliveries_waiting: add(
                registry,
                "webhook_deliveries_waiting",
                "Deliveries of all accounts that wait for an attempt, counted up to 10000",
                Family::default(),
            ),
            delivery_age: add(
                registry,
                "webhook_oldest_delivery_age_seconds",
                "Seconds since the oldest waiting delivery was queued",
                Family::default(),
            ),
            customers_waiting: add(
                registry,
                "customers_waiting",
                "Customers that wait for a decision, counted up to 10000",
                Family::default(),
            ),
            customer_age: add(
                registry,
                "customers_oldest_wait_seconds",
                "Seconds since the first waiting customer was queued",
                Family::default(),
            ),
            files: add(registry, "files", "Files of all accounts", Family::default()),
            file_bytes: add(registry, "file_bytes", "Size of all files", Family::default()),
            next_key_end: add(
                registry,
                "api_keys_next_expiry_timestamp_seconds",
                "When the next API key expires; 0 if none does",
                Family::default(),
            ),
        }
    }
}

/// All metrics of the process.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    pub in_flight: Gauge,
    pub connections: Gauge,
    pub panics: Counter,
    deliveries: Family<DeliveryLabels, Counter>,
    attempts: Histogram,
    commit_durations: StoreDurations,
    disk_free: Gauge,
    disk_floor: Gauge,
    commits: Counter<u64, AtomicU64>,
    changes: Counter<u64, AtomicU64>,
    refused_rows: Counter<u64, AtomicU64>,
    waiting: Gauge,
    wal_pages: Gauge,
    pub anchor_failing: Gauge,
    last_backup: Gauge,
    backup_failures: Counter,
    backup_seconds: Gauge<f64, AtomicU64>,
    backup_bytes: Gauge,
    totals: TotalGauges,
}

impl Metrics {
    /// The metrics of a process, with those of a scanner.
    #[must_use]
    pub fn new(scans: Scans, started: Timestamp) -> Self {
        let mut all = Registry::with_prefix("dossier");
        let registry = &mut all;
        let buckets = || Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]);
        let build = add(registry, "build_info", "1; the labels are the version and the commit", OfBuild::default());
        let (version, commit) = (env!("CARGO_PKG_VERSION"), env!("BUILD_COMMIT"));
        build.get_or_create(&BuildLabels { version, commit }).set(1);
        add::<Gauge>(registry, "start_time_seconds", "When the process started", Gauge::default())
            .set(started.as_micros() / 1_000_000);
        scanner::count_from_zero(&scans);
        add(registry, "scans", "Uploads scanned for viruses", scans);
        Self {
            requests: add(registry, "http_requests", "Completed requests", Family::default()),
            durations: add(
                registry,
                "http_request_duration_seconds",
                "Time from the request header to the response",
                Family::new_with_constructor(buckets),
            ),
            in_flight: add(registry, "http_requests_in_flight", "Requests in progress", Gauge::default()),
            connections: add(registry, "http_connections", "Open connections", Gauge::default()),
            panics: add(registry, "http_panics", "Panics of handlers", Counter::default()),
            deliveries: from_zero(add(registry, "webhook_attempts", "Attempts to deliver an event", Family::default())),
            attempts: add(
                registry,
                "webhook_attempt_duration_seconds",
                "Time of an attempt to deliver an event, from the name of the host to the response",
                Histogram::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]),
            ),
            commit_durations: add(
                registry,
                "store_commit_duration_seconds",
                "Time of a transaction, from its begin until it is on disk",
                StoreDurations::default(),
            ),
            disk_free: add(
                registry,
                "disk_free_bytes",
                "Free space on the disk of the data or of the files, whichever is closer to its floor",
                Gauge::default(),
            ),
            disk_floor: add(
                registry,
                "disk_floor_bytes",
                "Free space of that disk below which only reads and deletions are served",
                Gauge::default(),
            ),
            commits: add(registry, "store_commits", "Transactions committed", Counter::default()),
            changes: add(registry, "store_changes", "Changes committed", Counter::default()),
            refused_rows: add(
                registry,
                "store_refused_rows",
                "Rows that were refused because they were altered or moved in the database",
                Counter::default(),
            ),
            waiting: add(registry, "store_changes_waiting", "Changes waiting for the writer", Gauge::default()),
            wal_pages: add(registry, "store_wal_pages", "Pages in the write-ahead log", Gauge::default()),
            anchor_failing: add(registry, "anchor_failing", "1 while the anchor cannot be written", Gauge::default()),
            last_backup: add(
                registry,
                "backup_last_success_timestamp_seconds",
                "When the newest backup was created; 0 if there is none",
                Gauge::default(),
            ),
            backup_failures: add(registry, "backup_failures", "Failed backups", Counter::default()),
            backup_seconds: add(registry, "backup_last_duration_seconds", "Time of the last backup", Gauge::default()),
            backup_bytes: add(registry, "backup_last_size_bytes", "Size of the newest backup", Gauge::default()),
            totals: TotalGauges::new(registry),
            registry: all,
        }
    }
}

/// Counts both outcomes from zero, so that the first attempt is an increase.
fn from_zero(deliveries: Family<DeliveryLabels, Counter>) -> Family<DeliveryLabels, Counter> {
    for outcome in [DELIVERED, FAILED] {
        drop(deliveries.get_or_create(&DeliveryLabels { outcome }));
    }
    deliveries
}

fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Metrics {
    pub fn answered(&self, method: &'static str, route: &'static str, status: u16, seconds: f64) {
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
        self.durations.get_or_create(&RouteLabels { route }).observe(seconds);
    }

    /// Counts an attempt to deliver an event.
    pub fn delivered(&self, taken: bool, took: Duration) {
        let outcome = if taken { DELIVERED } else { FAILED };
        self.deliveries.get_or_create(&DeliveryLabels { outcome }).inc();
        self.attempts.observe(took.as_secs_f64());
    }

    /// Records the newest backup, and its duration if it was just created.
    pub fn backed_up(&self, at: Timestamp, bytes: u64, seconds: Option<f64>) {
        self.last_backup.set(at.as_micros() / 1_000_000);
        self.backup_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        if let Some(seconds) = seconds {
            self.backup_seconds.set(seconds);
        }
    }

    /// Records the totals of an environment.
    pub fn counted(&self, environment: Environment, totals: &Totals, now: Timestamp) {
        let set = |family: &OfEnvironment, value| {
            family.get_or_create(&EnvironmentLabels { environment: environment.as_str() }).set(value);
        };
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let seconds = |micros: i64| micros / 1_000_000;
        let age =
            |since: Option<Timestamp>| since.map_or(0, |since| seconds(now.as_micros() - since.as_micros()).max(0));
        let Totals { deliveries, customers, files, file_bytes, next_key_end } = *totals;
        set(&self.totals.deliveries_waiting, number(deliveries.number));
        set(&self.totals.delivery_age, age(deliveries.oldest));
        set(&self.totals.customers_waiting, number(customers.number));
        set(&self.totals.customer_age, age(customers.oldest));
        set(&self.totals.files, number(files));
        set(&self.totals.file_bytes, number(file_bytes));
        set(&self.totals.next_key_end, next_key_end.map_or(0, |end| seconds(end.as_micros())));
    }

    /// Records the disk that is closest to its floor.
    pub(crate) fn measured(&self, disk: Disk) {
        self.disk_free.set(i64::try_from(disk.free).unwrap_or(i64::MAX));
        self.disk_floor.set(i64::try_from(disk.floor).unwrap_or(i64::MAX));
    }

    pub fn backup_failed(&self) {
        self.backup_failures.inc();
    }

    /// The metrics in the text format of Prometheus.
    #[must_use]
    pub fn render(&self, stats: &WriterStats, refused_rows: u64) -> String {
        let raise = |counter: &Counter<u64, AtomicU64>, now: &AtomicU64| {
            counter.inc_by(now.load(Ordering::Relaxed).saturating_sub(counter.get()));
        };
        raise(&self.commits, &stats.commits);
        raise(&self.changes, &stats.changes);
        self.commit_durations.set(&stats.commit_durations);
        raise(&self.refused_rows, &AtomicU64::new(refused_rows));
        let gauge = |value: &AtomicU64| i64::try_from(value.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        self.waiting.set(gauge(&stats.waiting));
        self.wal_pages.set(gauge(&stats.wal_pages));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a string does not fail");
        as_prometheus_text(&text)
    }
}

/// Converts the OpenMetrics text of the library to the text format of Prometheus. There, `HELP` and `TYPE` name a
/// counter with the suffix of its samples.
fn as_prometheus_text(openmetrics: &str) -> String {
    let lines: Vec<&str> = openmetrics.lines().filter(|line| *line != "# EOF").collect();
    let counters: HashSet<&str> =
        lines.iter().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
    let mut text = String::with_capacity(openmetrics.len());
    for line in lines {
        let described = ["# HELP ", "# TYPE "].iter().find_map(|start| Some((start, line.strip_prefix(start)?)));
        match described.and_then(|(start, rest)| Some((start, rest.split_once(' ')?))) {
            Some((start, (name, rest))) if counters.contains(name) => {
                text.extend([start, name, "_total ", rest, "\n"]);
            }
            _ => text.extend([line, "\n"]),
        }
    }
    text
}
