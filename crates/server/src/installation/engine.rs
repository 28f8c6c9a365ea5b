//! The engine that runs, and where it keeps the content of files.

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

/// After an I/O error the contents of the disk are unknown. Only a new start, which reads them, can tell.
fn end_process(why: &str) {
    tracing::error!(cause = why, "the database has an I/O error; the process ends so that nothing is guessed");
    logs::finish();
    std::process::exit(EXIT_IO_ERROR);
}
