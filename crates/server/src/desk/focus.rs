//! What the URL of a customer's page says.

use axum::extract::Path;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::use_cases::seen::SeenPlace;

use super::filter::Filter;
use crate::http::looks::read_cursor;

/// The id of the customer in a path. Text that is not an id is like an unknown id.
pub type CustomerPath = Path<(String, String)>;

/// The customer in a path.
#[must_use]
pub fn customer_id(Path((_, id)): &CustomerPath) -> Option<CustomerId> {
    CustomerId::parse(id)
}

/// What the URL of the page says besides the customer.
#[derive(Default)]
pub struct Focus {
    /// The requirement whose evidence is shown.
    pub claim: Option<String>,
    /// The file that is shown.
    pub file: Option<FileId>,
    /// Where the history continues. `None` at its newest line.
    pub history: Option<SeenPlace>,
    /// The filter of the queue that the member came from.
    pub queue: String,
}

impl Focus {
    /// Reads the query of a URL.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut focus = Self::default();
        let mut queue = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "claim" => focus.claim = Some(value.into_owned()),
                "file" => focus.file = FileId::parse(&value),
                "history" => focus.history = read_cursor(&value),
                _ => {
                    queue.append_pair(&name, &value);
                }
            }
        }
        focus.queue = Filter::read(&queue.finish()).query();
        focus
    }
}
