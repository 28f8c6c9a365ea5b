//! A change as an engine writes it: all personal data sealed, and only its place in the audit chain still open. An
//! engine provides the keys, which it has read, and writes the result.

mod aftermath;
mod change;
mod customer;
mod desk;
mod entry;
mod erasure;
mod grants;
mod keys;
mod seal;

pub(crate) use change::{Precondition, PreparedChange, PreparedEffect};
pub(crate) use customer::{AttachedFile, CustomerRow, NewSubject, fingerprints};
pub(crate) use desk::DeskWrite;
pub(crate) use entry::records_noted_entry;
pub(crate) use erasure::{
    ErasedCustomer, ErasedPersonRow, ScheduledErasure, SealedErasure, SealedHold, SealedPersonErasure,
};
pub(crate) use grants::{SealedEndpoint, SealedKey, StoredLink};
pub(crate) use keys::{NewKeys, SealingKeys, attached_by, new_scope_keys, subjects_of};
pub(crate) use seal::seal;
