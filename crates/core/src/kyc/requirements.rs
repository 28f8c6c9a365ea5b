//! Requirements: the rules applied to one record at one moment. A pure function of the three.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::customer::postal_code;
use crate::customer::postal_code::{AddressFormat, PostalCodes};
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::file::record::Flaw;
use crate::hexadecimal::hexadecimal;
use crate::hidden;
use crate::ids::FileId;
use crate::kyc::example;
use crate::kyc::lifecycle::State;
use crate::kyc::record::{Flag, Kyc};
use crate::kyc::rules::{Check, FieldSays, Needs, Places, Role, Rule, RuleSet, When};
use crate::parse::leaf::Country;
use crate::words::words;

/// The purpose of a picture of an id document.
const ID_DOCUMENT: &str = "id_document";
/// From this share on an owner is identified, in percent.
const OWNER_FROM: f64 = 25.0;

/// How far the clocks of the first time zone are ahead of UTC, in seconds.
const EARLIEST_ZONE: i64 = 14 * 60 * 60;

/// How a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub enum Status {
    /// It is missing.
    Due,
    /// It is there and wrong, or the reviewers want it again.
    Error,
    /// It is there and being looked at.
    Pending,
    /// It is there.
    Done,
}

words! {
    /// What is wrong with what is there, beyond what the schema says.
    Fault {
    InTheFuture = "in_the_future": "is in the future",
    TooYoung = "too_young": "is less than 18 years ago",
    NoAmount = "no_amount": "is no amount",
    NoWebsite = "no_website": "is no address of a website",
    NoShare = "no_share": "a share is no percentage",
    SharesTooMany = "shares_too_many": "the shares make more than 100",
    AskedAgain = "asked_again": "the reviewers ask for it again",
    OtherDocument = "other_document": "shows another document than the one that is named now",
    NeedsPassword = "needs_password": "opens only with a password",
    UnusablePicture = "unusable_picture": "is a picture with a side of less than 200 pixels",
}
}

/// As people read it. The two that a program can answer by another file are words.
fn as_people_read_it<S: serde::Serializer>(fault: &Option<Fault>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = fault.map(|fault| match fault {
        Fault::NeedsPassword | Fault::UnusablePicture => fault.as_str(),
        _ => fault.help(),
    });
    text.serialize(serializer)
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::NeedsPassword => Self::NeedsPassword,
            Flaw::UnusablePicture => Self::UnusablePicture,
        }
    }
}

/// One requirement, ready to be submitted: where it goes, what it looks like, and why.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Requirement {
    /// The name of the rule, with `@` and the person's id for one of an associated person.
    pub id: String,
    /// Where it goes in the body of PUT, as a JSON Pointer; `-` stands after the last item of an array.
    pub pointer: String,
    /// Where it may go instead: any one of these pointers is enough. `pointer` is the first of them, or the one at
    /// which something is wrong. Only with several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// How it stands.
    pub status: Status,
    /// What people call it.
    pub label: String,
    /// Why it is asked for.
    pub because: String,
    /// What is wrong with what is there, as people read it. Two values are words for programs: needs_password, the
    /// document is a PDF that opens only with a password; unusable_picture, it is a picture with a side of less than
    /// 200 pixels. Upload another file.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_people_read_it")]
    #[schemars(with = "String")]
    pub error: Option<Fault>,
    /// What is still missing of the value that is there: the postal code, in a country that needs one. Then the status
    /// is due, and the whole value is to be sent again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// JSON Schema of the value at the pointer.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub schema: Value,
    /// A value that would do, as it looks in the country of the customer or person: a postal code, or an empty one
    /// where the country has none, and a state. Numbers are made up. To a document, add the file_id.
    pub example: Value,
    /// What the document may be, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Evidence")]
    pub document: Option<Evidence>,
    /// The associated person whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "crate::ids::PersonId")]
    pub person_id: Option<String>,
    /// A hash of what is given, by which a new answer is told from the old one.
    #[serde(skip)]
    pub given: String,
    /// When the error ends by itself: that of a date that is not reached yet.
    #[serde(skip)]
    pub good_from: Option<Timestamp>,
}

/// What a document may be.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Evidence {
    /// One of these.
    pub purposes: Vec<String>,
    /// Which side the file shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("enum" = ["front", "back"]))]
    pub side: Option<&'static str>,
    /// Where the file goes first.
    pub upload: &'static str,
}

