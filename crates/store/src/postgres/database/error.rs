//! The failures of a statement, a transaction or a pipeline, and what they mean for a store.

use deadpool_postgres::PoolError;
use dossier_core::store::StoreError;

use crate::OpenError;

/// Why a statement or a transaction failed. The messages of the database can quote values, so only codes are kept.
#[derive(Debug)]
pub(crate) enum Error {
    /// Nothing was written, and the engine asks for a retry: a serialisation failure or a deadlock.
    Conflict(String),
    /// An assumption of a statement does not hold, and nothing was written. It divided by zero, which no other
    /// statement does.
    AssumptionFailed,
    /// The database ended or refused the connection, and said so.
    Unavailable(String),
    /// The connection broke. What was sent without a response may have been done.
    ConnectionLost(String),
    Full,
    /// The database refused the statement. Nothing of its transaction was written.
    Refused(String),
    /// Another failure, which a retry does not fix.
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(code) = error.code().map(tokio_postgres::error::SqlState::code) else {
            // Without a code it is a failure of the connection. Its messages come from the system.
            return Self::ConnectionLost(error.to_string());
        };
        let text = format!("PostgreSQL error {code}");
        match code {
            "40001" | "40P01" => Self::Conflict(text),
            "53100" => Self::Full,
            "22012" => Self::AssumptionFailed,
            // Terminated, shutting down, starting up, too many connections, read only after a failover, timed out.
            "25006" | "53300" | "57014" | "57P01" | "57P02" | "57P03" | "57P05" => Self::Unavailable(text),
            // A pooler reports this when it has lost the server, which may have committed first. So does an engine that
            // cannot tell whether it has.
            "40003" => Self::ConnectionLost(text),
            _ if code.starts_with("08") => Self::ConnectionLost(text),
            _ => Self::Refused(text),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Unavailable(Self::from(error).to_string()),
            PoolError::Timeout(_) => Self::Unavailable("no connection was free in time".into()),
            other => Self::Unavailable(other.to_string()),
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
            Self::Conflict(text) | Self::Unavailable(text) | Self::ConnectionLost(text) | Self::Refused(text) => {
                f.write_str(text)
            }
            Self::AssumptionFailed => f.write_str("another process wrote in the meantime"),
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
    /// For an error of a transaction that was not committed, or that only reads.
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(_) | Error::AssumptionFailed => Self::Busy,
            Error::Unavailable(text) | Error::ConnectionLost(text) => Self::Unavailable(text),
            Error::Full => Self::Full,
            Error::Refused(text) => Self::Corrupt(text),
            Error::Store(error) => error,
        }
    }
}

/// Where a pipeline failed.
#[derive(Debug)]
pub(crate) enum PipelineError {
    /// Before its end. Nothing was committed, unless the connection is gone.
    Before(Error),
    /// At its end. It is unknown whether it was committed.
    AtTheEnd(String),
}

impl PipelineError {
    /// The meaning of a failed COMMIT. A server that ends the connection may have committed first.
    pub(super) fn at_the_end(error: Error) -> Self {
        match error {
            Error::Unavailable(text) | Error::ConnectionLost(text) => Self::AtTheEnd(text),
            error => Self::Before(error),
        }
    }
}

/// The same error for every change of a batch.
pub(crate) fn copy(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::OverQuota(over) => StoreError::OverQuota(*over),
        StoreError::Busy => StoreError::Busy,
        StoreError::Unavailable(text) => StoreError::Unavailable(text.clone()),
        StoreError::Corrupt(text) => StoreError::Corrupt(text.clone()),
        other => StoreError::Unknown(other.to_string()),
    }
}
