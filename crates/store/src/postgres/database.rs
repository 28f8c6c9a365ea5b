//! Connections: a bounded pool for transactions, and a few that all reads share, many in flight on each.

use std::path::Path;
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use dossier_core::store::StoreError;
use futures_util::TryStreamExt as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use crate::OpenError;

/// Connections that reads share. Many queries are under way on each: 4 that are shared read several times as fast as 32
/// of which each has one.
const READERS: usize = 4;
/// Connections in all, unless the URL says otherwise.
const CONNECTIONS: usize = 12;
/// A statement, or a whole commit, that takes longer is given up; the database gives up its own part, too.
const DEADLINE: Duration = Duration::from_secs(8);
const CONNECT: Duration = Duration::from_secs(3);
/// What holds in every session. Each statement finds its rows by their keys; but a plan is kept, and one that was made
/// while a table was still empty would read the whole of it, for a minute or more, until statistics come.
pub const SESSION: [&str; 6] = [
    "SET statement_timeout = '8s'",
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET jit = off",
    "SET plan_cache_mode = force_generic_plan",
];
/// Attempts at what only reads or is rare, and at a batch of changes, for which others contend.
const ATTEMPTS: u32 = 8;
pub(super) const ATTEMPTS_AT_A_BATCH: u32 = 12;

/// Why a statement or a transaction failed. The database's own texts can quote values, so only codes are kept.
#[derive(Debug)]
pub(super) enum Error {
    /// Nothing was written and the engine asks to try again: a serialisation failure or a deadlock.
    Conflict(String),
    /// What a statement took for granted does not hold, and nothing was written: it divided by zero, as no other does.
    Moved,
    /// The database ends or refuses the connection, and says so.
    Gone(String),
    /// The connection broke: what was sent and not answered may have been done.
    Lost(String),
    /// The disk of the database is full.
    Full,
    /// The database refused the statement; nothing of its transaction was written.
    Refused(String),
    /// Something else, which trying again does not mend.
    Store(StoreError),
}

/// Attempts at something that may be repeated.
pub(super) struct Tries {
    began: Instant,
    left: u32,
    made: u32,
}

impl Tries {
    pub(super) fn at_most(attempts: u32) -> Self {
        Self { began: Instant::now(), left: attempts, made: 0 }
    }

