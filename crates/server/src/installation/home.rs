//! Where the rows of an installation are, and whether they may be served from there.

use std::path::PathBuf;

use dossier_store::OpenError;
use dossier_store::transfer::mark::{DatabaseState, Location, Mark};

use super::error::InstallationError;
use crate::config::Config;

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// The embedded engine's file in this folder.
    Folder(PathBuf),
    /// The PostgreSQL database of this URL.
    Postgres(String),
}

impl Home {
    /// The configured one.
    pub(crate) fn of(config: &Config) -> Self {
        match &config.storage.database {
            Some(url) => Self::Postgres(url.clone()),
            None => Self::Folder(config.data_dir.clone()),
        }
    }

    /// Calls `then` with the location of the database.
    pub(crate) async fn with_location<T>(&self, then: impl AsyncFnOnce(Location<'_>) -> T) -> T {
        match self {
            Self::Folder(folder) => then(Location::Sqlite(&folder.join("dossier.db"))).await,
            Self::Postgres(url) => then(Location::Postgres(url)).await,
        }
    }

    pub(crate) async fn read_state(&self) -> Result<DatabaseState, OpenError> {
        self.with_location(async |location| location.read_state().await).await
    }

    pub(crate) async fn set_mark(&self, mark: Option<&Mark>) -> Result<(), OpenError> {
        self.with_location(async |location| location.set_mark(mark).await).await
    }

    /// For people: the file, or hosts and name of the database.
    pub(crate) fn location(&self) -> String {
        match self {
            Self::Folder(folder) => {
                let file = folder.join("dossier.db");
                std::path::absolute(&file).unwrap_or(file).display().to_string()
            }
            Self::Postgres(url) => format!("PostgreSQL at {}", Location::Postgres(url)),
        }
    }

    /// Refuses a database whose records were or are being moved elsewhere, or have not all arrived.
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
                "a move of the records of {} to {to} began on {at} and has not finished; run the same dossier db \
                    move again, or dossier db reopen to continue here",
                self.location(),
            ),
            Mark::Left { to, at } => format!(
                "the records of {} were moved to {to} on {at}; start dossier there, or run dossier db reopen to \
                    continue here without later changes",
                self.location(),
            ),
            Mark::Arriving { from, at } => format!(
                "a transfer from {from} into {} began on {at} and has not finished; run the same dossier db move or \
                    dossier restore again",
                self.location(),
            ),
        }
    }
}
