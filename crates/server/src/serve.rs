//! The server: opens the data folder, listens, serves, and ends in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dossier_core::account::Account;
use dossier_core::caller::{Environment, Scope};
use dossier_core::idempotency::KEPT_SECONDS;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::provider::{self, Provider};
use dossier_core::kyc::{self, Evaluated, session};
use dossier_core::settings;
use dossier_core::store::{Collected, StoreError};
use dossier_core::webhook::LOG_SECONDS;
use futures_util::StreamExt as _;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::level_filters::LevelFilter;

use crate::anchor::{Anchored, Anchoring, Keeper};
use crate::config::listening::MetricsListen;
use crate::config::{Config, recorded_defaults};
use crate::egress::Egress;
use crate::egress::targets::Targets;
use crate::http::budget::Budget;
use crate::http::connection::Deadlines;
use crate::http::connection_limit::ConnectionLimit;
use crate::http::listener::{self, Limits};
use crate::http::request::Front;
use crate::http::{App, AppState, Surroundings, router};
use crate::installation::{Installation, InstallationError, Lock};
use crate::sumsub::Sumsub;
use crate::system::SystemClock;
use crate::{backup, control, deliver, memory, request_log, room};
use dossier_store::Engine;
use dossier_store::chores::Chore;

/// Connections of the port of metrics and health, and requests that it answers at the same time: its own, so that no
/// load of the API makes the server look dead.
const OPERATIONS_CONNECTIONS: usize = 64;
const OPERATIONS: u64 = 64;
/// Cases that are worked on at the same time.
const CASES_AT_ONCE: usize = 8;