    /// After an attempt in which nothing was committed: waits before another, when another may succeed.
    pub(super) async fn after(&mut self, error: Error) -> Result<(), StoreError> {
        self.made += 1;
        let again = matches!(error, Error::Conflict(_) | Error::Moved | Error::Gone(_) | Error::Lost(_));
        if !again || self.made == self.left || self.began.elapsed() > DEADLINE {
            return Err(error.into());
        }
        pause(self.made).await;
        Ok(())
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(code) = error.code().map(tokio_postgres::error::SqlState::code) else {
            // Without a code it is the connection's; its texts are the system's.
            return Self::Lost(error.to_string());
        };
        let text = format!("PostgreSQL said {code}");
        match code {
            "40001" | "40P01" => Self::Conflict(text),
            "53100" => Self::Full,
            "22012" => Self::Moved,
            // Terminated, shutting down, starting up, too many connections, read only after a failover, given up.
            "25006" | "53300" | "57014" | "57P01" | "57P02" | "57P03" | "57P05" => Self::Gone(text),
            // A pooler says so when it has lost the server, which may have committed first; so does an engine that
            // cannot tell whether it has.
            "40003" => Self::Lost(text),
            _ if code.starts_with("08") => Self::Lost(text),
            _ => Self::Refused(text),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Gone(Self::from(error).to_string()),
            PoolError::Timeout(_) => Self::Gone("no connection in time".into()),
            other => Self::Gone(other.to_string()),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Conflict(text) | Self::Gone(text) | Self::Lost(text) | Self::Refused(text) => f.write_str(text),
            Self::Moved => f.write_str("another process wrote meanwhile"),
            Self::Full => f.write_str("the disk of the database is full"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<Error> for StoreError {
    /// Of what was not committed, or only read.
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(_) | Error::Moved => Self::Busy,
            Error::Gone(text) | Error::Lost(text) => Self::Unavailable(text),
            Error::Full => Self::Full,
            Error::Refused(text) => Self::Corrupt(text),
            Error::Store(error) => error,
        }
    }
}

/// A value that a statement is given, with its type: so no statement needs a question first.
pub(super) trait Param: ToSql + Sync {
    fn kind(&self) -> Type;
    fn sql(&self) -> &(dyn ToSql + Sync);
}

macro_rules! params {
    ($($type:ty: $kind:ident,)*) => {
        $(impl Param for $type {
            fn kind(&self) -> Type {
                Type::$kind
            }

            fn sql(&self) -> &(dyn ToSql + Sync) {
                self
            }
        })*
    };
}

params! {
    Uuid: UUID,
    Option<Uuid>: UUID,
    Option<i16>: INT2,
    Option<i32>: INT4,
    Option<String>: TEXT,
    Vec<Option<i16>>: INT2_ARRAY,
    Vec<Option<i32>>: INT4_ARRAY,
    Vec<Option<String>>: TEXT_ARRAY,
    Vec<Option<Vec<u8>>>: BYTEA_ARRAY,
    Vec<Option<&str>>: TEXT_ARRAY,
    Vec<Uuid>: UUID_ARRAY,
    Vec<Option<Uuid>>: UUID_ARRAY,
    i16: INT2,
    Vec<i16>: INT2_ARRAY,
    i32: INT4,
    Vec<i32>: INT4_ARRAY,
    i64: INT8,
    Option<i64>: INT8,
    Vec<i64>: INT8_ARRAY,
    Vec<Option<i64>>: INT8_ARRAY,
    Vec<bool>: BOOL_ARRAY,
    &str: TEXT,
    String: TEXT,
    Vec<&str>: TEXT_ARRAY,
    &[u8]: BYTEA,
    Vec<u8>: BYTEA,
    Option<Vec<u8>>: BYTEA,
    Vec<&[u8]>: BYTEA_ARRAY,
    Vec<Option<&[u8]>>: BYTEA_ARRAY,
    Vec<Vec<u8>>: BYTEA_ARRAY,
}

/// A statement and its values.
pub(super) type Call<'a> = (&'static str, Vec<&'a dyn Param>);

/// A connection, used by one or by many.
#[derive(Clone, Copy)]
pub(super) struct Session<'a> {
    client: &'a Object,
    prepared: bool,
}

impl Session<'_> {
    pub(super) async fn query(self, sql: &str, params: &[&dyn Param]) -> Result<Vec<Row>, Error> {
        let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
        if self.prepared {
            let statement = self.client.prepare_typed_cached(sql, &kinds).await?;
            let values: Vec<_> = params.iter().map(|param| param.sql()).collect();
            return Ok(self.client.query(&statement, &values).await?);
        }
        let values: Vec<_> = params.iter().map(|param| param.sql()).zip(kinds).collect();
        Ok(self.client.query_typed(sql, &values).await?)
    }

    /// A statement that is a transaction of its own and answers one row, before its end.
    pub(super) async fn commit_alone(self, sql: &str, params: &[&dyn Param]) -> Result<(), PipelineError> {
        // When the connection broke, the end may have been reached, whatever the server has said until then.
        let executed = |error: tokio_postgres::Error| match error.into() {
            Error::Lost(text) => PipelineError::AtTheEnd(text),
            error => PipelineError::Before(error),
        };
        let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
        let values = params.iter().map(|param| param.sql());
        let rows = if self.prepared {
            let statement = self.client.prepare_typed_cached(sql, &kinds).await;
            let statement = statement.map_err(|error| PipelineError::Before(error.into()))?;
            self.client.query_raw(&statement, values).await
        } else {
            self.client.query_typed_raw(sql, values.zip(kinds)).await
        };
        let mut rows = std::pin::pin!(rows.map_err(executed)?);
        rows.try_next().await.map_err(executed)?;
        rows.try_next().await.map(drop).map_err(|error| PipelineError::at_the_end(error.into()))
    }

    /// Answers how many rows it touched.
    pub(super) async fn execute(self, sql: &str, params: &[&dyn Param]) -> Result<u64, Error> {
        let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
        if self.prepared {
            let statement = self.client.prepare_typed_cached(sql, &kinds).await?;
            let values: Vec<_> = params.iter().map(|param| param.sql()).collect();
            return Ok(self.client.execute(&statement, &values).await?);
        }
        let values: Vec<_> = params.iter().map(|param| param.sql()).zip(kinds).collect();
        Ok(self.client.execute_typed(sql, &values).await?)
    }

