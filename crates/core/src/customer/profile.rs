//! What is known about a customer: the fields of the contract, by type.

use serde_json::Value;

use crate::customer::account_use::ExternalKycProviderData;
use crate::customer::associated_person::AssociatedPerson;
use crate::customer::business::Business;
use crate::customer::identity::DocumentKey;
use crate::customer::individual::Individual;
use crate::ids::PersonId;
use crate::parse::context::Nulls;
use crate::parse::leaf::{Email, ShareToken};
use crate::parse::record::Variant;
use crate::parse::value::{Parsed, SyntaxError, parse};
use crate::words::words;

words! {
    /// Individual or business. It never changes.
    CustomerType {
        Individual = "individual": "A natural person.",
        Corporate = "corporate": "A company or other organisation.",
    }
}

impl CustomerType {
    /// Reads a type as requests name it. `business` is the older word for `corporate`.
    #[must_use]
    pub fn of_request(text: &str) -> Option<Self> {
        if text == "business" { Some(Self::Corporate) } else { Self::parse(text) }
    }
}

/// The KYC or KYB fields, as a PUT sets them.
#[derive(Debug, Clone, PartialEq, Eq)]
// The variants differ in size, but profiles are not kept in lists.
#[allow(clippy::large_enum_variant)]
pub enum Profile {
    /// Of an individual.
    Individual(Individual),
    /// Of a business.
    Business(Business),
}

impl Variant for Individual {
    const FOREIGN: &'static [&'static str] = Business::MEMBERS;
}

impl Variant for Business {
    const FOREIGN: &'static [&'static str] = Individual::MEMBERS;
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

    /// The profile as JSON, in the form of a PUT body.
    pub(crate) fn to_json(&self) -> Value {
        let json = match self {
            Self::Individual(individual) => serde_json::to_value(individual),
            Self::Business(business) => serde_json::to_value(business),
        };
        json.expect("a profile has string keys only")
    }

    /// Takes the e-mail out of the body of an update, because it belongs to the customer and not to the profile.
    pub(super) const fn take_email(&mut self) -> Option<Email> {
        match self {
            Self::Individual(individual) => individual.email.take(),
            Self::Business(business) => business.email.take(),
        }
    }

    /// The persons associated with a business. An individual has none.
    #[must_use]
    pub fn persons(&self) -> &[AssociatedPerson] {
        match self {
            Self::Individual(_) => &[],
            Self::Business(business) => business.associated_persons.as_ref().map_or(&[], |persons| &persons.0),
        }
    }

    /// Removes an associated person. Returns whether there was such a person.
    pub(crate) fn remove_person(&mut self, id: PersonId) -> bool {
        let Self::Business(Business { associated_persons: Some(persons), .. }) = self else { return false };
        let before = persons.0.len();
        persons.0.retain(|person| person.person_id() != Some(id));
        before > persons.0.len()
    }

    /// The id document of a customer, or of one of its persons, in the form in which documents are compared.
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

    pub(crate) const fn share_token_mut(&mut self) -> Option<&mut ExternalKycProviderData> {
        match self {
            Profile::Individual(individual) => individual.external_kyc_provider_data.as_mut(),
            Profile::Business(business) => business.external_kyc_provider_data.as_mut(),
        }
    }

    /// Takes the share token out of the profile, because it can be used only once.
    pub(crate) fn take_share_token(&mut self) -> Option<ShareToken> {
        let token = self.share_token_mut()?.sumsub_share_kyc_token.take();
        match self {
            Profile::Individual(individual) => individual.external_kyc_provider_data = None,
            Profile::Business(business) => business.external_kyc_provider_data = None,
        }
        token
    }

    /// The type of customer.
    #[must_use]
    pub const fn kind(&self) -> CustomerType {
        match self {
            Self::Individual(_) => CustomerType::Individual,
            Self::Business(_) => CustomerType::Corporate,
        }
    }
}
