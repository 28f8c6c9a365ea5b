//! Saves what was typed into the hosted form. Each save is one change, as with PUT.

use crate::audit::action::Action;
use crate::caller::Caller;
use crate::change::{Basis, Change, Effect};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::form::edit::{Edit, EditOutcome, apply};
use crate::ids::PersonId;
use crate::kyc::lifecycle::Conflict;
use crate::services::Services;
use crate::use_cases::enter_form::Visitor;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, change, check_room, entry_about, newest};

/// The result of a save.
#[derive(Debug)]
pub struct SavedEdit {
    /// The customer after the save.
    pub customer: Customer,
    /// The places where the edit replaced what another device had saved, each with the time of that earlier save.
    pub replaced: Vec<(String, Timestamp)>,
}

/// Saves one edit. It never submits the form: the customer does, with
/// [`submit_form`](crate::use_cases::submit_form::submit_form).
///
/// # Errors
///
/// [`Conflict::NoSession`] when the form is closed, [`UpdateError::Invalid`] when there would be too many persons or
/// documents, and those of an update.
pub async fn save_edit(services: &Services, visitor: &Visitor, edit: Edit) -> Result<SavedEdit, UpdateError> {
    let Visitor { caller, customer: id, device, .. } = visitor;
    let _turn = services.turns.of(*id).await;
    let load = || async {
        let (basis, before) = newest(services, caller, *id).await?;
        let files = match &edit {
            Edit::Attach(_, file) => services.store.files(caller.scope, &[*file], Some(*id)).await?,
            _ => Vec::new(),
        };
        check_room(services, caller, *id, &files).await?;
        Ok((basis, before, files))
    };
    write(services, caller, Unkeyed, load, |(basis, before, files)| {
        if !visitor.may_write(services, &before) {
            return Err(Conflict::NoSession.into());
        }
        let (kyc, now) = (before.kyc.clone(), services.now(caller.scope));
        let new_id = || PersonId::from(services.random.uuid());
        let rules = &services.policy.rules;
        let approved = before.approved();
        let EditOutcome { mut after, changes, places, replaced } =
            apply(rules, before, &edit, device, now, new_id).map_err(UpdateError::Invalid)?;
        after.check_documents(approved.as_ref(), &files, rules, now);
        if !changes.is_empty() {
            let attached = match edit {
                Edit::Attach(_, file) => after.profile.new_documents(*id, |named, _| named == file),
                _ => Vec::new(),
            };
            let change = change(caller, basis, &kyc, after.clone(), changes, attached);
            return Ok(Outcome::Change(change, SavedEdit { customer: after, replaced }));
        }
        if after.kyc.form == kyc.form && after.kyc.flags == kyc.flags {
            return Ok(Outcome::Unchanged(SavedEdit { customer: after, replaced }));
        }
        after.advance_version(now);
        let change = draft_change(caller, basis, &after, Action::FormSaved, places);
        Ok(Outcome::Change(change, SavedEdit { customer: after, replaced }))
    })
    .await
}

/// A change of the draft alone. Clients do not see drafts, so it sends no event.
pub(super) fn draft_change(
    caller: &Caller,
    basis: Basis,
    after: &Customer,
    action: Action,
    places: Vec<String>,
) -> Change {
    let mut audit = entry_about(caller, after, action);
    audit.fields = places;
    let after = Box::new(after.clone());
    let effect =
        Effect::CustomerUpdated { basis, after, attached: Vec::new(), link: None, ends_passes: false, erases: None };
    Change::new(caller.scope, effect, audit)
}
