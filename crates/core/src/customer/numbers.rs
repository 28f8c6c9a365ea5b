//! The numbers that identify persons and businesses elsewhere. Two customers with the same number may be the same
//! person. Numbers are never compared in plain text: a store keeps keyed hashes of [`Number`]s.

use crate::customer::compare;
use crate::customer::identity::{IdDocument, IdDocumentType};
use crate::customer::profile::Profile;
use crate::customer::record::Customer;
use crate::ids::PersonId;
use crate::parse::leaf::Country;
use crate::words::words;

/// The members of the profile that numbers are made from.
const BEARERS: &[&str] =
    &["/identifying_information", "/registration_number", "/tax_number", "/business_address", "/associated_persons"];

words! {
    /// What kind of number it is.
    NumberKind {
        Document = "document": "Of an id document.",
        Tax = "tax": "Of a tax authority.",
        Registration = "registration": "Of a register of businesses.",
    }
}

/// One number of a data subject, in the form in which numbers are compared. It has no `Debug`, because it is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Number {
    /// The data subject.
    pub subject: PersonId,
    /// The kind of number.
    pub kind: NumberKind,
    /// The type of document. It is empty for other numbers.
    pub document: &'static str,
    /// The country that issued it. It is empty if unknown.
    pub country: String,
    /// Letters and digits only, in upper case.
    pub digits: String,
}

/// Whether a change of the members at these pointers may have changed a number.
#[must_use]
pub fn may_change(pointers: &[String]) -> bool {
    pointers.iter().any(|pointer| BEARERS.iter().any(|bearer| pointer.starts_with(bearer)))
}

impl Customer {
    /// The numbers of all data subjects of the profile.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        let own = PersonId::of_customer(self.id);
        let mut numbers = Numbers(Vec::new());
        match &self.profile {
            Profile::Individual(individual) => {
                if let Some(known) = &individual.identifying_information {
                    numbers.document(own, known.id_document.as_ref());
                    if let Some(tax) = &known.tax_number {
                        numbers.add(own, NumberKind::Tax, "", Some(tax.issuing_country), tax.number.expose());
                    }
                }
            }
            Profile::Business(business) => {
                let country = business.business_address.as_ref().map(|address| address.country);
                for (kind, number) in
                    [(NumberKind::Registration, &business.registration_number), (NumberKind::Tax, &business.tax_number)]
                {
                    if let Some(number) = number {
                        numbers.add(own, kind, "", country, number.expose());
                    }
                }
                for person in business.associated_persons.iter().flat_map(|persons| &persons.0) {
                    let (Some(id), Some(known)) = (person.person_id(), &person.identifying_information) else {
                        continue;
                    };
                    numbers.document(id, known.id_document.as_ref());
                    if let Some(tax) = &known.tax_number {
                        numbers.add(id, NumberKind::Tax, "", Some(tax.issuing_country), tax.number.expose());
                    }
                }
            }
        }
        numbers.0
    }
}

/// Every number that a search for these letters and digits may mean: of each kind, type and country. Empty for a text
/// that says nothing.
#[must_use]
pub fn searched(text: &str) -> Vec<Number> {
    let mut numbers = Numbers(Vec::new());
    // Whose number it is plays no part in a comparison.
    let subject = PersonId::from_bytes([0; 16]);
    let countries = Country::all().map(Some).chain([None]);
    for country in countries {
        for kind in IdDocumentType::ALL {
            numbers.add(subject, NumberKind::Document, word(*kind), country, text);
        }
        for kind in [NumberKind::Tax, NumberKind::Registration] {
            numbers.add(subject, kind, "", country, text);
        }
    }
    numbers.0
}

struct Numbers(Vec<Number>);

impl Numbers {
    fn document(&mut self, subject: PersonId, document: Option<&IdDocument>) {
        if let Some(document) = document {
            let IdDocument { number, kind, issuing_country } = document;
            self.add(subject, NumberKind::Document, word(*kind), Some(*issuing_country), number.expose());
        }
    }

    fn add(
        &mut self,
        subject: PersonId,
        kind: NumberKind,
        document: &'static str,
        country: Option<Country>,
        number: &str,
    ) {
        let Some(digits) = compare::number(number) else { return };
        let country = country.map(|country| country.expose().to_owned()).unwrap_or_default();
        self.0.push(Number { subject, kind, document, country, digits });
    }
}

const fn word(kind: IdDocumentType) -> &'static str {
    match kind {
        IdDocumentType::Passport => "passport",
        IdDocumentType::DriverLicense => "driver_license",
        IdDocumentType::ResidencePermit => "residence_permit",
        IdDocumentType::GovernmentId => "government_id",
        IdDocumentType::StateOrProvincialId => "state_or_provincial_id",
    }
}
