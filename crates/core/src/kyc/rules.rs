//! Rules: what is required of which customers, as data. The baseline is a file of this repository. An operator may
//! configure another file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::customer::document::{BusinessDocumentPurpose, DocSide, IndividualDocumentPurpose, PersonDocumentPurpose};
use crate::customer::profile::{CustomerType, Profile};
use crate::hexadecimal::hexadecimal;
use crate::hidden::is_blank;
use crate::kyc::conditions::{FieldSays, Role, When};
use crate::parse::context::Nulls;
use crate::parse::leaf::Country;
use crate::place::Place;
use crate::schema;

/// A rule set, read and checked.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// Names this set of rules. Lists of requirements carry it.
    pub version: String,
    /// The SHA-256 of its text, in hexadecimal, which shows whether the rules have changed.
    pub hash: String,
    /// Named groups of countries.
    pub groups: BTreeMap<String, Vec<Country>>,
    /// The rules, in the order in which requirements are listed.
    pub rules: Vec<Rule>,
    /// The rules that say for which customers the risk is high.
    pub risks: Vec<RiskRule>,
    /// The published schema of each type, from which requirements take their fragments.
    individual: Value,
    business: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    version: String,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    #[serde(default, rename = "rule")]
    rules: Vec<Rule>,
    #[serde(default, rename = "risk")]
    risks: Vec<RiskRule>,
}

/// One rule: when it applies, what it asks for, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, unique in the set.
    pub id: String,
    /// When it applies. Always, if it has no conditions.
    #[serde(default)]
    pub when: When,
    /// What it asks for.
    pub needs: Needs,
    /// What people call it, in English.
    pub label: String,
    /// Why it is asked for, in English.
    pub because: String,
    /// A value that would do at each place. What depends on the country is adapted to the customer's.
    #[serde(default)]
    pub example: Option<Value>,
    /// The texts of the hosted form, by language: `es`, `zh`.
    #[serde(default)]
    pub translations: BTreeMap<String, Wording>,
}

/// The texts of a rule in another language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// What people call it.
    pub label: String,
    /// Why it is asked for.
    pub because: String,
}

/// A rule that says for which customers the risk is high.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskRule {
    /// Its id, unique among the risks of the set.
    pub id: String,
    /// When it applies. With `role`, it applies if there is such a person.
    pub when: When,
    /// Why the risk is high, in English.
    pub because: String,
}

/// What a rule asks for: a field, a document or a person, or a check of the whole profile.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Needs {
    /// A value at one of these places, each a JSON Pointer into the PUT body. Any one of them is enough.
    pub field: Option<Places>,
    /// A document of one of these purposes.
    pub document: Option<Vec<String>>,
    /// The side of the document.
    pub side: Option<DocSide>,
    /// At least one associated person with this role.
    pub person: Option<Role>,
    /// What must be true of the value, beyond the schema.
    pub check: Option<Check>,
    /// It may be missing, but must be right if it is there.
    pub optional: bool,
}

