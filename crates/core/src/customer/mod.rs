//! The customer: its record, the contract's types of which it is made, and what can be done with it.

pub mod account_use;
pub mod address;
pub mod associated_person;
pub mod business;
mod compare;
pub mod create;
pub mod document;
pub mod documents;
pub mod identity;
pub mod individual;
pub mod merge;
pub mod numbers;
pub mod patch;
pub mod postal_code;
pub mod reindex;
pub mod update;
pub mod view;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use address::Address;
pub use associated_person::AssociatedPerson;
pub use business::Business;
pub use individual::Individual;
pub use view::CustomerView;

use identity::DocumentKey;

use crate::clock::Timestamp;
use crate::ids::{CustomerId, PersonId};
use crate::kyc::record::KycsView;
use crate::kyc::{Kyc, State};
use crate::parse::{Email, Nulls, Parsed, SyntaxError, Text, parse};

/// Individual or business; on the wire `individual` and `corporate`. Never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CustomerType {
    /// A natural person.
    Individual,
    /// A company or other organisation.
    Corporate,
}

impl CustomerType {
    /// The type as it is on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Corporate => "corporate",
        }
    }
}

/// The KYC or KYB fields, as set by PUT. (The variants differ in size; a profile lives on its own, not in lists.)
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)]
pub enum Profile {
    /// Of an individual.
    Individual(Individual),
    /// Of a business.
    Business(Business),
}

impl Profile {
    /// A profile in which nothing is set.
    #[must_use]
    pub fn empty(kind: CustomerType) -> Self {
        let nothing = "every member of a profile is optional";
        match kind {
            CustomerType::Individual => Self::Individual(serde_json::from_str("{}").expect(nothing)),
            CustomerType::Corporate => Self::Business(serde_json::from_str("{}").expect(nothing)),
        }
    }

    /// Parses the body of a PUT for this type of customer.
    pub(crate) fn parse(kind: CustomerType, body: &[u8], nulls: Nulls) -> Result<Parsed<Self>, SyntaxError> {
        Ok(match kind {
            CustomerType::Individual => parse::<Individual>(body, nulls)?.map(Self::Individual),
            CustomerType::Corporate => parse::<Business>(body, nulls)?.map(Self::Business),
        })
    }

    /// As JSON, in the form of the body of a PUT.
    pub(crate) fn to_json(&self) -> Value {
        let json = match self {
            Self::Individual(individual) => serde_json::to_value(individual),
            Self::Business(business) => serde_json::to_value(business),
        };
        json.expect("a profile has string keys only")
    }

    /// Takes the e-mail out of the body of an update: the customer has it, not its profile.
    pub(super) const fn take_email(&mut self) -> Option<Email> {
        match self {
            Self::Individual(individual) => individual.email.take(),
            Self::Business(business) => business.email.take(),
        }
    }

    /// The persons tied to a business; none for an individual.
    #[must_use]
    pub fn persons(&self) -> &[AssociatedPerson] {
        match self {
            Self::Individual(_) => &[],
            Self::Business(business) => business.associated_persons.as_ref().map_or(&[], |persons| &persons.0),
        }
    }

    /// What tells the id document of a customer or one of its persons from others.
    pub(crate) fn id_document(&self, person: Option<PersonId>) -> Option<DocumentKey> {
        let document = match (person, self) {
            (Some(id), _) => {
                let person = self.persons().iter().find(|person| person.person_id() == Some(id))?;
                &person.identifying_information.as_ref()?.id_document
            }
            (None, Self::Individual(individual)) => &individual.identifying_information.as_ref()?.id_document,
            (None, Self::Business(_)) => return None,
        };
        document.as_ref()?.key()
    }

    /// Whose profile it is.
    #[must_use]
    pub const fn kind(&self) -> CustomerType {
        match self {
            Self::Individual(_) => CustomerType::Individual,
            Self::Business(_) => CustomerType::Corporate,
        }
    }
}

/// The record of a customer at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Counts changes, from 1.
    pub version: u64,
    /// Counts events, from 1.
    pub events: u64,
    /// The version in which its associated persons last changed: they are stored apart and written only then.
    pub persons_version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Unique in its scope.
    pub email: Email,
    /// What is known of it.
    pub profile: Profile,
    /// Where its verification stands.
    pub kyc: Kyc,
    /// Where the store had it when it was read.
    pub place: Place,
}

/// Where a store has found a record, for the store alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Its row, with which it is found again without looking, or its newest entry in the audit trail, to which the next
    /// one is linked. A hint, which the store does not rely on.
    pub row: i64,
    /// By which index its e-mail finds it.
    pub email: EmailIndex,
}

