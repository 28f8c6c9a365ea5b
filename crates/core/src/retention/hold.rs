//! Holds: orders of a court or an authority that stop the deletion of a customer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{CustomerId, HoldId};

/// A hold on the deletion of a customer. While it is active, the customer is neither erased nor deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The id of the hold.
    pub id: HoldId,
    /// The customer that is kept.
    pub customer: CustomerId,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it ends by itself. `None` if it lasts until an operator or a key ends it.
    pub ends_at: Option<Timestamp>,
    /// When an operator or a key ended it.
    pub ended_at: Option<Timestamp>,
    /// Who ordered it, and why.
    pub details: HoldDetails,
}

/// Who ordered a hold, and why. It is sealed under the customer's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldDetails {
    /// The reference of the order, at most 256 characters.
    pub reference: String,
    /// The court, the authority or the person who ordered it, at most 256 characters.
    pub authority: String,
    /// Why it was ordered, at most 1,000 characters.
    pub reason: String,
}

impl fmt::Debug for HoldDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl Hold {
    /// Whether it stops deletion at a moment.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.ends_at.is_none_or(|end| now < end)
    }

    /// The hold, as responses show it.
    #[must_use]
    pub fn view(&self, now: Timestamp) -> HoldView<'_> {
        HoldView {
            id: self.id,
            customer_id: self.customer,
            active: self.is_active(now),
            reference: &self.details.reference,
            authority: &self.details.authority,
            reason: &self.details.reason,
            placed_at: self.placed_at,
            ends_at: self.ends_at,
            ended_at: self.ended_at,
        }
    }
}

/// A hold, as responses show it.
#[derive(Serialize, schemars::JsonSchema)]
pub struct HoldView<'a> {
    id: HoldId,
    customer_id: CustomerId,
    /// Whether it stops deletion now.
    active: bool,
    /// The reference of the order.
    reference: &'a str,
    /// Who ordered it.
    authority: &'a str,
    /// Why it was ordered.
    reason: &'a str,
    placed_at: Timestamp,
    /// When it ends by itself. `null` if it lasts until it is ended.
    ends_at: Option<Timestamp>,
    /// When an operator or a key ended it. `null` if none did.
    ended_at: Option<Timestamp>,
}