/// One place or several, written as a JSON Pointer or a list of them.
#[derive(Debug, Clone)]
pub struct Places(pub Vec<String>);

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Places;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON Pointer or a list of them")
            }

            fn visit_str<E>(self, text: &str) -> Result<Places, E> {
                Ok(Places(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Places, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(items)).map(Places)
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

/// A check of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A date that is not in the future.
    Past,
    /// A date at least 18 years ago.
    Adult,
    /// A number, with or without thousands separators.
    Amount,
    /// A host name, with or without a scheme.
    Website,
    /// Every owner's share is a percentage, and together they are at most 100.
    Ownership,
}

impl RuleSet {
    /// The text of the baseline.
    pub const BASELINE: &'static str = include_str!("../../rules/baseline.toml");

    /// The rules that apply when the operator configures none.
    ///
    /// # Panics
    ///
    /// Never: a test reads the baseline.
    #[must_use]
    pub fn baseline() -> Self {
        Self::read(Self::BASELINE).expect("the baseline is checked by a test")
    }

    /// Reads and checks a rule set.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, one line each.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let RulesFile { version, groups, rules, risks } = read_toml(text)?;
        let mut errors = Vec::new();
        if version.trim().is_empty() {
            errors.push("version: must not be empty".to_owned());
        }
        let mut countries = BTreeMap::new();
        for (name, codes) in groups {
            let (good, bad): (Vec<_>, Vec<_>) =
                codes.into_iter().map(|code| Country::new(&code).ok_or(code)).partition(Result::is_ok);
            for code in bad.into_iter().filter_map(Result::err) {
                errors.push(format!("groups.{name}: {code} is not an ISO 3166-1 alpha-2 code"));
            }
            countries.insert(name, good.into_iter().filter_map(Result::ok).collect());
        }
        let mut branches = schema::update_body()["oneOf"].as_array().cloned().unwrap_or_default().into_iter();
        let (individual, business) = (branches.next().unwrap_or_default(), branches.next().unwrap_or_default());
        let hash = hexadecimal(&Sha256::digest(text));
        let set = Self { version, hash, groups: countries, rules, risks, individual, business };
        for (place, rule) in set.rules.iter().enumerate() {
            if set.rules[..place].iter().any(|other| other.id == rule.id) {
                errors.push(format!("{}: the id is used twice", rule.id));
            }
            errors.extend(set.faults(rule).into_iter().map(|fault| format!("{}: {fault}", rule.id)));
        }
        for (place, risk) in set.risks.iter().enumerate() {
            if set.risks[..place].iter().any(|other| other.id == risk.id) {
                errors.push(format!("risk {}: the id is used twice", risk.id));
            }
            errors.extend(set.faults_of_risk(risk).into_iter().map(|fault| format!("risk {}: {fault}", risk.id)));
        }
        if errors.is_empty() { Ok(set) } else { Err(errors) }
    }

    fn faults_of_risk(&self, risk: &RiskRule) -> Vec<String> {
        let mut faults = Vec::new();
        if is_blank(&risk.id) {
            faults.push("id: must not be empty".to_owned());
        }
        if is_blank(&risk.because) {
            faults.push("because: must not be empty".to_owned());
        }
        self.faults_of_when(&risk.when, &mut faults);
        faults
    }

    fn faults(&self, rule: &Rule) -> Vec<String> {
        let mut faults = Vec::new();
        let Needs { field, document, side, person, check, optional: _ } = &rule.needs;
        let asked = [field.is_some(), document.is_some(), person.is_some(), *check == Some(Check::Ownership)];
        if asked.iter().filter(|asked| **asked).count() != 1 {
            faults.push("needs: give exactly one of field, document, person, and check = \"ownership\"".to_owned());
        }
        let places = field.as_ref().map_or(&[][..], |places| &places.0);
        if field.is_some() && places.is_empty() {
            faults.push("needs.field: the list is empty".to_owned());
        }
        for (index, field) in places.iter().enumerate().filter(|(index, field)| places[..*index].contains(field)) {
            faults.push(format!("needs.field.{index}: {field} is in the list twice"));
        }
        if side.is_some() && document.is_none() {
            faults.push("needs.side: only documents have sides".to_owned());
        }
        if check.is_some_and(|check| check != Check::Ownership) && field.is_none() {
            faults.push("needs.check: only fields can have this check".to_owned());
        }
        self.faults_of_when(&rule.when, &mut faults);
        for kind in rule.when.types() {
            let base = rule.when.base();
            for (index, field) in places.iter().enumerate() {
                if !field.starts_with('/') || self.fragment(kind, &format!("{base}{field}")).is_none() {
                    let place =
                        if places.len() > 1 { format!("needs.field.{index}") } else { "needs.field".to_owned() };
                    faults.push(format!("{place}: a PUT body of type {} has no {base}{field}", kind.as_str()));
                }
            }
            for purpose in document.iter().flatten() {
                if !known_purpose(kind, rule.when.role.is_some(), purpose) {
                    faults.push(format!("needs.document: {purpose} is not a purpose of such a document"));
                }
            }
            faults.extend(example_faults(rule, kind, base));
        }
        faults
    }

    fn faults_of_when(&self, when: &When, faults: &mut Vec<String>) {
        if when.role.is_some() && when.r#type == Some(CustomerType::Individual) {
            faults.push("when.role: an individual has no associated persons".to_owned());
        }
        self.faults_of_conditions(when, when, faults);
    }

    /// What is wrong with conditions that are part of a rule's.
    fn faults_of_conditions(&self, all: &When, when: &When, faults: &mut Vec<String>) {
        for name in when.country.iter().flatten() {
            if !self.groups.contains_key(name) && Country::new(name).is_none() {
                faults.push(format!("when.country: {name} is neither a group nor a country"));
            }
        }
        if let Some(FieldSays { pointer, is, not }) = &when.field {
            let base = all.base();
            if all.types().into_iter().any(|kind| self.fragment(kind, &format!("{base}{pointer}")).is_none()) {
                faults.push(format!("when.field: a PUT body has no {base}{pointer}"));
            }
            if is.is_some() == not.is_some() {
                faults.push("when.field: give one of is and not".to_owned());
            }
        }
        for inner in when.any.iter().flatten() {
            if inner.role.is_some() || inner.r#type.is_some() {
                faults.push("when.any: type and role belong outside of it".to_owned());
            }
            self.faults_of_conditions(all, inner, faults);
        }
    }

    /// The part of the published schema at a place of the PUT body. Any number or `-` stands for the items of an array.
    #[must_use]
    pub fn fragment(&self, kind: CustomerType, pointer: &str) -> Option<&Value> {
        let mut at = match kind {
            CustomerType::Individual => &self.individual,
            CustomerType::Corporate => &self.business,
        };
        for part in Place::new(pointer).steps() {
            at = match at.get("items") {
                Some(items) if is_index(part) => items,
                _ => at.get("properties")?.get(part)?,
            };
        }
        Some(at)
    }
}

