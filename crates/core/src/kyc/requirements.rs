//! Requirements: the rules, applied to one record at one moment. A pure function of the three.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::customer::postal_code::{self, AddressFormat, PostalCodes};
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::hidden;
use crate::ids::FileId;
use crate::kyc::check::{day_of_change, fault_of, ownership};
use crate::kyc::example;
use crate::kyc::facts::{Facts, Prospect, for_each_owner, plays};
use crate::kyc::requirement::{Evidence, Fault, Requirement, Status, fingerprint};
use crate::kyc::rules::{Check, Needs, Places, Rule, RuleSet};

impl RuleSet {
    /// What is required of a customer, in the order of the rules.
    #[must_use]
    pub fn of(&self, customer: &Customer, now: Timestamp) -> Vec<Requirement> {
        let profile = customer.profile.to_json();
        let unknown = Prospect::default();
        let facts = Facts::of(customer.profile.kind(), &profile, &unknown, now).with_flaws(&customer.kyc.flaws);
        let mut requirements = self.evaluate(&facts, &profile);
        for requirement in &mut requirements {
            requirement.adjust_to(&customer.kyc);
        }
        requirements
    }

    /// What a customer would be required to give, before it exists.
    #[must_use]
    pub fn before(&self, kind: CustomerType, prospect: &Prospect, now: Timestamp) -> Vec<Requirement> {
        let profile = json!({});
        self.evaluate(&Facts::of(kind, &profile, prospect, now), &profile)
    }

    fn evaluate(&self, facts: &Facts<'_>, profile: &Value) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        for rule in &self.rules {
            for_each_owner(&rule.when, facts, profile, |owner, base, person| {
                requirements.extend(self.apply(rule, facts, owner, base, person));
            });
        }
        requirements
    }

    /// Applies one rule to one owner of fields: the customer, or the person at `base` in the body.
    fn apply(
        &self,
        rule: &Rule,
        facts: &Facts<'_>,
        owner: &Value,
        base: &str,
        person: Option<&str>,
    ) -> Option<Requirement> {
        if !self.holds(&rule.when, facts, owner) {
            return None;
        }
        let Needs { field, document, side, person: wanted, check, optional } = &rule.needs;
        let side = side.map(|side| match side {
            crate::customer::document::DocSide::Front => "front",
            crate::customer::document::DocSide::Back => "back",
        });
        let mut example = rule.example.clone().unwrap_or_default();
        let mut named = Vec::new();
        let answer = match (field, document, wanted) {
            (Some(Places(fields)), _, _) => RuleAnswer::in_fields(fields, *check, owner, base, facts)?,
            (None, Some(purposes), _) => {
                let files: Vec<_> = evidence(owner, purposes, side).collect();
                named = files.iter().filter_map(|file| FileId::parse(file.as_str()?)).collect();
                example = json!({ "purpose": purposes.first() });
                if let Some(side) = side {
                    example["doc_side"] = side.into();
                }
                // The newest file is the answer, because a better one is added without removing the other.
                let error = files.last().and_then(|file| facts.flaw(file));
                let given = (!files.is_empty()).then(|| json!(files));
                RuleAnswer { given, error, ..RuleAnswer::at(format!("{base}/documents/-")) }
            }
            (None, None, Some(role)) => {
                let persons = owner["associated_persons"].as_array().map_or(&[][..], Vec::as_slice);
                let players: Vec<_> = persons.iter().filter(|person| plays(person, &[*role])).collect();
                let given = (!players.is_empty()).then(|| json!(players));
                RuleAnswer { given, ..RuleAnswer::at("/associated_persons/-".to_owned()) }
            }
            (None, None, None) => {
                let (given, error) = ownership(owner);
                RuleAnswer { given, error, ..RuleAnswer::at("/associated_persons".to_owned()) }
            }
        };
        let RuleAnswer { pointer, one_of, given, error, missing, good_from } = answer;
        let may_be_missing = *optional || field.is_none() && document.is_none() && wanted.is_none();
        let status = match (&given, error) {
            (None, _) if may_be_missing => return None,
            (None, _) => Status::Due,
            (Some(_), Some(_)) => Status::Error,
            (Some(_), None) if !missing.is_empty() => Status::Due,
            (Some(_), None) if may_be_missing => return None,
            (Some(_), None) => Status::Done,
        };
        if let Some(country) = example::home(owner).or(facts.country) {
            example::localize(&mut example, &pointer, country);
        }
        let schema = self.fragment(facts.kind, &pointer).cloned().unwrap_or_default();
        Some(Requirement {
            id: person.map_or_else(|| rule.id.clone(), |person| format!("{}@{person}", rule.id)),
            status,
            label: rule.label.clone(),
            because: rule.because.clone(),
            error,
            missing,
            schema,
            example,
            document: document.as_ref().map(|purposes| Evidence {
                purposes: purposes.clone(),
                side,
                upload: "/v0/files",
            }),
            person_id: person.map(ToOwned::to_owned),
            given: fingerprint(given.as_ref()),
            files: named,
            confirmed: None,
            good_from,
            pointer,
            one_of,
        })
    }
}

