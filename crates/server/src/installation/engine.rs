//! The engine, and the place of files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dossier_core::clock::Clock as _;
use dossier_store::Engine;
use dossier_store::blobs::{Blobs, Bucket, Folder};
use dossier_store::postgres::PostgresStore;
use dossier_store::sqlite::SqliteStore;
use dossier_store::vault::RootKey;

use super::error::InstallationError;
use super::home::Home;
use crate::config::Config;
use crate::config::storage::file_url_folder;
use crate::errors::cannot;
use crate::logs;
use crate::system::SystemClock;

/// The exit code after an I/O error of the database (`EX_IOERR`).
const EXIT_IO_ERROR: i32 = 74;

/// An open store, by its engine.
pub(crate) enum OpenStore {
    Sqlite(Arc<SqliteStore>),
    Postgres(Arc<PostgresStore>),
}

impl OpenStore {
    /// Opens the store of an installation.
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

    pub(crate) fn engine(&self) -> Arc<dyn Engine> {
        match self {
            Self::Sqlite(store) => Arc::clone(store) as Arc<dyn Engine>,
            Self::Postgres(store) => Arc::clone(store) as Arc<dyn Engine>,
        }
    }
}

/// Opens the place of files that a URL names, or the one in the data folder.
pub(crate) fn blobs(config: &Config, place: Option<&str>) -> Result<Arc<dyn Blobs>, InstallationError> {
    let opened = |folder: std::io::Result<Folder>, path: &Path| {
        folder.map_err(cannot("open the folder of files", path)).map_err(InstallationError::File)
    };
    match place {
        Some(url) => {
            if let Some(path) = file_url_folder(url).map(PathBuf::from) {
                return Ok(Arc::new(opened(Folder::open_shared(path.clone()), &path)?));
            }
            let variables: Vec<_> = std::env::vars().collect();
            Ok(Arc::new(Bucket::open(url, &variables).map_err(InstallationError::Files)?))
        }
        None => {
            let path = config.data_dir.join("files");
            Ok(Arc::new(opened(Folder::open(path.clone()), &path)?))
        }
    }
}

/// Ends the process. After an I/O error, what is on the disk is unknown until the next start reads it.
fn end_process(cause: &str) {
    tracing::error!(
        cause,
        "the database had an I/O error; stopping, because what is on disk is unknown. Check the \
        disk, then start again"
    );
    logs::finish();
    std::process::exit(EXIT_IO_ERROR);
}