    /// Statements without values.
    pub(super) async fn run(self, sql: &str) -> Result<(), Error> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// The first column of the first row, as text.
    pub(super) async fn show(self, sql: &str) -> Result<Option<String>, Error> {
        let messages = self.client.simple_query(sql).await?;
        Ok(messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// Many statements in one round trip, with what opens or ends their transaction around them. The answers are in
    /// their order; the first failure is the outcome of all.
    pub(super) async fn pipeline(
        self,
        begin: Option<&'static str>,
        calls: &[Call<'_>],
        end: Option<&'static str>,
    ) -> Result<Vec<Vec<Row>>, PipelineError> {
        if self.prepared {
            // What is not prepared yet would be sent late, after the end of the transaction.
            for (sql, params) in calls {
                let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
                self.client
                    .prepare_typed_cached(sql, &kinds)
                    .await
                    .map_err(|error| PipelineError::Before(error.into()))?;
            }
        }
        type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;
        let simple =
            |sql: &'static str| -> Answer<'_> { Box::pin(async move { self.run(sql).await.map(|()| Vec::new()) }) };
        let mut answers: Vec<Answer<'_>> = Vec::with_capacity(calls.len() + 2);
        answers.extend(begin.map(simple));
        for (sql, params) in calls {
            answers.push(Box::pin(self.query(sql, params)));
        }
        answers.extend(end.map(simple));
        // Each is sent when it is first asked for its answer, which is done in their order.
        let mut answers = futures_util::future::join_all(answers).await;
        let ended = end.map(|_| answers.pop().expect("the end was sent"));
        // A statement that the database refused has undone the transaction, whatever its end says. When the connection
        // broke, the end was sent as well, and may have been reached.
        let mut rows = answers.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| match error {
            Error::Lost(text) if end.is_some() => PipelineError::AtTheEnd(text),
            error => PipelineError::Before(error),
        })?;
        if begin.is_some() {
            rows.remove(0);
        }
        match ended {
            Some(Err(error)) => Err(PipelineError::at_the_end(error)),
            Some(Ok(_)) | None => Ok(rows),
        }
    }
}

/// Where a pipeline failed.
#[derive(Debug)]
pub(super) enum PipelineError {
    /// Before its end: nothing was committed, unless the connection is gone.
    Before(Error),
    /// At its end: whether it was committed is unknown.
    AtTheEnd(String),
}

impl PipelineError {
    /// What the answer to COMMIT means. A server that ends the connection may have committed first.
    fn at_the_end(error: Error) -> Self {
        match error {
            Error::Gone(text) | Error::Lost(text) => Self::AtTheEnd(text),
            error => Self::Before(error),
        }
    }
}

/// The database, as the engine reaches it.
pub(super) struct Database {
    pool: Pool,
    /// Hosts and name, for people.
    shown: String,
    name: String,
    prepared: bool,
    readers: [RwLock<Option<Arc<Taken>>>; READERS],
    next: AtomicUsize,
}

const POISONED: &str = "no code panics while it holds a reader";

/// What is in the URL that tokio-postgres does not know.
struct Wanted {
    url: String,
    prepared: bool,
    connections: usize,
    roots: Option<String>,
    tls_chosen: bool,
}

fn read_url(url: &str) -> Result<Wanted, String> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut wanted =
        Wanted { url: base.to_owned(), prepared: true, connections: CONNECTIONS, roots: None, tls_chosen: false };
    let mut separator = '?';
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (name, value) {
            ("prepared", "on" | "off") => wanted.prepared = value == "on",
            ("prepared", _) => return Err("prepared is on or off".into()),
            ("connections", _) => {
                let number = value.parse().ok().filter(|number| (READERS + 4..=1_000).contains(number));
                wanted.connections = number.ok_or_else(|| format!("connections is {} to 1000", READERS + 4))?;
            }
            ("sslrootcert", path) => wanted.roots = Some(path.to_owned()),
            _ => {
                wanted.tls_chosen |= name == "sslmode";
                // Certificates are always verified here.
                let pair = if name == "sslmode" && value.starts_with("verify") { "sslmode=require" } else { pair };
                wanted.url.push(separator);
                wanted.url.push_str(pair);
                separator = '&';
            }
        }
    }
    Ok(wanted)
}

