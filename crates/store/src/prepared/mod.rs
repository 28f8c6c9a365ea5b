//! A change as an engine writes it: everything personal sealed, and nothing left to compute but its place in the chain.
//! An engine gives the keys, which it has read, and writes what comes of it.

mod aftermath;
mod change;
mod customer;
mod entry;
mod grants;
mod keys;
mod seal;

pub(crate) use change::{Precondition, Prepared, PreparedEffect};
pub(crate) use customer::{Attached, CustomerRow, NewSubject, fingerprints};
pub(crate) use entry::noting_entry;
pub(crate) use grants::{SealedEndpoint, SealedKey, StoredLink};
pub(crate) use keys::{FreshKeys, Keys, attached_by, new_scope_keys, subjects_of};
pub(crate) use seal::seal;
