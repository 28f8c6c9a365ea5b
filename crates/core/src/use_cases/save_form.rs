//! Saves what was typed into the hosted form. Each save is one change, like a PUT.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Basis, Change, Effect};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::form::edit::{Edit, Edited, apply};
use crate::ids::PersonId;
use crate::kyc::lifecycle::Conflict;
use crate::services::Services;
use crate::use_cases::enter_form::Visitor;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, change, check_room, newest};

/// What came of it.
#[derive(Debug)]
pub struct Kept {
    /// The customer after it.
    pub customer: Customer,
    /// The places at which something was replaced that another device had saved, and when it had.
    pub replaced: Vec<(String, Timestamp)>,
}

/// Saves one edit. It never submits: the customer does that, with [`submit`](crate::use_cases::submit_form::submit).
///
/// # Errors
///
/// [`Conflict::NoSession`] when the form is closed; [`UpdateError::Invalid`] when there would be too many persons or
/// documents; and what an update knows.
pub async fn save(services: &Services, visitor: &Visitor, edit: Edit) -> Result<Kept, UpdateError> {
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
        let new_id = || PersonId::from(services.random.uuid(now));
        let rules = &services.policy.rules;
        let approved = before.was_approved().then(|| before.clone());
        let Edited { mut after, changes, places, replaced } =
            apply(rules, before, &edit, device, now, new_id).map_err(UpdateError::Invalid)?;
        after.note_flaws(&files);
        if let Some(before) = &approved {
            after.ask_for_new_pictures(before, rules, now);
        }
        if !changes.is_empty() {
            let attached = match edit {
                Edit::Attach(_, file) => after.profile.new_documents(*id, |named, _| named == file),
                _ => Vec::new(),
            };
            let change = change(caller, basis, &kyc, after.clone(), changes, attached);
            return Ok(Outcome::Change(change, Kept { customer: after, replaced }));
        }
        if after.kyc.form == kyc.form {
            return Ok(Outcome::Unchanged(Kept { customer: after, replaced }));
        }
        after.version += 1;
        after.updated_at = now;
        let change = draft_change(caller, basis, &after, Action::FormSaved, places);
        Ok(Outcome::Change(change, Kept { customer: after, replaced }))
    })
    .await
}

/// The change of a draft alone: nothing that clients see, so it announces nothing.
pub(super) fn draft_change(
    caller: &Caller,
    basis: Basis,
    after: &Customer,
    action: Action,
    places: Vec<String>,
) -> Change {
    let mut audit = AuditEntry::new(caller, after.updated_at, action);
    audit.customer = Some(after.id);
    audit.version = Some(after.version);
    audit.fields = places;
    let after = Box::new(after.clone());
    let effect = Effect::CustomerUpdated { basis, after, attached: Vec::new(), link: None, ends_passes: false };
    Change::new(caller.scope, effect, audit)
}
