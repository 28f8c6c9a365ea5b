//! Imports a customer who was verified elsewhere. The customer is created by its e-mail, and everything else of the row
//! is one change. A row that was interrupted in between is completed when it is imported again.

use crate::audit::action::Action;
use crate::audit::entry::Decided;
use crate::caller::Caller;
use crate::change::Basis;
use crate::clock::Timestamp;
use crate::customer::profile::{CustomerType, Profile};
use crate::customer::record::Customer;
use crate::file::record::File;
use crate::idempotency::Request;
use crate::ids::{FileId, PersonId};
use crate::import::{Row, Verification, note_with_source};
use crate::kyc::decision::{MAX_NOTE, NewDecision, Outcome, Proposal};
use crate::kyc::lifecycle::Transition;
use crate::kyc::record::Kyc;
use crate::parse::context::Nulls;
use crate::parse::leaf::{Date, Email, Text};
use crate::parse::record::Mode;
use crate::parse::value::{Parsed, parse};
use crate::record;
use crate::services::Services;
use crate::use_cases::create_customer::{CreateError, NewCustomerType, create_customer, empty_customer};
use crate::use_cases::decide::{self, decide_or_propose};
use crate::use_cases::update_customer::check_files;
use crate::use_cases::write::{self, Unkeyed};
use crate::use_cases::write_customer::{UpdateError, change, check_room, write_customer};
use crate::violation::{Code, Violation, Violations};

record! {
    /// The members of a row that make the customer.
    container NewRow {
        /// The e-mail address, unique in the account and environment
        email: Email,
        /// The type of customer, which never changes
        kind as "type": NewCustomerType,
    }
}

record! {
    /// When and by whom a customer was verified.
    value Elsewhere {
        /// The day of the decision, which is not in the future
        decided_on: Date,
        /// Who verified the customer, with a reference: a provider and its case, or an earlier system
        verified_by: Text<256>,
    }
}

/// The first day on which a customer can have been verified.
const FIRST_DAY: &str = "1970-01-01";

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// The customer is stored.
    Created,
    /// The customer is stored, and the decision waits for a second person.
    Proposed,
    /// The customer already had everything in the row.
    AlreadyThere,
}

/// A row without violations.
struct Valid {
    email: Email,
    kind: CustomerType,
    profile: Profile,
    files: Vec<File>,
    verification: Option<(NewDecision, Timestamp)>,
    /// The body of a POST.
    new: String,
    /// Whether documents name files that are not uploaded yet.
    has_missing_files: bool,
}

/// Imports a customer.
///
/// # Errors
///
/// Everything that is wrong with the row, with pointers into it, and [`UpdateError::EmailTaken`] if another customer
/// has the e-mail. Nothing of the row is stored then.
pub async fn import(services: &Services, caller: &Caller, row: &[u8]) -> Result<Imported, UpdateError> {
    let valid = validate(services, caller, row, &[]).await?;
    // What the second change would be refused for must be known before the first one.
    valid.rehearse(services, caller).await?;
    let (id, is_new) = match create_customer(services, caller, Request::unkeyed(valid.new.as_bytes())).await {
        Ok(answer) => (answer.customer.expect("the answer is about the customer"), true),
        Err(CreateError::EmailTaken(id)) => (id, false),
        Err(CreateError::Syntax(error)) => return Err(error.into()),
        Err(CreateError::Invalid(violations)) => return Err(violations.into()),
        Err(CreateError::KeyReused(error)) => return Err(error.into()),
        Err(CreateError::Store(error)) => return Err(error.into()),
    };
    let compute = |basis, before| valid.compute(services, caller, basis, before);
    match write_customer(services, caller, id, Unkeyed, compute).await? {
        // There was nothing but the e-mail and the type.
        Imported::AlreadyThere if is_new => Ok(Imported::Created),
        imported => Ok(imported),
    }
}

/// Says what would become of a row. `missing` has the pointers to the ids of files that are not uploaded yet.
///
/// # Errors
///
/// As [`import`].
pub async fn check(
    services: &Services,
    caller: &Caller,
    row: &[u8],
    missing: &[String],
) -> Result<Imported, UpdateError> {
    let valid = validate(services, caller, row, missing).await?;
    let found = services.store.summaries_by_email(caller.scope, &valid.email).await?;
    let existing = match found.first() {
        Some(found) => services.store.customer_to_change(caller.scope, found.id).await?,
        None => None,
    };
    let Some((basis, customer)) = existing else { return valid.rehearse(services, caller).await };
    match valid.compute(services, caller, basis, customer)? {
        write::Outcome::Unchanged(imported) | write::Outcome::Change(_, imported) => Ok(imported),
        write::Outcome::Again => Ok(Imported::Created),
    }
}

