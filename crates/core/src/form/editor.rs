//! What one device writes into the form.

use serde_json::Value;

use crate::clock::Timestamp;
use crate::form::checks::tidy;
use crate::form::place::{is_empty, persons, place_of_person, place_of_reason};
use crate::form::record::{Device, FieldSave, Form, short_hash};
use crate::form::reveal::place_of_date;
use crate::form::sheet::Sheet;
use crate::hidden::is_hidden;
use crate::ids::SessionId;
use crate::kyc::record::{Confirmed, Flag};

/// Longer than any field of the contract. Longer text is cut before it is kept as a draft.
const MAX_TYPED: usize = 4_096;

/// The longest reason why an answer is correct as it is, in code points.
pub const MAX_REASON: usize = 500;

/// The form while one device changes it, and what has changed.
pub(super) struct FormEditor<'a> {
    pub(super) form: Form,
    pub(super) device: &'a Device,
    pub(super) now: Timestamp,
    pub(super) places: Vec<String>,
    pub(super) replaced: Vec<(String, Timestamp)>,
}

impl FormEditor<'_> {
    pub(super) fn write_fields(&mut self, sheet: &Sheet<'_>, fields: &[(String, String)], session: Option<SessionId>) {
        let (writable, date) = (sheet.writable(), place_of_date(sheet.customer().profile.kind()));
        for (place, text) in fields.iter().filter(|(place, _)| writable.contains(place)) {
            let text: String = tidy(place, text.trim()).chars().take(MAX_TYPED).collect();
            if let Some(session) = session.filter(|_| *place == date) {
                self.form.date_is_written(session, self.device, place, &sheet.text(place).unwrap_or_default());
            }
            if let Some(at) = sheet.saved_elsewhere(place).filter(|_| sheet.text(place).as_ref() != Some(&text)) {
                self.replaced.push((place.clone(), at));
            }
            self.record_save(place, &text);
            self.form.draft.insert(place.clone(), text);
            self.places.push(place.clone());
        }
    }

    /// Records the customer's reasons why answers that reviewers want again are correct as they are.
    pub(super) fn record_reasons(&mut self, sheet: &Sheet<'_>, flags: &mut [Flag], reasons: &[(String, String)]) {
        for (id, reason) in reasons {
            let Some(asked) = sheet.requirements.iter().find(|one| one.id == *id) else { continue };
            if sheet.asked_again(asked).is_none() {
                continue;
            }
            let reason: String = reason.chars().map(|c| if is_hidden(c) && c != '\n' { ' ' } else { c }).collect();
            let reason: String = reason.trim().chars().take(MAX_REASON).collect();
            self.record_save(&place_of_reason(id), &reason);
            let confirmed = (!reason.is_empty()).then_some(Confirmed { reason, at: self.now });
            for flag in flags.iter_mut().filter(|flag| flag.requirement == *id) {
                let is_news = flag.confirmed.as_ref().map(|it| &it.reason) != confirmed.as_ref().map(|it| &it.reason);
                if is_news {
                    flag.confirmed.clone_from(&confirmed);
                    self.places.push(asked.place());
                }
            }
        }
    }

    /// Records which hidden values the device confirms as still correct, and which confirmations it withdraws. Typing
    /// over a value withdraws its confirmation.
    pub(super) fn record_confirmations(
        &mut self,
        sheet: &Sheet<'_>,
        kept: &[(String, bool)],
        fields: &[(String, String)],
    ) {
        let is_typed = |place: &String| fields.iter().any(|(typed, _)| typed == place);
        for (place, is_right) in kept.iter().filter(|(place, _)| !is_typed(place)) {
            let text = sheet.text_to_keep(place).filter(|_| *is_right);
            let is_news = match text {
                Some(text) => self.form.confirmed.insert(place.clone(), short_hash(&text)) != Some(short_hash(&text)),
                None => self.form.confirmed.remove(place).is_some(),
            };
            if is_news {
                self.places.push(place.clone());
            }
        }
    }

    pub(super) fn record_save(&mut self, place: &str, text: &str) {
        let saved = FieldSave { device: self.device.clone(), at: self.now, given: short_hash(text) };
        self.form.saved.insert(place.to_owned(), saved);
    }

    /// Removes a person and everything that was typed about them.
    pub(super) fn remove_person(&mut self, profile: &mut Value, person: &str) {
        if let Some(persons) = profile["associated_persons"].as_array_mut() {
            persons.retain(|known| known["id"] != person);
        }
        let theirs = place_of_person(person, "");
        self.form.draft.retain(|place, _| !place.starts_with(&theirs));
        self.form.saved.retain(|place, _| !place.starts_with(&theirs));
        self.form.confirmed.retain(|place, _| !place.starts_with(&theirs));
    }

    /// Removes the empty persons that this device added. Another device may be about to name one that it added.
    pub(super) fn remove_empty_persons(&mut self, profile: &mut Value) {
        let is_own =
            |id: &str| self.form.saved.get(&place_of_person(id, "")).is_some_and(|it| it.device == *self.device);
        let ids = persons(profile).iter().filter(|person| is_empty(person, &self.form.draft));
        let ids: Vec<String> = ids.filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect();
        for id in ids.into_iter().filter(|id| is_own(id)).collect::<Vec<_>>() {
            self.remove_person(profile, &id);
        }
    }
}
