//! Applies an edit of the hosted form to a customer.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::form::draft::{move_draft_into_profile, read, set_shares_aside, without_documents};
use crate::form::editor::FormEditor;
use crate::form::input::OWNS;
use crate::form::place::{place_of_file, place_of_person, pointer};
use crate::form::record::{Device, Form};
use crate::form::sheet::Sheet;
use crate::ids::{FileId, PersonId};
use crate::kyc::rules::RuleSet;
use crate::parse::record::{FieldChange, Mode};
use crate::place::Place;
use crate::violation::Violations;

/// One change that the form asks for.
#[derive(Debug, Clone)]
pub enum Edit {
    /// The values of a page.
    Fields(PageEdit),
    /// Adds a person without any details.
    AddPerson,
    /// Removes a person.
    RemovePerson(PersonId),
    /// Removes the persons that this device added and left empty.
    RemoveEmptyPersons,
    /// Attaches a file that answers the requirement with this id.
    Attach(String, FileId),
    /// Removes a document.
    Detach(FileId),
    /// Takes over what another pass of the same browser saved.
    Adopt(Device),
}

/// What a page changes.
#[derive(Clone, Default)]
pub struct PageEdit {
    /// Text by place. Empty text clears a field.
    pub fields: Vec<(String, String)>,
    /// Why something that reviewers want again is correct as it is, by requirement id. Empty text withdraws the reason.
    pub reasons: Vec<(String, String)>,
    /// By place, whether a value that this device does not see is confirmed as still correct. The place of a file is
    /// `/files/` and its id.
    pub kept: Vec<(String, bool)>,
    /// The place where the customer is still typing. Its value stays a draft, so that no half word reaches the profile.
    pub typing: Option<String>,
}

impl PageEdit {
    /// Whether there is nothing to save. A draft may still be waiting to move into the profile.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.reasons.is_empty() && self.kept.is_empty()
    }
}

impl fmt::Debug for PageEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl From<Vec<(String, String)>> for PageEdit {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self { fields, ..Self::default() }
    }
}

/// A customer after an edit, and what the edit changed.
pub(crate) struct EditOutcome {
    pub(crate) after: Customer,
    pub(crate) changes: Vec<FieldChange>,
    pub(crate) places: Vec<String>,
    pub(crate) replaced: Vec<(String, Timestamp)>,
}

/// Applies an edit to a customer. A pure function.
pub(crate) fn apply(
    rules: &RuleSet,
    before: Customer,
    edit: &Edit,
    device: &Device,
    now: Timestamp,
    new_id: impl FnMut() -> PersonId,
) -> Result<EditOutcome, Violations> {
    let (kind, session) = (before.profile.kind(), before.kyc.session.as_ref().map(|session| session.id));
    let mut profile = before.profile.to_json();
    let (mut attaches, mut held) = (None, None);
    let form = before.kyc.form.as_deref().cloned().unwrap_or_default();
    let mut editor = FormEditor { form, device, now, places: Vec::new(), replaced: Vec::new() };
    let sheet = Sheet::new(rules, &before, device, now);
    let mut flags = before.kyc.flags.clone();
    match edit {
        Edit::Fields(typed) => {
            editor.record_confirmations(&sheet, &typed.kept, &typed.fields);
            editor.write_fields(&sheet, &typed.fields, session);
            editor.record_reasons(&sheet, &mut flags, &typed.reasons);
            held = typed.typing.as_ref().and_then(|place| editor.form.draft.remove_entry(place));
        }
        Edit::AddPerson => {
            editor.remove_empty_persons(&mut profile);
            add_person(&mut profile);
        }
        Edit::RemovePerson(person) => editor.remove_person(&mut profile, &person.to_string()),
        Edit::RemoveEmptyPersons => editor.remove_empty_persons(&mut profile),
        Edit::Attach(requirement, file) => {
            attaches = document_for(&sheet, &profile, requirement, *file);
            if attaches.is_some() {
                editor.record_save(&place_of_file(*file), "");
            }
        }
        Edit::Detach(file) => {
            editor.form.saved.remove(&place_of_file(*file));
            editor.form.confirmed.remove(&place_of_file(*file));
        }
        Edit::Adopt(other) => editor.form.adopt(other, device),
    }
    drop(sheet);
    move_draft_into_profile(rules, kind, &mut profile, &mut editor.form.draft, now);
    if editor.places.iter().any(|place| Place::new(place).name() == OWNS) {
        set_shares_aside(&mut profile, &mut editor.form.draft);
    }
    editor.form.draft.extend(held);
    let mut plain = without_documents(&profile);
    if let Some((owner, document)) = attaches
        && let Some(owner) = plain.pointer_mut(owner.trim_end_matches('/'))
    {
        owner["documents"] = json!([document]);
    }
    let input = read(kind, &plain).map_err(Violations)?;
    let (mut after, changes) = match edit {
        Edit::Detach(file) => before.without_document(*file, now),
        _ => before.merge(input, Mode::Replace, now, new_id)?,
    };
    if let (Edit::AddPerson, Some(added)) = (edit, after.profile.persons().last().and_then(|one| one.person_id())) {
        editor.record_save(&place_of_person(&added.to_string(), ""), "");
    }
    let FormEditor { form, places, replaced, .. } = editor;
    after.kyc.form = (form != Form::default()).then(|| Box::new(form));
    after.kyc.flags = flags;
    after.forget_stale_confirmations(rules, now);
    Ok(EditOutcome { after, changes, places, replaced })
}

