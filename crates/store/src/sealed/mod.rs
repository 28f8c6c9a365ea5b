//! Records as both engines store them: personal data in sealed cells, the rest plain.

mod attached;
mod erasure;
pub(crate) mod list;
mod plain;
mod record;
mod service;

pub(crate) use attached::{EventRow, NO_CUSTOMER, open_event, persons_of_answer};
pub use attached::{
    customer_column, customer_of_column, open_answer, open_attached, seal_answer, seal_attached, version_column,
};
pub(crate) use erasure::{open_erasure, open_tombstone, seal_request, seal_tombstone};
pub use plain::PlainColumns;
pub(crate) use plain::{PlainRow, open_persons};
pub(crate) use record::found_by_email;
pub use record::{
    Cells, SealedRecord, SubjectKeys, open_customer, open_summary, packed_subjects, seal_customer, subjects,
};
pub(crate) use service::{
    Look, account_scope, open_name, open_settings, seal_look, seal_name, seal_settings, service_binding,
};
