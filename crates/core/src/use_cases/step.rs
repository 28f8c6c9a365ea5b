//! A step of a verification. The computed step becomes one change, and is written in the customer's turn.

use crate::audit::action::Action;
use crate::audit::entry::{AuditEntry, Decided};
use crate::caller::Caller;
use crate::change::{Basis, Change, Effect, NewLink};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::event::{Event, EventType};
use crate::idempotency::{Answer, Request};
use crate::ids::CustomerId;
use crate::kyc::record::{Kyc, kyc_change};
use crate::services::Services;
use crate::use_cases::write::Outcome;
use crate::use_cases::write_customer::{UpdateError, entry_about, write_customer};

/// A computed step.
pub(crate) struct StepResult {
    /// What is written; `None` if nothing changed.
    pub(crate) step: Option<Step>,
    /// The customer after the step.
    pub(crate) after: Customer,
}

/// What is written besides the record.
pub(crate) struct Step {
    /// What was done.
    pub(crate) action: Action,
    /// What was decided, when the step is a decision.
    pub(crate) decision: Option<Box<Decided>>,
    /// The link that was opened.
    pub(crate) link: Option<NewLink>,
    /// Whether every pass to the hosted form ends.
    pub(crate) ends_passes: bool,
    /// What the event announces.
    pub(crate) news: News,
}

/// What the event of a step announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// What has changed.
    Change,
    /// That a customer still owes an answer.
    Reminder,
    /// Nothing, because they see none of it.
    None,
}

impl Step {
    pub(crate) const fn of(action: Action) -> Self {
        Self { action, decision: None, link: None, ends_passes: false, news: News::Change }
    }

    pub(crate) const fn unseen(action: Action) -> Self {
        Self { action, decision: None, link: None, ends_passes: false, news: News::None }
    }

    /// Makes the customer its next version. `kyc` is the verification before the step.
    fn change(self, caller: &Caller, basis: Basis, kyc: &Kyc, after: &mut Customer, now: Timestamp) -> Change {
        after.advance_version(now);
        after.kyc.queue(now);
        let event = match self.news {
            News::Change => Some(event_after(kyc, &after.kyc)),
            News::Reminder => Some(EventType::KycsReminder),
            News::None => None,
        };
        let events = Event::of(event.as_slice(), after);
        let Self { action, decision, link, ends_passes, news: _ } = self;
        let audit = AuditEntry { decision, ..entry(caller, kyc, after, action) };
        let after = Box::new(after.clone());
        let effect = Effect::CustomerUpdated { basis, after, attached: Vec::new(), link, ends_passes, erases: None };
        Change::new(caller.scope, effect, audit).announced_by(events)
    }
}

/// The item of the `Dossier-Warning` header which says that a decision was proposed and not made.
pub const PROPOSED: &str = "decision_proposed";

/// Takes the step that `compute` derives from the newest version of a customer; `answer` builds the response body. If
/// the step is a proposal, the response has the warning [`PROPOSED`].
pub(crate) async fn take_step(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
    mut compute: impl FnMut(Customer, Timestamp) -> Result<StepResult, UpdateError>,
    answer: impl Fn(&Customer) -> Vec<u8>,
) -> Result<Answer, UpdateError> {
    let id = id.ok_or(UpdateError::NotFound)?;
    write_customer(services, caller, id, request.about(id.as_bytes()), |basis, before| {
        let (now, kyc) = (services.now(caller.scope), before.kyc.clone());
        let StepResult { step, mut after } = compute(before, now)?;
        let change = step.map(|step| step.change(caller, basis, &kyc, &mut after, now));
        let is_proposal = change.is_some() && after.kyc.proposal.is_some();
        let mut answer = Answer::about(id, after.version, answer(&after));
        answer.warnings.extend(is_proposal.then(|| PROPOSED.to_owned()));
        Ok(match change {
            Some(change) => Outcome::Change(change, answer),
            None => Outcome::Unchanged(answer),
        })
    })
    .await
}

/// The contract's event when what clients see of the verification changed.
fn event_after(before: &Kyc, after: &Kyc) -> EventType {
    if before.visible() == after.visible() { EventType::CustomerUpdated } else { EventType::KycsUpdated }
}

fn entry(caller: &Caller, before: &Kyc, after: &Customer, action: Action) -> AuditEntry {
    let mut audit = entry_about(caller, after, action);
    if let Some(change) = kyc_change(before, &after.kyc) {
        audit.fields = vec![change.pointer.clone()];
        audit.detail.changes = vec![change];
    }
    audit
}