/// Everything that is wrong with a row, all at once.
async fn validate(services: &Services, caller: &Caller, row: &[u8], missing: &[String]) -> Result<Valid, UpdateError> {
    let Row { new, kind, profile, verification, repeats_verification } = Row::read(row)?;
    let named = parse::<NewRow>(new.as_bytes(), Nulls::Refused)?.finish();
    let mut parsed = match kind {
        Some(kind) => Profile::parse(kind, profile.as_bytes(), Nulls::Refused)?,
        None => Parsed::nothing(),
    };
    parsed.files.retain(|file| !missing.contains(&file.pointer));
    let files = check_files(services, caller, None, &mut parsed).await?;
    let verification = verification.map(|verification| read_verification(services, caller, &verification)).transpose();
    let mut violations = Vec::new();
    let mut keep = |found: Violations| violations.extend(found.0);
    let named = named.map_err(&mut keep).ok();
    // Of a row without a type, nothing is known of the profile.
    let profile = kind.and_then(|_| parsed.finish().map_err(&mut keep).ok());
    let verification = match verification {
        Ok(verification) => Some(verification),
        Err(UpdateError::Invalid(found)) => {
            keep(found);
            None
        }
        Err(error) => return Err(error),
    };
    if repeats_verification {
        violations.push(Violation::new("/verification", Code::DuplicateKey, "the member appears twice"));
    }
    match (named, kind, profile, verification) {
        (Some(named), Some(kind), Some(profile), Some(verification)) if violations.is_empty() => Ok(Valid {
            email: named.email,
            kind,
            profile,
            files,
            verification,
            new,
            has_missing_files: !missing.is_empty(),
        }),
        _ => Err(Violations(violations).into()),
    }
}

fn read_verification(
    services: &Services,
    caller: &Caller,
    Verification { elsewhere, decision }: &Verification,
) -> Result<(NewDecision, Timestamp), UpdateError> {
    let below = |mut violations: Violations| {
        for violation in &mut violations.0 {
            violation.pointer.insert_str(0, "/verification");
        }
        violations
    };
    let mut violations = Vec::new();
    let elsewhere = parse::<Elsewhere>(elsewhere.as_bytes(), Nulls::Refused)?.finish();
    let elsewhere = elsewhere.map_err(|found| violations.extend(below(found).0)).ok();
    let decision = match decide::read(services, decision.as_bytes()) {
        Ok(decision) => Some(decision),
        Err(UpdateError::Invalid(found)) => {
            violations.extend(below(found).0);
            None
        }
        Err(error) => return Err(error),
    };
    let lasts = |outcome| matches!(outcome, Outcome::Approve | Outcome::Reject | Outcome::Offboard);
    if decision.as_ref().is_some_and(|decision| !lasts(decision.outcome)) {
        let message = "must be approve, reject or offboard";
        violations.push(Violation::new("/verification/outcome", Code::UnknownValue, message));
    }
    let day = |date: &Date| Timestamp::parse(&format!("{}T00:00:00Z", date.expose())).expect("a date has a midnight");
    if elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.verified_by.expose().trim().is_empty()) {
        violations.push(Violation::new("/verification/verified_by", Code::Required, "is blank"));
    }
    if elsewhere.as_ref().is_some_and(|elsewhere| day(&elsewhere.decided_on) > services.now(caller.scope)) {
        violations.push(Violation::new("/verification/decided_on", Code::OutOfRange, "is in the future"));
    }
    // Retention counts from this day, so a wrong century would erase the customer.
    if elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.decided_on.expose() < FIRST_DAY) {
        violations.push(Violation::new("/verification/decided_on", Code::OutOfRange, "is before 1970"));
    }
    match (elsewhere, decision) {
        (Some(Elsewhere { decided_on, verified_by }), Some(decision)) if violations.is_empty() => {
            let note = decision.note.as_ref().map(Text::expose);
            let note = note_with_source(verified_by.expose(), decided_on.expose(), note);
            if note.chars().count() > MAX_NOTE {
                let message =
                    "has more than 2000 characters with the line that says who verified the customer, and when";
                return Err(Violations(vec![Violation::new("/verification/note", Code::TooLong, message)]).into());
            }
            let note = serde_json::from_value(note.into()).expect("a string is a text");
            Ok((NewDecision { note: Some(note), ..decision }, day(&decided_on)))
        }
        _ => Err(Violations(violations).into()),
    }
}

