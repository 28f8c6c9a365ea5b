//! The details of an audit entry as they are sealed: those of an associated person under that person's own key, the
//! rest under the customer's. So one person can be erased, while the entry stays unchanged in the chain.
//!
//! Without a person a detail is one cell. Otherwise it is a list (`sealed/list.rs`).

use std::collections::{BTreeMap, BTreeSet};

use dossier_core::audit::AuditDetail;
use dossier_core::caller::Scope;
use dossier_core::change::{Change, Effect};
use dossier_core::customer::{AssociatedPerson, Profile};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::parse::FieldChange;
use dossier_core::store::StoreError;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::sealed::list::{LIST, add, cells};
use crate::sealed::{self, SealedCell, SubjectKeys};
use crate::vault::{Purpose, SubjectKey};

const PERSONS: &str = "/associated_persons";
const NULL: &str = "null";

/// The changes of each person.
type Shares = BTreeMap<PersonId, Vec<FieldChange>>;

/// The only field of a stored person that is parsed here.
#[derive(serde::Deserialize)]
struct IdentifiedPerson {
    #[serde(default)]
    id: Option<String>,
}

/// The person in this JSON text.
fn person_in(person: &str) -> Option<PersonId> {
    serde_json::from_str::<Option<IdentifiedPerson>>(person).ok().flatten()?.id.and_then(|id| PersonId::parse(&id))
}

/// The persons in this JSON text, which holds a list or a single one. Each comes with its index and text.
fn persons_of<'a>(pointer: &str, json: &'a str) -> Vec<(usize, &'a str)> {
    if pointer != PERSONS {
        return vec![(0, json)];
    }
    let list: Option<Vec<&RawValue>> = serde_json::from_str(json).unwrap_or_default();
    list.unwrap_or_default().into_iter().map(RawValue::get).enumerate().collect()
}

/// The persons that the changes of an audit entry concern, including those that are gone afterwards.
pub(crate) fn persons_in(change: &Change) -> BTreeSet<PersonId> {
    let changes = change.audit.iter().flat_map(|entry| &entry.detail.changes);
    let texts = changes
        .filter(|change| change.pointer.starts_with(PERSONS))
        .flat_map(|change| [(&change.pointer, &change.before), (&change.pointer, &change.after)]);
    let in_changes =
        texts.flat_map(|(pointer, json)| persons_of(pointer, json)).filter_map(|(_, json)| person_in(json));
    in_changes.chain(change.audit.iter().filter_map(|entry| entry.detail.note_about)).collect()
}

