//! Payment rails, and whether they are open to a customer.

use serde::{Deserialize, Serialize};

/// The status of one rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rail {
    /// The currency, in small letters.
    pub currency: String,
    /// The payment rail.
    pub payment_rails: String,
    /// Whether it is open to the customer.
    pub status: RailStatus,
}

/// Whether a rail is open to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RailStatus {
    /// Not decided.
    Pending,
    /// Open.
    Approved,
    /// Closed.
    Rejected,
}
