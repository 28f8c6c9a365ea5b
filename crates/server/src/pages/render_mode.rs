//! How a page of the form is rendered.

use std::collections::HashMap;

use dossier_core::clock::Timestamp;

use super::error_filter::ErrorFilter;

/// The places that were saved just now. The time is that of an answer from another device that was replaced.
pub(super) type SavedPlaces = HashMap<String, Option<Timestamp>>;

/// Refused uploads: the id of the requirement, and the key of the message that says why.
pub(super) type Failed = Vec<(String, String)>;

/// What a page shows beyond the form itself.
#[derive(Default)]
pub(super) struct RenderMode {
    /// Which issues are shown as errors.
    pub(super) error_filter: ErrorFilter,
    /// The places that were saved just now.
    pub(super) saved: SavedPlaces,
    /// The last save replaced answers from another device.
    pub(super) replaced: bool,
    /// The visitor came from the review and returns there.
    pub(super) back: bool,
    /// The id of the person that has just been completed.
    pub(super) completed: Option<String>,
    pub(super) failed: Failed,
    /// A person could not be added, because the contract accepts no more.
    pub(super) is_full: bool,
}
