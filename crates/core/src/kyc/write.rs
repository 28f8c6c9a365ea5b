//! How every change of a verification is written: in the customer's turn, load, compute, commit; again when another
//! process was first.

use super::lifecycle::State;
use super::record::{Kyc, RailStatus, Review};
use super::{AfterApproval, Policy, Transition};
use crate::audit::{Action, AuditEntry};
use crate::caller::{Caller, Environment};
use crate::change::{Change, Effect, NewLink};
use crate::clock::Timestamp;
use crate::customer::update::{Conflict, UpdateError};
use crate::customer::{Address, Customer, Profile};
use crate::event::{Event, EventType};
use crate::idempotency::{Answer, PendingAnswer, Replay, Request};
use crate::ids::CustomerId;
use crate::parse::FieldChange;
use crate::pii::Pii;
use crate::services::Services;
use crate::store::Committed;
use crate::turns::MAX_ATTEMPTS;

/// What was computed of a customer.
pub(crate) struct Computed {
    /// What is done to it; `None` when nothing is.
    pub(crate) step: Option<Step>,
    /// The customer after it.
    pub(crate) after: Customer,
}

/// What is written of it, besides the record.
pub(crate) struct Step {
    /// What was done.
    pub(crate) action: Action,
    /// The link that was opened.
    pub(crate) link: Option<NewLink>,
    /// Whether nobody is told, for nothing that clients see has changed.
    pub(crate) unseen: bool,
}

impl Step {
    pub(crate) const fn of(action: Action) -> Self {
        Self { action, link: None, unseen: false }
    }

    pub(crate) const fn unseen(action: Action) -> Self {
        Self { action, link: None, unseen: true }
    }
}

/// Computes and commits; `answer` makes the body of the answer.
pub(crate) async fn write(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
    mut compute: impl FnMut(Customer, Timestamp) -> Result<Computed, UpdateError>,
    answer: impl Fn(&Customer) -> Vec<u8>,
) -> Result<Answer, UpdateError> {
    let id = id.ok_or(UpdateError::NotFound)?;
    let _turn = services.turns.of(id).await;
    for _ in 0..MAX_ATTEMPTS {
        let ticket = match request.replay(services, caller, id.as_bytes()).await? {
            Some(Replay::Answered(answer)) => return Ok(answer),
            Some(Replay::OtherRequest(request_id)) => return Err(UpdateError::KeyReused(request_id)),
            Some(Replay::Fresh(ticket)) => Some(ticket),
            None => None,
        };
        let before = services.store.customer(caller.scope, id).await?.ok_or(UpdateError::NotFound)?;
        let (now, expected, kyc) = (services.now(caller.scope), before.version, before.kyc.clone());
        let Computed { step, mut after } = compute(before, now)?;
        after.kyc.queue(now);
        let (audit, events, effect) = match step {
            None => (None, Vec::new(), Effect::None),
            Some(step) => {
                after.version += 1;
                after.updated_at = now;
                let seen = (!step.unseen).then(|| event_after(&kyc, &after.kyc));
                let events = Event::of(seen.as_slice(), &mut after);
                let audit = entry(caller, &kyc, &after, step.action);
                let after = Box::new(after.clone());
                (
                    Some(audit),
                    events,
                    Effect::CustomerUpdated { expected, after, attached: Vec::new(), link: step.link },
                )
            }
        };
        let answer =
            Answer { customer: Some(id), version: after.version, body: Pii::new(answer(&after)), replayed: false };
        if audit.is_none() && ticket.is_none() {
            return Ok(answer);
        }
        let pending = ticket.map(|ticket| PendingAnswer::new(ticket, services.clock.now(), caller, &answer));
        let change = Change { scope: caller.scope, effect, audit, events, answer: pending };
        match services.store.commit(change).await? {
            Committed::Done => return Ok(answer),
            Committed::VersionMoved | Committed::AnswerTaken => {}
        }
    }
    Err(UpdateError::Busy)
}

