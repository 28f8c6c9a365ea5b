//! Why a data folder cannot be used.

use std::path::PathBuf;

use dossier_store::OpenError;

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
