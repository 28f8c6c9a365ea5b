//! The record of a customer, and the index of its e-mail.

use crate::clock::Timestamp;
use crate::customer::profile::Profile;
use crate::ids::CustomerId;
use crate::kyc::record::Kyc;
use crate::parse::leaf::Email;

/// The record of a customer at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The id of the customer, which never changes.
    pub id: CustomerId,
    /// Counts changes, from 1.
    pub version: u64,
    /// Counts events, from 1.
    pub events: u64,
    /// The version in which its associated persons last changed. They are stored separately, and written only when they
    /// change.
    pub persons_version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The e-mail, which is unique in the scope.
    pub email: Email,
    /// The KYC fields.
    pub profile: Profile,
    /// The state of the verification.
    pub kyc: Kyc,
    /// The index under which the e-mail finds the customer.
    pub email_index: EmailIndex,
}

/// The index of a customer's e-mail. Addresses that an older version told apart may count as equal now. Each of these
/// customers then has an index of its own, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailIndex {
    /// The index that is already stored, because the address has not changed.
    Stored([u8; 16]),
    /// A new index, with this number. It must be free.
    Nth(u8),
}

impl Default for EmailIndex {
    fn default() -> Self {
        Self::Nth(0)
    }
}

impl EmailIndex {
    /// The most customers that a search for one address returns.
    pub const MOST: u8 = 4;
}
