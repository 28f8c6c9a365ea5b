//! What is wrong with a row.

use dossier_core::violation::Violation;

/// A violation, or what else keeps a row from being imported.
pub(super) struct Wrong {
    pub(super) pointer: String,
    pub(super) code: String,
    /// Never repeats a value.
    pub(super) message: String,
}

impl Wrong {
    pub(super) fn new(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), message: message.into() }
    }
}

impl From<Violation> for Wrong {
    fn from(violation: Violation) -> Self {
        Self::new(violation.pointer, violation.code.as_str(), violation.message)
    }
}
