//! The customer as the contract shows it: in responses, in webhooks and at the command line.

use std::io::Write as _;

use serde_json::Value;

use crate::customer::profile::Profile;
use crate::customer::summary::Summary;
use crate::kyc::requirement::Requirement;
use crate::parse::record::{Section, Sections as _};

/// What a profile shows: everything but credentials, which are never shown again.
const SHOWN: &[Section] = &[Section::Profile, Section::Secret, Section::Persons];

/// The contract's customer object, with `profile`, `documents` and `requirements` if they were asked for.
pub struct CustomerView<'a> {
    summary: &'a Summary,
    profile: Option<&'a Profile>,
    documents: Option<Value>,
    requirements: Option<&'a [Requirement]>,
}

impl<'a> CustomerView<'a> {
    /// A view of a customer.
    #[must_use]
    pub const fn new(summary: &'a Summary, profile: Option<&'a Profile>) -> Self {
        Self { summary, profile, documents: None, requirements: None }
    }

    /// Adds the documents, as [`Profile::documents_view`] gives them.
    #[must_use]
    pub fn with_documents(self, documents: Value) -> Self {
        Self { documents: Some(documents), ..self }
    }

    /// Adds the requirements, as the rules give them.
    #[must_use]
    pub fn with_requirements(self, requirements: &'a [Requirement]) -> Self {
        Self { requirements: Some(requirements), ..self }
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(512);
        self.write(&mut json);
        json
    }

    /// Appends the JSON text.
    ///
    /// # Panics
    ///
    /// Never: writing into memory does not fail.
    pub fn write(&self, json: &mut Vec<u8>) {
        let Summary { id, kind, version: _, created_at, updated_at, names } = self.summary;
        let names = names.as_json();
        // Written by hand, because a list does this for each of its items.
        for part in [
            b"{\"customer_id\":\"",
            &id.text()[..],
            b"\",\"type\":\"",
            kind.as_str().as_bytes(),
            b"\",",
            // The members of the names as they are, without the braces around them.
            &names[1..names.len() - 1],
            b",\"created_at\":\"",
            &created_at.text(),
            b"\",\"updated_at\":\"",
            &updated_at.text(),
            b"\"",
        ] {
            json.extend_from_slice(part);
        }
        if let Some(profile) = self.profile {
            json.extend_from_slice(b",\"profile\":");
            match profile {
                Profile::Individual(individual) => serde_json::to_writer(&mut *json, &individual.sections(SHOWN)),
                Profile::Business(business) => serde_json::to_writer(&mut *json, &business.sections(SHOWN)),
            }
            .expect("a profile has string keys only");
        }
        if let Some(documents) = &self.documents {
            write!(json, ",\"documents\":{documents}").expect("memory takes what is written");
        }
        if let Some(requirements) = self.requirements {
            json.extend_from_slice(b",\"requirements\":");
            serde_json::to_writer(&mut *json, requirements).expect("requirements have string keys only");
        }
        json.push(b'}');
    }
}
