//! Identifiers: UUIDs of version 7, so that newer records sort after older ones, and their source.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
        )]
        #[serde(transparent)]
        #[schemars(description = "", extend("format" = "uuid"))]
        pub struct $name(#[schemars(with = "String")] Uuid);

        impl $name {
            /// Reads the hyphenated form of 36 characters. Every other form of a UUID is `None`, like an unknown id.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten().map(Self)
            }

            /// From its 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Its 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The hyphenated form.
            #[must_use]
            pub fn text(&self) -> [u8; 36] {
                let mut text = [0; 36];
                self.0.hyphenated().encode_lower(&mut text);
                text
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A developer's account: the tenant.
    AccountId
);
id!(
    /// A customer of an account.
    CustomerId
);
id!(
    /// A person associated with a business.
    PersonId
);
id!(
    /// An API key (not the key itself).
    KeyId
);
id!(
    /// A member of an account.
    MemberId
);
id!(
    /// A session of a member, or a link that opens one.
    SignInId
);
id!(
    /// A hold on the deletion of a customer.
    HoldId
);
id!(
    /// An uploaded file.
    FileId
);

id!(
    /// A KYC session of a customer.
    SessionId
);
id!(
    /// A registered webhook endpoint.
    WebhookId
);
impl CustomerId {
    /// What a customer reads out to support: the end of the id, which is random; the beginning is a time, and alike for
    /// all who were created in the same minute. It opens nothing.
    #[must_use]
    pub fn reference(&self) -> String {
        let text = self.to_string().to_uppercase();
        format!("{}-{}", &text[28..32], &text[32..])
    }

    /// Whether this is the customer's reference, however it was written down.
    #[must_use]
    pub fn has_reference(&self, written: &str) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        digits(&self.reference()).eq_ignore_ascii_case(&digits(written))
    }
}

impl PersonId {
    /// The subject id under which a customer's own personal data is sealed. The customer is the first data subject of
    /// its record, and its associated persons are the others.
    #[must_use]
    pub const fn of_customer(customer: CustomerId) -> Self {
        Self(customer.0)
    }
}

/// The source of ids and other random values.
pub trait Random: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A new UUID of version 7. Its time is the machine's, also in a sandbox whose clock was advanced. Lists are
    /// ordered by ids, and the ids of one process increase, so another time would come into those of production.
    fn uuid(&self) -> Uuid;
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Random;

    /// Numbers that look random and are the same in every run.
    pub(crate) struct Dice(AtomicU64);

    impl Dice {
        pub(crate) fn new(seed: u64) -> Self {
            Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        }
    }

    impl Random for Dice {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let mut state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                *byte = u8::try_from(state >> 56).expect("eight bits");
            }
        }

        fn uuid(&self) -> uuid::Uuid {
            let mut bytes = [0; 16];
            self.fill(&mut bytes);
            uuid::Builder::from_random_bytes(bytes).into_uuid()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let id = "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e";
        assert!(CustomerId::parse(id).is_some());
        assert_eq!(CustomerId::parse(&id.to_uppercase()), CustomerId::parse(id));
        for form in [
            "",
            "x",
            "0190a6f07b1e7c3a9d2e4f5a6b7c8d9e",
            "{0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e}",
            "urn:uuid:0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e",
            "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9g",
        ] {
            assert_eq!(CustomerId::parse(form), None, "{form}");
        }
    }

    #[test]
    fn a_reference_is_the_end_of_the_id_and_is_known_however_it_is_written() {
        let id = CustomerId::parse("0190a6f0-7b1e-7c3a-9d2e-4f5a7f3a91c2").expect("an id");
        assert_eq!(id.reference(), "7F3A-91C2");
        for (written, known) in [
            ("7F3A-91C2", true),
            ("7f3a91c2", true),
            (" 7F3A 91C2 ", true),
            ("7F3A", false),
            ("7F3A-91C3", false),
            ("", false),
        ] {
            assert_eq!(id.has_reference(written), known, "{written}");
        }
    }
}
