//! The database of an installation, and whether it may be served.

use std::path::PathBuf;

use dossier_store::transfer::mark::{DatabaseState, Location, Mark};
use dossier_store::{DATABASE_FILE, OpenError};

use super::error::InstallationError;
use crate::config::Config;

/// The location of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// The folder with the embedded database.
    Folder(PathBuf),
    /// The URL of the PostgreSQL database.
    Postgres(String),
}

impl Home {
    /// The configured location.
    pub(crate) fn of(config: &Config) -> Self {
        match &config.storage.database {
            Some(url) => Self::Postgres(url.clone()),
            None => Self::Folder(config.data_dir.clone()),
        }
    }

    /// Calls `then` with the location of the database.
    pub(crate) async fn with_location<T>(&self, then: impl AsyncFnOnce(Location<'_>) -> T) -> T {
        match self {
            Self::Folder(folder) => then(Location::Sqlite(&folder.join(DATABASE_FILE))).await,
            Self::Postgres(url) => then(Location::Postgres(url)).await,
        }
    }

    pub(crate) async fn read_state(&self) -> Result<DatabaseState, OpenError> {
        self.with_location(async |location| location.read_state().await).await
    }

    pub(crate) async fn set_mark(&self, mark: Option<&Mark>) -> Result<(), OpenError> {
        self.with_location(async |location| location.set_mark(mark).await).await
    }

    /// The text for people: the file, or the hosts and name of the database.
    pub(crate) fn location(&self) -> String {
        match self {
            Self::Folder(folder) => {
                let file = folder.join(DATABASE_FILE);
                std::path::absolute(&file).unwrap_or(file).display().to_string()
            }
            Self::Postgres(url) => format!("PostgreSQL at {}", Location::Postgres(url)),
        }
    }

    /// Fails if the records were moved or are being moved to another database, or have not all arrived.
    pub(crate) async fn check_served(&self) -> Result<DatabaseState, InstallationError> {
        let state = self.read_state().await?;
        match &state.mark {
            Some(mark) => Err(InstallationError::NotServed(self.why_not(mark))),
            None => Ok(state),
        }
    }

    pub(crate) fn why_not(&self, mark: &Mark) -> String {
        match mark {
            Mark::Leaving { to, at } => format!(
                "the move of the records from {} to {to}, started at {at}, has not finished. Run the same dossier db \
                    move again to complete it, or dossier db reopen to stay with this database",
                self.location(),
            ),
            Mark::Left { to, at } => format!(
                "the records of {} were moved to {to} at {at}. Start dossier with that database, or run dossier db \
                    reopen to return to this one, without the changes made since",
                self.location(),
            ),
            Mark::Arriving { from, at } => format!(
                "the transfer from {from} to {}, started at {at}, has not finished. Run the same dossier db move or \
                    dossier restore again to complete it, or restore an undamaged copy into an empty place",
                self.location(),
            ),
        }
    }
}
