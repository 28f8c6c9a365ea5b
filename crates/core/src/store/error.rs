//! What a store may fail with.

use crate::ids::CustomerId;
use crate::quota::OverQuota;

/// Why the store did not do what it was asked. What is read may be [`StoreError::Corrupt`] or
/// [`StoreError::Unavailable`]; what is written may end with any of these.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique value (an e-mail) belongs to another record of the scope, this one. Nothing was written.
    #[error("the value belongs to another record")]
    Taken(CustomerId),
    /// The record was sealed as often as its key allows. Nothing was written.
    #[error("the record has been changed too often for its key")]
    Exhausted,
    /// A quota is used up. Nothing was written.
    #[error(transparent)]
    OverQuota(#[from] OverQuota),
    /// The disk is full. Nothing was written, reads go on, and writes will work again when there is room.
    #[error("no space is left to write")]
    Full,
    /// More writers wait than the store lets wait. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
    /// The place where files or records lie cannot be reached, or another program has locked it. Nothing was written
    /// that counts.
    #[error("what is stored cannot be reached: {0}")]
    Unavailable(String),
    /// What is stored cannot be opened or decoded.
    #[error("a stored record cannot be read: {0}")]
    Corrupt(String),
    /// The outcome is not known; repeating the request is safe.
    #[error("the outcome of the write is unknown: {0}")]
    Unknown(String),
}
