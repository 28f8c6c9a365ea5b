//! The form as a pure function of record, rules and device: what is asked, what is there, what is wrong, and how much
//! of it a device may see.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::customer::postal_code::{AddressFormat, PostalCodes};
use crate::customer::profile::{CustomerType, Profile};
use crate::customer::record::Customer;
use crate::form::record::{Device, Form, short_hash};
use crate::hidden::is_blank;
use crate::ids::{FileId, PersonId};
use crate::kyc::requirements::{Fault, Requirement, Status, evidence};
use crate::kyc::rules::Rule;
use crate::kyc::rules::RuleSet;
use crate::parse::context::Nulls;
use crate::parse::leaf::Country;
use crate::violation::{Code, Violation};

const PERSONS: &str = "/associated_persons/";
/// What is asked of every associated person: who it is, and which rules are for it.
const OF_A_PERSON: [&str; 5] = ["first_name", "last_name", "has_ownership", SHARE, "has_control"];
const SHARE: &str = "ownership_percentage";
/// Of these any one is enough: many people have one name.
const NAMES: [&str; 2] = ["first_name", "last_name"];

/// What an input takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text of so many code points at most.
    Text(u64),
    /// A country code.
    Country,
    /// `YYYY-MM-DD`.
    Date,
    /// One of these.
    Choice(Vec<String>),
    /// `yes` or `no`.
    YesNo,
}

/// One leaf of the contract that the form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its place: a JSON Pointer into the PUT body, with a person's id instead of its index.
    pub place: String,
    /// What it takes.
    pub kind: Kind,
    /// Whether its object needs it.
    pub needed: bool,
}

impl Input {
    /// The contract's name of the member.
    #[must_use]
    pub fn name(&self) -> &str {
        self.place.rsplit('/').next().unwrap_or_default()
    }
}

/// Why something has to be given, or given differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It is missing.
    Missing,
    /// It is missing, and so is everything that could be given instead.
    NoneGiven,
    /// The contract refuses it; with the limit that it breaks, when there is one.
    Refused(Code, Option<u64>),
    /// A rule refuses it.
    Faulty(Fault),
}

/// One thing that stands in the way of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The place of an input, or of a requirement as a whole.
    pub place: String,
    /// Why.
    pub wrong: Wrong,
}

/// What a device may see of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// There is none.
    Empty,
    /// The value: this device gave it.
    Text(String),
    /// That there is one, and at most its first letters.
    Hidden(String),
}

/// A document that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its file.
    pub file: FileId,
    /// Whether this device gave it, and may look at it.
    pub mine: bool,
}

/// The form of one customer at one moment, for one device.
pub struct Sheet<'a> {
    customer: &'a Customer,
    rules: &'a RuleSet,
    device: &'a Device,
    /// The profile as JSON, documents included.
    profile: Value,
    form: Form,
    /// What is asked, in the order of the rules.
    pub requirements: Vec<Requirement>,
    /// What stands in the way of a submission, in the order of what is asked.
    pub troubles: Vec<Trouble>,
}

impl<'a> Sheet<'a> {
    /// The form of a customer.
    #[must_use]
    pub fn new(rules: &'a RuleSet, customer: &'a Customer, device: &'a Device, now: Timestamp) -> Self {
        let profile = customer.profile.to_json();
        let requirements = rules.of(customer, now);
        let form = customer.kyc.form.as_deref().cloned().unwrap_or_default();
        let mut sheet = Self { customer, rules, device, profile, form, requirements, troubles: Vec::new() };
        sheet.troubles = sheet.find_troubles();
        sheet
    }

    /// The rule of a requirement.
    #[must_use]
    pub fn rule(&self, requirement: &Requirement) -> Option<&Rule> {
        let id = requirement.id.split('@').next().unwrap_or_default();
        self.rules.rules.iter().find(|rule| rule.id == id)
    }

    /// Whose form it is.
    #[must_use]
    pub const fn customer(&self) -> &Customer {
        self.customer
    }

