//! Accounts: the tenants.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::caller::{Environment, Scope};
use crate::clock::Timestamp;
use crate::company::Company;
use crate::file::record::MediaType;
use crate::form::reveal::Reveal;
use crate::ids::AccountId;

/// The longest name of an account or key, in characters.
pub const MAX_NAME: usize = 128;

/// A developer's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub account_id: AccountId,
    /// What its owner calls it. Kept sealed: names of companies are told nobody.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How the hosted form looks, and what it tells and shows.
    pub look: Look,
}

impl Account {
    /// Its sandbox and its production.
    #[must_use]
    pub fn scopes(&self) -> [Scope; 2] {
        [Environment::Sandbox, Environment::Production]
            .map(|environment| Scope { account: self.account_id, environment })
    }
}

/// How the hosted form of an account looks, and what it tells and shows. Kept sealed, like the name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Whom customers see asking; the account's name when there is none.
    pub display_name: Option<String>,
    /// The colour of buttons, on which white text is read.
    pub colour: Option<Colour>,
    /// The logo.
    pub logo: Option<Logo>,
    /// Hosts to which a customer of production is sent on without being asked.
    pub redirect_hosts: Vec<String>,
    /// What customers are told about the company.
    pub company: Company,
    /// When a device sees what it did not type itself.
    pub reveal: Reveal,
}

/// A colour on which white text has enough contrast to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// Why a text is no colour for buttons.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ColourError {
    /// It is not written as one.
    #[error("a colour is written #RRGGBB, in hexadecimal")]
    Form,
    /// White text on it cannot be read.
    #[error("white text on this colour has a contrast of {0:.1} to 1 and needs {least} to 1 (WCAG 2.2); take a darker \
        one", least = Colour::LEAST_CONTRAST)]
    Contrast(f64),
}

impl Colour {
    /// WCAG 2.2, 1.4.3, level AA, for text of ordinary size.
    pub const LEAST_CONTRAST: f64 = 4.5;

    /// From `#RRGGBB`.
    ///
    /// # Errors
    ///
    /// See [`ColourError`].
    pub fn new(text: &str) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let byte = |at: usize| u8::from_str_radix(digits.and_then(|digits| digits.get(at..at + 2))?, 16).ok();
        let (Some(red), Some(green), Some(blue)) = (byte(0), byte(2), byte(4)) else { return Err(ColourError::Form) };
        let colour = Self([red, green, blue]);
        let contrast = 1.05 / (colour.luminance() + 0.05);
        if contrast < Self::LEAST_CONTRAST { Err(ColourError::Contrast(contrast)) } else { Ok(colour) }
    }

    /// Relative luminance, as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = ColourError;

    fn try_from(text: String) -> Result<Self, ColourError> {
        Self::new(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

/// A logo: a small picture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// What it is.
    pub media_type: MediaType,
    /// The picture, in base64.
    pub base64: String,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({})", self.media_type.as_str())
    }
}

impl Logo {
    /// The largest logo, in bytes: a page with everything on it stays small.
    pub const MAX: usize = 16 * 1_024;
}

impl Account {
    /// What an entry of the audit trail says of it, sealed.
    pub(crate) fn audited(&self) -> Vec<(&'static str, serde_json::Value)> {
        let Self { account_id: _, name, created_at: _, look } = self;
        let Look { display_name, colour, logo, redirect_hosts, company, reveal } = look;
        let Company { legal_name, privacy_url, terms_url, support_url, review_time, needed_from } = company;
        vec![
            ("name", json!(name)),
            ("display_name", json!(display_name)),
            ("colour", json!(colour)),
            ("logo", json!(logo)),
            ("redirect_hosts", json!(redirect_hosts)),
            ("legal_name", json!(legal_name)),
            ("privacy_url", json!(privacy_url)),
            ("terms_url", json!(terms_url)),
            ("support_url", json!(support_url)),
            ("review_time", json!(review_time)),
            ("needed_from", json!(needed_from)),
            ("reveal", json!(reveal)),
        ]
    }

    /// Where customers get help.
    #[must_use]
    pub fn support_url(&self) -> Option<&str> {
        self.look.company.support_url.as_deref()
    }

    /// Whom customers see asking.
    #[must_use]
    pub fn asks(&self) -> Option<&str> {
        // The account of the first start is called `default`, which is nobody's name.
        self.look.display_name.as_deref().or_else(|| (self.name != "default").then_some(self.name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_one_on_which_white_text_is_read() {
        for (text, good) in [
            ("#0b5fff", true),
            ("#0B5FFF", true),
            ("#000000", true),
            ("#767676", true),
            ("#777777", false),
            ("#ffffff", false),
            ("#ffcc00", false),
            ("0b5fff", false),
            ("#0b5ff", false),
            ("#0b5ffg", false),
            ("#äb5f", false),
            ("", false),
        ] {
            assert_eq!(Colour::new(text).is_ok(), good, "{text}");
        }
    }
}
