//! The meaning of failed statements.

use dossier_core::store::StoreError;
use rusqlite::ErrorCode;

pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    // If the shared-memory file cannot grow, the disk is full as well.
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// Whether another program holds the lock.
pub(crate) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The error of a job that waited too long for the lock. Nothing was written.
pub(crate) fn locked() -> StoreError {
    StoreError::Unavailable("another program has locked the database".into())
}

/// Whether the state on disk can no longer be trusted.
pub(crate) fn is_io(error: &rusqlite::Error) -> bool {
    !is_full(error)
        && matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
}
