//! Connections: a bounded pool for transactions, and a few that all reads share.

mod connection;
mod error;
mod retry;
mod session;
mod url;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use dossier_core::store::StoreError;
use tokio_postgres::Row;

use crate::OpenError;
pub(super) use connection::SharedConnection;
pub(super) use error::{Error, PipelineError, copy};
use retry::ATTEMPTS;
pub(super) use retry::{ATTEMPTS_AT_A_BATCH, Retries, in_time};
pub use session::SESSION;
pub(super) use session::{Call, Param, Session};
use url::Address;

/// The number of connections that reads share. Many queries are in flight on each: 4 shared connections read several
/// times as fast as 32 exclusive ones.
const READERS: usize = 4;
/// The default for the total number of connections.
const CONNECTIONS: usize = 12;
/// The time after which a statement or a whole commit is given up. The database gives up its own part, too.
const DEADLINE: Duration = Duration::from_secs(8);
const CONNECT: Duration = Duration::from_secs(3);

pub(super) struct Database {
    pool: Pool,
    /// Hosts and name, for people.
    shown: String,
    name: String,
    prepared: bool,
    readers: [RwLock<Option<Arc<SharedConnection>>>; READERS],
    next: AtomicUsize,
}

const POISONED: &str = "no code panics while it holds a reader";

impl Database {
    /// Reads the URL. It connects when it is first used.
    pub(super) fn new(url: &str) -> Result<Self, OpenError> {
        let wrong = |text: String| OpenError::Database(format!("the URL of the database cannot be used: {text}"));
        let address = Address::read(url).map_err(wrong)?;
        let Address { config, tls, prepared, connections, shown, name } = address;
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        // A pooler shares sessions, and its own configuration sets them up.
        let prepare_session = Hook::async_fn(move |client, _| {
            Box::pin(async move {
                for setting in SESSION.iter().filter(|_| prepared) {
                    // An engine that does not know a setting does not need it.
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

    /// Hosts and name, for people, without user and password.
    pub(super) fn location(&self) -> &str {
        &self.shown
    }

    /// The first connection. An operator who starts the process reads the error, so it says what to do.
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
            PoolError::Timeout(_) => format!("PostgreSQL at {shown} does not respond"),
            other => format!("PostgreSQL at {shown} cannot be reached: {other}"),
        };
        Err(OpenError::Database(text))
    }

    /// An exclusive connection. Transactions wrap it in a [`SharedConnection`].
    pub(super) async fn connection(&self) -> Result<Object, Error> {
        Ok(self.pool.get().await?)
    }

    pub(super) const fn session<'a>(&self, client: &'a Object) -> Session<'a> {
        Session { client, prepared: self.prepared }
    }

    /// A shared connection. It is closed when it is replaced, and never used for anything else.
    async fn reader(&self, slot: &RwLock<Option<Arc<SharedConnection>>>) -> Result<Arc<SharedConnection>, Error> {
        let open = slot.read().expect(POISONED).clone().filter(|client| !client.is_closed());
        if let Some(client) = open {
            return Ok(client);
        }
        let client = Arc::new(SharedConnection::new(self.connection().await?));
        *slot.write().expect(POISONED) = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Runs a single statement on a shared connection, beside others. It reads at least what was committed at the time
    /// of the call. What it writes is durable on return, and it may be repeated.
    pub(super) async fn query(&self, sql: &str, params: &[&dyn Param]) -> Result<Vec<Row>, StoreError> {
        let mut retries = Retries::at_most(ATTEMPTS);
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
                    // Any other read on this connection has waited as long.
                    *slot.write().expect(POISONED) = None;
                    return Err(Error::Unavailable("no response in time".into()).into());
                }
            };
            if matches!(error, Error::Unavailable(_)) {
                // It may still be open but useless, connected to what was the primary before a failover.
                *slot.write().expect(POISONED) = None;
            }
            retries.wait_after(error).await?;
        }
    }

    /// As [`Database::query`], for a statement that returns at most one row.
    pub(super) async fn query_one(&self, sql: &str, params: &[&dyn Param]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, params).await?.pop())
    }

    /// Runs a slow statement without values on its own connection.
    pub(super) async fn run_slow(&self, sql: &'static str) -> Result<(), StoreError> {
        let connection = self.connection().await?;
        Ok(self.session(&connection).run(sql).await?)
    }

    /// Runs statements in one transaction. They are durable on return. The transaction is repeated when the engine asks
    /// for it, so `work` must do the same each time.
    pub(super) async fn write<D: Sync + ?Sized, T: Send>(&self, given: &D, work: Work<D, T>) -> Result<T, StoreError> {
        let mut retries = Retries::at_most(ATTEMPTS);
        loop {
            match in_time(self.write_once(given, work)).await {
                Ok(done) => return Ok(done),
                Err(error) => retries.wait_after(error).await?,
            }
        }
    }

    async fn write_once<D: Sync + ?Sized, T>(&self, given: &D, work: Work<D, T>) -> Result<T, PipelineError> {
        let connection = SharedConnection::new(self.connection().await.map_err(PipelineError::Before)?);
        let session = self.session(&connection);
        session.run("BEGIN").await.map_err(PipelineError::Before)?;
        match work(session, given).await {
            Ok(done) => match session.run("COMMIT").await {
                Ok(()) => {
                    connection.return_to_pool();
                    Ok(done)
                }
                Err(error) => Err(PipelineError::at_the_end(error)),
            },
            Err(error) => {
                let undone = session.run("ROLLBACK").await;
                connection.recover(&error, undone);
                Err(PipelineError::Before(error))
            }
        }
    }
}

/// The work of a transaction.
pub(super) type Work<D, T> =
    for<'a> fn(Session<'a>, &'a D) -> Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;
