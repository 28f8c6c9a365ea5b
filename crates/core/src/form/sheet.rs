//! The form as a pure function of record, rules and device: what is asked, what was given, what is wrong, and how much
//! of it a device may see.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::customer::postal_code::{AddressFormat, PostalCodes};
use crate::customer::record::Customer;
use crate::form::draft::move_draft_into_profile;
use crate::form::input::{Input, NAMES, OF_A_PERSON, OWNS, SHARE, every_input, inputs_of_person};
use crate::form::issue::{Issue, IssueKind};
use crate::form::place::{persons, place_of_file, place_of_person, place_of_reason, text_at};
use crate::form::record::{Device, Form, short_hash};
use crate::form::reveal::{Reveal, Sight, place_of_date};
use crate::hidden::is_blank;
use crate::ids::FileId;
use crate::kyc::record::Flag;
use crate::kyc::requirement::{Fault, Requirement, Status};
use crate::kyc::requirements::evidence;
use crate::kyc::rules::{Rule, RuleSet};
use crate::parse::leaf::Country;
use crate::place::Place;

/// How a device sees a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldView {
    /// There is no value.
    Empty,
    /// The value itself.
    Text(String),
    /// Only that there is one, and at most its first letters.
    Masked(String),
}

/// A document that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenDocument {
    /// The id of the file.
    pub file: FileId,
    /// Whether this device may see it.
    pub is_seen: bool,
    /// Whether it was confirmed unseen.
    pub is_confirmed: bool,
    /// Why it was refused, if it was.
    pub refused: Option<Fault>,
}

/// The form of one customer at one moment, for one device.
pub struct Sheet<'a> {
    customer: &'a Customer,
    rules: &'a RuleSet,
    device: &'a Device,
    /// The profile as JSON, documents included.
    pub(super) profile: Value,
    pub(super) form: Form,
    sight: Sight,
    /// The requirements, in the order of the rules.
    pub requirements: Vec<Requirement>,
    /// What keeps the form from being submitted, in the order of the requirements.
    pub issues: Vec<Issue>,
    /// Whether every valid value of the draft is in the profile.
    pub is_settled: bool,
}

impl<'a> Sheet<'a> {
    /// The form of a customer, with only the device's own answers visible.
    #[must_use]
    pub fn new(rules: &'a RuleSet, customer: &'a Customer, device: &'a Device, now: Timestamp) -> Self {
        let profile = customer.profile.to_json();
        let requirements = rules.of(customer, now);
        let form = customer.kyc.form.as_deref().cloned().unwrap_or_default();
        let issues = Vec::new();
        let sight = Sight::Locked(0);
        let mut sheet = Self { customer, rules, device, profile, form, sight, requirements, issues, is_settled: true };
        (sheet.issues, sheet.is_settled) = sheet.find_issues(now);
        sheet
    }

    /// The same form, with as many answers of others visible as the account's setting and the entered date allow. Those
    /// that the device can never see must be confirmed.
    #[must_use]
    pub fn seen_under(mut self, reveal: Reveal) -> Self {
        let place = place_of_date(self.customer.profile.kind());
        let session = self.customer.kyc.session.as_ref().map(|session| session.id);
        self.sight = self.form.sight(reveal, session, self.device, place, &self.text(place).unwrap_or_default());
        if matches!(self.sight, Sight::Of(_) | Sight::Closed | Sight::Never) {
            let unconfirmed = self.unconfirmed();
            self.issues.extend(unconfirmed);
        }
        self
    }

    /// Which answers of others the device sees.
    #[must_use]
    pub const fn sight(&self) -> &Sight {
        &self.sight
    }

    /// Whether any answer is hidden from the device.
    #[must_use]
    pub fn hides_something(&self) -> bool {
        let hides = |place: &String| matches!(self.shown(place), FieldView::Masked(_));
        let hides_file = |asked: &Requirement| self.given(asked).iter().any(|given| !given.is_seen);
        self.writable().iter().any(hides) || self.requirements.iter().any(hides_file)
    }

    /// The hidden answers that have not been confirmed and have no other issue, in the order of the requirements.
    fn unconfirmed(&self) -> Vec<Issue> {
        let mut places: Vec<String> = Vec::new();
        let persons = self.persons();
        let of_persons = persons.iter().flat_map(|person| self.inputs_of_person(person));
        for input in of_persons.chain(self.requirements.iter().flat_map(|asked| self.inputs(asked))) {
            if matches!(self.shown(&input.place), FieldView::Masked(_)) && !self.is_confirmed(&input.place) {
                places.push(input.place);
            }
        }
        for asked in &self.requirements {
            if self.given(asked).iter().any(|given| !given.is_seen && !given.is_confirmed) {
                places.push(asked.place());
            }
        }
        let mut issues: Vec<Issue> = Vec::new();
        for place in places {
            if !self.issues.iter().chain(&issues).any(|known| known.place == place) {
                issues.push(Issue { place, kind: IssueKind::Unconfirmed });
            }
        }
        issues
    }

