//! One data folder, held by one process: its lock, its root key, its store.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use dossier_core::account::{self, Account};
use dossier_core::api_key::{self, ApiKey, KeyScope, NewKey};
use dossier_core::caller::{Actor, Caller, Environment, Scope};
use dossier_core::clock::{Clock as _, SandboxClocks};
use dossier_core::customer::reindex::reindex_emails;
use dossier_core::customer::update::UpdateError;
use dossier_core::ids::AccountId;
use dossier_core::kyc::{Policy, provider};
use dossier_core::services::Services;
use dossier_core::store::{Store, StoreError};
use dossier_core::turns::Turns;
use dossier_store::blobs::{Blobs, Bucket, Folder};
use dossier_store::chores::{Chore, ONCE, SHARED_EMAILS};
use dossier_store::postgres::PostgresStore;
use dossier_store::sqlite::SqliteStore;
use dossier_store::vault::RootKey;
use dossier_store::{Engine, OpenError};
use zeroize::Zeroizing;

use crate::anchor::{Anchored, Anchoring};
use crate::backup::upgrade;
use crate::config::Config;
use crate::config::root_key::RootKeySource;
use crate::errors::cannot;
use crate::home::Home;
use crate::logs;
use crate::system::{SystemClock, SystemRandom};
use crate::trust;

/// The exit code after an I/O error of the database (`EX_IOERR`).
const EXIT_IO_ERROR: i32 = 74;

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// Another process has it.
    #[error("{path} is in use by another dossier process{pid}. One data folder belongs to one process; commands reach \
        a running server by themselves", path = .folder.display(), pid = .pid.as_deref().map(|pid| format!(" (process \
        {pid})")).unwrap_or_default())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The other process, when it says.
        pid: Option<String>,
    },
    /// Others could enter the folder, or decide what is in one of its files.
    #[error("{0}")]
    Exposed(String),
    /// The root key could not be had.
    #[error("root key: {0}")]
    RootKey(String),
    /// The place of files is not usable as it is configured.
    #[error("files: {0}")]
    Files(String),
    /// The store refused.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file could not be read or written, as [`cannot`] says it.
    #[error("{0}")]
    File(String),
    /// The records of the database are changed elsewhere, have not all arrived, or are older than the anchor.
    #[error("{0}")]
    NotServed(String),
    /// No backup could be made before the schema changes.
    #[error("{0}")]
    Upgrade(String),
    /// The first account could not be made.
    #[error("the first account could not be made: {0}")]
    FirstAccount(String),
}

/// An open data folder.
pub struct Installation {
    /// The store, for what is not in the trait.
    pub store: Arc<dyn Engine>,
    /// What use cases need, with the same store.
    pub services: Services,
    /// How far the audit trails have come, outside of the database.
    pub anchored: Arc<Anchored>,
    /// The account that was made by this very start, if one was.
    pub first_account: Option<AccountId>,
}

/// The right to use a data folder, until it is dropped.
pub struct Lock(File);

