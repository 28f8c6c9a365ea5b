//! Which customers a list shows.

use std::ops::Range;

use crate::clock::Timestamp;
use crate::customer::profile::CustomerType;
use crate::customer::summary::{Names, Summary};
use crate::words::words;

words! {
    /// The status of a customer's verification, as clients see it.
    Status {
        NotStarted = "not_started": "No session was opened yet.",
        Pending = "pending": "Something is missing, or waits for a decision.",
        Approved = "approved": "Verified.",
        Rejected = "rejected": "Rejected, or the relationship has ended.",
    }
}

/// What a customer must be to be listed. By default, every customer is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The status of the verification.
    pub status: Option<Status>,
    /// Individual or business.
    pub kind: Option<CustomerType>,
    /// When it was created: from the first moment, and before the second.
    pub created: Option<Range<Timestamp>>,
    /// When it was last changed, likewise.
    pub updated: Option<Range<Timestamp>>,
}

impl Filter {
    /// Whether a customer is listed.
    #[must_use]
    pub fn matches(&self, summary: &Summary) -> bool {
        let is_in = |range: &Option<Range<Timestamp>>, at| range.as_ref().is_none_or(|range| range.contains(&at));
        self.kind.is_none_or(|kind| kind == summary.kind)
            && is_in(&self.created, summary.created_at)
            && is_in(&self.updated, summary.updated_at)
            && self.status.is_none_or(|status| Some(status) == summary.names.status())
    }
}

impl Names {
    /// The status of the verification.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        // Inside a JSON string the quotes are escaped.
        const KYCS: &[u8] = b"\"kycs\":";
        const STATUS: &[u8] = b"{\"status\":\"";
        let rest = &self.as_json()[memchr::memmem::find(self.as_json(), KYCS)? + KYCS.len()..];
        match rest.strip_prefix(STATUS) {
            Some(word) => Status::parse(std::str::from_utf8(&word[..memchr::memchr(b'"', word)?]).ok()?),
            None => rest.starts_with(b"null").then_some(Status::NotStarted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_the_summary() {
        for (json, expected) in [
            (r#"{"email":"a","kycs":null}"#, Some(Status::NotStarted)),
            (r#"{"email":"\"kycs\":null","kycs":{"status":"approved","link":null}}"#, Some(Status::Approved)),
            (r#"{"kycs":{"status":"pending"}}"#, Some(Status::Pending)),
            (r#"{"kycs":{"status":"rejected"}}"#, Some(Status::Rejected)),
            (r#"{"kycs":{"status":"other"}}"#, None),
        ] {
            assert_eq!(Names::from_json(json.into()).expect("names").status(), expected, "{json}");
        }
    }
}
