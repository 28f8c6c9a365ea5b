//! The rules of retention, as data. The baseline is a file of this repository. An operator may configure another file.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::duration::Period;
use crate::customer::profile::CustomerType;
use crate::hexadecimal::hexadecimal;
use crate::hidden::{is_blank, is_hidden};
use crate::kyc::rules::{is_purpose, read_toml};
use crate::words::words;

words! {
    /// A part of a record, with rules of its own.
    Section {
        Identity = "identity": "Names, addresses, dates and everything else that is in no other section.",
        Numbers = "numbers": "Identity and tax numbers.",
        Documents = "documents": "The files that prove something.",
        Decisions = "decisions": "What was decided, why, and on what basis.",
    }
}

words! {
    /// What starts the clock of a rule.
    Start {
        Offboarded = "offboarded": "The relationship ended.",
        Rejected = "rejected": "The customer was rejected.",
        Abandoned = "abandoned": "The customer never finished, and nothing has happened since.",
        Decided = "decided": "The last decision was made.",
        Recorded = "recorded": "The document was attached, or the record last changed.",
    }
}

impl Start {
    /// Whether the clock starts when a customer's case or relationship ends. Until then the record is kept.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Offboarded | Self::Rejected | Self::Abandoned)
    }
}

/// One rule: what is kept, from when, for how long, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// Its id, unique in the set.
    pub id: String,
    /// The sections that it keeps.
    pub sections: Vec<Section>,
    /// The purposes of the documents that it keeps. All documents, if it names none.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The type of customers that it applies to. All customers, if it names none.
    #[serde(default, rename = "type")]
    pub kind: Option<CustomerType>,
    /// What starts its clock.
    pub from: Start,
    /// For how long it keeps them.
    #[serde(rename = "for")]
    pub period: Period,
    /// The law that it follows.
    pub law: String,
    /// Whether the law requires that they are kept for so long. A request to erase them is refused until then.
    #[serde(default = "yes")]
    pub required: bool,
}

const fn yes() -> bool {
    true
}

/// The rules of retention, read and checked.
#[derive(Debug, Clone)]
pub struct RetentionRules {
    /// Names this set of rules.
    pub version: String,
    /// The SHA-256 of its text, in hexadecimal, which shows whether the rules have changed.
    pub hash: String,
    /// The rules, in the order of the file.
    pub rules: Vec<RetentionRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionFile {
    version: String,
    #[serde(default, rename = "keep")]
    rules: Vec<RetentionRule>,
}

impl RetentionRules {
    /// The text of the baseline.
    pub const BASELINE: &'static str = include_str!("../../rules/retention.toml");

    /// The rules that apply when the operator configures none.
    ///
    /// # Panics
    ///
    /// Never: a test reads the baseline.
    #[must_use]
    pub fn baseline() -> Self {
        Self::read(Self::BASELINE).expect("the baseline is checked by a test")
    }

    /// Reads and checks rules of retention.
    ///
    /// # Errors
    ///
    /// What is wrong with them, one line each. What has the wrong type is reported alone.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let RetentionFile { version, rules } = read_toml(text)?;
        let mut errors = Vec::new();
        if version.trim().is_empty() {
            errors.push("version: must not be empty".to_owned());
        }
        let mut ids = BTreeSet::new();
        for rule in &rules {
            if !ids.insert(&rule.id) {
                errors.push(format!("{}: the id is used twice", rule.id));
            }
            errors.extend(rule.faults().into_iter().map(|fault| format!("{}: {fault}", rule.id)));
        }
        let hash = hexadecimal(&Sha256::digest(text));
        if errors.is_empty() { Ok(Self { version, hash, rules }) } else { Err(errors) }
    }

    /// Whether a text has the tables of such rules, and not those of the rules about requirements.
    #[must_use]
    pub fn are_in(text: &str) -> bool {
        let is_named = |table: toml::Table| table.contains_key("keep");
        toml::from_str(text).map_or_else(|_| text.contains("[[keep]]"), is_named)
    }
}