impl Requirement {
    /// Where it may go: the one place, or all of which any one is enough.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        let only = if self.one_of.is_empty() { Some(self.pointer.as_str()) } else { None };
        only.into_iter().chain(self.one_of.iter().map(String::as_str))
    }

    /// Whether it is called so: by its id, or a place where it may go.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.id == name || self.pointers().any(|pointer| pointer == name)
    }

    /// Whether it stands in the way of a submission.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.status, Status::Due | Status::Error)
    }
}

/// What is known of somebody who is no customer yet.
#[derive(Debug, Clone, Default)]
pub struct Prospect {
    /// Where they are.
    pub country: Option<Country>,
    /// What the account would be for.
    pub purpose: Option<String>,
    /// How much would move a month, in US dollars.
    pub volume: Option<f64>,
}

impl RuleSet {
    /// What is required of a customer, in the order of the rules.
    #[must_use]
    pub fn of(&self, customer: &Customer, now: Timestamp) -> Vec<Requirement> {
        let profile = customer.profile.to_json();
        let nobody = Prospect::default();
        let facts = Facts { flaws: &customer.kyc.flaws, ..Facts::of(customer.profile.kind(), &profile, &nobody, now) };
        let mut requirements = self.evaluate(&facts, &profile);
        for requirement in &mut requirements {
            requirement.stand(&customer.kyc);
        }
        requirements
    }

    /// What would be required of somebody who is no customer yet.
    #[must_use]
    pub fn before(&self, kind: CustomerType, prospect: &Prospect, now: Timestamp) -> Vec<Requirement> {
        let profile = json!({});
        self.evaluate(&Facts::of(kind, &profile, prospect, now), &profile)
    }

    /// Whether nothing stands in the way of a submission.
    #[must_use]
    pub fn are_met(&self, customer: &Customer, now: Timestamp) -> bool {
        self.of(customer, now).iter().all(|requirement| !requirement.is_open())
    }