/// The answer to a rule.
struct RuleAnswer {
    /// The place that is wrong or incomplete, or else the first one.
    pointer: String,
    /// All places, if there are several.
    one_of: Vec<String>,
    given: Option<Value>,
    error: Option<Fault>,
    missing: Vec<String>,
    good_from: Option<Timestamp>,
}

impl RuleAnswer {
    const fn at(pointer: String) -> Self {
        Self { pointer, one_of: Vec::new(), given: None, error: None, missing: Vec::new(), good_from: None }
    }

    /// The answer in these fields, any one of which is enough. `None` if the country has none of them.
    fn in_fields(
        fields: &[String],
        check: Option<Check>,
        owner: &Value,
        base: &str,
        facts: &Facts<'_>,
    ) -> Option<Self> {
        let exist: Vec<&str> = fields.iter().map(String::as_str).filter(|field| exists(field, owner, facts)).collect();
        let at = |field: &str| format!("{base}{field}");
        let mut found = Self::at(at(exist.first()?));
        let given: Vec<(&str, &Value)> = exist
            .iter()
            .filter_map(|field| Some((*field, owner.pointer(field).filter(|value| !is_blank(value))?)))
            .collect();
        found.given = match given.as_slice() {
            [] => None,
            // Flags in stored records hold a hash of this, so its form cannot change.
            [(_, value)] if fields.len() == 1 => Some((*value).clone()),
            several => Some(several.iter().map(|(field, value)| ((*field).to_owned(), (*value).clone())).collect()),
        };
        let fault = given.iter().find_map(|(field, value)| Some((*field, *value, fault_of(check?, value, facts.now)?)));
        if let Some((field, value, error)) = fault {
            found.pointer = at(field);
            found.error = Some(error);
            found.good_from = check.and_then(|check| day_of_change(check, value.as_str().unwrap_or_default()));
        } else if let [(field, _), ..] = given.as_slice()
            && given.iter().all(|(_, value)| postal_code::is_missing(value))
        {
            found.pointer = at(field);
            found.missing = vec![format!("{}/postal_code", found.pointer)];
        }
        if exist.len() > 1 {
            found.one_of = exist.into_iter().map(at).collect();
        }
        Some(found)
    }
}

/// Whether a field can be answered. There is no postal code in a country without them.
fn exists(field: &str, owner: &Value, facts: &Facts<'_>) -> bool {
    let Some(address) = field.strip_suffix("/postal_code") else { return true };
    let own = owner.pointer(address).and_then(AddressFormat::of_address);
    let format = own.or_else(|| facts.country.map(AddressFormat::of));
    format.is_none_or(|format| format.postal_codes != PostalCodes::Absent)
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(hidden::is_blank)
}

/// The files of the documents that have one of the purposes and show the side.
pub(crate) fn evidence<'a>(
    owner: &'a Value,
    purposes: &'a [impl AsRef<str>],
    side: Option<&'a str>,
) -> impl Iterator<Item = &'a Value> {
    let documents = owner["documents"].as_array().map_or(&[][..], Vec::as_slice).iter();
    documents
        .filter(move |document| {
            document["purpose"].as_str().is_some_and(|said| purposes.iter().any(|one| one.as_ref() == said))
        })
        // A photo without `doc_side` counts as the front.
        .filter(move |document| side.is_none_or(|side| document["doc_side"].as_str().unwrap_or("front") == side))
        .map(|document| &document["file_id"])
}

