//! The server: opens the data folder, listens, serves, and ends in order.

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

use crate::anchor::{Anchored, Anchoring};
use crate::config::listening::MetricsListen;
use crate::config::{Config, recorded_defaults};
use crate::egress::Egress;
use crate::egress::targets::Targets;
use crate::http::budget::Budget;
use crate::http::connection::Deadlines;
use crate::http::connection_limit::ConnectionLimit;
use crate::http::listener::{self, Limits};
use crate::http::request::Front;
use crate::http::router::{self, route_label};
use crate::http::state::{App, AppState, StateParts};
use crate::installation::error::InstallationError;
use crate::installation::first_start;
use crate::installation::lock::Lock;
use crate::installation::open::Installation;
use crate::sumsub::Sumsub;
use crate::system::SystemClock;
use crate::worker::anchoring::Keeper;
use crate::{control, request_log, worker};

/// Connections of the port of metrics and health, and requests that it answers at the same time: its own, so that no
/// load of the API makes the server look dead.
const OPERATIONS_CONNECTIONS: usize = 64;
const OPERATIONS: u64 = 64;
/// How often the end of a process looks whether the store has another owner, 5 ms apart.
const LAST_OWNERS: u32 = 200;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The thread of the request log cannot be started.
    #[error("cannot start the request log: {0}")]
    Log(std::io::Error),
    /// The control socket cannot be made.
    #[error("cannot make the control socket in the data folder: {0}")]
    Control(std::io::Error),
    /// A provider cannot be used as it is configured.
    #[error("{0}")]
    Provider(String),
}

/// A running server.
pub struct Server {
    /// Where the API is.
    pub address: SocketAddr,
    /// Where metrics are.
    pub metrics_address: Option<SocketAddr>,
    /// Under which URL clients reach the API.
    pub public_url: String,
    /// The key that a new installation shows once.
    pub first_key: Option<dossier_core::api_key::ApiKey>,
    /// What handlers share.
    pub app: App,
    store: Arc<dyn Engine>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<bool>>,
    helpers: Vec<JoinHandle<()>>,
    keeper: Keeper,
    log: Option<request_log::Writing>,
    lock: Lock,
}

/// What the server listens on.
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
    /// Starts serving.
    ///
    /// # Errors
    ///
    /// [`StartError`]; nothing is served then.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let lock = Lock::take(&config.data_dir)?;
        // What may fail comes before anything is made, so that it leaves no half-made installation behind, whose first
        // key would never be shown.
        let sockets = Sockets::open(config).await?;
        let (address, metrics_address) = (sockets.address, sockets.metrics_address());
        let sumsub = config.verification.sumsub.clone().map(|settings| Sumsub::new(settings, Arc::new(SystemClock)));
        let sumsub = sumsub.transpose().map_err(StartError::Provider)?.map(Arc::new);
        let public_url = config.listening.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let Installation { store, services, anchored, first_account } =
            Installation::open(config, public_url, Anchoring::Enforced).await?;
        let first_key = match first_account {
            Some(account) => Some(first_start::make_key(&services, account).await?),
            None => None,
        };
        // On a full disk reads are served. The next start compares again.
        if let Err(error) = record_settings::record(&services, &config.recorded, &recorded_defaults()).await {
            tracing::warn!(%error, "changed settings could not be recorded in the audit trail");
        }
        if let Err(error) = accounts::set_days_of_grace(&services).await {
            tracing::warn!(%error, "the days of grace of older accounts could not be set; the next start tries again");
        }
        let (stop, stopped) = watch::channel(false);
        let app = state(services, config, &sockets, sumsub, stopped);
        let is_logged = config.logging.level >= LevelFilter::INFO;
        let log = is_logged.then(|| request_log::Writing::start(config.logging.format.is_json()));
        let log = log.transpose().map_err(StartError::Log)?;
        let listeners = listen(&app, &store, sockets.api, sockets.metrics, log.as_ref(), config);
        let (serving, key) = (control::Serving::new(&app, &store, &anchored, config), anchored.key().clone());
        let mut helpers = worker::start(&app, &store, key, config);
        helpers.push(tokio::spawn(control::serve(sockets.control, serving)));
        let keeper = Keeper::start(anchored, app.metrics.anchor_failing.clone()).map_err(StartError::Control)?;
        let metrics = metrics_address.map(tracing::field::display);
        let (version, commit, engine) = (env!("CARGO_PKG_VERSION"), env!("DOSSIER_COMMIT"), store.name());
        tracing::info!(version, commit, api = %address, metrics, engine, "serving");
        Ok(Self {
            address,
            metrics_address,
            public_url: app.public_url.clone(),
            first_key,
            app,
            store,
            stop,
            listeners,
            helpers,
            keeper,
            log,
            lock,
        })
    }

    /// The store, for what is not in the trait.
    #[must_use]
    pub fn store(&self) -> &dyn Engine {
        &*self.store
    }

    /// Its anchor.
    #[must_use]
    pub fn anchored(&self) -> &Anchored {
        self.keeper.anchored()
    }

    /// Finishes what was accepted and lets go of the data folder. Returns whether all was finished in time.
    pub async fn stop(self) -> bool {
        let _ = self.stop.send(true);
        let mut finished = true;
        for listener in self.listeners {
            finished &= listener.await.unwrap_or(false);
        }
        self.app.note_keys_used().await;
        for helper in self.helpers {
            helper.abort();
            let _ = helper.await;
        }
        self.store.hand_over_work().await;
        // The task of a connection that has ended may not have let go of the store yet.
        for _ in 0..LAST_OWNERS {
            if Arc::strong_count(&self.app) == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.keeper.stop();
        drop(self.log);
        // The last owner of the store commits what waits and empties the log before the lock is given back.
        drop((self.app, self.store));
        drop(self.lock);
        finished
    }
}

