//! The server: opens the data folder, listens, serves, and stops in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dossier_core::services::Services;
use dossier_core::use_cases::{accounts, record_settings};
use dossier_store::Engine;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::level_filters::LevelFilter;

use crate::anchor::{AnchorPolicy, ProcessAnchor};
use crate::config::listening::MetricsListen;
use crate::config::{Config, Urls, recorded_defaults};
use crate::control::{self, ControlledServer};
use crate::desk::ways::Ways;
use crate::egress::Egress;
use crate::egress::targets::Targets;
use crate::http::budget::Budget;
use crate::http::connection::Deadlines;
use crate::http::connection_limit::ConnectionLimit;
use crate::http::listener::{self, Limits};
use crate::http::request::Front;
use crate::http::router::{self, is_contract_word, route_label};
use crate::http::state::{App, AppState, StateParts};
use crate::installation::error::InstallationError;
use crate::installation::first_start::FirstStart;
use crate::installation::lock::Lock;
use crate::installation::open::Installation;
use crate::request_log::RequestLogWriter;
use crate::scanner::Scans;
use crate::sumsub::Sumsub;
use crate::system::SystemClock;
use crate::worker;
use crate::worker::anchoring::Keeper;

/// The limits of concurrent connections and requests on the port of metrics and health checks. They are separate, so
/// that the server does not look dead when the API is busy.
const OPERATIONS_CONNECTIONS: usize = 64;
const OPERATIONS: u64 = 64;
/// How often [`Server::stop`] tries to write the access log, 200 ms apart.
const LOOK_ATTEMPTS: u32 = 5;
/// How often [`Server::stop`] checks whether another task still owns the store, 5 ms apart.
const MAX_OWNER_CHECKS: u32 = 200;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Installation(#[from] InstallationError),
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: SocketAddr, cause: std::io::Error },
    #[error("cannot start the thread of the request log: {0}")]
    Log(std::io::Error),
    #[error("cannot start the thread of the anchor: {0}")]
    Anchor(std::io::Error),
    #[error("cannot create the control socket in the data folder: {0}")]
    Control(std::io::Error),
    #[error("{0}")]
    Provider(String),
}

/// A running server.
pub struct Server {
    /// The address of the API.
    pub address: SocketAddr,
    pub metrics_address: Option<SocketAddr>,
    /// What the first start prints.
    pub first: Option<FirstStart>,
    pub app: App,
    store: Arc<dyn Engine>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<bool>>,
    workers: Vec<JoinHandle<()>>,
    keeper: Keeper,
    log: Option<RequestLogWriter>,
    lock: Lock,
}

struct Sockets {
    api: TcpListener,
    address: SocketAddr,
    metrics: Option<TcpListener>,
    control: UnixListener,
}

impl Sockets {
    async fn open(config: &Config) -> Result<Self, StartError> {
        let wanted = config.listening.address;
        let api = bind(wanted).await?;
        let address = api.local_addr().map_err(|cause| StartError::Listen { address: wanted, cause })?;
        let metrics = match config.listening.metrics {
            Some(wanted) => Some(bind_metrics(wanted).await?),
            None => None,
        };
        let control = control::listen(&config.data_dir).map_err(StartError::Control)?;
        Ok(Self { api, address, metrics, control })
    }

    fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().and_then(|listener| listener.local_addr().ok())
    }
}

impl Server {
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let lock = Lock::take(&config.data_dir)?;
        // Steps that may fail come first. Otherwise they could leave a new installation whose first key was never
        // printed.
        let sockets = Sockets::open(config).await?;
        let (address, metrics_address) = (sockets.address, sockets.metrics_address());
        let sumsub = config.verification.sumsub.clone().map(|settings| Sumsub::new(settings, Arc::new(SystemClock)));
        let sumsub = sumsub.transpose().map_err(StartError::Provider)?.map(Arc::new);
        let urls = config.urls(address);
        let ways = Ways::new(&urls.desk, config.desk.oidc.clone()).map_err(StartError::Provider)?;
        let Installation { store, services, anchor, scans, first_account } =
            Installation::open(config, urls.form.clone(), AnchorPolicy::Enforce).await?;
        let first = match first_account {
            Some(account) => Some(FirstStart::of(&services, account).await?),
            None => None,
        };
        // Not a reason to stop: a full disk can still serve reads, and the next start records them.
        if let Err(error) = record_settings::record(&services, &config.recorded, &recorded_defaults()).await {
            tracing::warn!(%error, "failed to record changed settings in the audit trail; the next start retries");
        }
        if let Err(error) = accounts::set_days_of_grace(&services).await {
            tracing::warn!(%error, "failed to set the grace period of older accounts; the next start retries");
        }
        let (stop, stopped) = watch::channel(false);
        let outside = Outside { urls, ways, sumsub };
        let app = state((services, Arc::clone(&store), scans), config, &sockets, outside, stopped);
        let log = request_log(&app, config).map_err(StartError::Log)?;
        let listeners = listen(&app, &store, sockets.api, sockets.metrics, log.as_ref(), config);
        let controlled = ControlledServer::new(&app, &store, &anchor, config);
        let mut workers = worker::start(&app, &store, anchor.key().clone(), config);
        workers.push(tokio::spawn(control::serve(sockets.control, controlled)));
        let keeper = Keeper::start(anchor, app.metrics.anchor_failing.clone()).map_err(StartError::Anchor)?;
        let metrics = metrics_address.map(tracing::field::display);
        let (version, commit, engine) = (env!("CARGO_PKG_VERSION"), env!("BUILD_COMMIT"), store.name());
        tracing::info!(version, commit, api = %address, metrics, engine, "serving");
        Ok(Self { address, metrics_address, first, app, store, stop, listeners, workers, keeper, log, lock })
    }

    #[must_use]
    pub fn store(&self) -> &dyn Engine {
        &*self.store
    }

    #[must_use]
    pub fn anchor(&self) -> &ProcessAnchor {
        self.keeper.anchor()
    }

    /// Finishes the accepted requests and releases the data folder. Returns whether all requests finished in time.
    pub async fn stop(self) -> bool {
        let _ = self.stop.send(true);
        let mut finished = true;
        for listener in self.listeners {
            finished &= listener.await.unwrap_or(false);
        }
        self.app.note_keys_used().await;
        record_looks(&self.app).await;
        // The thread counts its last entries before it ends.
        drop(self.log);
        worker::requests::store(&self.app).await;
        for worker in self.workers {
            worker.abort();
            let _ = worker.await;
        }
        self.store.hand_over_work().await;
        // The task of a closed connection may still own the store for a moment.
        for _ in 0..MAX_OWNER_CHECKS {
            if Arc::strong_count(&self.app) == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.keeper.stop();
        // The last owner of the store commits waiting changes and empties the WAL, before the lock is released.
        drop((self.app, self.store));
        drop(self.lock);
        finished
    }
}

