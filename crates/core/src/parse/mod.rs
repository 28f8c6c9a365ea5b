//! The collecting parser: one pass from JSON text to typed values that reports every violation, not just the first.
//!
//! serde's derive stops at the first wrong type, and a detour through an untyped tree loses duplicate keys. Here each
//! contract type says what it makes of a string, a number, an object and so on ([`Parse`]). What does not fit goes into
//! a [`Report`] with its JSON Pointer, and the parser continues. Only text that is not JSON at all ends it early.

pub(crate) mod context;
pub(crate) mod leaf;
pub(crate) mod list;
pub(crate) mod record;
pub(crate) mod value;

pub use context::{Context, MAX_DEPTH, NamedFile, Nulls, Path, Report};
pub use leaf::{Country, Date, Email, FileRef, PersonRef, ShareToken, Text};
pub use list::List;
pub use record::{Field, FieldChange, Merging, Mode, Section, Sections};
#[doc(hidden)]
pub use record::{Key, Keys};
pub use value::{Parse, Parsed, Seed, SyntaxError, parse};
