//! The effects on a verification of a change to the customer's profile, and of a date that is reached.

use crate::caller::Environment;
use crate::clock::Timestamp;
use crate::customer::address::Address;
use crate::customer::profile::Profile;
use crate::customer::record::Customer;
use crate::file::record::File;
use crate::ids::PersonId;
use crate::kyc::case::{Case, Name, Stage};
use crate::kyc::lifecycle::{Conflict, State, Transition};
use crate::kyc::policy::{AfterApproval, Policy};
use crate::kyc::rail::RailStatus;
use crate::kyc::record::{Flag, Kyc, Review};
use crate::kyc::reminders::AwaitedAnswer;
use crate::kyc::requirement::{Requirement, fingerprint};
use crate::kyc::rules::RuleSet;
use crate::parse::record::FieldChange;
use crate::place::Place;

impl Kyc {
    /// Keeps the time since which the customer waits for a decision, or clears it.
    pub(crate) fn queue(&mut self, now: Timestamp) {
        let waits = self.state == State::Submitted || self.review.is_some() || self.proposal.is_some();
        self.queued_at = if waits { self.queued_at.or(Some(now)) } else { None };
    }
}

impl Customer {
    /// A copy to compare the customer with after a change, if it was ever approved.
    pub(crate) fn approved(&self) -> Option<Self> {
        (self.kyc.state == State::Approved || self.kyc.verified_address.is_some()).then(|| self.clone())
    }

    /// Records which of the files that a change names prove nothing, and which pictures it makes obsolete.
    pub(crate) fn check_documents(&mut self, approved: Option<&Self>, files: &[File], rules: &RuleSet, now: Timestamp) {
        self.record_flaws(files);
        if let Some(before) = approved {
            self.ask_for_new_pictures(before, rules, now);
        }
    }

    /// Asks again for the pictures of an id document that an approval relied on, for as long as the profile names
    /// another document. A picture that came with the change is not asked for again.
    fn ask_for_new_pictures(&mut self, before: &Self, rules: &RuleSet, now: Timestamp) {
        let persons = self.profile.persons().iter().map(|person| person.person_id());
        let is_new = |person| self.profile.id_document(person) != before.profile.id_document(person);
        // Most changes are not about documents, and evaluating the rules twice costs more than the rest of a change.
        if !std::iter::once(None).chain(persons).any(is_new) {
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

    /// Removes the statements that an answer is correct, where the answer has changed since.
    pub(crate) fn forget_stale_confirmations(&mut self, rules: &RuleSet, now: Timestamp) {
        if self.kyc.flags.iter().all(|flag| flag.confirmed.is_none()) {
            return;
        }
        let asked = rules.of(self, now);
        let stands = |flag: &Flag| asked.iter().any(|one| one.id == flag.requirement && one.given == flag.given);
        for flag in self.kyc.flags.iter_mut().filter(|flag| !stands(flag)) {
            flag.confirmed = None;
        }
    }

    /// Updates the verification after a change of the profile.
    ///
    /// # Errors
    ///
    /// [`Conflict::ApprovedLocked`] when an approved customer's identity may not be changed.
    pub(crate) fn update_verification(
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
                    self.kyc.apply(Transition::Reopen)?;
                    self.kyc.set_all(&policy.rails, RailStatus::Pending);
                }
                AfterApproval::Review => {
                    self.kyc.apply(Transition::OpenReview)?;
                    let review = self.kyc.review.get_or_insert_with(|| Review { opened_at: now, fields: Vec::new() });
                    for pointer in touched {
                        if !review.fields.iter().any(|known| known == pointer) {
                            review.fields.push(pointer.to_owned());
                        }
                    }
                }
            }
        }
        self.forget_stale_confirmations(&policy.rules, now);
        self.submit_when_complete(policy, now);
        self.ask_provider(policy, environment, now);
        self.kyc.queue(now);
        Ok(())
    }

    /// Submits a customer whose session is open and whose requirements are met. If only a date that is not reached yet
    /// prevents that, the record keeps when to evaluate it again.
    pub(crate) fn submit_when_complete(&mut self, policy: &Policy, now: Timestamp) {
        self.kyc.evaluate_at = None;
        if !self.kyc.state.takes_input() || self.kyc.open_session(now).is_none() {
            return;
        }
        let requirements = policy.rules.of(self, now);
        if requirements.iter().any(Requirement::is_open) {
            self.kyc.evaluate_at = requirements.iter().filter_map(|one| one.good_from).filter(|at| *at > now).min();
        } else if self.kyc.apply(Transition::Submit).is_ok() {
            self.kyc.forget_answered_flags();
            self.kyc.comment = None;
        }
    }

    /// Brings a customer up to date after a date was reached, or after the rules or other settings changed.
    pub(crate) fn evaluate(&mut self, policy: &Policy, now: Timestamp) {
        self.submit_when_complete(policy, now);
        if self.kyc.state == State::ResubmissionRequired {
            // An older version asked without noting when.
            let awaited = self.kyc.awaited.get_or_insert_with(|| AwaitedAnswer::to_request(&policy.reminders, now));
            awaited.plan(&policy.reminders);
        }
    }

    /// Queues a share token for the provider, if the verification is open.
    pub(crate) fn ask_provider(&mut self, policy: &Policy, environment: Environment, now: Timestamp) {
        let open = matches!(self.kyc.state, State::InProgress | State::Submitted | State::ResubmissionRequired);
        let provider = policy.active_provider(environment);
        if open
            && provider != Name::Manual
            && self.profile.share_token_mut().is_some_and(|data| data.sumsub_share_kyc_token.is_some())
        {
            self.kyc.provider = Some(Case::new(provider, Stage::TokenGiven, Some(now)));
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

/// Whether a field is part of the identity that an approval is about: names, birth, nationality, ids, addresses,
/// owners.
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
    IDENTITY.contains(&Place::new(pointer).member())
}
