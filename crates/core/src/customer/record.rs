//! The record of a customer at one version.

use crate::clock::Timestamp;
use crate::customer::profile::Profile;
use crate::ids::CustomerId;
use crate::kyc::record::Kyc;
use crate::parse::leaf::Email;

/// The record of a customer at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Counts changes, from 1.
    pub version: u64,
    /// Counts events, from 1.
    pub events: u64,
    /// The version in which its associated persons last changed: they are stored apart and written only then.
    pub persons_version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Unique in its scope.
    pub email: Email,
    /// What is known of it.
    pub profile: Profile,
    /// Where its verification stands.
    pub kyc: Kyc,
    /// By which index its e-mail finds it.
    pub email_index: EmailIndex,
}

/// Which index of its e-mail a customer has. Customers whose addresses counted as different when they were stored have
/// one each: the oldest has the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailIndex {
    /// The one that is stored, since the address is still the same.
    Stored([u8; 16]),
    /// This one, from 0, which nobody else may have.
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