/// The document that a file becomes, and the pointer to its owner. `None` if it is no longer required: the file then
/// belongs to no customer and is deleted later.
fn document_for(sheet: &Sheet<'_>, profile: &Value, requirement: &str, file: FileId) -> Option<(String, Value)> {
    let wanted = sheet.requirements.iter().find(|one| one.id == *requirement)?;
    let evidence = wanted.document.as_ref()?;
    if sheet.customer().profile.files().contains(&file) {
        return None;
    }
    let mut document = json!({ "file_id": file, "purpose": evidence.purposes.first() });
    if let Some(side) = evidence.side {
        document["doc_side"] = side.into();
    }
    let owner = match &wanted.person_id {
        Some(id) => pointer(profile, &place_of_person(id, ""))?,
        None => String::new(),
    };
    Some((owner, document))
}

/// Adds a person without any details.
fn add_person(profile: &mut Value) {
    if let Some(members) = profile.as_object_mut() {
        let persons = members.entry("associated_persons").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(persons) = persons.as_array_mut() {
            persons.push(Value::Object(Map::new()));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Map, Value};

    use super::*;
    use crate::customer::{CustomerType, EmailIndex, Individual, Profile};
    use crate::ids::testing::Dice;
    use crate::ids::{CustomerId, Random as _};
    use crate::kyc::requirement::{Requirement, Status};
    use crate::kyc::{Kyc, State};
    use crate::parse::{Email, Nulls, parse};

    const PLACES: &[&str] = &[
        "/first_name",
        "/birth_date",
        "/nationality",
        "/residential_address/street_line_1",
        "/residential_address/street_line_2",
        "/residential_address/city",
        "/residential_address/country",
        "/residential_address/postal_code",
        "/identifying_information/id_document/number",
        "/identifying_information/id_document/type",
        "/identifying_information/id_document/issuing_country",
        "/account_purpose",
    ];
    const TEXTS: &[&str] =
        &["", " ", "x", "GB", "US", "AE", "gb", "1990-12-10", "1990-02-30", "passport", "a\0b", "  Ada  "];

    /// The form accepts what a PUT of the same members accepts, and keeps the text either way. The oracle knows nothing
    /// of drafts: it assembles what was typed last and asks the parser of PUT.
    #[test]
    fn typed_text_is_stored_if_a_put_accepts_it_and_otherwise_kept() {
        let rules = RuleSet::baseline();
        let now = Timestamp::from_micros(1_763_873_999_000_000);
        let device = Device::of("a pass");
        let dice = Dice::new(7);
        let pick = |among: usize| {
            let mut bytes = [0; 8];
            dice.fill(&mut bytes);
            usize::try_from(u64::from_be_bytes(bytes) % among as u64).expect("an index")
        };
        for _ in 0..60 {
            let mut customer = customer(now);
            let mut typed: BTreeMap<&str, String> = BTreeMap::new();
            for _ in 0..40 {
                let (place, text) = (PLACES[pick(PLACES.len())], TEXTS[pick(TEXTS.len())]);
                let before = customer.profile.to_json();
                let edit = Edit::Fields(vec![(place.to_owned(), text.to_owned())].into());
                let edited = apply(&rules, customer, &edit, &device, now, || PersonId::from_bytes([2; 16]));
                customer = edited.expect("no edit of fields is refused as a whole").after;
                let after = customer.profile.to_json();
                if place == "/account_purpose" {
                    assert_eq!(before, after, "it is not required");
                    continue;
                }
                typed.insert(place, text.trim().to_owned());
                let sheet = Sheet::new(&rules, &customer, &device, now);
                for (place, text) in &typed {
                    assert_eq!(sheet.text(place).as_deref().unwrap_or_default(), text, "{place}: nothing is lost");
                }
                let object = ["/residential_address", "/identifying_information/id_document"];
                let whole = object.into_iter().find(|object| place.starts_with(object)).unwrap_or(place);
                let put = body(whole, &typed);
                let accepted =
                    parse::<Individual>(put.to_string().as_bytes(), Nulls::Refused).expect("JSON").finish().is_ok();
                let (stored, wanted) = (after.pointer(whole), put.pointer(whole));
                // The form queries a name without a letter, which a PUT stores.
                let is_queried = place == "/first_name" && text.starts_with("1990");
                if accepted && !is_queried {
                    assert_eq!(stored, wanted, "{whole}");
                } else {
                    assert_eq!(stored, before.pointer(whole), "{whole}: what was stored stays");
                    assert!(sheet.issues_in(whole).next().is_some(), "{whole}: an issue is reported");
                }
            }
        }
    }

    /// An individual with an empty profile.
    pub(crate) fn customer(now: Timestamp) -> Customer {
        Customer {
            id: CustomerId::from_bytes([1; 16]),
            version: 1,
            events: 1,
            persons_version: 1,
            created_at: now,
            updated_at: now,
            email: Email::searched("a@example.com"),
            profile: Profile::empty(CustomerType::Individual),
            kyc: Kyc { state: State::InProgress, ..Kyc::default() },
            email_index: EmailIndex::default(),
        }
    }

    fn flagged(given_names: &[(&str, &str)], flagged: &str) -> Customer {
        let (now, dice) = (Timestamp::from_micros(1_763_873_999_000_000), Dice::new(7));
        let mut customer = customer(now);
        customer.kyc.state = State::ResubmissionRequired;
        let typed: Vec<_> = given_names.iter().map(|(place, text)| ((*place).to_owned(), (*text).to_owned())).collect();
        let edit = Edit::Fields(typed.into());
        let id = || PersonId::from(dice.uuid());
        customer = apply(&RuleSet::baseline(), customer, &edit, &Device::of("a"), now, id).expect("taken").after;
        let requirements = RuleSet::baseline().of(&customer, now);
        customer.kyc.flags = requirements.iter().filter(|one| one.id == flagged).map(Requirement::flag).collect();
        customer
    }

    /// Only another value or a reason answers a flag. A reason counts only for the value that it was given for.
    #[test]
    fn a_flag_is_answered_by_another_value_or_a_reason() {
        let rules = RuleSet::baseline();
        let now = Timestamp::from_micros(1_763_873_999_000_000);
        let say = |id: &str, reason: &str| PageEdit {
            reasons: vec![(id.to_owned(), reason.to_owned())],
            ..PageEdit::default()
        };
        let give = |date: &str| PageEdit::from(vec![("/birth_date".to_owned(), date.to_owned())]);
        let long = "x".repeat(501);
        for (edits, status, reason) in [
            (vec![], Status::Error, None),
            (vec![give("1990-12-10")], Status::Error, None),
            (vec![give("1990-12-11")], Status::Done, None),
            (vec![say("birth_date", "It is.")], Status::Done, Some("It is.")),
            (vec![say("birth_date", " \u{202e}\u{0}It is.\n ")], Status::Done, Some("It is.")),
            (vec![say("birth_date", &long)], Status::Done, Some(&long[..500])),
            (vec![say("birth_date", " \u{200b} ")], Status::Error, None),
            (vec![say("nationality", "It is.")], Status::Error, None),
            (vec![say("birth_date", "It is."), say("birth_date", "")], Status::Error, None),
            (vec![say("birth_date", "It is."), give("1990-12-11")], Status::Done, None),
            (vec![say("birth_date", "It is."), give("1990-12-11"), give("1990-12-10")], Status::Error, None),
            (vec![give("1990-12-11"), say("birth_date", "It is.")], Status::Done, None),
        ] {
            let mut customer = flagged(&[("/birth_date", "1990-12-10"), ("/nationality", "GB")], "birth_date");
            for typed in edits.clone() {
                let edit = Edit::Fields(typed);
                let id = || PersonId::from_bytes([2; 16]);
                customer = apply(&rules, customer, &edit, &Device::of("a"), now, id).expect("taken").after;
            }
            let asked = rules.of(&customer, now).into_iter().find(|one| one.id == "birth_date").expect("asked");
            assert_eq!(asked.status, status, "after {} edits: {reason:?}", edits.len());
            assert_eq!(asked.confirmed.map(|it| it.reason).as_deref(), reason);
        }
    }

    #[test]
    fn a_place_where_the_customer_is_typing_stays_a_draft() {
        let (rules, device) = (RuleSet::baseline(), Device::of("a"));
        let now = Timestamp::from_micros(1_763_873_999_000_000);
        let mut customer = customer(now);
        for (text, typing, stored) in [
            ("Ad", true, None),
            ("Ada", true, None),
            ("Ada", false, Some("Ada")),
            ("Ada L", true, Some("Ada")),
            ("", true, Some("Ada")),
            ("", false, None),
        ] {
            let fields =
                vec![("/first_name".to_owned(), text.to_owned()), ("/nationality".to_owned(), "GB".to_owned())];
            let typing = typing.then(|| "/first_name".to_owned());
            let edit = Edit::Fields(PageEdit { fields, typing, ..PageEdit::default() });
            let id = || PersonId::from_bytes([2; 16]);
            customer = apply(&rules, customer, &edit, &device, now, id).expect("taken").after;
            let profile = customer.profile.to_json();
            assert_eq!(profile["first_name"].as_str(), stored, "{text}");
            assert_eq!(profile["nationality"], "GB", "a field that was left is stored");
            let sheet = Sheet::new(&rules, &customer, &device, now);
            assert_eq!(sheet.text("/first_name").unwrap_or_default(), text, "and nothing is lost");
        }
    }

    /// The body of a PUT with one value, from what was typed last.
    fn body(whole: &str, typed: &BTreeMap<&str, String>) -> Value {
        let mut value = Value::Null;
        for (place, text) in typed.iter().filter(|(place, text)| place.starts_with(whole) && !text.is_empty()) {
            match place.strip_prefix(whole).and_then(|rest| rest.strip_prefix('/')) {
                None => value = text.clone().into(),
                Some(member) => {
                    if value.is_null() {
                        value = Value::Object(Map::new());
                    }
                    value[member] = text.clone().into();
                }
            }
        }
        if value.is_null() {
            return json!({});
        }
        // The country has no postal codes, so the form supplies the empty one that a PUT must contain.
        if value["country"] == "AE" && value.get("postal_code").is_none() {
            value["postal_code"] = "".into();
        }
        Place::new(whole)
            .steps()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .fold(value, |value, name| json!({ name: value }))
    }
}