impl Lock {
    /// Takes the folder, making it when there is none.
    ///
    /// # Errors
    ///
    /// [`InstallationError::InUse`] when another process has it, [`InstallationError::Exposed`] when others can enter
    /// it.
    pub fn take(folder: &Path) -> Result<Self, InstallationError> {
        let file_error = InstallationError::File;
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(cannot("make the data folder", folder)).map_err(file_error)?;
        trust::check_folder(folder).map_err(InstallationError::Exposed)?;
        let path = folder.join("lock");
        let mut file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(cannot("open", &path))
            .map_err(file_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                let pid = Some(pid.trim().to_owned()).filter(|pid| !pid.is_empty());
                return Err(InstallationError::InUse { folder: folder.to_owned(), pid });
            }
            Err(TryLockError::Error(cause)) => return Err(file_error(cannot("lock", &path)(cause))),
        }
        // For people only: what counts is the lock, which ends with the process.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

impl Installation {
    /// Opens a data folder whose lock is held; makes root key, keyring, database and a first account when there are
    /// none. Customers reach it under `public_url`.
    ///
    /// # Errors
    ///
    /// [`InstallationError`], each in words that say what to do.
    pub async fn open(config: &Config, public_url: String, anchoring: Anchoring) -> Result<Self, InstallationError> {
        let root_key = root_key(config)?;
        if config.storage.database.is_some() && config.storage.files.is_none() {
            tracing::warn!("files lie in the data folder of this process, where no other reaches them; set files");
        }
        let home = Home::of(config);
        let standing = home.check_served().await?;
        upgrade::before(config, &root_key, &standing).await.map_err(InstallationError::Upgrade)?;
        let store = Opened::open(config, &home, &root_key).await?.engine();
        let anchored = Anchored::open(config, &root_key, Arc::clone(&store), anchoring).await;
        let anchored = Arc::new(anchored.map_err(InstallationError::NotServed)?);
        if anchoring == Anchoring::Enforced {
            anchored
                .write()
                .map_err(cannot("write the anchor", &config.storage.anchor))
                .map_err(InstallationError::File)?;
        }
        let services = Services {
            store: Arc::clone(&store) as Arc<dyn Store>,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom::default()),
            turns: Turns::default(),
            sandboxes: SandboxClocks::default(),
            policy: Policy {
                rules: Arc::clone(&config.verification.rules),
                rails: config.verification.rails.clone(),
                after_approval: config.verification.after_approval,
                provider: if config.verification.sumsub.is_some() {
                    provider::Name::Sumsub
                } else {
                    provider::Name::Manual
                },
                public_url,
            },
            quotas: config.quotas,
        };
        let corrupt = |error: StoreError| OpenError::Database(error.to_string());
        for (account, seconds) in store.sandbox_clocks().await.map_err(corrupt)? {
            services.sandboxes.set(account, seconds);
        }
        let find_emails_again = find_emails_again(&*store, &services).await;
        find_emails_again.map_err(|error| OpenError::Database(error.to_string()))?;
        let first = |error: &dyn std::fmt::Display| InstallationError::FirstAccount(error.to_string());
        let first_account = if store.accounts().await.map_err(|error| first(&error))?.is_empty() {
            let account = account::create(&services, &system(nobody()), "default".to_owned())
                .await
                .map_err(|error| first(&error))?;
            Some(account.account_id)
        } else {
            None
        };
        Ok(Self { store, services, anchored, first_account })
    }

    /// The sandbox key that a new installation shows once.
    ///
    /// # Errors
    ///
    /// [`InstallationError::FirstAccount`] when it cannot be stored.
    pub async fn first_key(services: &Services, account: AccountId) -> Result<ApiKey, InstallationError> {
        let caller = system(Scope { account, environment: Environment::Sandbox });
        let new = NewKey {
            name: "first start".to_owned(),
            scopes: KeyScope::defaults(Environment::Sandbox),
            expires_at: None,
        };
        let made = api_key::create(services, &caller, new).await;
        made.map(|(key, _)| key).map_err(|error| InstallationError::FirstAccount(error.to_string()))
    }
}

/// Reindexes, once after an upgrade, the e-mails that the older version compared differently.
async fn find_emails_again(store: &dyn Engine, services: &Services) -> Result<(), UpdateError> {
    if store.done(Chore::Emails).await?.is_some() {
        return Ok(());
    }
    let mut done = ONCE;
    for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
        for shared in reindex_emails(services, &upgrade(scope)).await? {
            done = SHARED_EMAILS;
            let customers = shared.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            tracing::warn!(account = %scope.account, environment = scope.environment.as_str(), %customers,
                "these customers now share an e-mail; a search for it returns all of them");
        }
    }
    Ok(store.set_done(Chore::Emails, done).await?)
}

fn system(scope: Scope) -> Caller {
    Caller { scope, actor: Actor::System, request_id: "first-start".to_owned(), address: None }
}

fn upgrade(scope: Scope) -> Caller {
    Caller { request_id: "upgrade".to_owned(), ..system(scope) }
}

const fn nobody() -> Scope {
    Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Sandbox }
}

/// After an I/O error the contents of the disk are unknown. Only a new start, which reads them, can tell.
fn end_process(why: &str) {
    tracing::error!(cause = why, "the database has an I/O error; the process ends so that nothing is guessed");
    logs::finish();
    std::process::exit(EXIT_IO_ERROR);
}

/// An open store, by its engine.
pub(crate) enum Opened {
    Sqlite(Arc<SqliteStore>),
    Postgres(Arc<PostgresStore>),
}

