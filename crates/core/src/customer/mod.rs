//! The customer: its record, and the contract's types that make it up.

pub mod account_use;
pub mod address;
pub mod associated_person;
pub mod business;
pub(crate) mod compare;
pub(crate) mod condition;
pub mod document;
pub mod documents;
pub mod export;
pub mod filter;
pub mod identity;
pub mod individual;
pub mod merge;
pub mod numbers;
pub mod patch;
pub mod postal_code;
pub(crate) mod profile;
pub(crate) mod record;
pub(crate) mod summary;
pub mod view;

pub use address::Address;
pub use associated_person::AssociatedPerson;
pub use business::Business;
pub use condition::{Condition, Versions};
pub use individual::Individual;
pub use profile::{CustomerType, Profile};
pub use record::{Customer, EmailIndex};
pub use summary::{Names, Summary};
pub use view::CustomerView;
