//! The facts that the conditions of rules test, and whether conditions hold.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::customer::profile::CustomerType;
use crate::file::record::Flaw;
use crate::hidden::is_blank;
use crate::ids::FileId;
use crate::kyc::check::{amount, share};
use crate::kyc::conditions::{FieldSays, Role, When};
use crate::kyc::requirement::Fault;
use crate::kyc::rules::RuleSet;
use crate::parse::leaf::Country;

/// An owner with at least this share, in percent, must be identified.
const OWNER_FROM: f64 = 25.0;

/// What is known about a prospect, before a customer exists.
#[derive(Debug, Clone, Default)]
pub struct Prospect {
    /// The country of the address.
    pub country: Option<Country>,
    /// The purpose of the account (`account_purpose`).
    pub purpose: Option<String>,
    /// The expected monthly volume, in US dollars.
    pub volume: Option<f64>,
}

/// The facts that conditions test.
pub(super) struct Facts<'a> {
    pub(super) kind: CustomerType,
    pub(super) country: Option<Country>,
    purpose: Option<&'a str>,
    volume: Option<f64>,
    pub(super) now: Timestamp,
    /// The files that prove nothing, each with the reason.
    flaws: &'a BTreeMap<FileId, Flaw>,
}

impl<'a> Facts<'a> {
    pub(super) fn flaw(&self, file: &Value) -> Option<Fault> {
        let file = FileId::parse(file.as_str()?)?;
        self.flaws.get(&file).copied().map(Fault::from)
    }

    pub(super) fn of(kind: CustomerType, profile: &'a Value, prospect: &'a Prospect, now: Timestamp) -> Self {
        let address = match kind {
            CustomerType::Individual => "residential_address",
            CustomerType::Corporate => "business_address",
        };
        let country = profile[address]["country"].as_str().and_then(Country::new);
        Self {
            kind,
            country: country.or(prospect.country),
            purpose: profile["account_purpose"].as_str().or(prospect.purpose.as_deref()),
            volume: profile["expected_monthly_volume_usd"].as_str().and_then(amount).or(prospect.volume),
            now,
            flaws: const { &BTreeMap::new() },
        }
    }

    /// The same facts, with the files of a customer that prove nothing.
    pub(super) fn with_flaws(self, flaws: &'a BTreeMap<FileId, Flaw>) -> Self {
        Self { flaws, ..self }
    }

    /// The same facts, where a volume that cannot be read could be any volume.
    pub(super) fn with_unreadable_volume(self, profile: &Value) -> Self {
        let given = profile["expected_monthly_volume_usd"].as_str().is_some_and(|text| !is_blank(text));
        Self { volume: self.volume.or(given.then_some(f64::INFINITY)), ..self }
    }
}

impl RuleSet {
    /// Whether all conditions hold for the owner of the fields, which is the customer or a person.
    pub(super) fn holds(&self, when: &When, facts: &Facts<'_>, owner: &Value) -> bool {
        let in_group = |name: &String| match (self.groups.get(name), facts.country) {
            (Some(group), Some(country)) => group.contains(&country),
            (None, Some(country)) => country.expose() == name,
            (_, None) => false,
        };
        when.country.as_ref().is_none_or(|names| names.iter().any(in_group))
            && when
                .purpose
                .as_ref()
                .is_none_or(|known| facts.purpose.is_some_and(|mine| known.iter().any(|one| one == mine)))
            && when.volume_from.is_none_or(|least| facts.volume.is_some_and(|volume| volume >= least))
            && when.field.as_ref().is_none_or(|says| says.holds(owner))
            && when.any.as_ref().is_none_or(|any| any.iter().any(|when| self.holds(when, facts, owner)))
    }
}

impl FieldSays {
    fn holds(&self, owner: &Value) -> bool {
        let Some(said) = owner.pointer(&self.pointer).and_then(Value::as_str) else { return false };
        let among = |list: &Vec<String>| list.iter().any(|one| one == said);
        self.is.as_ref().is_none_or(among) && !self.not.as_ref().is_some_and(among)
    }
}

/// Calls `visit` for each owner of fields that a rule with these conditions can be about, if the type of the customer
/// is right: for the customer, or for each person with one of the roles. It gets the owner, where the owner stands in
/// the body, and the id of the person.
pub(super) fn for_each_owner<'a>(
    when: &When,
    facts: &Facts<'_>,
    profile: &'a Value,
    mut visit: impl FnMut(&'a Value, &str, Option<&'a str>),
) {
    if when.r#type.is_some_and(|wanted| wanted != facts.kind) {
        return;
    }
    let Some(roles) = &when.role else { return visit(profile, "", None) };
    let persons = profile["associated_persons"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, person) in persons.iter().enumerate().filter(|(_, person)| plays(person, roles)) {
        visit(person, &format!("/associated_persons/{index}"), person["id"].as_str());
    }
}

/// Whether a person has one of the roles.
pub(crate) fn plays(person: &Value, roles: &[Role]) -> bool {
    roles.iter().any(|role| match role {
        Role::Controller => person["has_control"] == true,
        // A share that is not a number could be any share.
        Role::Owner => {
            person["has_ownership"] == true
                && person["ownership_percentage"]
                    .as_str()
                    .is_none_or(|text| share(text).is_none_or(|(share, _)| share >= OWNER_FROM))
        }
    })
}