/// Whether a step of a pointer names an item of a list.
fn is_index(step: &str) -> bool {
    step == "-" || !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a file of rules as TOML. The error names the line of the first fault.
pub(crate) fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, Vec<String>> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
        vec![format!("line {line}: {}", error.message())]
    })
}

fn is<T: DeserializeOwned>(purpose: &str) -> bool {
    serde_json::from_value::<T>(purpose.into()).is_ok()
}

/// Whether a document of any customer or person can have this purpose.
pub(crate) fn is_purpose(purpose: &str) -> bool {
    is::<IndividualDocumentPurpose>(purpose)
        || is::<BusinessDocumentPurpose>(purpose)
        || is::<PersonDocumentPurpose>(purpose)
}

fn known_purpose(kind: CustomerType, of_person: bool, purpose: &str) -> bool {
    match (kind, of_person) {
        (_, true) => is::<PersonDocumentPurpose>(purpose),
        (CustomerType::Individual, false) => is::<IndividualDocumentPurpose>(purpose),
        (CustomerType::Corporate, false) => is::<BusinessDocumentPurpose>(purpose),
    }
}

/// What is wrong with an example. A PUT must accept it at each place where it may go.
fn example_faults(rule: &Rule, kind: CustomerType, base: &str) -> Vec<String> {
    let pointers = match &rule.needs {
        Needs { field: Some(places), .. } => places.0.iter().map(|field| format!("{base}{field}")).collect(),
        Needs { person: Some(_), .. } => vec!["/associated_persons/0".to_owned()],
        _ => return Vec::new(),
    };
    let Some(example) = &rule.example else { return vec!["example: fields and persons need one".to_owned()] };
    let mut faults: Vec<_> = pointers.iter().filter_map(|pointer| example_fault(example, kind, pointer)).collect();
    faults.dedup();
    faults
}

