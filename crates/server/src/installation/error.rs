use std::path::PathBuf;

use dossier_store::OpenError;

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    #[error("{path} is in use by another dossier process{pid}. Only one process can use a data folder. Stop the other \
        one, or use another folder with --data-dir", path = .folder.display(), pid = .pid.as_deref().map(|pid|
        format!(" (process {pid})")).unwrap_or_default())]
    InUse { folder: PathBuf, pid: Option<String> },
    /// Other users can enter the folder, or change one of its files.
    #[error("{0}")]
    Exposed(String),
    #[error("root key: {0}")]
    RootKey(String),
    #[error("files: {0}")]
    Files(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file could not be read or written; the text comes from [`cannot`](crate::errors::cannot).
    #[error("{0}")]
    File(String),
    /// The records of the database were moved, have not all arrived, or are older than the anchor.
    #[error("{0}")]
    NotServed(String),
    /// The backup before a schema change failed.
    #[error("{0}")]
    Upgrade(String),
    #[error("failed to create the first account: {0}")]
    FirstAccount(String),
}
