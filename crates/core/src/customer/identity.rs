//! What identifies a person: the id document and the tax number.

use crate::customer::compare;
use crate::parse::leaf::{Country, Text};
use crate::{choice, record};

choice! {
    /// The kind of an id document.
    IdDocumentType {
        Passport = "passport",
        DriverLicense = "driver_license",
        ResidencePermit = "residence_permit",
        GovernmentId = "government_id",
        StateOrProvincialId = "state_or_provincial_id",
    }
}

record! {
    /// The data of an id document, not the picture of it.
    value IdDocument {
        /// Identification document number
        number: Text<64>,
        /// Type of identification document
        kind as "type": IdDocumentType,
        /// Country that issued the identification document (ISO 3166-1 alpha-2 country code)
        issuing_country: Country,
    }
}

/// Type, country and number of an id document, in the form in which they are compared.
pub(crate) type DocumentKey = (IdDocumentType, Country, String);

impl IdDocument {
    /// The form in which documents are compared. `None` if the number is blank or a placeholder.
    pub(crate) fn key(&self) -> Option<DocumentKey> {
        Some((self.kind, self.issuing_country, compare::number(self.number.expose())?))
    }
}

record! {
    /// The tax number of an individual.
    value TaxNumber {
        /// Tax identification number
        number: Text<64>,
        /// Type of tax number (e.g., ssn, tin,)
        kind as "type": Option<Text<64>>,
        /// Country that issued the tax number (ISO 3166-1 alpha-2 country code)
        issuing_country: Country,
    }
}

record! {
    /// The tax number of an associated person, which has no type.
    value PersonTaxNumber {
        /// Tax identification number
        number: Text<64>,
        /// Country that issued the tax number (ISO 3166-1 alpha-2 country code)
        issuing_country: Country,
    }
}

record! {
    /// What identifies an individual.
    container IdentifyingInformation {
        /// The id document
        id_document: Option<IdDocument>,
        /// The tax number
        tax_number: Option<TaxNumber>,
    }
}

record! {
    /// What identifies an associated person.
    container PersonIdentifyingInformation {
        /// The id document
        id_document: Option<IdDocument>,
        /// The tax number
        tax_number: Option<PersonTaxNumber>,
    }
}
