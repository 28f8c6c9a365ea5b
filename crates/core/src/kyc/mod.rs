//! Verification: the state of a customer, the requirements that are still open, and the decisions.

pub mod case;
pub(crate) mod check;
pub mod conditions;
pub mod decision;
mod example;
pub(crate) mod facts;
pub mod follow_up;
pub mod lifecycle;
pub(crate) mod person;
pub(crate) mod policy;
pub mod provider;
pub mod rail;
pub mod reasons;
pub mod record;
pub mod reminders;
pub mod requirement;
pub mod requirements;
pub mod risk;
pub mod rules;

pub use facts::Prospect;
pub use lifecycle::{Conflict, State, Transition};
pub use person::PersonShare;
pub use policy::{AfterApproval, FourEyes, Policy, Retention};
pub use reasons::Reasons;
pub use record::Kyc;
pub use reminders::Reminders;
pub use rules::RuleSet;