/// Starts the thread of the request log, if there is something to write.
fn request_log(app: &App, config: &Config) -> std::io::Result<Option<RequestLogWriter>> {
    let logging = &config.logging;
    let json = (logging.level >= LevelFilter::INFO).then(|| logging.format.is_json());
    let is_needed = json.is_some() || app.requests.is_stored();
    is_needed.then(|| RequestLogWriter::start(json, Arc::clone(&app.requests), is_contract_word)).transpose()
}

/// Writes the looks that were counted to the access log, once no request is left.
async fn record_looks(app: &App) {
    for _ in 0..LOOK_ATTEMPTS {
        match app.looks.store(&*app.services.store).await {
            Ok(()) => return,
            Err(error) => tracing::error!(%error, "failed to write the access log before the end"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Where people reach the server, and what it reaches.
struct Outside {
    urls: Urls,
    ways: Ways,
    sumsub: Option<Arc<Sumsub>>,
}

fn state(
    (services, engine, scans): (Services, Arc<dyn Engine>, Scans),
    config: &Config,
    sockets: &Sockets,
    outside: Outside,
    stopping: watch::Receiver<bool>,
) -> App {
    let Outside { urls, ways, sumsub } = outside;
    let own = [Some(sockets.address), sockets.metrics_address()].into_iter().flatten().collect();
    let parts = StateParts {
        engine,
        erasure: config.erasure,
        urls,
        ways,
        max_requests: config.connections.max_requests as u64,
        rates: config.rates,
        stopping,
        proxies: Arc::new(config.connections.trusted_proxies.clone()),
        egress: Arc::new(Egress::new(Targets::new(own, config.webhooks.private.clone()))),
        sumsub,
        scans,
        request_log: config.logging.requests,
        settings: config.views.clone(),
        paths: router::api_paths(),
    };
    Arc::new(AppState::new(services, parts))
}

/// Starts the listeners of the API, and of metrics and health checks.
fn listen(
    app: &App,
    store: &Arc<dyn Engine>,
    api: TcpListener,
    metrics: Option<TcpListener>,
    log: Option<&RequestLogWriter>,
    config: &Config,
) -> Vec<JoinHandle<bool>> {
    let limits = Limits { deadlines: Deadlines::DEFAULT, max_age: listener::MAX_AGE, grace: config.shutdown };
    let log = log.map(RequestLogWriter::log);
    let front = Front::new(Arc::clone(app), router::router(Arc::clone(app)), route_label, Arc::clone(&app.slots), log);
    let (per_address, proxies) = (config.connections.max_per_address, Arc::clone(&app.proxies));
    let places = ConnectionLimit::new(connections(config), per_address, proxies, app.metrics.connections.clone());
    let mut listeners = vec![tokio::spawn(listener::serve(api, front, places, limits, app.stopping.clone()))];
    if let Some(metrics) = metrics {
        let (rendered, engine) = (Arc::clone(app), Arc::clone(store));
        let operations = router::operations(Arc::clone(app), move || {
            rendered.metrics.render(engine.writer_stats(), engine.refused_rows())
        });
        let front = Front::new(Arc::clone(app), operations, route_label, Budget::new(OPERATIONS), None);
        let places = ConnectionLimit::new(OPERATIONS_CONNECTIONS, None, Arc::default(), Gauge::default());
        listeners.push(tokio::spawn(listener::serve(metrics, front, places, limits, app.stopping.clone())));
    }
    listeners
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|cause| StartError::Listen { address, cause })
}

/// Listens for metrics. If the default port is in use, as by a second server on this machine, uses a free one.
async fn bind_metrics(wanted: MetricsListen) -> Result<TcpListener, StartError> {
    let listener = match bind(wanted.address).await {
        Err(_) if !wanted.is_set => bind(SocketAddr::new(wanted.address.ip(), 0)).await?,
        bound => return bound,
    };
    if let Ok(instead) = listener.local_addr() {
        tracing::warn!(wanted = %wanted.address, %instead,
            "the metrics port is in use, so metrics are served on another port; set metrics_listen to choose one");
    }
    Ok(listener)
}

/// The maximum number of connections: as configured, but less than the limit of open files.
fn connections(config: &Config) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|soft| soft.parse::<usize>().ok())
        .unwrap_or(1_024);
    config.connections.max.min(open_files.saturating_sub(256).max(64))
}
