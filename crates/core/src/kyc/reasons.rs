//! The reasons of decisions, as data. The baseline is a file of this repository, and an operator's file adds to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hexadecimal::hexadecimal;
use crate::hidden::{is_blank, is_hidden, without_hidden};
use crate::kyc::decision::{MAX_COMMENT, Outcome, ReasonCode};
use crate::kyc::rules::read_toml;

/// The largest number of reasons in one file.
const MAX_IN_FILE: usize = 100;

/// One reason that a decision can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its code, unique in the table.
    pub code: ReasonCode,
    /// What reviewers call it, in English.
    pub label: String,
    /// The outcomes for which it is offered. A decision with another outcome may still have it.
    #[serde(default = "all_outcomes", rename = "for")]
    pub outcomes: Vec<Outcome>,
    /// Whether the customer must not learn of it. It then has no text.
    #[serde(default)]
    pub confidential: bool,
    /// What the customer may be told, by the language of the hosted form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    text: BTreeMap<String, String>,
}

fn all_outcomes() -> Vec<Outcome> {
    Outcome::ALL.to_vec()
}

/// The table of reasons, read and checked.
#[derive(Debug, Clone)]
pub struct Reasons {
    /// Names the operator's file, or else the baseline.
    pub version: String,
    /// The SHA-256 of the text of that file, in hexadecimal.
    pub hash: String,
    reasons: Vec<Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonsFile {
    version: String,
    #[serde(default, rename = "reason")]
    reasons: Vec<Reason>,
}

impl Reasons {
    /// The text of the baseline.
    pub const BASELINE: &'static str = include_str!("../../rules/reasons.toml");

    /// The languages that a text can be in: those of the hosted form.
    pub const LANGUAGES: [&'static str; 9] = ["ar", "de", "en", "es", "fr", "hi", "pt", "tr", "zh"];

    /// The table that applies when the operator adds nothing.
    ///
    /// # Panics
    ///
    /// Never: a test reads the baseline.
    #[must_use]
    pub fn baseline() -> Self {
        Self::alone(Self::BASELINE).expect("the baseline is checked by a test")
    }

    /// Reads and checks an operator's file, and adds it to the baseline. A reason with a code of the baseline replaces
    /// the one there.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, one line each. What has the wrong type is reported alone.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let Self { version, hash, reasons } = Self::alone(text)?;
        let mut table = Self { version, hash, ..Self::baseline() };
        for reason in reasons {
            match table.reasons.iter_mut().find(|known| known.code == reason.code) {
                Some(known) => *known = reason,
                None => table.reasons.push(reason),
            }
        }
        Ok(table)
    }

    /// Reads one file.
    fn alone(text: &str) -> Result<Self, Vec<String>> {
        let ReasonsFile { version, reasons } = read_toml(text)?;
        let mut errors = Vec::new();
        if is_blank(&version) {
            errors.push("version: must not be empty".to_owned());
        }
        if reasons.len() > MAX_IN_FILE {
            errors.push(format!("reason: there are {}, and a file can have {MAX_IN_FILE}", reasons.len()));
        }
        let mut codes = BTreeSet::new();
        for reason in &reasons {
            let code = reason.code.as_str();
            if !codes.insert(code) {
                errors.push(format!("{code}: the code is used twice"));
            }
            errors.extend(reason.faults().into_iter().map(|fault| format!("{code}: {fault}")));
        }
        let hash = hexadecimal(&Sha256::digest(text));
        if errors.is_empty() { Ok(Self { version, hash, reasons }) } else { Err(errors) }
    }

    /// All reasons, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter()
    }

    /// The reason with a code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Reason> {
        self.iter().find(|reason| reason.code.as_str() == code)
    }

    /// The reasons that are offered for an outcome, in the order of the table.
    pub fn offered(&self, outcome: Outcome) -> impl Iterator<Item = &Reason> {
        self.iter().filter(move |reason| reason.outcomes.contains(&outcome))
    }
}

impl Reason {
    /// What the customer may be told in a language, or in English if the reason has no text in it.
    #[must_use]
    pub fn text(&self, language: &str) -> Option<&str> {
        self.text.get(language).or_else(|| self.text.get("en")).map(String::as_str)
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !self.code.is_well_formed() {
            faults.push(format!(
                "code: must consist of lower-case letters, digits and underscores, start with a letter and have at \
                    most {} characters",
                ReasonCode::MAX
            ));
        }
        if is_blank(&self.label) {
            faults.push("label: must not be empty".to_owned());
        } else if self.label.chars().any(is_hidden) {
            faults.push("label: must have no control characters and no hidden ones".to_owned());
        }
        if self.outcomes.is_empty() {
            faults.push("for: the list is empty".to_owned());
        }
        if self.confidential && !self.text.is_empty() {
            faults.push("text: the customer must not learn of a confidential reason".to_owned());
        }
        if !self.text.is_empty() && !self.text.contains_key("en") {
            faults.push("text: en is missing, which is used where there is no other".to_owned());
        }
        for (language, text) in &self.text {
            if !Self::is_language(language) {
                faults.push(format!("text.{language}: must be one of: {}", Reasons::LANGUAGES.join(" ")));
            }
            if is_blank(text) {
                faults.push(format!("text.{language}: must not be empty"));
            } else if without_hidden(&text.chars().collect::<Vec<_>>()) != *text {
                faults.push(format!("text.{language}: must have no control characters and no hidden ones"));
            }
            if text.chars().count() > MAX_COMMENT {
                faults.push(format!("text.{language}: must have at most {MAX_COMMENT} characters"));
            }
        }
        faults
    }

