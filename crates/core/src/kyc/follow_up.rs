//! What follows for a verification from a change of the customer's profile, and from a date that is reached.

use super::lifecycle::State;
use super::record::{Flag, Kyc, RailStatus, Review};
use super::requirements::{Requirement, fingerprint};
use super::rules::RuleSet;
use super::step::{Computed, Step, take_step};
use super::{AfterApproval, Policy, Transition};
use crate::audit::Action;
use crate::caller::{Actor, Caller, Environment, Scope};
use crate::clock::Timestamp;
use crate::customer::update::{Conflict, UpdateError};
use crate::customer::{Address, Customer, Profile};
use crate::idempotency::Request;
use crate::ids::{CustomerId, PersonId};
use crate::parse::FieldChange;
use crate::services::Services;
use crate::store::StoreError;

impl Kyc {
    /// Notes since when a decision is waited for.
    pub(crate) fn queue(&mut self, now: Timestamp) {
        let waits = self.state == State::Submitted || self.review.is_some();
        self.queued_at = if waits { self.queued_at.or(Some(now)) } else { None };
    }
}

impl Customer {
    /// Asks again for the pictures that proved an id document in an approval, when it is not named any more, and until
    /// it is again. A picture that came with the change is not one of them.
    pub(crate) fn ask_for_new_pictures(&mut self, before: &Self, rules: &RuleSet, now: Timestamp) {
        let persons = self.profile.persons().iter().map(|person| person.person_id());
        let is_new = |person| self.profile.id_document(person) != before.profile.id_document(person);
        // Most changes are not about documents, and to evaluate the rules twice costs more than the rest of a change.
        if !before.was_approved() || !std::iter::once(None).chain(persons).any(is_new) {
            return;
        }
        let (known, asked) = (rules.of(before, now), rules.of(self, now));
        for requirement in asked.iter().filter(|one| one.is_id_document()) {
            let person = requirement.person_id.as_deref().and_then(PersonId::parse);
            let [mine, earlier] = [&self.profile, &before.profile].map(|profile| {
                let document = profile.id_document(person).map(|document| serde_json::json!(document));
                document.map(|document| fingerprint(Some(&document)))
            });
            let is_of = |flag: &Flag| flag.requirement == requirement.id && flag.replaced.is_some();
            let stands = |flag: &Flag| flag.given == requirement.given && flag.replaced != mine;
            let is_back = mine.is_some() && self.kyc.flags.iter().any(|flag| is_of(flag) && flag.replaced == mine);
            self.kyc.flags.retain(|flag| !is_of(flag) || stands(flag));
            let is_old = known.iter().any(|one| one.id == requirement.id && one.given == requirement.given);
            let is_flagged = self.kyc.flags.iter().any(is_of);
            let is_other = earlier.is_some() && mine != earlier && !is_back;
            if is_other && is_old && requirement.is_given() && !is_flagged {
                self.kyc.flags.push(Flag { replaced: earlier, ..requirement.flag() });
            }
        }
    }

    /// Whether it was approved once.
    pub(crate) const fn was_approved(&self) -> bool {
        matches!(self.kyc.state, State::Approved) || self.kyc.verified_address.is_some()
    }

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

    /// A customer whose session is open and whose requirements are met is submitted by itself. Where only a date stands
    /// in the way that is not reached yet, it is noted when to look again.
    pub(crate) fn submit_when_complete(&mut self, policy: &Policy, now: Timestamp) {
        self.kyc.evaluate_at = None;
        if !self.kyc.state.takes_input() || self.kyc.open_session(now).is_none() {
            return;
        }
        let requirements = policy.rules.of(self, now);
        if requirements.iter().any(Requirement::is_open) {
            self.kyc.evaluate_at = requirements.iter().filter_map(|one| one.good_from).filter(|at| *at > now).min();
        } else if self.kyc.go(Transition::Submit) {
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

/// As many customers are read at a time, when all are evaluated.
const PORTION: usize = 500;

/// What came of evaluating every customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// How many were submitted by it.
    pub submitted: u64,
    /// How many could not be read.
    pub damaged: u64,
}

/// Evaluates every customer of a scope whose verification is open, after the rules changed.
///
/// # Errors
///
/// The store's. Done again, it does what is left.
pub async fn evaluate_all(services: &Services, scope: Scope) -> Result<Evaluated, StoreError> {
    let (mut after, mut evaluated) = (None, Evaluated::default());
    loop {
        let page = services.store.summaries(scope, after, PORTION).await?;
        for summary in page.summaries.iter().filter(|summary| summary.names.are_pending()) {
            match evaluate_by_new_rules(services, scope, summary.id).await {
                Ok(is_submitted) => evaluated.submitted += u64::from(is_submitted),
                // A damaged record keeps nobody else from being looked at; a verification finds it.
                Err(UpdateError::Store(StoreError::Corrupt(_))) => evaluated.damaged += 1,
                Err(UpdateError::Store(error)) => return Err(error),
                // Changed or gone in the meantime: that evaluated it.
                Err(_) => {}
            }
        }
        after = page.summaries.last().map(|summary| summary.id);
        if !page.more {
            return Ok(evaluated);
        }
    }
}

/// Evaluates one customer. Returns whether it was submitted.
async fn evaluate_by_new_rules(services: &Services, scope: Scope, id: CustomerId) -> Result<bool, UpdateError> {
    let Some(before) = services.store.customer(scope, id).await? else { return Ok(false) };
    let mut after = before.clone();
    after.submit_when_complete(&services.policy, services.now(scope));
    if after.kyc == before.kyc {
        return Ok(false);
    }
    evaluate(services, scope, id).await?;
    Ok(after.kyc.state != before.kyc.state)
}

/// Looks at a record again, on a date that is reached or by other rules: it may be complete now.
pub(super) async fn evaluate(services: &Services, scope: Scope, id: CustomerId) -> Result<(), UpdateError> {
    let caller = Caller { scope, actor: Actor::System, request_id: "evaluation".to_owned(), address: None };
    let compute = |mut customer: Customer, now: Timestamp| {
        let before = customer.kyc.state;
        customer.submit_when_complete(&services.policy, now);
        let is_seen = customer.kyc.state != before;
        let step = if is_seen { Step::of(Action::Evaluated) } else { Step::unseen(Action::Evaluated) };
        Ok(Computed { step: Some(step), after: customer })
    };
    take_step(services, &caller, Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
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
