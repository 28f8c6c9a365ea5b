//! The profile of an individual, as the contract's `Individual Customer`.

use crate::customer::account_use::{AccountPurpose, ExternalKycProviderData};
use crate::customer::address::Address;
use crate::customer::document::IndividualDocument;
use crate::customer::identity::IdentifyingInformation;
use crate::parse::leaf::{Country, Date, Email, Text};
use crate::parse::list::List;
use crate::{choice, record};

choice! {
    /// How an individual earns a living.
    EmploymentStatus {
        Employed = "employed",
        Homemaker = "homemaker",
        Retired = "retired",
        SelfEmployed = "self_employed",
        Student = "student",
        Unemployed = "unemployed",
    }
}

record! {
    /// The KYC fields of an individual.
    variant Individual {
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
        documents: Option<List<IndividualDocument, 20>>,
        /// First name of the individual
        first_name: Option<Text<128>>,
        /// Middle name of the individual
        middle_name: Option<Text<128>>,
        /// Last name of the individual
        last_name: Option<Text<128>>,
        /// Nationality of the individual (ISO 3166-1 alpha-2 country code)
        nationality: Option<Country>,
        /// Birth date of the individual (YYYY-MM-DD format)
        birth_date: Option<Date> => Secret,
        /// Birth country of the individual (ISO 3166-1 alpha-2 country code)
        birth_country: Option<Country>,
        /// Most recent occupation of the individual
        most_recent_occupation: Option<Text<256>>,
        /// Employment status of the individual
        employment_status: Option<EmploymentStatus>,
        /// Where the individual lives
        residential_address: Option<Address>,
        /// Id document and tax number
        identifying_information: Option<IdentifyingInformation> => Secret,
    }
}