impl RetentionRule {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        // Pointers of the audit trail name it.
        if self.id.is_empty() || !self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            faults.push("id: must consist of letters, digits and underscores".to_owned());
        }
        if self.sections.is_empty() {
            faults.push("sections: the list is empty".to_owned());
        }
        if is_blank(&self.law) {
            faults.push("law: must not be empty".to_owned());
        } else if self.law.chars().any(is_hidden) {
            faults.push("law: must have no control characters and no hidden ones".to_owned());
        }
        if !self.evidence.is_empty() && self.sections != [Section::Documents] {
            faults.push("evidence: only a rule whose one section is documents can name purposes".to_owned());
        }
        for purpose in self.evidence.iter().filter(|purpose| !is_purpose(purpose)) {
            faults.push(format!("evidence: {purpose} is not the purpose of a document"));
        }
        faults
    }

    /// Whether the rule keeps a section of such a customer; for documents, those with this purpose.
    #[must_use]
    pub fn keeps(&self, section: Section, purpose: Option<&str>, kind: CustomerType) -> bool {
        self.sections.contains(&section)
            && self.kind.is_none_or(|own| own == kind)
            && (self.evidence.is_empty()
                || purpose.is_some_and(|purpose| self.evidence.iter().any(|one| one == purpose)))
    }
}

/// A rule, as responses name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct NamedRule {
    /// The id of the rule.
    pub id: String,
    /// The law that it follows.
    pub law: String,
}

impl NamedRule {
    /// The rule in the `fields` of an audit entry.
    #[must_use]
    pub fn pointer(&self) -> String {
        format!("/retention/{}", self.id)
    }
}

impl From<&RetentionRule> for NamedRule {
    fn from(rule: &RetentionRule) -> Self {
        Self { id: rule.id.clone(), law: rule.law.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_rules_are_valid() {
        assert_eq!(RetentionRules::read(RetentionRules::BASELINE).map(|set| set.rules.len()), Ok(5));
        assert!(RetentionRules::are_in(RetentionRules::BASELINE));
        assert!(!RetentionRules::are_in(crate::kyc::rules::RuleSet::BASELINE));
        for text in ["[[ keep ]] # mine", "keep = []", "version = 1\n[[keep]]\n[[keep"] {
            assert!(RetentionRules::are_in(text), "{text}");
        }
    }

    #[test]
    fn everything_wrong_with_rules_is_reported() {
        let rule = |members: &str| format!("version = '1'\n[[keep]]\n{members}");
        let good = "id = 'a'\nsections = ['documents']\nfrom = 'decided'\nfor = 'P1Y'\nlaw = 'x'";
        for (text, expected) in [
            (String::new(), "version"),
            ("version = ''".to_owned(), "version: must not be empty"),
            (rule(&good.replace("P1Y", "1 year")), "ISO 8601"),
            (rule(&good.replace("decided", "born")), "one of: offboarded"),
            (rule(&good.replace("documents", "all")), "one of: identity"),
            (rule(&good.replace("'a'", "'a/b'")), "a/b: id: must consist of"),
            (rule(&good.replace("'x'", "' '")), "a: law: must not be empty"),
            (rule(&good.replace("'x'", "\"x\\u202e\"")), "a: law: must have no control characters"),
            (rule(&format!("{good}\nwhen = 1")), "line 8: unknown field"),
            (rule(&good.replace("['documents']", "[]")), "a: sections: the list is empty"),
            (rule(&format!("{good}\nevidence = ['holiday']")), "a: evidence: holiday is not the purpose"),
            (
                rule(&format!("{}\nevidence = ['id_document']", good.replace("['documents']", "['identity']"))),
                "a: evidence: only a rule whose one section",
            ),
            (rule(&format!("{good}\n[[keep]]\n{good}")), "a: the id is used twice"),
            (rule(&format!("{good}\nwhen = 1")), "unknown field"),
        ] {
            let errors = RetentionRules::read(&text).expect_err(expected);
            assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
        }
    }
}