/// What handlers share.
fn state(
    services: Services,
    config: &Config,
    sockets: &Sockets,
    sumsub: Option<Arc<Sumsub>>,
    stopping: watch::Receiver<bool>,
) -> App {
    let own = [Some(sockets.address), sockets.metrics_address()].into_iter().flatten().collect();
    let parts = StateParts {
        public_url: services.policy.public_url.clone(),
        max_requests: config.connections.max_requests as u64,
        rates: config.rates,
        stopping,
        proxies: Arc::new(config.connections.trusted_proxies.clone()),
        egress: Arc::new(Egress::new(Targets::new(own, config.webhooks.private.clone()))),
        sumsub,
    };
    Arc::new(AppState::new(services, parts))
}

/// Takes connections of the API, and of metrics and health.
fn listen(
    app: &App,
    store: &Arc<dyn Engine>,
    api: TcpListener,
    metrics: Option<TcpListener>,
    log: Option<&request_log::Writing>,
    config: &Config,
) -> Vec<JoinHandle<bool>> {
    let limits = Limits { deadlines: Deadlines::DEFAULT, max_age: listener::MAX_AGE, grace: config.shutdown };
    let log = log.map(request_log::Writing::log);
    let front = Front::new(Arc::clone(app), router::router(Arc::clone(app)), route_label, Arc::clone(&app.slots), log);
    let (per_address, proxies) = (config.connections.most_per_address, Arc::clone(&app.proxies));
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

/// A second server on one machine finds the default port of the metrics taken; it takes a free one and says so.
async fn bind_metrics(wanted: MetricsListen) -> Result<TcpListener, StartError> {
    let listener = match bind(wanted.address).await {
        Err(_) if !wanted.chosen => bind(SocketAddr::new(wanted.address.ip(), 0)).await?,
        bound => return bound,
    };
    if let Ok(instead) = listener.local_addr() {
        tracing::warn!(wanted = %wanted.address, %instead,
            "the metrics port is taken, so metrics are served on another one; set metrics_listen to choose it");
    }
    Ok(listener)
}

/// As many connections as asked for, but always fewer than files may be open.
fn connections(config: &Config) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|soft| soft.parse::<usize>().ok())
        .unwrap_or(1_024);
    config.connections.most.min(open_files.saturating_sub(256).max(64))
}
