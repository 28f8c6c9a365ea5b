//! The address of a person or business.

use crate::parse::leaf::{Country, Text};
use crate::record;

record! {
    /// A postal address.
    value Address {
        /// Street address line 1
        street_line_1: Text<256>,
        /// Street address line 2
        street_line_2: Option<Text<256>>,
        /// City
        city: Text<128>,
        /// Country (ISO 3166-1 alpha-2 country code)
        country: Country,
        /// Postal code
        postal_code: Text<20>,
        /// State or province
        state: Option<Text<128>>,
    }
}
