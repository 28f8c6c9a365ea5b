//! The hosted form: what a person types becomes part of the profile, field by field, by the rules of PUT.
//!
//! A value that cannot be stored in the profile yet, because it is wrong or the rest of its object is missing, stays
//! in the sealed record as a draft. Nothing that was typed is lost.

pub(crate) mod calendars;
mod checks;
mod draft;
pub mod edit;
mod editor;
mod input;
pub(crate) mod issue;
mod people;
mod place;
pub(crate) mod record;
pub mod reveal;
pub mod sheet;

pub use calendars::Calendar;
pub use checks::ascii_digit;
pub use editor::MAX_REASON;
pub use input::{Input, Kind};
pub use issue::{Issue, IssueKind};
pub use record::{Consent, DateWritten, Device, FieldSave, Form, Key, Opens, Tries, attempt, short_hash};
