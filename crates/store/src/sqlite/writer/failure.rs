//! What a failed statement means.

use dossier_core::store::StoreError;
use rusqlite::ErrorCode;

pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    // The shared-memory file that cannot grow is a full disk under another name.
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// Whether another program's lock is in the way.
pub(crate) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The error for a job that waited too long for the lock. Nothing was written.
pub(crate) fn locked() -> StoreError {
    StoreError::Unavailable("another program has locked the database".into())
}

/// Whether what is on disk can no longer be trusted.
pub(crate) fn is_io(error: &rusqlite::Error) -> bool {
    !is_full(error)
        && matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
}