/// The contract's event when what clients see of the verification changed.
fn event_after(before: &Kyc, after: &Kyc) -> EventType {
    if before.visible() == after.visible() { EventType::CustomerUpdated } else { EventType::KycsUpdated }
}

fn entry(caller: &Caller, before: &Kyc, after: &Customer, action: Action) -> AuditEntry {
    let mut audit = AuditEntry::new(caller, after.updated_at, action);
    audit.customer = Some(after.id);
    audit.version = Some(after.version);
    if let Some(change) = kyc_change(before, &after.kyc) {
        audit.fields = vec![change.pointer.clone()];
        audit.detail.changes = vec![change];
    }
    audit
}

/// What the trail says of a verification that changed.
pub(crate) fn kyc_change(before: &Kyc, after: &Kyc) -> Option<FieldChange> {
    let json = |kyc: &Kyc| {
        serde_json::json!({ "state": kyc.state, "breakdown": kyc.breakdown, "decision": kyc.decision }).to_string()
    };
    (before.visible() != after.visible() || before.state != after.state || before.decision != after.decision)
        .then(|| FieldChange { pointer: "/kycs".to_owned(), before: json(before), after: json(after) })
}

impl Kyc {
    /// Notes since when a decision is waited for.
    pub(crate) fn queue(&mut self, now: Timestamp) {
        let waits = self.state == State::Submitted || self.review.is_some();
        self.queued_at = if waits { self.queued_at.or(Some(now)) } else { None };
    }
}

impl Customer {
    /// What follows for the verification from a change of the profile.
    ///
    /// # Errors
    ///
    /// [`Conflict::ApprovedLocked`] when an approved customer's identity may not be changed.
    pub(crate) fn follow(
        &mut self,
        policy: &Policy,
        environment: Environment,
        changes: &[FieldChange],
        now: Timestamp,
    ) -> Result<(), Conflict> {
        let touched: Vec<_> =
            changes.iter().map(|change| change.pointer.as_str()).filter(|pointer| is_identity(pointer)).collect();
        if self.kyc.state == State::Approved && !touched.is_empty() {
            match policy.after_approval {
                AfterApproval::Refuse => return Err(Conflict::ApprovedLocked),
                AfterApproval::Reopen => {
                    self.kyc.go(Transition::Reopen);
                    self.kyc.set_all(&policy.rails, RailStatus::Pending);
                }
                AfterApproval::Review => {
                    self.kyc.go(Transition::OpenReview);
                    let review = self.kyc.review.get_or_insert_with(|| Review { opened_at: now, fields: Vec::new() });
                    for pointer in touched {
                        if !review.fields.iter().any(|known| known == pointer) {
                            review.fields.push(pointer.to_owned());
                        }
                    }
                }
            }
        }
        self.submit_when_complete(policy, now);
        self.ask_provider(policy, environment, now);
        self.kyc.queue(now);
        Ok(())
    }

    /// A customer whose session is open and whose requirements are met is submitted by itself.
    pub(crate) fn submit_when_complete(&mut self, policy: &Policy, now: Timestamp) {
        if self.kyc.state.takes_input()
            && self.kyc.open_session(now).is_some()
            && policy.rules.are_met(self, now)
            && self.kyc.go(Transition::Submit)
        {
            self.kyc.flags.clear();
            self.kyc.comment = None;
        }
    }

    /// The address that an approval verifies.
    pub(crate) fn address(&self) -> Option<&Address> {
        match &self.profile {
            Profile::Individual(individual) => individual.residential_address.as_ref(),
            Profile::Business(business) => business.business_address.as_ref(),
        }
    }
}

/// Names, birth, nationality, ids, addresses, owners: what a verification was about.
fn is_identity(pointer: &str) -> bool {
    const IDENTITY: &[&str] = &[
        "first_name",
        "middle_name",
        "last_name",
        "nationality",
        "birth_date",
        "birth_country",
        "residential_address",
        "identifying_information",
        "business_legal_name",
        "registration_number",
        "tax_number",
        "formation_date",
        "business_address",
        "associated_persons",
    ];
    pointer.split('/').nth(1).is_some_and(|member| IDENTITY.contains(&member))
}
