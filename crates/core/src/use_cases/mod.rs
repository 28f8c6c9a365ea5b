//! What Dossier does, for its callers and by itself, with one file for each subject. A use case loads through the
//! ports, computes with values, and commits one change. All of them go through the loop in `write`. Those that change a
//! customer share `write_customer`, and those that change a verification share `step`.

pub mod accounts;
pub mod advance_clock;
pub mod api_keys;
pub mod ask_provider;
pub mod create_customer;
pub mod decide;
pub mod delete_due;
pub mod due_deletions;
pub mod empty_sandbox;
pub mod enter_form;
pub mod erase;
pub mod erase_person;
pub mod evaluate;
pub(crate) mod evidence;
pub mod export_customer;
pub mod hold;
pub mod import_customer;
pub mod list_customers;
pub mod members;
pub mod own_settings;
pub mod read_file;
pub mod record_settings;
pub mod reindex_emails;
pub(crate) mod remind;
pub mod remove_document;
pub mod requests;
pub mod reveal_form;
pub mod review_case;
pub mod save_form;
pub mod search;
pub mod seen;
pub mod session;
pub mod show_audit_entry;
pub mod sign_in;
pub mod simulate;
pub mod step;
pub mod submit_form;
pub mod timeline;
pub mod update_customer;
pub mod upload_file;
pub mod webhooks;
pub mod worksheet;
pub mod write;
pub mod write_customer;
