//! What customers are told about the company that asks for their data, before they give any.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Timestamp;
use crate::hidden::is_hidden;
use crate::words::words;

/// The longest URL of a company, in bytes.
pub const MAX_URL: usize = 1_024;

/// What customers are told about the company that asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Company {
    /// The legal name, which says who is responsible for the data.
    pub legal_name: Option<String>,
    /// The URL of the privacy notice, with https.
    pub privacy_url: Option<String>,
    /// The URL of the terms, with https.
    pub terms_url: Option<String>,
    /// The URL where people get help, with https or mailto.
    pub support_url: Option<String>,
    /// How long a review takes.
    pub review_time: Option<ReviewTime>,
    /// When production sessions start to need a legal name and a privacy notice. `None` until the first start of a
    /// version that needs them.
    pub needed_from: Option<Timestamp>,
}

/// Whether an account may open production sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// It may, because nothing is missing.
    Complete,
    /// It may until this moment, or without an end if there is none, although something is missing.
    Until(Option<Timestamp>, Missing),
    /// It may not, because something is missing.
    Incomplete(Missing),
}

words! {
    /// What an account must still set.
    Missing {
        /// Only the legal name.
        LegalName = "legal name",
        /// Only the privacy notice.
        PrivacyUrl = "privacy URL",
        /// The legal name and the privacy notice.
        Both = "legal name and privacy URL",
    }
}

impl Missing {
    /// The options of `dossier accounts set` that set what is missing.
    #[must_use]
    pub const fn options(self) -> &'static str {
        match self {
            Self::LegalName => "--legal-name \"…\"",
            Self::PrivacyUrl => "--privacy-url https://…",
            Self::Both => "--legal-name \"…\" --privacy-url https://…",
        }
    }
}

impl Company {
    /// How long an account of an older version has to set the legal name and the privacy notice: 30 days.
    pub const GRACE_SECONDS: i64 = 30 * 24 * 60 * 60;

    /// Whether the account has everything that the form must say to production customers, and until when it may lack
    /// it.
    #[must_use]
    pub fn completeness(&self, now: Timestamp) -> Completeness {
        let missing = match (&self.legal_name, &self.privacy_url) {
            (Some(_), Some(_)) => return Completeness::Complete,
            (None, Some(_)) => Missing::LegalName,
            (Some(_), None) => Missing::PrivacyUrl,
            (None, None) => Missing::Both,
        };
        match self.needed_from {
            Some(from) if from <= now => Completeness::Incomplete(missing),
            from => Completeness::Until(from, missing),
        }
    }
}

/// How long a review takes: a number and a unit, which each language puts into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReviewTime {
    /// The number, from 1 to 999.
    pub count: u16,
    /// The unit of the number.
    pub unit: Unit,
}

words! {
    /// A unit of time.
    Unit {
        /// Minutes, each of 60 seconds.
        Minutes = "minutes",
        /// Hours, each of 60 minutes.
        Hours = "hours",
        /// Calendar days, weekends included.
        Days = "days",
        /// Working days of the company.
        WorkingDays = "working days",
    }
}

impl ReviewTime {
    /// The largest `count`.
    pub const MOST: u16 = 999;

    /// Reads a text such as `24 hours` or `1 day`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.trim().split_once(' ')?;
        let count = count.parse().ok().filter(|count| (1..=Self::MOST).contains(count))?;
        let unit = unit.trim();
        let unit = Unit::parse(unit).or_else(|| Unit::parse(&format!("{unit}s")))?;
        Some(Self { count, unit })
    }
}

impl fmt::Display for ReviewTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.unit)
    }
}

impl TryFrom<String> for ReviewTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a review time is a number and a unit")
    }
}

impl From<ReviewTime> for String {
    fn from(time: ReviewTime) -> Self {
        time.to_string()
    }
}

/// Reads a URL that customers are shown: https without user or password, or mailto if `allow_mail` is set. Returns its
/// normalised form.
#[must_use]
pub fn link(text: &str, allow_mail: bool) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_URL || text.chars().any(|c| c.is_whitespace() || is_hidden(c)) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let good = match url.scheme() {
        "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "mailto" => allow_mail && url.path().split_once('@').is_some_and(|(to, at)| !to.is_empty() && !at.is_empty()),
        _ => false,
    };
    let written = url.to_string();
    (good && written.len() <= MAX_URL).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_https_and_help_may_be_an_e_mail_address() {
        for (text, anywhere, for_help) in [
            ("https://example.com/privacy", true, true),
            (" https://example.com ", true, true),
            ("https://bücher.example/datenschutz", true, true),
            ("mailto:help@example.com", false, true),
            ("mailto:", false, false),
            ("mailto:@example.com", false, false),
            ("http://example.com/privacy", false, false),
            ("javascript:alert(1)", false, false),
            ("data:text/html,x", false, false),
            ("https://user:secret@example.com/", false, false),
            ("https://", false, false),
            ("https://example.com/a b", false, false),
            ("https://example.com/\u{202e}x", false, false),
            ("example.com/privacy", false, false),
            ("", false, false),
        ] {
            assert_eq!((link(text, false).is_some(), link(text, true).is_some()), (anywhere, for_help), "{text}");
        }
        assert_eq!(link(&format!("https://example.com/{}", "x".repeat(MAX_URL)), true), None);
    }

    #[test]
    fn a_review_time_is_a_number_and_a_unit() {
        for (text, read) in [
            ("24 hours", Some("24 hours")),
            ("1 hour", Some("1 hours")),
            ("30 minutes", Some("30 minutes")),
            ("2 working days", Some("2 working days")),
            ("1 working day", Some("1 working days")),
            (" 3  days ", Some("3 days")),
            ("0 days", None),
            ("1000 days", None),
            ("two days", None),
            ("2 weeks", None),
            ("2", None),
            ("", None),
        ] {
            assert_eq!(ReviewTime::parse(text).map(|time| time.to_string()).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn production_needs_a_legal_name_and_a_privacy_notice_from_a_certain_day() {
        let at = Timestamp::from_micros;
        let given = |name: bool, privacy: bool, needed_from| Company {
            legal_name: name.then(|| "Harbour Limited".to_owned()),
            privacy_url: privacy.then(|| "https://example.com/privacy".to_owned()),
            needed_from,
            ..Company::default()
        };
        for (company, is) in [
            (given(true, true, Some(at(1))), Completeness::Complete),
            (given(false, true, Some(at(100))), Completeness::Incomplete(Missing::LegalName)),
            (given(true, false, Some(at(99))), Completeness::Incomplete(Missing::PrivacyUrl)),
            (given(false, false, Some(at(101))), Completeness::Until(Some(at(101)), Missing::Both)),
            (given(false, false, None), Completeness::Until(None, Missing::Both)),
        ] {
            assert_eq!(company.completeness(at(100)), is);
        }
    }
}
