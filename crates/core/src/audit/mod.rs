//! The audit trail: what an entry says, and how entries are read. Entries form a hash chain per account and
//! environment, which the store keeps.

pub(crate) mod action;
pub(crate) mod entry;
pub(crate) mod read;

pub use action::Action;
pub use entry::{AuditDetail, AuditEntry, Decided};
pub use read::{ActorFilter, AuditFilter, AuditPage, AuditReport, AuditRow, OpenedChange, OpenedDetail, OpenedEntry};
