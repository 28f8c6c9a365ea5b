//! Submits the form: nothing is missing, and the customer agrees.

use sha2::{Digest as _, Sha256};

use crate::audit::action::Action;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::form::issue::Issue;
use crate::form::record::Consent;
use crate::form::sheet::Sheet;
use crate::hexadecimal::hexadecimal;
use crate::idempotency::Request;
use crate::kyc::lifecycle::{Conflict, Transition};
use crate::services::Services;
use crate::use_cases::accounts;
use crate::use_cases::enter_form::Visitor;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;
use crate::violation::{Code, Violation, Violations};

/// What the customer saw and agreed to.
#[derive(Debug, Clone, Copy)]
pub struct Agreement<'a> {
    /// The version of the text.
    pub version: &'a str,
    /// The language of the text.
    pub language: &'a str,
    /// The text, as the customer saw it.
    pub text: &'a str,
    /// The version of the record that the customer reviewed.
    pub reviewed: u64,
}

/// Submits the form. This ends the pass of every device that has it open.
///
/// # Errors
///
/// [`Conflict::NoSession`] when the form is closed, [`UpdateError::Invalid`] when something is missing or wrong,
/// [`UpdateError::ConditionFailed`] when the record is not the version that was reviewed, and those of an update.
pub async fn submit_form(services: &Services, visitor: &Visitor, agreement: Agreement<'_>) -> Result<(), UpdateError> {
    let policy = &services.policy;
    let reveal = accounts::reveal(services, visitor.scope()).await?;
    let compute = |mut customer: Customer, now: Timestamp| {
        if !visitor.may_write(services, &customer) {
            return Err(Conflict::NoSession.into());
        }
        if !customer.is_alike(agreement.reviewed) {
            return Err(UpdateError::ConditionFailed { version: customer.version, changed: Vec::new() });
        }
        let sheet = Sheet::new(&policy.rules, &customer, &visitor.device, now).seen_under(reveal);
        if !sheet.issues.is_empty() {
            let missing = |issue: &Issue| Violation::new(issue.place.clone(), Code::Required, "is missing or wrong");
            return Err(UpdateError::Invalid(Violations(sheet.issues.iter().map(missing).collect())));
        }
        drop(sheet);
        customer.kyc.apply(Transition::Submit)?;
        customer.kyc.forget_answered_flags();
        customer.kyc.comment = None;
        let form = customer.kyc.form.get_or_insert_default();
        form.draft.clear();
        form.consent = Some(Consent {
            version: agreement.version.to_owned(),
            language: agreement.language.to_owned(),
            text: agreement.text.to_owned(),
            sha256: hexadecimal(&Sha256::digest(agreement.text.as_bytes())),
            reviewed: agreement.reviewed,
            at: now,
            address: visitor.caller.address,
        });
        customer.ask_provider(policy, visitor.scope().environment, now);
        let step = Step { ends_passes: true, ..Step::of(Action::FormSubmitted) };
        Ok(StepResult { step: Some(step), after: customer })
    };
    take_step(services, &visitor.caller, Some(visitor.customer), Request::unkeyed(b""), compute, |_| Vec::new())
        .await
        .map(drop)
}
