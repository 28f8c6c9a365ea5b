//! The view of a customer in lists and plain reads.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::customer::address::Address;
use crate::customer::profile::{CustomerType, Profile};
use crate::customer::record::Customer;
use crate::ids::CustomerId;
use crate::kyc::lifecycle::State;
use crate::kyc::record::KycsView;
use crate::parse::leaf::{Email, Text};

/// The contract's customer object, as lists and plain reads show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The id of the customer.
    pub id: CustomerId,
    /// Individual or business.
    pub kind: CustomerType,
    /// The version of the record, which counts its changes.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The personal part.
    pub names: Names,
}

/// The personal part of a summary, which has a sealed cell of its own: a JSON object of `email`, `first_name`,
/// `last_name`, `company_name`, `address` and `kycs`, exactly as responses hold it. Lists copy it unchanged, since
/// parsing and writing it again took a fifth of their time.
#[derive(Clone, PartialEq, Eq)]
pub struct Names(Vec<u8>);

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

/// The end of the names of most customers.
const NOT_VERIFIED: &[u8] = b",\"address\":null,\"kycs\":null}";

impl Names {
    /// From a stored cell. Only its outer shape is checked, and the padding at its end is cut off.
    #[must_use]
    pub fn from_json(mut cell: Vec<u8>) -> Option<Self> {
        cell.truncate(memchr::memrchr(b'}', &cell)? + 1);
        if cell[0] != b'{' {
            return None;
        }
        // Summaries from before there was verification have neither member. (Inside a JSON string the quotes are
        // escaped.)
        if !cell.ends_with(NOT_VERIFIED) && memchr::memmem::find(&cell, b"\"kycs\":").is_none() {
            cell.pop();
            cell.extend_from_slice(NOT_VERIFIED);
        }
        Some(Self(cell))
    }

    /// Whether a verification has begun and is undecided. (Inside a JSON string the quotes are escaped.)
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
    /// The verified address, while the customer is approved.
    fn shown_address(&self) -> Option<&Address> {
        self.kyc.verified_address.as_ref().filter(|_| self.kyc.state == State::Approved)
    }

    /// The summary of a customer.
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
