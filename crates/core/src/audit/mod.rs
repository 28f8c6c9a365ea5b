//! The audit trail: what an entry says, and how entries are read. The entries of each account and environment form a
//! hash chain, which the store keeps.

pub(crate) mod action;
pub(crate) mod entry;
pub(crate) mod read;

pub use action::Action;
pub use entry::{AuditDetail, AuditEntry, Decided};
pub use read::{ActorFilter, AuditFilter, AuditPage, AuditReport, AuditRow, OpenedChange, OpenedDetail, OpenedEntry};