#[cfg(test)]
mod by_country;

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(kind: CustomerType, profile: &Value) -> Vec<Requirement> {
        let now = Timestamp::from_micros(1_763_873_999_000_000);
        RuleSet::baseline().evaluate(&Facts::of(kind, profile, &Prospect::default(), now), profile)
    }

    #[test]
    fn a_doubtful_value_is_an_error_at_its_place() {
        use CustomerType::{Corporate, Individual};
        for (kind, profile, pointer, error) in [
            (Individual, json!({"birth_date":"2030-01-01"}), "/birth_date", Some(Fault::InTheFuture)),
            (Individual, json!({"birth_date":"2010-01-01"}), "/birth_date", Some(Fault::TooYoung)),
            (Individual, json!({"birth_date":"2007-11-23"}), "/birth_date", None),
            (Individual, json!({"birth_date":"2007-11-24"}), "/birth_date", Some(Fault::TooYoung)),
            (
                Individual,
                json!({"expected_monthly_volume_usd":"lots"}),
                "/expected_monthly_volume_usd",
                Some(Fault::NoAmount),
            ),
            (Corporate, json!({"formation_date":"2030-01-01"}), "/formation_date", Some(Fault::InTheFuture)),
            (Corporate, json!({"primary_website":"not a site"}), "/primary_website", Some(Fault::NoWebsite)),
            (
                Corporate,
                json!({"associated_persons":[{"ownership_percentage":"most"}]}),
                "/associated_persons",
                Some(Fault::NoShare),
            ),
            (
                Corporate,
                json!({"associated_persons":[{"ownership_percentage":"60"},{"ownership_percentage":"50 %"}]}),
                "/associated_persons",
                Some(Fault::SharesTooMany),
            ),
        ] {
            let found = evaluated(kind, &profile).into_iter().find(|one| one.pointer == pointer);
            assert_eq!(found.as_ref().and_then(|one| one.error), error, "{profile}");
            assert_eq!(found.is_some_and(|one| one.status == Status::Error), error.is_some(), "{profile}");
        }
    }

    #[test]
    fn a_rule_applies_to_the_customers_and_persons_that_it_names() {
        use CustomerType::{Corporate, Individual};
        let owner =
            |share: &str| json!({"associated_persons":[{"id":"p","has_ownership":true,"ownership_percentage":share}]});
        let live = |country: &str| json!({"residential_address":{"country":country}});
        for (kind, profile, id, applies) in [
            (Individual, live("US"), "tax_number", true),
            (Individual, live("FR"), "tax_number", false),
            (Individual, live("IR"), "source_of_funds", true),
            (Individual, json!({"expected_monthly_volume_usd":"10,000 - 50,000"}), "source_of_funds", true),
            (Individual, json!({"expected_monthly_volume_usd":"49999"}), "source_of_funds", false),
            (Individual, json!({"account_purpose":"protect_wealth"}), "source_of_funds", true),
            (Individual, json!({"account_purpose":"payroll"}), "source_of_funds", false),
            (
                Individual,
                json!({"identifying_information":{"id_document":{"type":"passport"}}}),
                "id_document_back",
                false,
            ),
            (
                Individual,
                json!({"identifying_information":{"id_document":{"type":"driver_license"}}}),
                "id_document_back",
                true,
            ),
            (Individual, json!({}), "business_address", false),
            (Corporate, owner("25"), "person_address@p", true),
            (Corporate, owner("24.9"), "person_address@p", false),
            (Corporate, owner("?"), "person_address@p", true),
            (Corporate, json!({"associated_persons":[{"id":"p","has_control":true}]}), "person_address@p", true),
            (Corporate, json!({"associated_persons":[{"id":"p"}]}), "person_address@p", false),
        ] {
            assert_eq!(evaluated(kind, &profile).iter().any(|one| one.id == id), applies, "{id} of {profile}");
        }
    }
}
