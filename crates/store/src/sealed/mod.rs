//! Records as both engines store them: personal data in sealed cells, the rest plain.

mod attached;
mod cell;
mod desk;
mod erasure;
mod hold;
pub(crate) mod list;
mod plain;
mod record;
mod service;

pub(crate) use attached::{EventRow, NO_CUSTOMER, layers_of_answer, open_event, persons_of_answer};
pub use attached::{
    customer_column, customer_of_column, open_answer, open_attached, seal_answer, seal_attached, version_column,
};
pub(crate) use cell::{SealedCell, cells_of_persons};
pub(crate) use desk::{
    open_member, open_sign_in, open_worksheet, seal_member, seal_sign_in, seal_worksheet, sealed_worksheet,
};
pub(crate) use erasure::{open_erasure, open_tombstone, outline, seal_request, seal_tombstone};
pub(crate) use hold::{open_hold, seal_hold_details, sealed_hold};
pub use plain::PlainColumns;
pub(crate) use plain::{PlainRow, open_persons};
pub use record::{
    Cells, SealedRecord, SubjectKeys, open_customer, open_summary, packed_subjects, seal_customer, subjects,
};
pub(crate) use record::{found_by_email, open_names};
pub(crate) use service::{
    AccountCell, account_scope, open_name, open_settings, seal_account, seal_name, seal_settings, service_binding,
};