fn example_fault(example: &Value, kind: CustomerType, pointer: &str) -> Option<String> {
    let mut value = example.clone();
    let parts: Vec<&str> = Place::new(pointer).steps().collect();
    // A member of a value, such as the state of an address, cannot be sent alone. All such members are text.
    if parts.iter().filter(|part| !is_index(part) && **part != "associated_persons").count() > 1
        && parts.first() != Some(&"identifying_information")
        && !parts.contains(&"identifying_information")
    {
        return (!example.is_string()).then(|| "example: must be text".to_owned());
    }
    for part in parts.into_iter().rev() {
        value = if is_index(part) { json!([value]) } else { json!({ part: value }) };
    }
    let body = serde_json::to_vec(&value).expect("JSON has string keys only");
    let refused = Profile::parse(kind, &body, Nulls::Refused).ok()?.finish().err();
    refused.map(|violations| {
        let first = violations.0.first().map(|violation| violation.message.to_string()).unwrap_or_default();
        format!("example: a PUT would refuse it at {pointer}: {first}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_rules_are_valid() {
        assert_eq!(RuleSet::read(RuleSet::BASELINE).map(|set| set.rules.len() > 30), Ok::<_, Vec<String>>(true));
    }

    #[test]
    fn everything_wrong_with_a_rule_set_is_reported() {
        for (text, expected) in [
            ("", "version"),
            ("version = ''", "version: must not be empty"),
            ("version = '1'\n[groups]\na = ['ZZ']", "groups.a: ZZ is not"),
            ("version = '1'\n[[rule]]\nid = 'a'\nlabel = ''\nbecause = ''\nneeds = {}", "exactly one"),
            ("version = '1'\n[[rule]]\nid = 'a'\nlabel = ''\nbecause = ''\nneeds = { field = '/x' }", "has no /x"),
            (
                "version = '1'\n[[rule]]\nid = 'a'\nlabel = ''\nbecause = ''\nneeds = { document = ['x'] }",
                "x is not a purpose",
            ),
            (
                "version = '1'\n[[rule]]\nid = 'a'\nlabel = ''\nbecause = ''\nwhen = { country = ['moon'] }\nneeds = \
                    { document = ['other'] }",
                "moon is neither",
            ),
            (
                "version = '1'\n[[rule]]\nid = 'a'\nlabel = ''\nbecause = ''\nwhen = { type = 'individual' }\nneeds = \
                    { field = '/birth_date' }\nexample = '2000-02-30'",
                "a PUT would refuse it",
            ),
            (
                "version = '1'\n[[rule]]\nid = 'a'\nlabel = ''\nbecause = ''\nwhen = { type = 'individual' }\nneeds = \
                    { field = '/documents/-' }\nexample = 'a passport'",
                "a PUT would refuse it at /documents/-",
            ),
            ("version = '1'\nx = 1", "unknown field"),
            ("version = '1'\n[[risk]]\nid = 'a'\nbecause = 'x'", "missing field `when`"),
            ("version = '1'\n[[risk]]\nid = 'a'\nbecause = ' '\nwhen = {}", "risk a: because: must not be empty"),
            ("version = '1'\n[[risk]]\nid = ''\nbecause = 'x'\nwhen = {}", "risk : id: must not be empty"),
            (
                "version = '1'\n[[risk]]\nid = 'a'\nbecause = 'x'\nwhen = { country = ['moon'] }",
                "risk a: when.country: moon is neither",
            ),
            (
                "version = '1'\n[[risk]]\nid = 'a'\nbecause = 'x'\nwhen = { role = ['owner'], field = { pointer = \
                    '/wealth', is = ['x'] } }",
                "risk a: when.field: a PUT body has no /associated_persons/0/wealth",
            ),
            (
                "version = '1'\n[[risk]]\nid = 'a'\nbecause = 'x'\nwhen = {}\n[[risk]]\nid = 'a'\nbecause = \
                    'x'\nwhen = {}",
                "risk a: the id is used twice",
            ),
        ] {
            let errors = RuleSet::read(text).expect_err(text);
            assert!(errors.iter().any(|error| error.contains(expected)), "{errors:?}");
        }
    }
}
