//! The profile of a business, as the contract's `Business Customer`.

use crate::customer::account_use::{AccountPurpose, ExternalKycProviderData};
use crate::customer::address::Address;
use crate::customer::associated_person::AssociatedPerson;
use crate::customer::document::BusinessDocument;
use crate::parse::leaf::{Date, Email, Text};
use crate::parse::list::List;
use crate::record;

record! {
    /// The KYB fields of a business.
    variant Business {
        /// A new e-mail address for the customer. It is not part of the profile
        email: Option<Email>,
        /// The purpose of the account
        account_purpose: Option<AccountPurpose>,
        /// Description when account_purpose is other
        account_purpose_other: Option<Text<1024>>,
        /// Whether the customer is acting as an intermediary
        acting_as_intermediary: Option<bool>,
        /// Expected monthly volume in USD
        expected_monthly_volume_usd: Option<Text<50>>,
        /// Description of the source of funds
        source_of_funds_description: Option<Text<2000>>,
        /// What lets an identity provider share its verification
        external_kyc_provider_data: Option<ExternalKycProviderData> => Credential,
        /// Evidence, keyed by file
        documents: Option<List<BusinessDocument, 20>>,
        /// Legal name of the business
        business_legal_name: Option<Text<256>>,
        /// Business registration number
        registration_number: Option<Text<1024>> => Secret,
        /// Business tax identification number
        tax_number: Option<Text<1024>> => Secret,
        /// Primary website of the business
        primary_website: Option<Text<512>>,
        /// Formation date of the business (YYYY-MM-DD format)
        formation_date: Option<Date>,
        /// Description of the business
        business_description: Option<Text<2000>>,
        /// Where the business is
        business_address: Option<Address>,
        /// Owners and controllers
        associated_persons: Option<List<AssociatedPerson, 20>> => Persons,
    }
}
