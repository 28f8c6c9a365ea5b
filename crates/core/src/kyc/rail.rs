//! Payment rails, and whether they are open to a customer.

use serde::{Deserialize, Serialize};

/// The status of one rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rail {
    /// The currency, in lower case.
    #[schemars(extend("examples" = ["eur"]))]
    pub currency: String,
    /// The payment rail.
    #[schemars(extend("examples" = ["sepa"]))]
    pub payment_rails: String,
    /// Whether the rail is open to the customer.
    pub status: RailStatus,
}

/// Whether a rail is open to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub enum RailStatus {
    /// Not decided.
    Pending,
    /// Open.
    Approved,
    /// Closed.
    Rejected,
}
