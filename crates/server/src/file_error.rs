//! What is said of a file that could not be used: what was attempted, with which file, and what the system said.

use std::fmt::Display;
use std::path::Path;

/// `cannot read /etc/dossier/rules.toml: Permission denied (os error 13)`, for any cause.
pub fn cannot<E: Display>(attempt: &str, path: &Path) -> impl Fn(E) -> String {
    move |cause| format!("cannot {attempt} {}: {cause}", path.display())
}
