//! Quotas: how much an account or a customer may store, and how many new keys a day may have. Those of an account are
//! checked in the transaction that would exceed them, those of a customer in its turn, before a change of its version.

/// The quotas that the operator has set. Those of an account hold in each of its environments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Requests of an account with a new `Idempotency-Key` in a day (UTC); `None` for any number.
    pub idempotency_keys: Option<u64>,
    /// Files of an account, attached or not.
    pub of_account: Room,
    /// Files that are evidence of a customer or its persons, or ever were.
    pub of_customer: Room,
}

/// How many files there may be, and how many bytes they may have; `None` for any number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Files.
    pub files: Option<u64>,
    /// Bytes.
    pub bytes: Option<u64>,
}

/// What is taken of a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What there can be too much of.
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
    /// Which quota.
    pub quota: Quota,
    /// How much it allows.
    pub most: u64,
}

impl Room {
    /// Refuses more than there is room for.
    fn check(self, used: Used, files: Quota, bytes: Quota) -> Result<(), OverQuota> {
        for (has, most, quota) in [(used.files, self.files, files), (used.bytes, self.bytes, bytes)] {
            if let Some(most) = most.filter(|most| has > *most) {
                return Err(OverQuota { quota, most });
            }
        }
        Ok(())
    }

    /// Whether an account may have so much.
    ///
    /// # Errors
    ///
    /// [`OverQuota`] when it may not.
    pub fn check_account(self, used: Used) -> Result<(), OverQuota> {
        self.check(used, Quota::FilesOfAccount, Quota::BytesOfAccount)
    }

    /// Whether a customer may have so much.
    ///
    /// # Errors
    ///
    /// [`OverQuota`] when it may not.
    pub fn check_customer(self, used: Used) -> Result<(), OverQuota> {
        self.check(used, Quota::FilesOfCustomer, Quota::BytesOfCustomer)
    }
}

impl Used {
    /// With another file.
    #[must_use]
    pub const fn and(self, bytes: u64) -> Self {
        Self { files: self.files + 1, bytes: self.bytes + bytes }
    }
}
