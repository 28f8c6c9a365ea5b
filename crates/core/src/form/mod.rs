//! The hosted form: what the person behind a link types becomes the profile, field by field, by the rules of PUT.
//!
//! What cannot be stored in the profile yet, because it is wrong or the rest of its object is missing, is kept as a
//! draft in the sealed record, so that nothing that was typed is lost.

pub mod edit;
pub(crate) mod record;
pub mod sheet;

pub use record::{Consent, Device, Form, Saved, attempt, short_hash};