    fn evaluate(&self, facts: &Facts<'_>, profile: &Value) -> Vec<Requirement> {
        let persons = profile["associated_persons"].as_array().map_or(&[][..], Vec::as_slice);
        let mut requirements = Vec::new();
        for rule in &self.rules {
            if rule.when.r#type.is_some_and(|wanted| wanted != facts.kind) {
                continue;
            }
            match &rule.when.role {
                None => requirements.extend(self.apply(rule, facts, profile, "", None)),
                Some(roles) => {
                    for (index, person) in persons.iter().enumerate().filter(|(_, person)| plays(person, roles)) {
                        let base = format!("/associated_persons/{index}");
                        requirements.extend(self.apply(rule, facts, person, &base, person["id"].as_str()));
                    }
                }
            }
        }
        requirements
    }

    /// One rule on one owner of fields: the customer or a person, whose place in the body is `base`.
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
        let found = match (field, document, wanted) {
            (Some(Places(fields)), _, _) => Found::in_fields(fields, *check, owner, base, facts)?,
            (None, Some(purposes), _) => {
                let files: Vec<_> = evidence(owner, purposes, side).collect();
                example = json!({ "purpose": purposes.first() });
                if let Some(side) = side {
                    example["doc_side"] = side.into();
                }
                // The newest is the answer: whoever gives a better one has not taken the other away.
                let error = files.last().and_then(|file| facts.flaw(file));
                let given = (!files.is_empty()).then(|| json!(files));
                Found { given, error, ..Found::at(format!("{base}/documents/-")) }
            }
            (None, None, Some(role)) => {
                let persons = owner["associated_persons"].as_array().map_or(&[][..], Vec::as_slice);
                let players: Vec<_> = persons.iter().filter(|person| plays(person, &[*role])).collect();
                let given = (!players.is_empty()).then(|| json!(players));
                Found { given, ..Found::at("/associated_persons/-".to_owned()) }
            }
            (None, None, None) => {
                let (given, error) = ownership(owner);
                Found { given, error, ..Found::at("/associated_persons".to_owned()) }
            }
        };
        let Found { pointer, one_of, given, error, missing, good_from } = found;
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
            good_from,
            pointer,
            one_of,
        })
    }

    fn holds(&self, when: &When, facts: &Facts<'_>, owner: &Value) -> bool {
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

/// What there is to answer a rule.
struct Found {
    /// Where it goes: where something is wrong or incomplete, or else the first place.
    pointer: String,
    /// All places, when there are several.
    one_of: Vec<String>,
    given: Option<Value>,
    error: Option<Fault>,
    missing: Vec<String>,
    good_from: Option<Timestamp>,
}

impl Found {
    const fn at(pointer: String) -> Self {
        Self { pointer, one_of: Vec::new(), given: None, error: None, missing: Vec::new(), good_from: None }
    }

    /// What stands in fields of which any one is enough. `None` when nothing can stand there.
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
            // What reviewers asked for again is known by the hash of this, so it stays as it always was.
            [(_, value)] if fields.len() == 1 => Some((*value).clone()),
            several => Some(several.iter().map(|(field, value)| ((*field).to_owned(), (*value).clone())).collect()),
        };
        let wrong = given.iter().find_map(|(field, value)| Some((*field, *value, wrong(check?, value, facts)?)));
        if let Some((field, value, error)) = wrong {
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

/// Whether a field can be answered: a country without postal codes has none to ask for.
fn exists(field: &str, owner: &Value, facts: &Facts<'_>) -> bool {
    let Some(address) = field.strip_suffix("/postal_code") else { return true };
    let own = owner.pointer(address).and_then(AddressFormat::of_address);
    let format = own.or_else(|| facts.country.map(AddressFormat::of));
    format.is_none_or(|format| format.postal_codes != PostalCodes::Absent)
}

impl FieldSays {
    fn holds(&self, owner: &Value) -> bool {
        let Some(said) = owner.pointer(&self.pointer).and_then(Value::as_str) else { return false };
        let among = |list: &Vec<String>| list.iter().any(|one| one == said);
        self.is.as_ref().is_none_or(among) && !self.not.as_ref().is_some_and(among)
    }
}

impl Requirement {
    /// What the reviewers and the state of the verification say about it.
    fn stand(&mut self, kyc: &Kyc) {
        if let Some(flag) = kyc.flags.iter().find(|flag| flag.requirement == self.id && flag.given == self.given) {
            self.status = Status::Error;
            self.error = Some(if flag.replaced.is_some() { Fault::OtherDocument } else { Fault::AskedAgain });
        }
        if self.status == Status::Done && kyc.state == State::Submitted {
            self.status = Status::Pending;
        }
    }

    /// Notes that it is to be given again.
    #[must_use]
    pub fn flag(&self) -> Flag {
        Flag { requirement: self.id.clone(), given: self.given.clone(), replaced: None }
    }

    /// Whether something is given.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// Whether it asks for a picture of an id document.
    #[must_use]
    pub fn is_id_document(&self) -> bool {
        self.document.as_ref().is_some_and(|evidence| evidence.purposes.iter().any(|purpose| purpose == ID_DOCUMENT))
    }
}

/// What conditions are about.
struct Facts<'a> {
    kind: CustomerType,
    country: Option<Country>,
    purpose: Option<&'a str>,
    volume: Option<f64>,
    now: Timestamp,
    /// The files that prove nothing.
    flaws: &'a BTreeMap<FileId, Flaw>,
}

impl<'a> Facts<'a> {
    fn flaw(&self, file: &Value) -> Option<Fault> {
        let file = FileId::parse(file.as_str()?)?;
        self.flaws.get(&file).copied().map(Fault::from)
    }

    fn of(kind: CustomerType, profile: &'a Value, prospect: &'a Prospect, now: Timestamp) -> Self {
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
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(hidden::is_blank)
}

fn plays(person: &Value, roles: &[Role]) -> bool {
    roles.iter().any(|role| match role {
        Role::Controller => person["has_control"] == true,
        // A share that is no number could be any.
        Role::Owner => {
            person["has_ownership"] == true
                && person["ownership_percentage"]
                    .as_str()
                    .is_none_or(|text| share(text).is_none_or(|(share, _)| share >= OWNER_FROM))
        }
    })
}

/// The files of the documents that would do.
pub(crate) fn evidence<'a>(
    owner: &'a Value,
    purposes: &'a [String],
    side: Option<&'a str>,
) -> impl Iterator<Item = &'a Value> {
    let documents = owner["documents"].as_array().map_or(&[][..], Vec::as_slice).iter();
    documents
        .filter(move |document| document["purpose"].as_str().is_some_and(|said| purposes.iter().any(|one| one == said)))
        // A picture of which nobody said what it shows is taken for the front.
        .filter(move |document| side.is_none_or(|side| document["doc_side"].as_str().unwrap_or("front") == side))
        .map(|document| &document["file_id"])
}

