//! How a page of the form is shown.

use std::collections::HashMap;

use dossier_core::clock::Timestamp;

use super::error_filter::ErrorFilter;

/// The places that were saved just now, with the time of what they replaced if another device had saved that.
pub(super) type Saved = HashMap<String, Option<Timestamp>>;

/// Uploads that were refused: of which requirement, and the key of the message that says why.
pub(super) type Failed = Vec<(String, String)>;

/// How a page is shown.
#[derive(Default)]
pub(super) struct RenderMode {
    /// Which of what is missing is an error.
    pub(super) error_filter: ErrorFilter,
    /// What was saved just now.
    pub(super) saved: Saved,
    /// The last save replaced what another device had given.
    pub(super) replaced: bool,
    /// The visitor came from the review, and goes back there.
    pub(super) back: bool,
    /// The person who has just been completed.
    pub(super) completed: Option<String>,
    /// Uploads that were refused.
    pub(super) failed: Failed,
    /// There are as many persons as the contract takes, and another was to be added.
    pub(super) is_full: bool,
}