    /// The inputs about a person that every person has.
    #[must_use]
    pub fn inputs_of_person(&self, person: &str) -> Vec<Input> {
        let mut inputs = inputs_of_person(self.rules, person);
        let given: Vec<_> = NAMES.into_iter().filter(|name| self.has(&place_of_person(person, name))).collect();
        let has_name = self.takes_one_name(person) && !given.is_empty();
        for input in inputs.iter_mut().filter(|input| has_name && NAMES.contains(&input.name())) {
            input.needed = given.contains(&input.name());
        }
        inputs
    }

    /// Whether one name is enough for a person: no rule asks for another.
    #[must_use]
    pub fn takes_one_name(&self, person: &str) -> bool {
        let places = NAMES.map(|name| place_of_person(person, name));
        !self.requirements.iter().any(|asked| asked.one_of.is_empty() && places.contains(&asked.place()))
    }

    /// What is typed to answer a requirement; nothing for documents, persons and checks of the whole. What the country
    /// has not is left out, unless something is there.
    #[must_use]
    pub fn inputs(&self, requirement: &Requirement) -> Vec<Input> {
        let mut inputs = self.alternatives(requirement).concat();
        inputs.retain(|input| self.has(&input.place) || self.postal_codes(&input.place) != Some(PostalCodes::Absent));
        inputs
    }

    /// The same, for each place where it may go. Once one of them is answered, the others are not needed.
    fn alternatives(&self, requirement: &Requirement) -> Vec<Vec<Input>> {
        let mut all = every_input(self.rules, self.customer.profile.kind(), requirement);
        for input in all.iter_mut().flatten() {
            input.needed &= match self.postal_codes(&input.place) {
                Some(PostalCodes::Absent) => false,
                // A rule for the postal code alone asks for it wherever there is one.
                Some(PostalCodes::Optional) => requirement.pointers().any(|pointer| pointer.ends_with("/postal_code")),
                Some(PostalCodes::Required) | None => true,
            };
        }
        let is_whole = |inputs: &Vec<Input>| {
            inputs.iter().any(|input| self.has(&input.place))
                && inputs.iter().all(|input| !input.needed || self.has(&input.place))
        };
        if let Some(answer) = all.iter().position(is_whole) {
            let others = all.iter_mut().enumerate().filter(|(index, _)| *index != answer);
            others.flat_map(|(_, inputs)| inputs).for_each(|input| input.needed = false);
        }
        all
    }

    /// Of the place of a postal code whose country is known: whether there is one.
    fn postal_codes(&self, place: &str) -> Option<PostalCodes> {
        let address = place.strip_suffix("/postal_code")?;
        let country = Country::new(&self.text(&format!("{address}/country"))?)?;
        Some(AddressFormat::of(country).postal_codes)
    }

    /// Whether something is there. Blanks that a PUT brought are nothing, as in the requirements.
    fn has(&self, place: &str) -> bool {
        self.text(place).is_some_and(|text| !is_blank(&text))
    }

    /// The ids of the associated persons, in their order.
    #[must_use]
    pub fn persons(&self) -> Vec<String> {
        persons(&self.profile).iter().filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect()
    }

    /// What was given last at a place, wherever it is kept.
    #[must_use]
    pub fn text(&self, place: &str) -> Option<String> {
        let drafted = self.form.draft.get(place).cloned();
        drafted.or_else(|| text_at(&self.profile, place)).filter(|text| !text.is_empty())
    }

    /// What the device may see at a place.
    #[must_use]
    pub fn shown(&self, place: &str) -> Shown {
        match self.text(place) {
            None => Shown::Empty,
            Some(text) if self.is_mine(place, &text) => Shown::Text(text),
            Some(text) => Shown::Hidden(mask(&text)),
        }
    }

    fn is_mine(&self, place: &str, text: &str) -> bool {
        let saved = self.form.saved.get(place);
        saved.is_some_and(|saved| saved.device == *self.device && saved.given == short_hash(text))
    }

    /// When another device of the customer's saved what is at a place now.
    #[must_use]
    pub fn saved_elsewhere(&self, place: &str) -> Option<Timestamp> {
        let saved = self.form.saved.get(place).filter(|saved| saved.device != *self.device)?;
        self.text(place).is_some_and(|text| saved.given == short_hash(&text)).then_some(saved.at)
    }

