//! What reviewers do with a case before they decide: take it, compare, note, hand it on.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::desk::member::Member;
use crate::desk::role::Permission;
use crate::desk::worksheet::{Holder, MAX_NOTE, MAX_NOTES, Note, Verdict, VerdictWord, Worksheet};
use crate::hidden::is_blank;
use crate::ids::CustomerId;
use crate::place::Place;
use crate::services::Services;
use crate::store::desk::DeskUse;
use crate::store::error::StoreError;
use crate::use_cases::members::DeskError;
use crate::use_cases::write::{Outcome, Unkeyed, append_audit, write};
use crate::violation::{Code, Violation, Violations};

/// A member who is signed in, and acts in one environment.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The member, as of this request.
    pub member: Member,
    /// The member as the author of what this request does.
    pub caller: Caller,
}

impl Seat {
    /// A member in the scope of the caller, which is of the member's own account.
    #[must_use]
    pub fn new(member: Member, caller: Caller) -> Self {
        let caller = Caller { actor: member.actor(), ..caller };
        Self { member, caller }
    }

    /// Whether the member may do something in the seat's environment.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.member.may(permission, self.caller.scope.environment)
    }

    /// Refuses what no role of the member allows.
    ///
    /// # Errors
    ///
    /// [`DeskError::Forbidden`], which names the roles that would allow it.
    pub fn require(&self, permission: Permission) -> Result<(), DeskError> {
        match self.may(permission) {
            true => Ok(()),
            false => Err(DeskError::Forbidden(permission, self.caller.scope.environment)),
        }
    }

    /// Records that the member looks at a customer, before anything is shown.
    pub(super) async fn note_look(
        &self,
        services: &Services,
        id: CustomerId,
        action: Action,
        fields: Vec<String>,
    ) -> Result<(), StoreError> {
        let scope = self.caller.scope;
        let mut audit = AuditEntry::new(&self.caller, services.now(scope), action);
        audit.customer = Some(id);
        audit.fields = fields;
        append_audit(services, scope, audit).await
    }
}