/// How often the end of a process looks whether nobody else has the store any more, 5 ms apart.
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
        let listener = bind(config.listening.address).await?;
        let address =
            listener.local_addr().map_err(|cause| StartError::Listen { address: config.listening.address, cause })?;
        let metrics_listener = match config.listening.metrics {
            Some(wanted) => Some(bind_metrics(wanted).await?),
            None => None,
        };
        let control = control::listen(&config.data_dir).map_err(StartError::Control)?;
        let sumsub = config.verification.sumsub.clone().map(|settings| Sumsub::new(settings, Arc::new(SystemClock)));
        let sumsub = sumsub.transpose().map_err(StartError::Provider)?.map(Arc::new);
        let public_url = config.listening.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let Installation { store, services, anchored, first_account } =
            Installation::open(config, public_url.clone(), Anchoring::Enforced).await?;
        let first_key = match first_account {
            Some(account) => Some(Installation::first_key(&services, account).await?),
            None => None,
        };
        // On a full disk reads are served. The next start compares again.
        if let Err(error) = settings::record(&services, &config.recorded, &recorded_defaults()).await {
            tracing::warn!(%error, "changed settings could not be recorded in the audit trail");
        }
        let (stop, stopped) = watch::channel(false);
        let metrics_address = metrics_listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let own = [Some(address), metrics_address].into_iter().flatten().collect();
        let egress = Arc::new(Egress::new(Targets::new(own, config.webhooks.private.clone())));
        let proxies = Arc::new(config.connections.trusted_proxies.clone());
        let surroundings = Surroundings {
            public_url: public_url.clone(),
            max_requests: config.connections.max_requests as u64,
            rates: config.rates,
            stopping: stopped.clone(),
            proxies: Arc::clone(&proxies),
            egress: Arc::clone(&egress),
            sumsub,
        };
        let app = Arc::new(AppState::new(services, surroundings));
        let limits = Limits { deadlines: Deadlines::DEFAULT, max_age: listener::MAX_AGE, grace: config.shutdown };
        let per_address = config.connections.most_per_address;
        let places = ConnectionLimit::new(connections(config), per_address, proxies, app.metrics.connections.clone());
        let log = (config.logging.level >= LevelFilter::INFO)
            .then(|| request_log::Writing::start(config.logging.format.is_json()));
        let log = log.transpose().map_err(StartError::Log)?;
        let noted = log.as_ref().map(request_log::Writing::log);
        let front = Front::new(Arc::clone(&app), router::router(Arc::clone(&app)), Arc::clone(&app.slots), noted);
        let mut listeners = vec![tokio::spawn(listener::serve(listener, front, places, limits, stopped.clone()))];
        if let Some(metrics) = metrics_listener {
            let (rendered, figures) = (Arc::clone(&app), Arc::clone(&store));
            let operations = router::operations(Arc::clone(&app), move || {
                rendered.metrics.render(figures.figures(), figures.refused_rows())
            });
            let front = Front::new(Arc::clone(&app), operations, Budget::new(OPERATIONS), None);
            let places = ConnectionLimit::new(OPERATIONS_CONNECTIONS, None, Arc::default(), Gauge::default());
            listeners.push(tokio::spawn(listener::serve(metrics, front, places, limits, stopped.clone())));
        }
        let serving = control::Serving {
            app: Arc::clone(&app),
            store: Arc::clone(&store),
            anchored: Arc::clone(&anchored),
            config: config.clone(),
        };
        let key = anchored.key().clone();
        let mut helpers = vec![
            tokio::spawn(control::serve(control, serving)),
            tokio::spawn(backup::schedule::run(Arc::clone(&app), Arc::clone(&store), key, config.clone())),
            tokio::spawn(room::watch(Arc::clone(&app), config)),
            tokio::spawn(give_memory_back()),
            tokio::spawn(keep_house(Arc::clone(&app))),
            tokio::spawn(end_sessions(Arc::clone(&app))),
            tokio::spawn(ask_providers(Arc::clone(&app))),
            tokio::spawn(follow_new_rules(Arc::clone(&app), Arc::clone(&store))),
            tokio::spawn(deliver::run(Arc::clone(&app), egress, config.webhooks.schedule.clone())),
        ];
        if metrics_address.is_some() {
            helpers.push(tokio::spawn(count(Arc::clone(&app), Arc::clone(&store))));
        }
        let keeper = Keeper::start(anchored, app.metrics.anchor_failing.clone()).map_err(StartError::Control)?;
        let metrics = metrics_address.map(tracing::field::display);
        let (version, commit, engine) = (env!("CARGO_PKG_VERSION"), env!("DOSSIER_COMMIT"), store.name());
        tracing::info!(version, commit, api = %address, metrics, engine, "serving");
        Ok(Self {
            address,
            metrics_address,
            public_url,
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

    /// Finishes what was accepted and lets go of the data folder. Answers whether all was finished in time.
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
        self.store.leave().await;
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

async fn keep_house(app: App) {
    let mut ticks = 0_u64;
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        app.note_keys_used().await;
        ticks += 1;
        if ticks.is_multiple_of(120) {
            let (store, now) = (&app.services.store, app.services.clock.now());
            forget("answers", || store.forget_answers(now.plus_seconds(-KEPT_SECONDS))).await;
            forget("deliveries", || store.forget_deliveries(now.plus_seconds(-LOG_SECONDS))).await;
            collect_files(&app).await;
        }
    }
}

/// Counts what is stored and what waits, for the metrics.
async fn count(app: App, store: Arc<dyn Engine>) {
    loop {
        for environment in [Environment::Sandbox, Environment::Production] {
            let now = app.services.clock.now();
            match store.totals(environment, now).await {
                Ok(totals) => app.metrics.counted(environment, &totals, now),
                Err(error) => tracing::warn!(%error, "the totals for the metrics could not be read"),
            }
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

async fn give_memory_back() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        memory::give_back().await;
    }
}

/// Ends what ran out, every second or so.
async fn end_sessions(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // Another process may have put a sandbox forward.
        match app.services.store.sandbox_clocks().await {
            Ok(clocks) => clocks.into_iter().for_each(|(account, ahead)| app.services.sandboxes.set(account, ahead)),
            Err(error) => tracing::warn!(%error, "the clocks of sandboxes could not be read"),
        }
        if let Err(error) = session::expire_due(&app.services).await {
            tracing::warn!(%error, "sessions that ran out could not be ended");
        }
    }
}

/// Recorded while processes on one database have different rules. Either of them may have evaluated a customer, so the
/// next start evaluates every customer again.
const MIXED_RULES: &str = "mixed";

/// Evaluates every customer once after the rules or the version of Dossier changed.
async fn follow_new_rules(app: App, store: Arc<dyn Engine>) {
    let in_force = format!("{} {}", env!("CARGO_PKG_VERSION"), app.services.policy.rules.hash);
    let mut is_done = false;
    loop {
        let followed = match is_done {
            false => evaluate_by(&app, &*store, &in_force).await,
            true => note_other_rules(&*store, &in_force).await.map(|()| true),
        };
        let wait = match followed {
            Ok(done) => {
                is_done = done;
                // Until then another process may do it.
                Duration::from_secs(if done { 5 } else { 1 })
            }
            Err(error) => {
                tracing::warn!(%error, "customers could not be evaluated by the rules in force");
                Duration::from_secs(30)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Notes that another process has other rules, once it has evaluated by them.
async fn note_other_rules(store: &dyn Engine, in_force: &str) -> Result<(), StoreError> {
    match store.done(Chore::Rules).await? {
        Some(done) if done != in_force && done != MIXED_RULES => {
            tracing::warn!(
                "another process runs other rules or another version; the next start evaluates every customer again"
            );
            store.set_done(Chore::Rules, MIXED_RULES).await
        }
        _ => Ok(()),
    }
}

/// Whether every customer is evaluated by the rules in force.
async fn evaluate_by(app: &App, store: &dyn Engine, in_force: &str) -> Result<bool, StoreError> {
    if store.done(Chore::Rules).await?.is_some_and(|done| done == in_force) {
        return Ok(true);
    }
    if !store.leads().await? {
        return Ok(false);
    }
    for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
        let Evaluated { submitted, damaged } = kyc::evaluate_all(&app.services, scope).await?;
        if submitted > 0 {
            tracing::info!(account = %scope.account, environment = scope.environment.as_str(), submitted,
                "customers were complete under the new rules and were submitted");
        }
        if damaged > 0 {
            tracing::error!(account = %scope.account, environment = scope.environment.as_str(), damaged,
                "customers could not be read and were not evaluated; dossier audit verify names them");
        }
    }
    store.set_done(Chore::Rules, in_force).await?;
    Ok(true)
}

/// Does what is due about customers, every second or so, a few at a time: a provider that is slow keeps nobody else
/// waiting for long.
async fn ask_providers(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        work_on_cases(&app).await;
    }
}

async fn work_on_cases(app: &App) {
    let due = match app.services.store.due_cases(app.services.clock.now()).await {
        Ok(due) => due,
        Err(error) => return tracing::warn!(%error, "cases at providers could not be read"),
    };
    let work = |(scope, customer): (Scope, CustomerId)| async move {
        let provider: &dyn Provider = match provider::in_force(&app.services.policy, scope.environment) {
            provider::Name::Simulated => &provider::Simulated,
            provider::Name::Manual => &provider::Manual,
            provider::Name::Sumsub => match &app.sumsub {
                Some(sumsub) => sumsub.as_ref(),
                None => &provider::Manual,
            },
        };
        if let Err(error) = provider::work(&app.services, provider, scope, customer).await {
            tracing::warn!(%error, "a case at a provider could not be worked on");
        }
    };
    futures_util::stream::iter(due).for_each_concurrent(CASES_AT_ONCE, work).await;
}

async fn collect_files(app: &App) {
    match app.services.store.collect_files(app.services.clock.now()).await {
        Ok(collected) if collected == Collected::default() => {}
        Ok(Collected { expired, orphans }) => tracing::info!(expired, orphans, "files that nobody needs were deleted"),
        Err(error) => tracing::warn!(%error, "files that nobody needs could not be deleted"),
    }
}

/// Forgets portion by portion, until nothing is left to forget.
async fn forget<F: Future<Output = Result<u64, StoreError>>>(what: &str, portion: impl Fn() -> F) {
    loop {
        match portion().await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return tracing::warn!(%error, what, "what is old could not be forgotten"),
        }
    }
}
