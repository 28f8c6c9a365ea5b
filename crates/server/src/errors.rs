//! Errors as text for people.

use std::fmt::Display;
use std::path::Path;

/// `cannot read /etc/dossier/rules.toml: Permission denied (os error 13)`: the attempt, the file and the cause.
pub fn cannot<E: Display>(attempt: &str, path: &Path) -> impl Fn(E) -> String {
    move |cause| format!("cannot {attempt} {}: {cause}", path.display())
}

pub(crate) fn text(error: impl Display) -> String {
    error.to_string()
}