/// When a check of a date takes it by itself.
fn day_of_change(check: Check, text: &str) -> Option<Timestamp> {
    let (text, ahead) = match check {
        Check::Past => (text.to_owned(), EARLIEST_ZONE),
        Check::Adult => (come_of_age(text)?, 0),
        Check::Amount | Check::Website | Check::Ownership => return None,
    };
    // Who was born on a 29th of February is of age on the 1st of March.
    let day: jiff::civil::Date = text.parse().or_else(|_| text.replace("-02-29", "-03-01").parse()).ok()?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(midnight.as_microsecond()).plus_seconds(-ahead))
}

/// The day on which somebody is 18 years old, for somebody who was born on a day.
fn come_of_age(birth: &str) -> Option<String> {
    let year: u16 = birth.get(..4)?.parse().ok()?;
    Some(format!("{:04}{}", year + 18, &birth[4..]))
}

fn wrong(check: Check, value: &Value, facts: &Facts<'_>) -> Option<Fault> {
    let text = value.as_str().unwrap_or_default();
    let day = |now: Timestamp| now.to_string()[..10].to_owned();
    // A day is in the future when it is so everywhere.
    let (today, newest) = (day(facts.now), day(facts.now.plus_seconds(EARLIEST_ZONE)));
    match check {
        Check::Past => (text > newest.as_str()).then_some(Fault::InTheFuture),
        Check::Adult => (text > newest.as_str())
            .then_some(Fault::InTheFuture)
            .or_else(|| come_of_age(text).is_none_or(|day| day > today).then_some(Fault::TooYoung)),
        Check::Amount => amount(text).is_none().then_some(Fault::NoAmount),
        Check::Website => (!is_website(text)).then_some(Fault::NoWebsite),
        Check::Ownership => None,
    }
}

/// The largest number in a text such as `5000`, `5,000.00`, `50.000,00`, `50k` or `10000-50000`; `None` for what cannot
/// be read. Where a sign could be a decimal one or part the thousands, the larger reading counts, so that nothing is
/// asked too little.
fn amount(text: &str) -> Option<f64> {
    let plain = text.to_uppercase();
    let plain = ["USD", "US$", "$"].iter().fold(plain, |text, currency| text.replace(currency, ""));
    let plain = plain.replace(|c: char| c.is_whitespace() || matches!(c, '_' | '\'' | '\u{2019}'), "");
    let plain = plain.trim_start_matches(['<', '>', '~', '+']).trim_end_matches('+');
    let numbers: Option<Vec<f64>> = plain.split(['-', '\u{2013}', '\u{2014}']).map(one_amount).collect();
    numbers?.into_iter().reduce(f64::max)
}

/// The value of `50.000`, `1.5M` or `3`.
fn one_amount(text: &str) -> Option<f64> {
    let (digits, times) = match text.strip_suffix(['K', 'M']) {
        Some(digits) if text.ends_with('K') => (digits, 1e3),
        Some(digits) => (digits, 1e6),
        None => (text, 1.0),
    };
    let readings =
        [('.', ','), (',', '.')].into_iter().filter_map(|(decimal, group)| read_with(digits, decimal, group));
    readings.reduce(f64::max).map(|number| number * times)
}

/// A number, if these signs are its decimal sign and what parts its thousands (or lakhs).
fn read_with(text: &str, decimal: char, group: char) -> Option<f64> {
    let (whole, fraction) = text.split_once(decimal).unwrap_or((text, "0"));
    let groups: Vec<&str> = whole.split(group).collect();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = match groups.as_slice() {
        [_] => true,
        [first, between @ .., last] => {
            first.len() <= 3 && between.iter().all(|group| matches!(group.len(), 2 | 3)) && last.len() == 3
        }
        [] => false,
    };
    let is_number = is_grouped && groups.iter().all(|group| is_digits(group)) && is_digits(fraction);
    is_number.then(|| format!("{}.{fraction}", groups.concat()).parse().ok()).flatten()
}

/// A share in percent, such as `25`, `33.34` or `33,34 %`, and one unit of its last digit.
fn share(text: &str) -> Option<(f64, f64)> {
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| is_plain)?;
    let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let unit = 0.1_f64.powi(i32::try_from(places).ok()?);
    (0.0..=100.0).contains(&number).then_some((number, unit))
}

fn is_website(text: &str) -> bool {
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    url::Url::parse(&with_scheme).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| host.trim_end_matches('.').contains('.'))
    })
}

