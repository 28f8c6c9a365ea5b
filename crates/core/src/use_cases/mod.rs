//! What Dossier does for its callers and by itself, one file for each subject. A use case loads through the ports,
//! computes with the values, and commits one change. `write` is the loop that they all go through; `write_customer` and
//! `step` are what those share that change a customer or a verification.

pub mod accounts;
pub mod advance_clock;
pub mod api_keys;
pub mod ask_provider;
pub mod create_customer;
pub mod decide;
pub mod enter_form;
pub mod evaluate;
pub mod export_customer;
pub mod read_file;
pub mod record_settings;
pub mod reindex_emails;
pub mod remove_document;
pub mod reveal_form;
pub mod save_form;
pub mod session;
pub mod show_audit_entry;
pub mod simulate;
pub(crate) mod step;
pub mod submit_form;
pub mod update_customer;
pub mod upload_file;
pub mod webhooks;
pub mod write;
pub mod write_customer;