    /// The documents that answer a requirement.
    #[must_use]
    pub fn given(&self, requirement: &Requirement) -> Vec<Given> {
        let Some(wanted) = &requirement.document else { return Vec::new() };
        let owner = match &requirement.person_id {
            Some(id) => persons(&self.profile).iter().find(|person| person["id"] == **id),
            None => Some(&self.profile),
        };
        let files = owner.into_iter().flat_map(|owner| evidence(owner, &wanted.purposes, wanted.side));
        let given = |file: &Value| {
            let file = FileId::parse(file.as_str()?)?;
            Some(Given { file, mine: self.was_given_here(file) })
        };
        files.filter_map(given).collect()
    }

    fn was_given_here(&self, file: FileId) -> bool {
        let saved = self.form.saved.get(&place_of_file(file));
        saved.is_some_and(|saved| saved.device == *self.device)
    }

    /// Whether the device gave a file, and may look at it.
    #[must_use]
    pub fn gave(&self, file: FileId) -> bool {
        self.was_given_here(file) && self.customer.profile.files().contains(&file)
    }

    /// The places that may be written: what is asked, and who a person is.
    pub(super) fn writable(&self) -> BTreeSet<String> {
        let kind = self.customer.profile.kind();
        let asked = self.requirements.iter().flat_map(|asked| every_input(self.rules, kind, asked).concat());
        let persons = self.persons();
        let of_persons = persons.iter().flat_map(|person| self.inputs_of_person(person));
        asked.chain(of_persons).map(|input| input.place).collect()
    }

    fn find_troubles(&self) -> Vec<Trouble> {
        let (mut profile, mut draft) = (self.profile.clone(), self.form.draft.clone());
        let mut refused = settle(self.rules, self.customer.profile.kind(), &mut profile, &mut draft);
        // What nobody asks for any more is on no page, and stands in nobody's way.
        let writable = self.writable();
        refused.retain(|trouble| writable.contains(&trouble.place));
        let mut troubles: Vec<Trouble> = Vec::new();
        let mut add = |trouble: Trouble| {
            if !troubles.iter().any(|known| known.place == trouble.place) {
                troubles.push(trouble);
            }
        };
        for person in self.persons() {
            // Which rules are for a person depends on what it is to the business.
            let one_name = self.takes_one_name(&person);
            if one_name && !NAMES.iter().any(|name| self.has(&place_of_person(&person, name))) {
                add(Trouble { place: place_of_person(&person, NAMES[0]), wrong: Wrong::NoneGiven });
            }
            let by_itself = |name: &&str| *name != SHARE && !(one_name && NAMES.contains(name));
            for name in OF_A_PERSON.into_iter().filter(by_itself) {
                let place = place_of_person(&person, name);
                if !self.has(&place) {
                    add(Trouble { place, wrong: Wrong::Missing });
                }
            }
        }
        for requirement in &self.requirements {
            let place = requirement.place();
            let inside =
                |trouble: &&Trouble| is_inside(&trouble.place, &place) || requirement.may_be_at(&trouble.place);
            refused.iter().filter(inside).cloned().for_each(&mut add);
            match requirement.status {
                Status::Due => self.missing(requirement).into_iter().for_each(&mut add),
                Status::Error => {
                    if let Some(fault) = requirement.error {
                        let place = self.answered_at(requirement).filter(|_| fault == Fault::AskedAgain);
                        let place = place.unwrap_or_else(|| requirement.place());
                        add(Trouble { place, wrong: Wrong::Faulty(fault) });
                    }
                }
                Status::Pending | Status::Done => {}
            }
        }
        // What a person is asked besides what the rules say.
        refused.into_iter().for_each(&mut add);
        troubles
    }

    /// The first of several places at which something is given.
    fn answered_at(&self, requirement: &Requirement) -> Option<String> {
        let mut inputs =
            self.alternatives(requirement).into_iter().flatten().filter(|_| !requirement.one_of.is_empty());
        inputs.find(|input| self.has(&input.place)).map(|input| input.place)
    }

