//! How much an account may have of what lasts. A quota is checked in the transaction that would exceed it.

/// The quotas that the operator has set; `None` where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Requests with a new `Idempotency-Key`, of an account and environment in a day (UTC).
    pub idempotency_keys: Option<u64>,
}

/// What there can be too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// [`Quotas::idempotency_keys`]
    IdempotencyKeys,
}

/// A write would have exceeded a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there would be more than {most} of a quota")]
pub struct OverQuota {
    /// Which quota.
    pub quota: Quota,
    /// How much it allows.
    pub most: u64,
}
