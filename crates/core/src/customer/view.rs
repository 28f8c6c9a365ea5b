//! The customer as the contract shows it: in answers, in webhooks and at the command line.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Profile, Summary};
use crate::parse::{Section, Sections};

/// What a profile shows: everything but credentials, which are never shown again.
const SHOWN: &[Section] = &[Section::Profile, Section::Secret, Section::Persons];

/// The contract's customer object, with `profile` when it was asked for.
pub struct CustomerView<'a> {
    summary: &'a Summary,
    profile: Option<&'a Profile>,
}

impl<'a> CustomerView<'a> {
    /// A view of a customer.
    #[must_use]
    pub const fn new(summary: &'a Summary, profile: Option<&'a Profile>) -> Self {
        Self { summary, profile }
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a view has string keys only")
    }
}

impl Serialize for CustomerView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = &self.summary.names;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("customer_id", &self.summary.id)?;
        map.serialize_entry("email", &names.email)?;
        map.serialize_entry("type", self.summary.kind.as_str())?;
        map.serialize_entry("first_name", &names.first_name)?;
        map.serialize_entry("last_name", &names.last_name)?;
        map.serialize_entry("company_name", &names.company_name)?;
        // Both become something once KYC sessions and decisions exist.
        map.serialize_entry("address", &())?;
        map.serialize_entry("kycs", &())?;
        map.serialize_entry("created_at", &self.summary.created_at)?;
        map.serialize_entry("updated_at", &self.summary.updated_at)?;
        match self.profile {
            Some(Profile::Individual(individual)) => map.serialize_entry("profile", &individual.sections(SHOWN))?,
            Some(Profile::Business(business)) => map.serialize_entry("profile", &business.sections(SHOWN))?,
            None => {}
        }
        map.end()
    }
}
