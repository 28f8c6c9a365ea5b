//! The errors of a store.

use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::quota::OverQuota;

/// Why the store failed. A read fails with [`StoreError::Corrupt`] or [`StoreError::Unavailable`], and with
/// [`StoreError::Erased`] where it reads a customer that was erased. A write may fail
/// with any of these.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique value (an e-mail) belongs to another record of the scope, which is named here. Nothing was written.
    #[error("the value belongs to another record")]
    Taken(CustomerId),
    /// The record was sealed as often as its key allows. Nothing was written.
    #[error("the record has been changed too often for its key")]
    Exhausted,
    /// A quota is used up. Nothing was written.
    #[error(transparent)]
    OverQuota(#[from] OverQuota),
    /// The disk is full. Nothing was written. Reads still work, and writes work again once there is room.
    #[error("no space is left to write")]
    Full,
    /// More writers wait than the store allows. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
    /// The storage of files or records is unreachable, or another program has locked it. Nothing was committed.
    #[error("what is stored cannot be reached: {0}")]
    Unavailable(String),
    /// The customer was erased. Only its tombstone remains.
    #[error("the customer was erased")]
    Erased {
        /// The id of the customer.
        customer: CustomerId,
        /// When it was erased.
        at: Timestamp,
    },
    /// Stored data cannot be opened or decoded.
    #[error("a stored record cannot be read: {0}")]
    Corrupt(String),
    /// The outcome is unknown. Repeating the request is safe.
    #[error("the outcome of the write is unknown: {0}")]
    Unknown(String),
}
