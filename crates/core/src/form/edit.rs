//! What an edit in the hosted form makes of a customer.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::form::checks::tidy;
use crate::form::input::OWNS;
use crate::form::place::{place_of_file, pointer};
use crate::form::record::{Device, Form, Saved, short_hash};
use crate::form::settle::{read, set_shares_aside, settle, without_documents};
use crate::form::sheet::Sheet;
use crate::ids::{FileId, PersonId};
use crate::kyc::rules::RuleSet;
use crate::parse::record::{FieldChange, Mode};
use crate::place::Place;
use crate::violation::Violations;

/// More than any field of the contract takes; what is longer is cut before it is kept as a draft.
const MAX_TYPED: usize = 4_096;

/// What is to be saved.
#[derive(Debug, Clone)]
pub enum Edit {
    /// What was typed, by place; empty text empties a field.
    Fields(Vec<(String, String)>),
    /// A person of whom nothing is known yet.
    AddPerson,
    /// A person is taken away.
    RemovePerson(PersonId),
    /// A file answers the requirement with this id.
    Attach(String, FileId),
    /// A document is taken away.
    Detach(FileId),
    /// What another pass of the same browser saved is this one's.
    Adopt(Device),
}

/// A customer after an edit, and what the edit changed.
pub(crate) struct Edited {
    pub(crate) after: Customer,
    pub(crate) changes: Vec<FieldChange>,
    pub(crate) places: Vec<String>,
    pub(crate) replaced: Vec<(String, Timestamp)>,
}

/// What an edit makes of a customer: a pure function.
pub(crate) fn apply(
    rules: &RuleSet,
    before: Customer,
    edit: &Edit,
    device: &Device,
    now: Timestamp,
    new_id: impl FnMut() -> PersonId,
) -> Result<Edited, Violations> {
    let kind = before.profile.kind();
    let mut form = before.kyc.form.as_deref().cloned().unwrap_or_default();
    let mut profile = before.profile.to_json();
    let sheet = Sheet::new(rules, &before, device, now);
    let (mut places, mut replaced, mut attaches) = (Vec::new(), Vec::new(), None);
    match edit {
        Edit::Fields(fields) => {
            let writable = sheet.writable();
            for (place, text) in fields.iter().filter(|(place, _)| writable.contains(place)) {
                let text: String = tidy(place, text.trim()).chars().take(MAX_TYPED).collect();
                if let Some(at) = sheet.saved_elsewhere(place).filter(|_| sheet.text(place).as_ref() != Some(&text)) {
                    replaced.push((place.clone(), at));
                }
                note(&mut form, place, &text, device, now);
                form.draft.insert(place.clone(), text);
                places.push(place.clone());
            }
        }
        Edit::AddPerson => add_person(&mut profile),
        Edit::RemovePerson(person) => {
            remove_person(&mut profile, *person);
            let theirs = format!("/associated_persons/{person}/");
            form.draft.retain(|place, _| !place.starts_with(&theirs));
            form.saved.retain(|place, _| !place.starts_with(&theirs));
        }
        Edit::Attach(requirement, file) => {
            // What is asked may have changed meanwhile; then the file is nobody's, and is forgotten in time.
            let wanted = sheet.requirements.iter().find(|one| one.id == *requirement);
            if let Some((wanted, evidence)) = wanted.and_then(|one| one.document.as_ref().map(|it| (one, it)))
                && !before.profile.files().contains(file)
            {
                let mut document = json!({ "file_id": file, "purpose": evidence.purposes.first() });
                if let Some(side) = evidence.side {
                    document["doc_side"] = side.into();
                }
                let owner = wanted.person_id.as_ref().map(|id| format!("/associated_persons/{id}/"));
                attaches =
                    Some((owner.map_or_else(|| Some(String::new()), |place| pointer(&profile, &place)), document));
                note(&mut form, &place_of_file(*file), "", device, now);
            }
        }
        Edit::Detach(file) => {
            form.saved.remove(&place_of_file(*file));
        }
        Edit::Adopt(other) => {
            let theirs = form.saved.values_mut().filter(|saved| saved.device == *other);
            theirs.for_each(|saved| saved.device = device.clone());
        }
    }
    drop(sheet);
    settle(rules, kind, &mut profile, &mut form.draft, now);
    if places.iter().any(|place| Place::new(place).name() == OWNS) {
        set_shares_aside(&mut profile, &mut form.draft);
    }
    let mut plain = without_documents(&profile);
    if let Some((Some(owner), document)) = attaches
        && let Some(owner) = plain.pointer_mut(owner.trim_end_matches('/'))
    {
        owner["documents"] = json!([document]);
    }
    let input = read(kind, &plain).map_err(Violations)?;
    let (mut after, changes) = match edit {
        Edit::Detach(file) => before.without_document(*file, now),
        _ => before.merge(input, Mode::Replace, now, new_id)?,
    };
    after.kyc.form = (form != Form::default()).then(|| Box::new(form));
    Ok(Edited { after, changes, places, replaced })
}

fn note(form: &mut Form, place: &str, text: &str, device: &Device, now: Timestamp) {
    form.saved.insert(place.to_owned(), Saved { device: device.clone(), at: now, given: short_hash(text) });
}

/// A new person, of whom nothing is known.
fn add_person(profile: &mut Value) {
    if let Some(members) = profile.as_object_mut() {
        let persons = members.entry("associated_persons").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(persons) = persons.as_array_mut() {
            persons.push(Value::Object(Map::new()));
        }
    }
}

/// Takes a person away.
fn remove_person(profile: &mut Value, person: PersonId) {
    if let Some(persons) = profile["associated_persons"].as_array_mut() {
        persons.retain(|known| known["id"] != person.to_string());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Map, Value};

    use super::*;
    use crate::customer::{CustomerType, EmailIndex, Individual, Profile};
    use crate::ids::testing::Dice;
    use crate::ids::{CustomerId, Random as _};
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

    /// What is typed is judged as a PUT of the same members is, and kept either way. The oracle knows nothing of
    /// drafts: it puts together what was typed last, and asks the parser of PUT.
    #[test]
    fn what_is_typed_is_stored_when_a_put_takes_it_and_kept_when_not() {
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
            let mut customer = Customer {
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
            };
            let mut typed: BTreeMap<&str, String> = BTreeMap::new();
            for _ in 0..40 {
                let (place, text) = (PLACES[pick(PLACES.len())], TEXTS[pick(TEXTS.len())]);
                let before = customer.profile.to_json();
                let edit = Edit::Fields(vec![(place.to_owned(), text.to_owned())]);
                let edited = apply(&rules, customer, &edit, &device, now, || PersonId::from_bytes([2; 16]));
                customer = edited.expect("no edit of fields is refused as a whole").after;
                let after = customer.profile.to_json();
                if place == "/account_purpose" {
                    assert_eq!(before, after, "nobody asked for it");
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
                // The form asks back about a name without a letter, which a PUT stores.
                let is_asked_back = place == "/first_name" && text == "1990-12-10";
                if accepted && !is_asked_back {
                    assert_eq!(stored, wanted, "{whole}");
                } else {
                    assert_eq!(stored, before.pointer(whole), "{whole}: what was stored stays");
                    assert!(sheet.troubles_in(whole).next().is_some(), "{whole}: what is wrong is said");
                }
            }
        }
    }

    /// The body of a PUT with one value, of what was typed last.
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
        // There are no postal codes, so the form gives the empty one that a PUT has to name.
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