    /// What is missing of a requirement that is due: of the answer that was begun, when several would do.
    fn missing(&self, requirement: &Requirement) -> Vec<Trouble> {
        let alternatives = self.alternatives(requirement);
        let begun = |inputs: &&Vec<Input>| inputs.iter().any(|input| self.has(&input.place));
        let trouble = |place: &str, wrong| vec![Trouble { place: place.to_owned(), wrong }];
        match (alternatives.iter().find(begun).or_else(|| alternatives.first()), alternatives.as_slice()) {
            (None, _) => trouble(&requirement.place(), Wrong::Missing),
            (Some(inputs), [_, _, ..]) if !begun(&inputs) => {
                inputs.first().map_or_else(Vec::new, |first| trouble(&first.place, Wrong::NoneGiven))
            }
            (Some(inputs), _) => {
                let missing = inputs.iter().filter(|input| input.needed && !self.has(&input.place));
                missing.flat_map(|input| trouble(&input.place, Wrong::Missing)).collect()
            }
        }
    }

    /// What is wrong at a place or inside of it.
    pub fn troubles_in<'b>(&'b self, place: &'b str) -> impl Iterator<Item = &'b Trouble> {
        self.troubles.iter().filter(move |trouble| is_inside(&trouble.place, place))
    }
}

fn is_inside(place: &str, outer: &str) -> bool {
    place.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) fn place_of_file(file: FileId) -> String {
    format!("/files/{file}")
}

impl Requirement {
    /// The place: the pointer, with a person's id instead of its index. A document's ends with the requirement's id,
    /// for several stand behind the end of one list.
    #[must_use]
    pub fn place(&self) -> String {
        let place = self.place_of(&self.pointer);
        if self.document.is_some() { format!("{place}/{}", self.id) } else { place }
    }

    /// Whether a place is one of several at which it may be answered, or inside of one.
    #[must_use]
    pub fn may_be_at(&self, place: &str) -> bool {
        self.one_of.iter().any(|pointer| is_inside(place, &self.place_of(pointer)))
    }

    fn place_of(&self, pointer: &str) -> String {
        match (&self.person_id, pointer.strip_prefix(PERSONS)) {
            (Some(person), Some(rest)) => place_of_person(person, rest.split_once('/').map_or("", |(_, rest)| rest)),
            _ => pointer.to_owned(),
        }
    }
}

fn place_of_person(person: &str, member: &str) -> String {
    format!("{PERSONS}{person}/{member}")
}

/// What can be typed to answer a requirement, for each place where it may go; nothing for documents, persons and checks
/// of the whole.
fn every_input(rules: &RuleSet, kind: CustomerType, requirement: &Requirement) -> Vec<Vec<Input>> {
    if requirement.pointer.ends_with("/-") || requirement.pointer == "/associated_persons" {
        return Vec::new();
    }
    let of = |pointer: &str| {
        let mut inputs = Vec::new();
        if let Some(schema) = rules.fragment(kind, pointer) {
            leaves(schema, &requirement.place_of(pointer), true, &mut inputs);
        }
        inputs
    };
    requirement.pointers().map(of).filter(|inputs| !inputs.is_empty()).collect()
}

fn inputs_of_person(rules: &RuleSet, person: &str) -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in OF_A_PERSON {
        let place = place_of_person(person, name);
        if let Some(schema) = rules.fragment(CustomerType::Corporate, &format!("/associated_persons/-/{name}")) {
            leaves(schema, &place, name != SHARE, &mut inputs);
        }
    }
    inputs
}

fn leaves(schema: &Value, place: &str, needed: bool, inputs: &mut Vec<Input>) {
    if let Some(members) = schema["properties"].as_object() {
        let required = schema["required"].as_array();
        for (name, member) in members {
            // The members of a container are all asked for: somebody asked for the container.
            let needed = needed && required.is_none_or(|required| required.iter().any(|one| one == name));
            leaves(member, &format!("{place}/{name}"), needed, inputs);
        }
        return;
    }
    let kind = match (schema["type"].as_str(), schema["enum"].as_array(), schema["pattern"].as_str()) {
        (Some("boolean"), _, _) => Kind::YesNo,
        (Some("string"), Some(choices), _) => {
            Kind::Choice(choices.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect())
        }
        (Some("string"), _, Some("^[A-Z]{2}$")) => Kind::Country,
        (Some("string"), _, Some(r"^\d{4}-\d{2}-\d{2}$")) => Kind::Date,
        (Some("string"), _, _) => Kind::Text(schema["maxLength"].as_u64().unwrap_or(u64::MAX)),
        // Lists are added to one by one, not typed.
        _ => return,
    };
    inputs.push(Input { place: place.to_owned(), kind, needed });
}