fn hosts(config: &tokio_postgres::Config) -> String {
    let ports = config.get_ports();
    let shown = |(place, host): (usize, &Host)| {
        let port = ports.get(place).or(ports.first()).filter(|port| **port != 5432);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        match host {
            Host::Tcp(name) => format!("{name}{port}"),
            Host::Unix(path) => format!("{}{port}", path.display()),
        }
    };
    config.get_hosts().iter().enumerate().map(shown).collect::<Vec<_>>().join(",")
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

fn tls(roots: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut store = rustls::RootCertStore::empty();
    match roots {
        Some(path) => {
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| format!("sslrootcert: {error}"))?;
            for certificate in certificates {
                let added = certificate.map_err(|error| error.to_string());
                added
                    .and_then(|one| store.add(one).map_err(|error| error.to_string()))
                    .map_err(|error| format!("sslrootcert: {error}"))?;
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

impl Database {
    /// Reads the URL; connects when it is first used.
    pub(super) fn new(url: &str) -> Result<Self, OpenError> {
        let wrong = |text: String| OpenError::Database(format!("the URL of the database: {text}"));
        let Wanted { url, prepared, connections, roots, tls_chosen } = read_url(url).map_err(wrong)?;
        // The library's own text could quote the password.
        let config = tokio_postgres::Config::from_str(&url);
        let mut config = config.map_err(|_| wrong("it is not postgres://user:password@host:port/name".into()))?;
        // Otherwise the end of the password would be taken for the beginning of the host, and shown with it.
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err(wrong("write an @ in the user or the password as %40".into()));
        }
        if !tls_chosen && !config.get_hosts().iter().all(is_local) {
            config.ssl_mode(SslMode::Require);
        }
        let name = config.get_dbname().or(config.get_user()).unwrap_or_default().to_owned();
        let shown = format!("{}/{name}", hosts(&config));
        config.application_name("dossier").connect_timeout(CONNECT).tcp_user_timeout(DEADLINE);
        config.keepalives_idle(Duration::from_secs(30));
        let tls = tls(roots.as_deref().map(Path::new)).map_err(wrong)?;
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        // Behind a pooler sessions are shared, and its configuration says what holds in them.
        let prepare_session = Hook::async_fn(move |client, _| {
            Box::pin(async move {
                for setting in SESSION.iter().filter(|_| prepared) {
                    // Engines have their own: what one does not know it does not need.
                    if let Err(error) = client.batch_execute(setting).await
                        && client.is_closed()
                    {
                        return Err(HookError::Backend(error));
                    }
                }
                Ok(())
            })
        });
        let pool = Pool::builder(manager)
            .post_create(prepare_session)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .create_timeout(Some(CONNECT))
            .wait_timeout(Some(CONNECT))
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let readers = [const { RwLock::new(None) }; READERS];
        Ok(Self { pool, shown, name, prepared, readers, next: AtomicUsize::new(0) })
    }

    /// Hosts and name, for people: no user and no password.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The first connection. Whoever starts the process reads why there is none, so this says what to do.
    pub(super) async fn first_connection(&self) -> Result<Object, OpenError> {
        let error = match self.pool.get().await {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        let (shown, name) = (&self.shown, &self.name);
        let text = match &error {
            PoolError::Backend(error) => match error.code().map(tokio_postgres::error::SqlState::code) {
                Some("28P01" | "28000") => {
                    format!("PostgreSQL at {shown} refuses this user or password; correct the setting database")
                }
                Some("3D000") => {
                    format!("PostgreSQL at {shown} has no database {name}; create it, or correct the setting database")
                }
                Some(code) => format!("PostgreSQL at {shown} refuses the connection with code {code}"),
                None => format!("PostgreSQL at {shown} cannot be reached: {error}"),
            },
            PoolError::Timeout(_) => format!("PostgreSQL at {shown} does not answer"),
            other => format!("PostgreSQL at {shown} cannot be reached: {other}"),
        };
        Err(OpenError::Database(text))
    }

    /// A connection of one's own. For transactions as [`Taken`].
    pub(super) async fn connection(&self) -> Result<Object, Error> {
        Ok(self.pool.get().await?)
    }

    pub(super) const fn session<'a>(&self, client: &'a Object) -> Session<'a> {
        Session { client, prepared: self.prepared }
    }

    /// A shared connection. It is closed when it is replaced, and never used for anything else.
    async fn reader(&self, slot: &RwLock<Option<Arc<Taken>>>) -> Result<Arc<Taken>, Error> {
        let open = slot.read().expect(POISONED).clone().filter(|client| !client.is_closed());
        if let Some(client) = open {
            return Ok(client);
        }
        let client = Arc::new(Taken::new(self.connection().await?));
        *slot.write().expect(POISONED) = Some(Arc::clone(&client));
        Ok(client)
    }

    /// One statement by itself, beside others on a shared connection: it reads what was committed when this was called,
    /// or later; what it writes is durable when this returns, and it may be repeated.
    pub(super) async fn query(&self, sql: &str, params: &[&dyn Param]) -> Result<Vec<Row>, StoreError> {
        let mut tries = Tries::at_most(ATTEMPTS);
        loop {
            let slot = &self.readers[self.next.fetch_add(1, Ordering::Relaxed) % READERS];
            let reading = async {
                let client = self.reader(slot).await?;
                self.session(&client).query(sql, params).await
            };
            let error = match tokio::time::timeout(DEADLINE, reading).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => error,
                Err(_) => {
                    // Whoever else waits on it has waited as long.
                    *slot.write().expect(POISONED) = None;
                    return Err(Error::Gone("no answer in time".into()).into());
                }
            };
            if matches!(error, Error::Gone(_)) {
                // It may still be open, and of no use: to what was the primary before a failover.
                *slot.write().expect(POISONED) = None;
            }
            tries.after(error).await?;
        }
    }

    /// The same, of which at most one row comes.
    pub(super) async fn query_one(&self, sql: &str, params: &[&dyn Param]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, params).await?.pop())
    }

    /// A statement without values on a connection of its own, since it takes its time.
    pub(super) async fn alone(&self, sql: &'static str) -> Result<(), StoreError> {
        let connection = self.connection().await?;
        Ok(self.session(&connection).run(sql).await?)
    }

    /// Statements that are durable when this returns, in one transaction; repeated when the engine asks for it, so
    /// `work` must do the same each time with what it is given.
    pub(super) async fn write<D: Sync + ?Sized, T: Send>(&self, given: &D, work: Work<D, T>) -> Result<T, StoreError> {
        let mut tries = Tries::at_most(ATTEMPTS);
        loop {
            match in_time(self.write_once(given, work)).await {
                Ok(done) => return Ok(done),
                Err(error) => tries.after(error).await?,
            }
        }
    }

    async fn write_once<D: Sync + ?Sized, T>(&self, given: &D, work: Work<D, T>) -> Result<T, PipelineError> {
        let connection = Taken::new(self.connection().await.map_err(PipelineError::Before)?);
        let session = self.session(&connection);
        session.run("BEGIN").await.map_err(PipelineError::Before)?;
        match work(session, given).await {
            Ok(done) => match session.run("COMMIT").await {
                Ok(()) => {
                    connection.give_back();
                    Ok(done)
                }
                Err(error) => Err(PipelineError::at_the_end(error)),
            },
            Err(error) => {
                let undone = session.run("ROLLBACK").await;
                connection.after(&error, undone);
                Err(PipelineError::Before(error))
            }
        }
    }
}