/// Takes the first of these cases that no other member holds, or keeps the one that the member holds already.
///
/// # Errors
///
/// [`DeskError::Forbidden`].
pub async fn next(
    services: &Services,
    seat: &Seat,
    cases: impl IntoIterator<Item = CustomerId>,
) -> Result<Option<CustomerId>, DeskError> {
    for id in cases {
        match take(services, seat, id, None).await {
            Ok(_) => return Ok(Some(id)),
            // Others were faster, or it was decided or erased in the meantime.
            Err(DeskError::Held(_) | DeskError::NotFound | DeskError::Store(StoreError::Erased { .. })) => {}
            // A damaged record must not stop the others. A verification of the store reports it.
            Err(DeskError::Store(StoreError::Corrupt(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Takes a case that waits for a decision. With a reason, an approver takes it over from another member.
///
/// # Errors
///
/// [`DeskError::Held`] when another member holds it, [`DeskError::NotFound`] when it does not wait any longer, and
/// [`DeskError::Invalid`] for a reason that is blank or too long.
pub async fn take(
    services: &Services,
    seat: &Seat,
    id: CustomerId,
    take_over: Option<&str>,
) -> Result<Worksheet, DeskError> {
    seat.require(Permission::Work)?;
    if let Some(why) = take_over {
        seat.require(Permission::Decide)?;
        check_note(why)?;
    }
    edit(services, seat, id, Action::CaseTaken, |sheet, customer, now| {
        if customer.kyc.queued_at.is_none() {
            return Err(DeskError::NotFound);
        }
        match sheet.holder_of(&customer.kyc, now) {
            Some(holder) if holder.member.id == seat.member.id => return Ok(None),
            Some(holder) if take_over.is_none() => return Err(DeskError::Held(holder.member.name.clone())),
            _ => {}
        }
        sheet.details.holder = Some(Holder { member: seat.member.author(), since: now });
        sheet.renewed_at = None;
        Ok(Some(take_over.map(|why| why.trim().to_owned())))
    })
    .await
}

/// Gives a case back that the member holds.
pub async fn release(services: &Services, seat: &Seat, id: CustomerId) -> Result<(), DeskError> {
    seat.require(Permission::Work)?;
    edit(services, seat, id, Action::CaseReleased, |sheet, _, _| {
        let is_own = sheet.details.holder.as_ref().is_some_and(|holder| holder.member.id == seat.member.id);
        if is_own {
            sheet.details.holder = None;
        }
        Ok(is_own.then_some(None))
    })
    .await
    .map(drop)
}

/// Records that the page of a case is still open at its holder. Returns whether the member still holds it.
pub async fn renew(services: &Services, seat: &Seat, id: CustomerId) -> Result<bool, DeskError> {
    let (scope, now) = (seat.caller.scope, services.now(seat.caller.scope));
    let sheet = services.store.worksheet(scope, id).await?;
    let is_own = sheet.holder(now).is_some_and(|holder| holder.member.id == seat.member.id);
    if is_own {
        services.store.record_desk_use(DeskUse::Worksheet(scope, id), now).await?;
    }
    Ok(is_own)
}

/// Gives a verdict on the claim of a requirement, or takes it back. A member who gives a verdict also takes the case.
/// `seen` is the version of the record that the member compared with the evidence.
///
/// # Errors
///
/// [`DeskError::Held`] when another member holds the case; [`DeskError::Invalid`] for an unknown requirement;
/// [`DeskError::AnswerChanged`] when the answer changed after `seen`.
pub async fn give_verdict(
    services: &Services,
    seat: &Seat,
    id: CustomerId,
    requirement: &str,
    verdict: Option<VerdictWord>,
    seen: u64,
) -> Result<Worksheet, DeskError> {
    seat.require(Permission::Work)?;
    let mut is_same = false;
    let after = edit_since(services, seat, id, Action::VerdictGiven, Some(seen), |sheet, (customer, changed), now| {
        take_or_refuse(sheet, customer, seat, now)?;
        let known = customer.judged(&services.policy.rules, now);
        let Some(found) = known.iter().find(|one| one.id == requirement) else {
            let message = "is not a requirement of this customer";
            return Err(Violations::from(Violation::new("/requirement", Code::UnknownRequirement, message)).into());
        };
        // A change of documents may have replaced what the member compared the answer with.
        let is_evidence = |pointer: &str| Place::new(pointer).steps().any(|step| step == "documents");
        let has_changed = |pointer: &String| found.concerns(pointer) || is_evidence(pointer);
        if seen > customer.version || changed.iter().any(has_changed) {
            return Err(DeskError::AnswerChanged);
        }
        let verdicts = &mut sheet.details.verdicts;
        // Verdicts on requirements that no longer exist, and on answers that changed, are of no use to anyone.
        verdicts.retain(|of, old| known.iter().any(|one| one.id == *of && one.given == old.given));
        let before = verdicts.remove(requirement);
        if let Some(verdict) = verdict {
            let by = seat.member.author();
            verdicts.insert(requirement.to_owned(), Verdict { verdict, given: found.given.clone(), by, at: now });
        }
        // A member who agrees with a colleague's verdict takes responsibility for it, too.
        let own = before.as_ref().filter(|before| before.by.id == seat.member.id).map(|before| before.verdict);
        is_same = own == verdict && (own.is_some() || before.is_none());
        let word = verdict.map_or("taken back", VerdictWord::as_str);
        Ok((!is_same).then(|| Some(format!("{requirement}: {word}"))))
    })
    .await?;
    if is_same {
        // The answer shows the claim, and no verdict tells of it.
        seat.note_look(services, id, Action::CustomerViewed, Vec::new()).await?;
    }
    Ok(after)
}

/// Adds an internal note, which the customer never sees.
///
/// # Errors
///
/// [`DeskError::Invalid`] when the text is blank or too long, or there are too many notes.
pub async fn add_note(services: &Services, seat: &Seat, id: CustomerId, text: &str) -> Result<Worksheet, DeskError> {
    seat.require(Permission::Work)?;
    check_note(text)?;
    edit(services, seat, id, Action::NoteAdded, |sheet, _, now| {
        if sheet.details.notes.len() >= MAX_NOTES {
            let message = format!("a customer has at most {MAX_NOTES} notes");
            return Err(Violations::from(Violation::new("/text", Code::TooManyItems, message)).into());
        }
        sheet.details.notes.push(Note { text: text.trim().to_owned(), by: seat.member.author(), at: now });
        Ok(Some(None))
    })
    .await
}

/// Hands a case to the approvers and gives it back.
///
/// # Errors
///
/// Those of [`add_note`], and [`DeskError::Held`].
pub async fn escalate(services: &Services, seat: &Seat, id: CustomerId, why: &str) -> Result<Worksheet, DeskError> {
    seat.require(Permission::Work)?;
    check_note(why)?;
    edit(services, seat, id, Action::CaseEscalated, |sheet, customer, now| {
        take_or_refuse(sheet, customer, seat, now)?;
        if customer.kyc.queued_at.is_none() {
            return Err(DeskError::NotFound);
        }
        sheet.details.holder = None;
        sheet.details.escalated = Some(Note { text: why.trim().to_owned(), by: seat.member.author(), at: now });
        Ok(Some(None))
    })
    .await
}

fn check_note(text: &str) -> Result<(), Violations> {
    if is_blank(text) {
        return Err(Violation::new("/text", Code::Required, "must not be blank").into());
    }
    if text.chars().count() > MAX_NOTE {
        let message = format!("has more than {MAX_NOTE} characters");
        return Err(Violation::new("/text", Code::TooLong, message).into());
    }
    Ok(())
}

/// Takes the case if no member holds it.
fn take_or_refuse(sheet: &mut Worksheet, customer: &Customer, seat: &Seat, now: Timestamp) -> Result<(), DeskError> {
    match sheet.holder_of(&customer.kyc, now) {
        Some(holder) if holder.member.id == seat.member.id => Ok(()),
        Some(holder) => Err(DeskError::Held(holder.member.name.clone())),
        None => {
            sheet.details.holder = Some(Holder { member: seat.member.author(), since: now });
            sheet.renewed_at = None;
            Ok(())
        }
    }
}

/// The note of the audit entry about a change, if it has one. `None` if nothing changed.
type Edited = Option<Option<String>>;

/// Writes the next version of a worksheet, as `apply` changes it.
async fn edit(
    services: &Services,
    seat: &Seat,
    id: CustomerId,
    action: Action,
    mut apply: impl FnMut(&mut Worksheet, &Customer, Timestamp) -> Result<Edited, DeskError>,
) -> Result<Worksheet, DeskError> {
    edit_since(services, seat, id, action, None, |sheet, (customer, _), now| apply(sheet, customer, now)).await
}

/// As [`edit`], where `apply` also gets the places of the record that changed after the version `seen`.
async fn edit_since(
    services: &Services,
    seat: &Seat,
    id: CustomerId,
    action: Action,
    seen: Option<u64>,
    mut apply: impl FnMut(&mut Worksheet, (&Customer, &[String]), Timestamp) -> Result<Edited, DeskError>,
) -> Result<Worksheet, DeskError> {
    let scope = seat.caller.scope;
    let _turn = services.turns.of(id).await;
    let load = || async {
        let customer = services.store.customer(scope, id).await?.ok_or(DeskError::NotFound)?;
        let worksheet = services.store.worksheet(scope, id).await?;
        // Read after the record, so that no change of it is missed.
        let changed = match seen.filter(|seen| *seen < customer.version) {
            Some(seen) => services.store.changed_since(scope, id, seen).await?,
            None => Vec::new(),
        };
        Ok((customer, worksheet, changed))
    };
    write(services, &seat.caller, Unkeyed, load, |(customer, before, changed): (Customer, Worksheet, Vec<String>)| {
        let now = services.now(scope);
        let mut after = before.clone();
        let Some(note) = apply(&mut after, (&customer, &changed), now)? else {
            return Ok(Outcome::Unchanged(before));
        };
        after.version += 1;
        let mut audit = AuditEntry::new(&seat.caller, now, action);
        audit.customer = Some(id);
        audit.version = Some(customer.version);
        audit.detail.note = note;
        let effect = Effect::WorksheetWritten { expected: before.version, after: Box::new(after.clone()) };
        Ok(Outcome::Change(Change::new(scope, effect, audit), after))
    })
    .await
}