    /// The value at a place, if it may be confirmed unseen. For a file it is empty, because its place identifies it.
    pub(super) fn text_to_keep(&self, place: &str) -> Option<String> {
        let is_file = || self.customer.profile.files().iter().any(|file| place_of_file(*file) == place);
        match self.text(place) {
            Some(text) => self.writable().contains(place).then_some(text),
            None => is_file().then(String::new),
        }
    }

    /// Whether the present value of a place was confirmed unseen.
    #[must_use]
    pub fn is_confirmed(&self, place: &str) -> bool {
        let confirmed = self.form.confirmed.get(place);
        confirmed.is_some_and(|confirmed| *confirmed == short_hash(&self.text(place).unwrap_or_default()))
    }

    /// The rule of a requirement.
    #[must_use]
    pub fn rule(&self, requirement: &Requirement) -> Option<&Rule> {
        self.rules.rules.iter().find(|rule| rule.id == requirement.rule_id())
    }

    /// All rules that apply to requirements.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules.rules
    }

    /// The customer who fills in the form.
    #[must_use]
    pub const fn customer(&self) -> &Customer {
        self.customer
    }

    /// The inputs that every person has.
    #[must_use]
    pub fn inputs_of_person(&self, person: &str) -> Vec<Input> {
        let mut inputs = inputs_of_person(self.rules, person);
        let given: Vec<_> = NAMES.into_iter().filter(|name| self.has(&place_of_person(person, name))).collect();
        let has_name = self.takes_one_name(person) && !given.is_empty();
        for input in inputs.iter_mut().filter(|input| has_name && NAMES.contains(&input.name())) {
            input.needed = given.contains(&input.name());
        }
        // A person who owns nothing has no share.
        inputs.retain(|input| input.name() != SHARE || self.is_owner(person));
        inputs
    }

    /// Whether a person is an owner, according to the answer.
    fn is_owner(&self, person: &str) -> bool {
        self.text(&place_of_person(person, OWNS)).is_some_and(|said| said == "yes")
    }

    /// Whether a single name is enough for a person, because no rule asks for both.
    #[must_use]
    pub fn takes_one_name(&self, person: &str) -> bool {
        let places = NAMES.map(|name| place_of_person(person, name));
        !self.requirements.iter().any(|asked| asked.one_of.is_empty() && places.contains(&asked.place()))
    }

    /// The inputs that answer a requirement. Empty for documents, persons and checks of a whole object. A postal code
    /// is left out where the country has none, unless one was given.
    #[must_use]
    pub fn inputs(&self, requirement: &Requirement) -> Vec<Input> {
        let mut inputs = self.alternatives(requirement).concat();
        inputs.retain(|input| self.has(&input.place) || self.postal_codes(&input.place) != Some(PostalCodes::Absent));
        inputs
    }

    /// The inputs for each place where the answer may go. Once one place is complete, the others are optional.
    fn alternatives(&self, requirement: &Requirement) -> Vec<Vec<Input>> {
        let mut all = every_input(self.rules, self.customer.profile.kind(), requirement);
        for input in all.iter_mut().flatten() {
            input.needed &= match self.postal_codes(&input.place) {
                Some(PostalCodes::Absent) => false,
                // A rule about the postal code itself asks for it wherever the country has one.
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

    /// Whether the country of a postal code's address has postal codes. `None` for other places, or without a country.
    fn postal_codes(&self, place: &str) -> Option<PostalCodes> {
        let address = place.strip_suffix("/postal_code")?;
        let country = Country::new(&self.text(&format!("{address}/country"))?)?;
        Some(AddressFormat::of(country).postal_codes)
    }

    /// Whether a value was given. Blank text from a PUT does not count, as in the requirements.
    pub(super) fn has(&self, place: &str) -> bool {
        self.text(place).is_some_and(|text| !is_blank(&text))
    }

    /// The latest value of a place, from the draft or the profile.
    #[must_use]
    pub fn text(&self, place: &str) -> Option<String> {
        let drafted = self.form.draft.get(place).cloned();
        drafted.or_else(|| text_at(&self.profile, place)).filter(|text| !text.is_empty())
    }

    /// The value at a place, if this device may see it.
    #[must_use]
    pub fn visible(&self, place: &str) -> Option<String> {
        match self.shown(place) {
            FieldView::Text(text) => Some(text),
            FieldView::Empty | FieldView::Masked(_) => None,
        }
    }

    /// How the device sees the value of a place.
    #[must_use]
    pub fn shown(&self, place: &str) -> FieldView {
        match self.text(place) {
            None => FieldView::Empty,
            Some(text) if self.is_seen(place, &text) => FieldView::Text(text),
            Some(text) => FieldView::Masked(mask(&text)),
        }
    }

    /// Whether the device gave the value of a place, or may see that of its giver.
    fn is_seen(&self, place: &str, text: &str) -> bool {
        let by = |device: &Device| *device == *self.device || self.sees_of(device);
        let saved = self.form.saved.get(place).filter(|saved| saved.given == short_hash(text));
        self.sight == Sight::Everything || saved.is_some_and(|saved| by(&saved.device))
    }

    fn sees_of(&self, other: &Device) -> bool {
        matches!(&self.sight, Sight::Of(devices) if devices.contains(other))
    }

    /// When another device saved the present value of a place.
    #[must_use]
    pub fn saved_elsewhere(&self, place: &str) -> Option<Timestamp> {
        let saved = self.form.saved.get(place).filter(|saved| saved.device != *self.device)?;
        self.text(place).is_some_and(|text| saved.given == short_hash(&text)).then_some(saved.at)
    }

    /// The documents that answer a requirement.
    #[must_use]
    pub fn given(&self, requirement: &Requirement) -> Vec<GivenDocument> {
        let Some(wanted) = &requirement.document else { return Vec::new() };
        let owner = match &requirement.person_id {
            Some(id) => persons(&self.profile).iter().find(|person| person["id"] == **id),
            None => Some(&self.profile),
        };
        let files = owner.into_iter().flat_map(|owner| evidence(owner, &wanted.purposes, wanted.side));
        let given = |file: &Value| {
            let file = FileId::parse(file.as_str()?)?;
            let is_confirmed = self.form.confirmed.contains_key(&place_of_file(file));
            let refused = self.why_refused(requirement, file);
            Some(GivenDocument { file, is_seen: self.is_file_seen(file), is_confirmed, refused })
        };
        files.filter_map(given).collect()
    }

    fn is_file_seen(&self, file: FileId) -> bool {
        self.is_seen(&place_of_file(file), "")
    }

    /// Why a file does not count: it is unreadable, or reviewers want another one.
    fn why_refused(&self, requirement: &Requirement, file: FileId) -> Option<Fault> {
        let kyc = &self.customer.kyc;
        // A flag of an earlier release does not name its files: it means those given when it was raised.
        let names = |flag: &Flag| flag.files.contains(&file) || flag.given == requirement.given;
        let mut flags = kyc.flags.iter().filter(|flag| flag.requirement == requirement.id && flag.confirmed.is_none());
        let flag = flags.find(|flag| names(flag));
        let asked = flag.map(|flag| if flag.replaced.is_some() { Fault::OtherDocument } else { Fault::AskedAgain });
        kyc.flaws.get(&file).copied().map(Fault::from).or(asked)
    }

    /// The reviewers' flag on the present answer, with the customer's reply.
    #[must_use]
    pub fn asked_again(&self, requirement: &Requirement) -> Option<&Flag> {
        requirement.flag_in(&self.customer.kyc).filter(|flag| flag.replaced.is_none())
    }

    /// Whether a file belongs to the customer and the device may see it.
    #[must_use]
    pub fn may_look_at(&self, file: FileId) -> bool {
        self.is_file_seen(file) && self.customer.profile.files().contains(&file)
    }

    /// The customer's reason why a flagged answer is correct, as far as the device may see it.
    #[must_use]
    pub fn reason(&self, requirement: &Requirement) -> FieldView {
        match self.asked_again(requirement).and_then(|flag| flag.confirmed.as_ref()) {
            None => FieldView::Empty,
            Some(confirmed) if self.is_seen(&place_of_reason(&requirement.id), &confirmed.reason) => {
                FieldView::Text(confirmed.reason.clone())
            }
            Some(confirmed) => FieldView::Masked(mask(&confirmed.reason)),
        }
    }

    /// The places that may be written: the inputs of requirements and of persons.
    pub(super) fn writable(&self) -> BTreeSet<String> {
        let kind = self.customer.profile.kind();
        let asked = self.requirements.iter().flat_map(|asked| every_input(self.rules, kind, asked).concat());
        let persons = self.added_persons();
        let of_persons = persons.iter().flat_map(|person| inputs_of_person(self.rules, person));
        asked.chain(of_persons).map(|input| input.place).collect()
    }

    /// The issues, and whether every valid value of the draft is in the profile.
    fn find_issues(&self, now: Timestamp) -> (Vec<Issue>, bool) {
        let (mut profile, mut draft) = (self.profile.clone(), self.form.draft.clone());
        let mut refused =
            move_draft_into_profile(self.rules, self.customer.profile.kind(), &mut profile, &mut draft, now);
        let is_settled = draft == self.form.draft;
        // A draft that is no longer asked for is on no page and prevents nothing.
        let writable = self.writable();
        refused.retain(|issue| writable.contains(&issue.place));
        let mut issues: Vec<Issue> = Vec::new();
        let mut add = |issue: Issue| {
            if !issues.iter().any(|known| known.place == issue.place) {
                issues.push(issue);
            }
        };
        for person in self.persons() {
            // Which rules apply to a person depends on these answers.
            let one_name = self.takes_one_name(&person);
            if one_name && !NAMES.iter().any(|name| self.has(&place_of_person(&person, name))) {
                add(Issue { place: place_of_person(&person, NAMES[0]), kind: IssueKind::NoneGiven });
            }
            let is_owner = self.is_owner(&person);
            let by_itself = |name: &&str| (is_owner || *name != SHARE) && !(one_name && NAMES.contains(name));
            for name in OF_A_PERSON.into_iter().filter(by_itself) {
                let place = place_of_person(&person, name);
                if !self.has(&place) {
                    add(Issue { place, kind: IssueKind::Missing });
                }
            }
        }
        for requirement in &self.requirements {
            let place = requirement.place();
            let inside =
                |issue: &&Issue| Place::new(&issue.place).is_inside(&place) || requirement.may_be_at(&issue.place);
            refused.iter().filter(inside).cloned().for_each(&mut add);
            match requirement.status {
                Status::Due => self.missing(requirement).into_iter().for_each(&mut add),
                Status::Error => {
                    if let Some(fault) = requirement.error {
                        let place = self.answered_at(requirement).filter(|_| fault == Fault::AskedAgain);
                        let place = place.unwrap_or_else(|| requirement.place());
                        add(Issue { place, kind: IssueKind::Fault(fault) });
                    }
                }
                Status::Pending | Status::Done => {}
            }
        }
        // The issues of persons that belong to no requirement.
        refused.into_iter().for_each(&mut add);
        (issues, is_settled)
    }

    /// The first of several places that has an answer.
    fn answered_at(&self, requirement: &Requirement) -> Option<String> {
        let mut inputs =
            self.alternatives(requirement).into_iter().flatten().filter(|_| !requirement.one_of.is_empty());
        inputs.find(|input| self.has(&input.place)).map(|input| input.place)
    }

    /// What a due requirement still lacks. If there are alternatives, the one that was begun counts.
    fn missing(&self, requirement: &Requirement) -> Vec<Issue> {
        let alternatives = self.alternatives(requirement);
        let begun = |inputs: &&Vec<Input>| inputs.iter().any(|input| self.has(&input.place));
        let issue = |place: &str, kind| vec![Issue { place: place.to_owned(), kind }];
        match (alternatives.iter().find(begun).or_else(|| alternatives.first()), alternatives.as_slice()) {
            (None, _) => issue(&requirement.place(), IssueKind::Missing),
            (Some(inputs), [_, _, ..]) if !begun(&inputs) => {
                inputs.first().map_or_else(Vec::new, |first| issue(&first.place, IssueKind::NoneGiven))
            }
            (Some(inputs), _) => {
                let missing = inputs.iter().filter(|input| input.needed && !self.has(&input.place));
                missing.flat_map(|input| issue(&input.place, IssueKind::Missing)).collect()
            }
        }
    }

    /// The issues at or inside a place.
    pub fn issues_in<'b>(&'b self, place: &'b str) -> impl Iterator<Item = &'b Issue> {
        self.issues.iter().filter(move |issue| Place::new(&issue.place).is_inside(place))
    }
}

/// The first letter of each of the first words: enough for the writer to recognise the text, too little for others to
/// learn it. Short text, and text with digits, is hidden completely.
fn mask(text: &str) -> String {
    const DOTS: &str = "•••";
    if text.chars().count() < 4 || text.chars().any(|c| c.is_numeric()) || !text.starts_with(char::is_uppercase) {
        return DOTS.to_owned();
    }
    let words = text.split_whitespace().take(4);
    words.filter_map(|word| word.chars().next()).map(|first| format!("{first}{DOTS}")).collect::<Vec<_>>().join(" ")
}