/// What the owners say about their shares, and what is wrong with it.
fn ownership(business: &Value) -> (Option<Value>, Option<Fault>) {
    let persons = business["associated_persons"].as_array().map_or(&[][..], Vec::as_slice);
    let said: Vec<&str> = persons.iter().filter_map(|person| person["ownership_percentage"].as_str()).collect();
    if said.is_empty() {
        return (None, None);
    }
    // Each may have been rounded up by one unit of its last digit.
    let sum = said.iter().try_fold((0.0, 100.0), |(sum, most), text| {
        let (share, unit) = share(text)?;
        Some((sum + share, most + unit))
    });
    let error = match sum {
        None => Some(Fault::NoShare),
        Some((sum, most)) if sum > most + 1e-9 => Some(Fault::SharesTooMany),
        Some(_) => None,
    };
    (Some(json!(said)), error)
}

pub(super) fn fingerprint(given: Option<&Value>) -> String {
    let Some(given) = given else { return String::new() };
    let hash = Sha256::digest(given.to_string().as_bytes());
    hexadecimal(&hash[..16])
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
    fn what_is_doubtful_is_an_error_at_its_place() {
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
    fn an_amount_that_can_be_read_in_two_ways_is_the_larger_one() {
        for (text, expected) in [
            ("5000", Some(5_000.0)),
            ("5,000.00", Some(5_000.0)),
            ("50.000,00", Some(50_000.0)),
            ("50.000", Some(50_000.0)),
            ("50,000", Some(50_000.0)),
            ("100.000", Some(100_000.0)),
            ("1.000.000", Some(1_000_000.0)),
            ("1,00,000", Some(100_000.0)),
            ("50 000,00", Some(50_000.0)),
            ("50'000.00", Some(50_000.0)),
            ("50.00", Some(50.0)),
            ("50,5", Some(50.5)),
            ("$1,234.56", Some(1_234.56)),
            ("USD 5000", Some(5_000.0)),
            ("10000-50000", Some(50_000.0)),
            ("10,000 \u{2013} 50,000 USD", Some(50_000.0)),
            (">50000", Some(50_000.0)),
            ("50000+", Some(50_000.0)),
            ("50k", Some(50_000.0)),
            ("1.5m", Some(1_500_000.0)),
            ("-60000", None),
            ("60000-", None),
            ("1.2.3", None),
            ("1,2,3", None),
            ("50.000.00", None),
            ("lots", None),
            ("", None),
            ("NaN", None),
            ("1e9", None),
        ] {
            assert_eq!(amount(text), expected, "{text:?}");
        }
    }

    #[test]
    fn shares_are_too_many_beyond_what_rounding_explains() {
        for (shares, error) in [
            (&["33.34"; 3][..], None),
            (&["16.67"; 6], None),
            (&["14.29"; 7], None),
            (&["33,34", "33.33 %", "33,33%"], None),
            (&["50", "50"], None),
            (&["60", "45"], Some(Fault::SharesTooMany)),
            (&["33.40"; 3], Some(Fault::SharesTooMany)),
            (&["-5"], Some(Fault::NoShare)),
            (&["1e1"], Some(Fault::NoShare)),
            (&["101"], Some(Fault::NoShare)),
        ] {
            let persons: Vec<_> = shares.iter().map(|share| json!({ "ownership_percentage": share })).collect();
            assert_eq!(ownership(&json!({ "associated_persons": persons })).1, error, "{shares:?}");
        }
    }

    #[test]
    fn a_day_is_in_the_future_when_it_is_so_everywhere() {
        let midnight = 1_795_910_400; // 2026-11-29
        let check = |hours: i64, day: &str| {
            let (nobody, now) = (Prospect::default(), Timestamp::from_micros(0).plus_seconds(midnight + hours * 3_600));
            wrong(Check::Past, &json!(day), &Facts::of(CustomerType::Corporate, &Value::Null, &nobody, now))
        };
        assert_eq!(check(9, "2026-11-30"), Some(Fault::InTheFuture));
        assert_eq!(check(11, "2026-11-30"), None, "it is the 30th in Kiritimati");
    }

    #[test]
    fn the_day_is_known_on_which_a_date_becomes_good() {
        for (check, date, expected) in [
            (Check::Adult, "2008-11-30", Some("2026-11-30T00:00:00.000Z")),
            (Check::Adult, "2008-02-29", Some("2026-03-01T00:00:00.000Z")),
            (Check::Past, "2026-11-30", Some("2026-11-29T10:00:00.000Z")),
            (Check::Past, "soon", None),
            (Check::Amount, "2026-11-30", None),
        ] {
            assert_eq!(day_of_change(check, date).map(|at| at.to_string()).as_deref(), expected, "{date}");
        }
    }

    #[test]
    fn rules_apply_to_whom_they_name() {
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
