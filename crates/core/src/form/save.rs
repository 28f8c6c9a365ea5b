//! Saving: what was typed, a person more or less, a document more or less. Each is one change, like a PUT.

use serde_json::json;

use super::enter::Visitor;
use super::sheet::{
    Sheet, add_person, json_of, place_of_file, pointer, read, remove_person, settle, without_documents,
};
use super::{Device, Form, Saved, short_hash};
use crate::audit::{Action, AuditEntry};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::customer::Customer;
use crate::customer::update::{Conflict, UpdateError, change};
use crate::ids::{FileId, PersonId};
use crate::kyc::RuleSet;
use crate::parse::{FieldChange, Mode};
use crate::services::Services;
use crate::store::Committed;
use crate::violation::Violations;

/// As in an update: only other processes can be in the way, and not for long.
const MAX_ATTEMPTS: usize = 5;
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

/// What came of it.
#[derive(Debug)]
pub struct Kept {
    /// The customer after it.
    pub customer: Customer,
    /// The places at which something was replaced that another device had saved, and when it had.
    pub replaced: Vec<(String, Timestamp)>,
}

/// Saves one edit. It never submits: the customer does that, with [`super::submit::submit`].
///
/// # Errors
///
/// [`Conflict::NoSession`] when the form is closed; [`UpdateError::Invalid`] when there would be too many persons or
/// documents; and what an update knows.
pub async fn save(services: &Services, visitor: &Visitor, edit: Edit) -> Result<Kept, UpdateError> {
    let Visitor { caller, customer: id, device, .. } = visitor;
    let _turn = services.turns.of(*id).await;
    for _ in 0..MAX_ATTEMPTS {
        let before = services.store.customer(caller.scope, *id).await?.ok_or(UpdateError::NotFound)?;
        if !visitor.may_write(services, &before) {
            return Err(Conflict::NoSession.into());
        }
        let (expected, kyc, now) = (before.version, before.kyc.clone(), services.now(caller.scope));
        let new_id = || PersonId::from(services.random.uuid(now));
        let Edited { mut after, changes, places, replaced } =
            apply(&services.policy.rules, before, &edit, device, now, new_id).map_err(UpdateError::Invalid)?;
        let change = if !changes.is_empty() {
            let attached = match edit {
                Edit::Attach(_, file) => after.profile.document_of(*id, file).into_iter().collect(),
                _ => Vec::new(),
            };
            change(caller, expected, &kyc, after.clone(), changes, attached, None)
        } else if after.kyc.form != kyc.form {
            after.version += 1;
            after.updated_at = now;
            let mut audit = AuditEntry::new(caller, now, Action::FormSaved);
            audit.customer = Some(*id);
            audit.version = Some(after.version);
            audit.fields = places;
            let effect =
                Effect::CustomerUpdated { expected, after: Box::new(after.clone()), attached: Vec::new(), link: None };
            Change { scope: caller.scope, effect, audit: Some(audit), events: Vec::new(), answer: None }
        } else {
            return Ok(Kept { customer: after, replaced });
        };
        match services.store.commit(change).await? {
            Committed::Done => return Ok(Kept { customer: after, replaced }),
            Committed::VersionMoved | Committed::AnswerTaken => {}
        }
    }
    Err(UpdateError::Busy)
}

struct Edited {
    after: Customer,
    changes: Vec<FieldChange>,
    places: Vec<String>,
    replaced: Vec<(String, Timestamp)>,
}

/// What an edit makes of a customer: a pure function.
fn apply(
    rules: &RuleSet,
    before: Customer,
    edit: &Edit,
    device: &Device,
    now: Timestamp,
    new_id: impl FnMut() -> PersonId,
) -> Result<Edited, Violations> {
    let kind = before.profile.kind();
    let mut form = before.kyc.form.as_deref().cloned().unwrap_or_default();
    let mut profile = json_of(&before.profile);
    let sheet = Sheet::new(rules, &before, device, now);
    let (mut places, mut replaced, mut attaches) = (Vec::new(), Vec::new(), None);
    match edit {
        Edit::Fields(fields) => {
            let writable = sheet.writable();
            for (place, text) in fields.iter().filter(|(place, _)| writable.contains(place)) {
                let text: String = text.trim().chars().take(MAX_TYPED).collect();
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
    settle(rules, kind, &mut profile, &mut form.draft);
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