impl Opened {
    /// The store with its rows in this place.
    pub(crate) async fn open(config: &Config, home: &Home, root_key: &RootKey) -> Result<Self, InstallationError> {
        let (blobs, now) = (blobs(config, config.storage.files.as_deref())?, SystemClock.now());
        Ok(match home {
            Home::Postgres(url) => Self::Postgres(Arc::new(
                PostgresStore::open(url, &config.storage.keyring, root_key, blobs, now, config.storage.cache).await?,
            )),
            Home::Folder(folder) => {
                let fatal = Arc::new(end_process);
                let store = SqliteStore::open(
                    folder,
                    &config.storage.keyring,
                    root_key,
                    blobs,
                    now,
                    config.storage.cache,
                    fatal,
                )?;
                Self::Sqlite(Arc::new(store))
            }
        })
    }

    /// For what needs no engine in particular.
    pub(crate) fn engine(&self) -> Arc<dyn Engine> {
        match self {
            Self::Sqlite(store) => Arc::clone(store) as Arc<dyn Engine>,
            Self::Postgres(store) => Arc::clone(store) as Arc<dyn Engine>,
        }
    }
}

/// The place of files that a URL names, or the one in the data folder.
pub(crate) fn blobs(config: &Config, place: Option<&str>) -> Result<Arc<dyn Blobs>, InstallationError> {
    let opened = |folder: std::io::Result<Folder>, path: &Path| {
        folder.map_err(cannot("open the folder of files", path)).map_err(InstallationError::File)
    };
    match place {
        Some(url) if url.starts_with("file://") => {
            let path = PathBuf::from(url.trim_start_matches("file://"));
            Ok(Arc::new(opened(Folder::open_shared(path.clone()), &path)?))
        }
        Some(url) => {
            let variables: Vec<_> = std::env::vars().collect();
            Ok(Arc::new(Bucket::open(url, &variables).map_err(InstallationError::Files)?))
        }
        None => {
            let path = config.data_dir.join("files");
            Ok(Arc::new(opened(Folder::open(path.clone()), &path)?))
        }
    }
}

pub(crate) fn root_key(config: &Config) -> Result<RootKey, InstallationError> {
    let not_base64 = |origin: &str| InstallationError::RootKey(format!("{origin} is not 32 bytes in base64"));
    trust::check_file(&config.storage.keyring).map_err(InstallationError::Exposed)?;
    match &config.root_key {
        RootKeySource::Given(text) | RootKeySource::Variable(text) => {
            RootKey::parse(text).ok_or_else(|| not_base64("the given key"))
        }
        RootKeySource::Command(command) => {
            let text = printed(command).map_err(InstallationError::RootKey)?;
            RootKey::parse(&text).ok_or_else(|| not_base64("what the command printed"))
        }
        RootKeySource::DataFolder => root_key_file(&config.data_dir, &config.storage.keyring),
    }
}

/// More than a key has in base64, with what a program may print around it.
const PRINTED: usize = 4 * 1_024;

/// What a command prints on standard output, as far as a key can be long.
fn printed(command: &str) -> Result<Zeroizing<String>, String> {
    let failed = |error: std::io::Error| format!("the command could not be run: {error}");
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut command = shell.spawn().map_err(failed)?;
    let output = command.stdout.take().map(|output| trust::read_secret(output.take(PRINTED as u64), PRINTED + 1));
    let status = command.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("the command ended with {status}"));
    }
    output.unwrap_or_else(|| Ok(Zeroizing::default())).map_err(|error| format!("what the command printed: {error}"))
}

fn root_key_file(folder: &Path, keyring: &Path) -> Result<RootKey, InstallationError> {
    let path = folder.join("root.key");
    let file_error = |cause: std::io::Error| InstallationError::File(cannot("read the root key", &path)(cause));
    trust::check_file(&path).map_err(InstallationError::Exposed)?;
    match File::open(&path).and_then(|file| trust::read_secret(file, PRINTED)) {
        Ok(text) => {
            let mode = fs::metadata(&path).map_err(file_error)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(InstallationError::RootKey(format!(
                    "{} can be read by others; chmod 400 it",
                    path.display()
                )));
            }
            RootKey::parse(&text)
                .ok_or_else(|| InstallationError::RootKey(format!("{} is not 32 bytes in base64", path.display())))
        }
        // A new key would open nothing of what is there.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && keyring.exists() => {
            let text = format!(
                "{} is missing. Put it back from your copy; without it nothing can be read. Nothing was written",
                path.display()
            );
            Err(InstallationError::RootKey(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(RootKey::create_file(&path)?),
        Err(cause) => Err(file_error(cause)),
    }
}
