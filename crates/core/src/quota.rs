//! Quotas: how much an account or a customer may store, and how many new idempotency keys a day may have. Quotas of an
//! account are checked in the transaction that would exceed them. Quotas of a customer are checked in its turn, before
//! its version changes.

/// The quotas that the operator has set. Those of an account apply to each of its environments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Requests of an account with a new `Idempotency-Key` per day (UTC). `None` means no limit.
    pub idempotency_keys: Option<u64>,
    /// Files of an account, attached or not.
    pub of_account: Room,
    /// Files that are, or ever were, evidence of a customer or its persons.
    pub of_customer: Room,
}

/// How many files there may be, and how many bytes in all. `None` means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// The number of files.
    pub files: Option<u64>,
    /// The bytes in all files together.
    pub bytes: Option<u64>,
}

/// What is used of a quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// The number of files.
    pub files: u64,
    /// The bytes in all of them together.
    pub bytes: u64,
}

/// What a quota limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// [`Quotas::idempotency_keys`]
    IdempotencyKeys,
    /// The number of files in [`Quotas::of_account`].
    FilesOfAccount,
    /// The bytes in [`Quotas::of_account`].
    BytesOfAccount,
    /// The number of files in [`Quotas::of_customer`].
    FilesOfCustomer,
    /// The bytes in [`Quotas::of_customer`].
    BytesOfCustomer,
}

/// A write would have exceeded a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there would be more than {most} of a quota")]
pub struct OverQuota {
    /// The quota that would be exceeded.
    pub quota: Quota,
    /// How much it allows.
    pub most: u64,
}

impl Room {
    /// Refuses more than the quota allows.
    fn check(self, used: Used, files: Quota, bytes: Quota) -> Result<(), OverQuota> {
        for (has, most, quota) in [(used.files, self.files, files), (used.bytes, self.bytes, bytes)] {
            if let Some(most) = most.filter(|most| has > *most) {
                return Err(OverQuota { quota, most });
            }
        }
        Ok(())
    }

    /// Whether an account may store this much.
    ///
    /// # Errors
    ///
    /// [`OverQuota`] when it may not.
    pub fn check_account(self, used: Used) -> Result<(), OverQuota> {
        self.check(used, Quota::FilesOfAccount, Quota::BytesOfAccount)
    }

    /// Whether a customer may store this much.
    ///
    /// # Errors
    ///
    /// [`OverQuota`] when it may not.
    pub fn check_customer(self, used: Used) -> Result<(), OverQuota> {
        self.check(used, Quota::FilesOfCustomer, Quota::BytesOfCustomer)
    }
}

impl Used {
    /// With one more file.
    #[must_use]
    pub const fn and(self, bytes: u64) -> Self {
        Self { files: self.files + 1, bytes: self.bytes + bytes }
    }
}
