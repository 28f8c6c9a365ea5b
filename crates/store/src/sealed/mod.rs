//! Records as engines store them: what is personal in sealed cells, the rest plain. Both engines use these forms.

mod attached;
mod plain;
mod record;
mod service;

pub(crate) use attached::NOBODY;
pub use attached::{
    customer_column, customer_of_column, open_answer, open_attached, seal_answer, seal_attached, version_column,
};
pub use plain::Plain;
pub(crate) use plain::{PlainRow, open_persons};
pub(crate) use record::found_by_email;
pub use record::{
    Cells, SealedRecord, SubjectKeys, open_customer, open_summary, packed_subjects, seal_customer, subjects,
};
pub(crate) use service::{
    account_scope, open_name, open_settings, seal_look, seal_name, seal_settings, service_binding,
};