/// What is done in a transaction.
pub(super) type Work<D, T> =
    for<'a> fn(Session<'a>, &'a D) -> Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A connection that is closed, which ends its transaction, unless all that was begun on it has ended.
pub(super) struct Taken {
    client: Option<Object>,
    under_way: AtomicUsize,
}

impl Taken {
    /// For one transaction, which begins now.
    pub(super) const fn new(client: Object) -> Self {
        Self { client: Some(client), under_way: AtomicUsize::new(1) }
    }

    /// For several that follow each other, each a statement that is sent while others are under way.
    pub(super) const fn shared(client: Object) -> Self {
        Self { client: Some(client), under_way: AtomicUsize::new(0) }
    }

    /// One of several begins.
    pub(super) fn begin(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// One of several has ended.
    pub(super) fn ended(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// The transaction has ended.
    pub(super) fn give_back(self) {
        self.ended();
    }

    /// Given back when its transaction could be undone, and the database did not end it.
    pub(super) fn after(self, error: &Error, undone: Result<(), Error>) {
        if undone.is_ok() && !matches!(error, Error::Gone(_)) {
            self.give_back();
        }
    }
}

impl std::ops::Deref for Taken {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.client.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(client) = self.client.take()
            && *self.under_way.get_mut() > 0
        {
            drop(Object::take(client));
        }
    }
}

/// A whole transaction, given up when it takes too long. What was not answered is not tried again: it may have
/// happened.
pub(super) async fn in_time<T>(transaction: impl Future<Output = Result<T, PipelineError>>) -> Result<T, Error> {
    let unknown = |text| Err(Error::Store(StoreError::Unknown(text)));
    match tokio::time::timeout(DEADLINE, transaction).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(PipelineError::Before(error))) => Err(error),
        Ok(Err(PipelineError::AtTheEnd(text))) => unknown(text),
        Err(_) => unknown("no answer in time".to_owned()),
    }
}

/// Waits before another attempt: a little longer each time, and not as long as others do.
async fn pause(attempt: u32) {
    let most = 2_u64 << attempt.min(6);
    let mut byte = [0];
    // Without randomness everybody waits as long.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    let millis = most / 2 + most * u64::from(byte[0]) / 512;
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// The same refusal for everybody in a batch.
pub(super) fn copy(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::OverQuota(over) => StoreError::OverQuota(*over),
        StoreError::Busy => StoreError::Busy,
        StoreError::Unavailable(text) => StoreError::Unavailable(text.clone()),
        StoreError::Corrupt(text) => StoreError::Corrupt(text.clone()),
        other => StoreError::Unknown(other.to_string()),
    }
}
