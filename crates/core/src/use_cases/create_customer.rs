//! POST: creates a customer with its e-mail, its type, and the names that are known already.

use serde_json::Value;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::customer::profile::{CustomerType, Profile};
use crate::customer::record::{Customer, EmailIndex};
use crate::customer::view::CustomerView;
use crate::event::{Event, EventType};
use crate::idempotency::{Answer, KeyReused, Request};
use crate::ids::CustomerId;
use crate::kyc::record::Kyc;
use crate::parse::leaf::{Email, Text};
use crate::parse::value::{SyntaxError, parse_checked};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, write};
use crate::use_cases::write_customer::entry_about;
use crate::violation::{Code, Violation, Violations};
use crate::{choice, record};

choice! {
    /// The type of a new customer. `business` is the older word for `corporate`.
    NewCustomerType {
        Individual = "individual",
        Corporate = "corporate",
        Business = "business",
    }
}

record! {
    /// The body of POST.
    container NewCustomer {
        /// The e-mail address, unique in the account and environment
        email: Email,
        /// The type of customer, which never changes
        kind as "type": Option<NewCustomerType>,
        /// The older name of `type`
        beneficiary_type: Option<NewCustomerType>,
        /// First name of an individual
        first_name: Option<Text<128>>,
        /// Last name of an individual
        last_name: Option<Text<128>>,
        /// Legal name of a business
        company_name: Option<Text<256>>,
    }
}

/// Why a customer was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The body is not JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Every rule that the input breaks, in the order of the contract.
    #[error("{} rule(s) broken", .0.len())]
    Invalid(Violations),
    /// Another customer of the scope, which is named here, has the e-mail.
    #[error("the e-mail belongs to another customer")]
    EmailTaken(CustomerId),
    /// The `Idempotency-Key` belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The store failed.
    #[error("the customer could not be written")]
    Store(StoreError),
}

impl From<StoreError> for CreateError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(customer) => Self::EmailTaken(customer),
            error => Self::Store(error),
        }
    }
}

impl From<Violations> for CreateError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

/// Creates a customer. The record, the audit entry, the event and the kept answer are one change.
///
/// # Errors
///
/// See [`CreateError`].
pub async fn create_customer(
    services: &Services,
    caller: &Caller,
    request: Request<'_>,
) -> Result<Answer, CreateError> {
    let (input, kind) = validate(request.body)?;
    let nothing = || std::future::ready(Ok(()));
    write(services, caller, request.about(b""), nothing, |()| {
        let now = services.now(caller.scope);
        let mut customer = new_customer(services.random.uuid().into(), now, &input, kind);
        let answer = Answer::about(customer.id, 1, CustomerView::new(&customer.summary(), None).to_json());
        let audit = audit(caller, &customer);
        let events = Event::of(&[EventType::CustomerCreated], &mut customer);
        let effect = Effect::CustomerCreated(Box::new(customer));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit).announced_by(events), answer))
    })
    .await
}

fn new_customer(id: CustomerId, now: Timestamp, input: &NewCustomer, kind: CustomerType) -> Customer {
    let mut profile = Profile::empty(kind);
    match &mut profile {
        Profile::Individual(individual) => {
            individual.first_name.clone_from(&input.first_name);
            individual.last_name.clone_from(&input.last_name);
        }
        Profile::Business(business) => business.business_legal_name.clone_from(&input.company_name),
    }
    Customer { profile, ..empty_customer(id, now, input.email.clone(), kind) }
}

/// A new customer of whom only the e-mail is known.
pub(super) fn empty_customer(id: CustomerId, now: Timestamp, email: Email, kind: CustomerType) -> Customer {
    Customer {
        id,
        version: 1,
        events: 0,
        persons_version: 1,
        created_at: now,
        updated_at: now,
        email,
        profile: Profile::empty(kind),
        kyc: Kyc::default(),
        email_index: EmailIndex::default(),
    }
}

fn audit(caller: &Caller, customer: &Customer) -> AuditEntry {
    let mut entry = entry_about(caller, customer, Action::CustomerCreated);
    let names: Value = serde_json::from_slice(customer.summary().names.as_json()).expect("names are JSON");
    for (name, value) in names.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        entry.change(format!("/{name}"), &Value::Null, value);
    }
    entry
}

fn validate(body: &[u8]) -> Result<(NewCustomer, CustomerType), CreateError> {
    let mut kind = None;
    let input = parse_checked::<_, CreateError>(body, |members| {
        let (named, violations) = type_and_names(members);
        kind = named;
        violations
    })?;
    match kind {
        Some(kind) => Ok((input, kind)),
        None => Err(CreateError::Invalid(Violation::new("/type", Code::Required, "is required").into())),
    }
}

/// The type that the body asks for, and the members that contradict it.
fn type_and_names(members: &Value) -> (Option<CustomerType>, Vec<Violation>) {
    let mut violations = Vec::new();
    if !members.is_object() {
        return (None, violations);
    }
    let read = |name: &str| members.get(name).and_then(Value::as_str).and_then(CustomerType::of_request);
    let (named, older) = (read("type"), read("beneficiary_type"));
    if members.get("type").is_none() && members.get("beneficiary_type").is_none() {
        violations.push(Violation::new("/type", Code::Required, "is required: individual or corporate"));
    }
    if named.is_some() && older.is_some() && named != older {
        violations.push(Violation::new("/beneficiary_type", Code::Contradiction, "says another type than /type"));
        return (None, violations);
    }
    let kind = named.or(older);
    let foreign: &[&str] = match kind {
        Some(CustomerType::Individual) => &["company_name"],
        Some(CustomerType::Corporate) => &["first_name", "last_name"],
        None => &[],
    };
    for name in foreign.iter().filter(|name| members.get(**name).is_some()) {
        let message = "is a property of the other type of customer";
        violations.push(Violation::new(format!("/{name}"), Code::NotForThisType, message));
    }
    (kind, violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_hides_neither_the_type_nor_a_contradiction() {
        let found = |body: &str| match validate(body.as_bytes()) {
            Ok((_, kind)) => kind.as_str().to_owned(),
            Err(CreateError::Invalid(violations)) => violations.0[0].pointer.clone(),
            Err(error) => error.to_string(),
        };
        for (members, expected) in [
            (r#""type":"business""#, "corporate"),
            (r#""type":"individual","beneficiary_type":"corporate""#, "/beneficiary_type"),
            (r#""type":"individual","company_name":"A""#, "/company_name"),
        ] {
            for mark in ["", "\u{feff}"] {
                assert_eq!(found(&format!("{mark}{{\"email\":\"ada@example.com\",{members}}}")), expected, "{mark:?}");
            }
        }
    }
}