/// The persons of the record after a change, in their order.
pub(crate) fn persons_after(effect: &Effect) -> Vec<Option<PersonId>> {
    match effect {
        Effect::CustomerUpdated { after, .. } => match &after.profile {
            Profile::Business(business) => {
                let persons = business.associated_persons.iter().flat_map(|persons| &persons.0);
                persons.map(AssociatedPerson::person_id).collect()
            }
            Profile::Individual(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Moves the changes of persons out of the detail. An index in the list of persons can be one person before the change
/// and another after.
fn split_by_person(detail: &mut AuditDetail, persons: &[Option<PersonId>]) -> Shares {
    let mut shares = Shares::new();
    let changes = std::mem::take(&mut detail.changes);
    for change in changes {
        let Some(place) = change.pointer.strip_prefix(PERSONS) else {
            detail.changes.push(change);
            continue;
        };
        let mut place = place.split('/').skip(1);
        match (place.next().and_then(|index| index.parse::<usize>().ok()), place.next()) {
            // A field of one person.
            (Some(index), Some(_)) => match persons.get(index).copied().flatten() {
                Some(person) => shares.entry(person).or_default().push(change),
                None => detail.changes.push(change),
            },
            // Whole persons.
            (index, _) => {
                for (at, before) in persons_of(&change.pointer, &change.before) {
                    share(&mut shares, detail, index.unwrap_or(at), (before, NULL));
                }
                for (at, after) in persons_of(&change.pointer, &change.after) {
                    share(&mut shares, detail, index.unwrap_or(at), (NULL, after));
                }
            }
        }
    }
    shares
}

/// Adds the whole text of a person, before or after the change, to the person's share.
fn share(shares: &mut Shares, detail: &mut AuditDetail, index: usize, (before, after): (&str, &str)) {
    let pointer = format!("{PERSONS}/{index}");
    let change = FieldChange { pointer, before: before.to_owned(), after: after.to_owned() };
    match person_in(before).or_else(|| person_in(after)) {
        Some(person) => {
            let own = shares.entry(person).or_default();
            match own.iter_mut().find(|known| known.pointer == change.pointer) {
                Some(known) => known.after = change.after,
                None => own.push(change),
            }
        }
        // Stored persons have ids. Two nulls concern no person.
        None if before == NULL && after == NULL => {}
        None => detail.changes.push(change),
    }
}

/// Seals the detail of an entry about a customer.
pub(crate) fn seal(
    own: &SubjectKey,
    keys: &SubjectKeys,
    (scope, customer, version): (Scope, CustomerId, u64),
    mut detail: AuditDetail,
    persons: &[Option<PersonId>],
) -> Vec<u8> {
    let mut shares = split_by_person(&mut detail, persons);
    let mut note = detail.note_about.and_then(|person| Some((person, detail.note.take()?)));
    if let Some((person, _)) = &note {
        shares.entry(*person).or_default();
    }
    let cell = sealed::seal_attached(own, Purpose::Audit, scope, customer, b"", version, detail.to_json());
    if shares.is_empty() {
        return cell;
    }
    let mut list = vec![LIST];
    add(&mut list, PersonId::of_customer(customer), &cell);
    for (person, changes) in shares {
        // A person that was erased in the meantime has no details.
        let Some(key) = keys.get(&person) else { continue };
        let note = note.take_if(|(about, _)| *about == person).map(|(_, note)| note);
        let share = AuditDetail { changes, note, ..AuditDetail::default() }.to_json();
        let row = person.as_bytes();
        let cell = sealed::seal_attached(key, Purpose::Audit, scope, customer, row, version, share);
        add(&mut list, person, &cell);
    }
    list
}

/// The data subjects whose keys open a stored detail.
pub fn subjects(customer: CustomerId, detail: &[u8]) -> Result<Vec<PersonId>, StoreError> {
    Ok(cells(customer, detail)?.into_iter().map(|(subject, _)| subject).collect())
}

/// The cells of a stored detail, each with its data subject.
pub(crate) fn sealed_cells(
    person: (Scope, CustomerId),
    version: u64,
    detail: &[u8],
) -> Result<Vec<(PersonId, SealedCell)>, StoreError> {
    let own = PersonId::of_customer(person.1);
    let sealed = |(subject, cell): (PersonId, &[u8])| {
        let row: &[u8] = if subject == own { b"" } else { subject.as_bytes() };
        (subject, SealedCell::attached(Purpose::Audit, person, row, version, cell.to_vec()))
    };
    Ok(cells(person.1, detail)?.into_iter().map(sealed).collect())
}

/// Opens a stored detail as JSON, as [`AuditDetail::to_json`] wrote it. Data subjects without a key in `keys` are
/// listed in `erased`, and their data is absent.
pub fn open(
    keys: &SubjectKeys,
    (scope, customer, version): (Scope, CustomerId, u64),
    detail: &[u8],
) -> Result<Value, StoreError> {
    let own = PersonId::of_customer(customer);
    let (mut opened, mut changes, mut erased) = (Map::new(), Map::new(), Vec::new());
    for (subject, cell) in cells(customer, detail)? {
        let Some(key) = keys.get(&subject) else {
            erased.push(json!(subject));
            continue;
        };
        let row: &[u8] = if subject == own { b"" } else { subject.as_bytes() };
        let share = sealed::open_attached(key, Purpose::Audit, scope, customer, row, version, cell.to_vec())?;
        let Ok(Value::Object(mut share)) = serde_json::from_slice(&share) else { return Err(unreadable()) };
        if let Some(Value::Object(shared)) = share.remove("changes") {
            for (pointer, change) in shared {
                join(changes.entry(pointer).or_insert_with(|| json!({ "before": null, "after": null })), change);
            }
        }
        opened.append(&mut share);
    }
    opened.insert("changes".into(), Value::Object(changes));
    if !erased.is_empty() {
        opened.insert("erased".into(), Value::Array(erased));
    }
    Ok(Value::Object(opened))
}

/// Joins the values before and after at one pointer, which may come from two persons' shares.
fn join(known: &mut Value, mut change: Value) {
    for side in ["before", "after"] {
        if known[side].is_null() {
            known[side] = change[side].take();
        }
    }
}

fn unreadable() -> StoreError {
    StoreError::Corrupt("the detail of an audit entry cannot be read".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(pointer: &str, before: &str, after: &str) -> FieldChange {
        FieldChange { pointer: pointer.into(), before: before.into(), after: after.into() }
    }

    #[test]
    fn each_person_gets_its_share_and_the_customer_the_rest() {
        let [ada, bob] = [1, 2].map(|n| PersonId::from_bytes([n; 16]));
        let text = |person: PersonId, name: &str| format!(r#"{{"id":"{person}","first_name":"{name}"}}"#);
        let mut detail = AuditDetail {
            changes: vec![
                change("/tax_number", "null", r#""T""#),
                change("/associated_persons/0", &text(ada, "A"), &text(bob, "B")),
                change("/associated_persons/1", &text(bob, "B"), "null"),
                change("/associated_persons/0/documents/2", r#"{"description":"x"}"#, "null"),
            ],
            ..AuditDetail::default()
        };
        let shares = split_by_person(&mut detail, &[Some(bob)]);
        assert_eq!(detail.changes, [change("/tax_number", "null", r#""T""#)]);
        assert_eq!(shares[&ada], [change("/associated_persons/0", &text(ada, "A"), "null")]);
        let bobs = [
            change("/associated_persons/0", "null", &text(bob, "B")),
            change("/associated_persons/1", &text(bob, "B"), "null"),
            change("/associated_persons/0/documents/2", r#"{"description":"x"}"#, "null"),
        ];
        assert_eq!((shares[&bob].as_slice(), shares.len()), (&bobs[..], 2));
        // A whole list is split into its persons.
        let list = format!("[{},{}]", text(ada, "A"), text(bob, "B"));
        detail.changes = vec![change("/associated_persons", "null", &list)];
        let shares = split_by_person(&mut detail, &[Some(ada), Some(bob)]);
        assert!(detail.changes.is_empty());
        assert_eq!(shares[&ada], [change("/associated_persons/0", "null", &text(ada, "A"))]);
        assert_eq!(shares[&bob], [change("/associated_persons/1", "null", &text(bob, "B"))]);
    }

    #[test]
    fn a_truncated_detail_is_refused() {
        let customer = CustomerId::from_bytes([7; 16]);
        let mut list = vec![LIST];
        list.extend_from_slice(&[[7; 16].as_slice(), &[0, 0, 0, 3], b"abc"].concat());
        assert_eq!(cells(customer, &list).expect("a list"), [(PersonId::of_customer(customer), &b"abc"[..])]);
        for cut in 2..list.len() {
            assert!(cells(customer, &list[..cut]).is_err(), "{cut}");
        }
    }
}