impl Valid {
    /// What would become of the row if no customer had its e-mail. Nothing is stored.
    async fn rehearse(&self, services: &Services, caller: &Caller) -> Result<Imported, UpdateError> {
        let now = services.now(caller.scope);
        let id = services.random.uuid().into();
        check_room(services, caller, id, &self.files).await?;
        let nobody = empty_customer(id, now, self.email.clone(), self.kind);
        match self.compute(services, caller, Basis::new(1, None), nobody)? {
            write::Outcome::Change(_, imported) => Ok(imported),
            write::Outcome::Unchanged(_) | write::Outcome::Again => Ok(Imported::Created),
        }
    }

    /// The change that completes a customer of whom only the e-mail and the type are stored.
    fn compute(
        &self,
        services: &Services,
        caller: &Caller,
        basis: Basis,
        before: Customer,
    ) -> Result<write::Outcome<Imported>, UpdateError> {
        let (id, now) = (before.id, services.now(caller.scope));
        if before.profile.kind() != self.kind {
            return Err(UpdateError::EmailTaken(id));
        }
        let is_new = before.version == 1 && before.profile == Profile::empty(self.kind);
        let (kyc, has_decision) = (before.kyc.clone(), self.has_decision(&before.kyc));
        let new_id = || PersonId::from(services.random.uuid());
        // An existing customer is compared without the files that are not uploaded yet.
        let profile = match self.has_missing_files && !is_new {
            true => self.profile.clone().without_documents(),
            false => self.profile.clone(),
        };
        let merged = before.merge(profile, Mode::Update, now, new_id);
        let (mut after, changes) = merged.map_err(UpdateError::Invalid)?;
        if changes.is_empty() && has_decision {
            return Ok(write::Outcome::Unchanged(Imported::AlreadyThere));
        }
        if !is_new {
            return Err(UpdateError::EmailTaken(id));
        }
        if changes.is_empty() {
            after.advance_version(now);
        }
        after.check_documents(None, &self.files, &services.policy.rules, now);
        let decided = match &self.verification {
            Some(verification) => decide(services, caller, &mut after, verification, now)?,
            None => None,
        };
        after.kyc.queue(now);
        let imported = if after.kyc.proposal.is_some() { Imported::Proposed } else { Imported::Created };
        let attached = after.profile.new_documents(id, |file: FileId, subject| {
            self.files.iter().any(|named| named.id == file && named.attached_at(subject).is_none())
        });
        let mut change = change(caller, basis, &kyc, after, changes, attached);
        if let Some(audit) = &mut change.audit {
            audit.action = match imported {
                Imported::Proposed => Action::Proposed,
                Imported::Created | Imported::AlreadyThere => Action::CustomerImported,
            };
            audit.decision = decided;
        }
        Ok(write::Outcome::Change(change, imported))
    }

    /// Whether a verification has the decision of the row, or the row has none.
    fn has_decision(&self, kyc: &Kyc) -> bool {
        let Some((decision, at)) = &self.verification else { return true };
        let made = kyc.decision.as_ref().is_some_and(|made| (made.outcome, made.at) == (decision.outcome, *at));
        let is_it =
            |proposal: &Proposal| (proposal.decision.outcome, proposal.decided_at) == (decision.outcome, Some(*at));
        made || kyc.proposal.as_ref().is_some_and(|proposal| is_it(proposal))
    }
}

/// Takes the steps that lead to a decision, and decides as the row says, or proposes that.
fn decide(
    services: &Services,
    caller: &Caller,
    after: &mut Customer,
    (decision, at): &(NewDecision, Timestamp),
    now: Timestamp,
) -> Result<Option<Box<Decided>>, UpdateError> {
    after.kyc.apply(Transition::OpenSession)?;
    after.kyc.apply(Transition::Submit)?;
    let version = after.version;
    let mut submitted = after.clone();
    // `decide_or_propose` expects that the next version will have the decision. Here it is this one.
    submitted.version -= 1;
    let result = decide_or_propose(services, caller, true, submitted, decision, Action::CustomerImported, now)?;
    *after = result.after;
    after.version = version;
    if let Some(made) = &mut after.kyc.decision {
        made.at = *at;
    }
    if let Some(proposal) = &mut after.kyc.proposal {
        proposal.decided_at = Some(*at);
    }
    Ok(result.step.and_then(|step| step.decision))
}
