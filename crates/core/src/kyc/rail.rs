//! Payment rails, and whether a customer may use them.

use serde::{Deserialize, Serialize};

use crate::choice;

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

choice! {
    /// Whether a customer may use a rail. Pending means that this is not decided yet.
    RailStatus { Pending = "pending", Approved = "approved", Rejected = "rejected" }
}