fn persons(profile: &Value) -> &[Value] {
    profile["associated_persons"].as_array().map_or(&[], Vec::as_slice)
}

/// The JSON Pointer of a place; `None` when its person is gone.
pub(super) fn pointer(profile: &Value, place: &str) -> Option<String> {
    let Some(rest) = place.strip_prefix(PERSONS) else { return Some(place.to_owned()) };
    let (person, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let index = persons(profile).iter().position(|known| known["id"] == person)?;
    Some(format!("{PERSONS}{index}/{rest}"))
}

/// The place of a pointer.
fn place_of(profile: &Value, pointer: &str) -> String {
    let named = || {
        let (index, rest) = pointer.strip_prefix(PERSONS)?.split_once('/')?;
        let id = persons(profile).get(index.parse::<usize>().ok()?)?["id"].as_str()?;
        Some(format!("{PERSONS}{id}/{rest}"))
    };
    named().unwrap_or_else(|| pointer.to_owned())
}

fn text_at(profile: &Value, place: &str) -> Option<String> {
    match profile.pointer(&pointer(profile, place)?)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        _ => None,
    }
}

/// The schema of a place.
fn schema_at<'a>(rules: &'a RuleSet, kind: CustomerType, place: &str) -> Option<&'a Value> {
    match place.strip_prefix(PERSONS) {
        Some(rest) => {
            let rest = rest.split_once('/').map_or("", |(_, rest)| rest);
            rules.fragment(kind, &format!("{PERSONS}-/{rest}"))
        }
        None => rules.fragment(kind, place),
    }
}

/// The place of the value that is merged as a whole and holds a place: the leaf itself, or an object with members that
/// it needs.
fn whole(rules: &RuleSet, kind: CustomerType, place: &str) -> Option<String> {
    let skip = if place.starts_with(PERSONS) { 3 } else { 1 };
    let ends = place.match_indices('/').map(|(at, _)| at).skip(skip).chain([place.len()]);
    ends.map(|end| &place[..end])
        .find(|outer| {
            schema_at(rules, kind, outer).is_some_and(|it| it["type"] != "object" || it["required"].is_array())
        })
        .map(ToOwned::to_owned)
}

/// Moves from the draft into the profile what can be stored there, whole value by whole value, and says what is wrong
/// with the rest. The same parser judges as in a PUT.
pub(super) fn settle(
    rules: &RuleSet,
    kind: CustomerType,
    profile: &mut Value,
    draft: &mut BTreeMap<String, String>,
) -> Vec<Trouble> {
    let wholes: BTreeSet<_> = draft.keys().filter_map(|place| whole(rules, kind, place)).collect();
    let mut troubles = Vec::new();
    for place in wholes {
        let Some(pointer) = pointer(profile, &place) else {
            // The person is gone, and what was typed about it with it.
            draft.retain(|typed, _| !is_inside(typed, &place));
            continue;
        };
        let before = profile.clone();
        let value = schema_at(rules, kind, &place).and_then(|schema| value_of(schema, &place, profile, draft));
        set(profile, &pointer, value);
        let refused = refused(rules, kind, profile, &pointer);
        if refused.is_empty() {
            draft.retain(|typed, _| !is_inside(typed, &place));
        } else {
            troubles.extend(refused);
            *profile = before;
        }
    }
    troubles
}