    fn is_language(code: &str) -> bool {
        Reasons::LANGUAGES.contains(&code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_has_the_published_codes_and_a_text_in_every_language_or_in_none() {
        let table = Reasons::alone(Reasons::BASELINE).expect("the baseline");
        let mut codes: Vec<&str> = table.iter().map(|reason| reason.code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ReasonCode::BASELINE);
        for reason in table.iter() {
            let languages: Vec<&str> = reason.text.keys().map(String::as_str).collect();
            assert!(languages.is_empty() || languages == Reasons::LANGUAGES, "{}", reason.code.as_str());
        }
    }

    #[test]
    fn a_customer_is_not_told_of_a_suspicion() {
        for code in ["fraud_suspected", "sanctions", "adverse_media"] {
            let table = Reasons::baseline();
            let reason = table.get(code).expect(code);
            assert!(reason.confidential && reason.text("en").is_none(), "{code}");
            assert!(!table.offered(Outcome::RequestResubmission).any(|offered| offered == reason), "{code}");
        }
    }

    #[test]
    fn an_operator_adds_reasons_and_replaces_some() {
        let own = "
            version = 'mine'
            [[reason]]
            code = 'too_far'
            label = 'Too far away'
            text = { en = 'Far', de = 'Weit' }
            [[reason]]
            code = 'policy'
            label = 'House rules'
            for = ['reject']";
        let table = Reasons::read(own).expect("reasons");
        assert_eq!((table.version.as_str(), table.iter().count()), ("mine", ReasonCode::BASELINE.len() + 1));
        let added = table.get("too_far").expect("added");
        assert_eq!([added.text("de"), added.text("fr")], [Some("Weit"), Some("Far")]);
        let offered = |outcome| table.offered(outcome).map(|reason| reason.code.as_str()).collect::<Vec<_>>();
        assert!(offered(Outcome::Approve).contains(&"too_far"));
        assert_eq!(table.get("policy").map(|reason| reason.label.as_str()), Some("House rules"));
        assert!(!offered(Outcome::Offboard).contains(&"policy"));
        assert_eq!(table.get("moon"), None);
    }

    #[test]
    fn everything_wrong_with_reasons_is_reported() {
        let reason = |members: &str| format!("version = '1'\n[[reason]]\n{members}");
        let good = "code = 'a'\nlabel = 'A'";
        let long = "x".repeat(2_001);
        for (text, expected) in [
            (String::new(), "version"),
            ("version = ' '".to_owned(), "version: must not be empty"),
            (reason("code = 'A-b'\nlabel = 'x'"), "A-b: code: must consist of lower-case letters"),
            (reason(&format!("code = '{}'\nlabel = 'x'", "a".repeat(65))), "code: must consist of"),
            (reason("code = 'a'\nlabel = ''"), "a: label: must not be empty"),
            (reason("code = 'a'\nlabel = \"x\\u202e\""), "a: label: must have no control characters"),
            (reason(&format!("{good}\nfor = []")), "a: for: the list is empty"),
            (reason(&format!("{good}\nfor = ['ask']")), "one of: approve"),
            (reason(&format!("{good}\ntext = {{ de = 'x' }}")), "a: text: en is missing"),
            (reason(&format!("{good}\ntext = {{ en = 'x', xx = 'x' }}")), "a: text.xx: must be one of: ar de en"),
            (reason(&format!("{good}\ntext = {{ en = ' ' }}")), "a: text.en: must not be empty"),
            (reason(&format!("{good}\ntext = {{ en = \"x\\u0007\" }}")), "a: text.en: must have no control"),
            (reason(&format!("{good}\ntext = {{ en = '{long}' }}")), "a: text.en: must have at most 2000"),
            (reason(&format!("{good}\nconfidential = true\ntext = {{ en = 'x' }}")), "a: text: the customer must not"),
            (reason(&format!("{good}\n[[reason]]\n{good}")), "a: the code is used twice"),
            (reason(&format!("{good}\nwhen = 1")), "unknown field"),
            (
                (0..101).fold("version = '1'".to_owned(), |text, number| {
                    format!("{text}\n[[reason]]\ncode = 'a{number}'\nlabel = 'x'")
                }),
                "reason: there are 101",
            ),
        ] {
            let errors = Reasons::read(&text).expect_err(expected);
            assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
        }
    }
}