/// Which index of its e-mail a customer has. Customers whose addresses counted as different when they were stored have
/// one each: the oldest has the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailIndex {
    /// The one that is stored, since the address is still the same.
    Stored([u8; 16]),
    /// This one, from 0, which nobody else may have.
    Nth(u8),
}

impl Default for EmailIndex {
    fn default() -> Self {
        Self::Nth(0)
    }
}

impl EmailIndex {
    /// The most customers that a search for one address returns.
    pub const MOST: u8 = 4;
}

/// What lists and plain reads show of a customer: the contract's customer object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: CustomerId,
    /// Individual or business.
    pub kind: CustomerType,
    /// Counts changes.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What is personal.
    pub names: Names,
}

/// The personal part of a summary, which has a sealed cell of its own: a JSON object of `email`, `first_name`,
/// `last_name`, `company_name`, `address` and `kycs`, as answers hold it. Lists put it into their answer as it is;
/// taking it apart and together again took a fifth of their time.
#[derive(Clone, PartialEq, Eq)]
pub struct Names(Vec<u8>);

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

/// How the names of most customers end.
const NOT_VERIFIED: &[u8] = b",\"address\":null,\"kycs\":null}";

impl Names {
    /// From a stored cell, of which nothing but the outer shape is checked; the padding behind it is cut off.
    #[must_use]
    pub fn from_json(mut cell: Vec<u8>) -> Option<Self> {
        cell.truncate(memchr::memrchr(b'}', &cell)? + 1);
        if cell[0] != b'{' {
            return None;
        }
        // What was stored before there was verification has neither. (Inside of a string the quotes are escaped.)
        if !cell.ends_with(NOT_VERIFIED) && memchr::memmem::find(&cell, b"\"kycs\":").is_none() {
            cell.pop();
            cell.extend_from_slice(NOT_VERIFIED);
        }
        Some(Self(cell))
    }

    /// Whether a verification was begun and is not decided. (Inside of a string the quotes are escaped.)
    pub(crate) fn are_pending(&self) -> bool {
        memchr::memmem::find(&self.0, b"\"kycs\":{\"status\":\"pending\"").is_some()
    }

    /// The JSON object.
    #[must_use]
    pub fn as_json(&self) -> &[u8] {
        &self.0
    }
}

impl Customer {
    /// The address that was verified, while the customer is approved.
    fn shown_address(&self) -> Option<&Address> {
        self.kyc.verified_address.as_ref().filter(|_| self.kyc.state == State::Approved)
    }

    /// What lists and plain reads show of it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        #[derive(Serialize)]
        struct Members<'a> {
            email: &'a Email,
            first_name: Option<&'a Text<128>>,
            last_name: Option<&'a Text<128>>,
            company_name: Option<&'a Text<256>>,
            address: Option<&'a Address>,
            kycs: Option<KycsView<'a>>,
        }

        let members = match &self.profile {
            Profile::Individual(individual) => Members {
                email: &self.email,
                first_name: individual.first_name.as_ref(),
                last_name: individual.last_name.as_ref(),
                company_name: None,
                address: self.shown_address(),
                kycs: self.kyc.on_the_wire(),
            },
            Profile::Business(business) => Members {
                email: &self.email,
                first_name: None,
                last_name: None,
                company_name: business.business_legal_name.as_ref(),
                address: self.shown_address(),
                kycs: self.kyc.on_the_wire(),
            },
        };
        Summary {
            id: self.id,
            kind: self.profile.kind(),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            names: Names(serde_json::to_vec(&members).expect("members have string keys")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_stored_before_there_was_verification_show_none() {
        let ending = ",\"address\":null,\"kycs\":null}";
        for (stored, shown) in [
            (r#"{"email":"a"}   "#, format!("{{\"email\":\"a\"{ending}")),
            // A name that looks like the member is not taken for it.
            (r#"{"email":"\"kycs\":"}"#, format!("{{\"email\":\"\\\"kycs\\\":\"{ending}")),
            (r#"{"email":"a","address":null,"kycs":{}}"#, r#"{"email":"a","address":null,"kycs":{}}"#.to_owned()),
        ] {
            let names = Names::from_json(stored.as_bytes().to_vec()).expect("names");
            assert_eq!(names.as_json(), shown.as_bytes());
            assert!(serde_json::from_slice::<serde_json::Value>(names.as_json()).is_ok());
        }
        assert!(Names::from_json(b"no".to_vec()).is_none());
    }
}