/// A value as it was typed, over what is stored; `None` when all of it is empty.
fn value_of(schema: &Value, place: &str, profile: &Value, draft: &BTreeMap<String, String>) -> Option<Value> {
    if let Some(members) = schema["properties"].as_object() {
        let mut object: Map<_, _> = members
            .iter()
            .filter_map(|(name, member)| {
                value_of(member, &format!("{place}/{name}"), profile, draft).map(|value| (name.clone(), value))
            })
            .collect();
        if object.is_empty() {
            return None;
        }
        // The contract wants a postal code in every address, also where nobody can type one.
        let codes = object.get("country").and_then(Value::as_str).and_then(Country::new).map(AddressFormat::of);
        if members.contains_key("postal_code")
            && codes.is_some_and(|format| format.postal_codes != PostalCodes::Required)
        {
            object.entry("postal_code").or_insert_with(|| "".into());
        }
        return Some(Value::Object(object));
    }
    let text = draft.get(place).cloned().or_else(|| text_at(profile, place)).filter(|text| !text.is_empty())?;
    Some(match (schema["type"].as_str(), text.as_str()) {
        (Some("boolean"), "yes") => true.into(),
        (Some("boolean"), "no") => false.into(),
        _ => text.into(),
    })
}

/// Puts a value where a pointer leads, with the objects around it; or takes it away.
fn set(profile: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((outer, name)) = pointer.rsplit_once('/') else { return };
    if value.is_some() && profile.pointer(outer).is_none() {
        set(profile, outer, Some(Value::Object(Map::new())));
    }
    let Some(members) = profile.pointer_mut(outer).and_then(Value::as_object_mut) else { return };
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
        return;
    }
    members.remove(name);
    // A container that holds nothing is as good as none. (A person holds its id.)
    if members.is_empty() && !outer.is_empty() {
        set(profile, outer, None);
    }
}

/// What the parser refuses at a place or inside of it.
fn refused(rules: &RuleSet, kind: CustomerType, profile: &Value, at: &str) -> Vec<Trouble> {
    let found = read(kind, &without_documents(profile)).err().unwrap_or_default();
    let inside = found.into_iter().filter(|violation| is_inside(&violation.pointer, at));
    inside
        .map(|violation| {
            let place = place_of(profile, &violation.pointer);
            let limit = schema_at(rules, kind, &place).and_then(|schema| schema["maxLength"].as_u64());
            let wrong = match violation.code {
                Code::Required => Wrong::Missing,
                code => Wrong::Refused(code, limit),
            };
            Trouble { place, wrong }
        })
        .collect()
}

/// The profile without its documents, which a merge adds to: what is stored may be more than one request may name.
pub(super) fn without_documents(profile: &Value) -> Value {
    let mut plain = profile.clone();
    if let Some(members) = plain.as_object_mut() {
        members.remove("documents");
        for person in members.get_mut("associated_persons").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(person) = person.as_object_mut() {
                person.remove("documents");
            }
        }
    }
    plain
}

/// Parses a profile as a PUT would.
pub(super) fn read(kind: CustomerType, profile: &Value) -> Result<Profile, Vec<Violation>> {
    let body = serde_json::to_vec(profile).expect("JSON has string keys only");
    let parsed = Profile::parse(kind, &body, Nulls::Refused).expect("what was written as JSON is JSON");
    parsed.finish().map_err(|violations| violations.0)
}

/// The first letter of every word: enough to recognise what one typed, too little to learn it. Of what is short or has
/// digits nothing is shown.
fn mask(text: &str) -> String {
    const DOTS: &str = "•••";
    if text.chars().count() < 4 || text.chars().any(|c| c.is_numeric()) || !text.starts_with(char::is_uppercase) {
        return DOTS.to_owned();
    }
    let words = text.split_whitespace().take(4);
    words.filter_map(|word| word.chars().next()).map(|first| format!("{first}{DOTS}")).collect::<Vec<_>>().join(" ")
}

/// A new person, of whom nothing is known.
pub(super) fn add_person(profile: &mut Value) {
    if let Some(members) = profile.as_object_mut() {
        let persons = members.entry("associated_persons").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(persons) = persons.as_array_mut() {
            persons.push(Value::Object(Map::new()));
        }
    }
}

/// Takes a person away.
pub(super) fn remove_person(profile: &mut Value, person: PersonId) {
    if let Some(persons) = profile["associated_persons"].as_array_mut() {
        persons.retain(|known| known["id"] != person.to_string());
    }
}
