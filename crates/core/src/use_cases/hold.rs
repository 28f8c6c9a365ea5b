//! Places and ends holds, which stop the deletion of customers.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::erasure::{Erasure, PersonErasure};
use crate::hidden::hidden_texts;
use crate::idempotency::{Answer, Request};
use crate::ids::{CustomerId, HoldId};
use crate::parse::leaf::Text;
use crate::parse::value::parse_checked;
use crate::record;
use crate::retention::hold::{Hold, HoldDetails};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, newest};
use crate::violation::{Code, Violation};

/// The most holds on one customer, ended ones included.
const MAX_HOLDS: usize = 100;

record! {
    /// The body of a request to place a hold.
    value NewHold {
        /// The reference of the order
        reference: Text<256>,
        /// The court, the authority or the person who ordered it
        authority: Text<256>,
        /// Why it was ordered
        reason: Text<1000>,
        /// When it ends by itself, such as 2030-01-01T00:00:00Z. Without it, the hold lasts until it is ended
        ends_at: Option<Text<64>>,
    }
}

/// Places a hold on a customer and returns it as JSON.
///
/// # Errors
///
/// The errors of an update.
pub async fn place(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
) -> Result<Answer, UpdateError> {
    let id = id.ok_or(UpdateError::NotFound)?;
    let now = services.now(caller.scope);
    let NewHold { reference, authority, reason, ends_at } =
        parse_checked::<_, UpdateError>(request.body, |body| check(body, now))?;
    let ends_at = ends_at.and_then(|text| Timestamp::parse(text.expose()));
    let details = HoldDetails {
        reference: reference.expose().to_owned(),
        authority: authority.expose().to_owned(),
        reason: reason.expose().to_owned(),
    };
    let _turn = services.turns.of(id).await;
    let load = || async {
        let (_, customer) = newest(services, caller, id).await?;
        Ok((customer.version, services.store.holds(caller.scope, id).await?.len()))
    };
    write(services, caller, request.about(id.as_bytes()), load, |(version, count)| {
        if count >= MAX_HOLDS {
            let message = "a customer can have at most 100 holds";
            return Err(UpdateError::Invalid(Violation::new("", Code::TooManyItems, message).into()));
        }
        let hold_id = HoldId::from(services.random.uuid());
        let details = details.clone();
        let hold = Hold { id: hold_id, customer: id, placed_at: now, ends_at, ended_at: None, details };
        let answer = Answer::about(id, version, json(&hold, now));
        let audit = entry(services, caller, Action::HoldPlaced, &hold);
        Ok(Outcome::Change(Change::new(caller.scope, Effect::HoldPlaced(hold), audit), answer))
    })
    .await
}

fn check(body: &serde_json::Value, now: Timestamp) -> Vec<Violation> {
    let mut violations = hidden_texts(body, &["reference", "authority", "reason"]);
    let end = body["ends_at"].as_str().map(Timestamp::parse);
    match end {
        Some(None) => {
            let message = "must be a moment in RFC 3339 before the year 9999, such as 2030-01-01T00:00:00Z";
            violations.push(Violation::new("/ends_at", Code::InvalidTime, message));
        }
        Some(Some(end)) if end <= now => {
            violations.push(Violation::new("/ends_at", Code::OutOfRange, "must be in the future"));
        }
        _ => {}
    }
    violations
}

/// The holds on a customer, oldest first.
///
/// # Errors
///
/// [`UpdateError::NotFound`] for an id that this scope does not have.
pub async fn list(services: &Services, caller: &Caller, id: Option<CustomerId>) -> Result<Vec<Hold>, UpdateError> {
    let id = id.ok_or(UpdateError::NotFound)?;
    newest(services, caller, id).await?;
    Ok(services.store.holds(caller.scope, id).await?)
}

/// Ends a hold and returns it. An erasure that it stopped continues. A hold that has ended stays as it is.
///
/// # Errors
///
/// [`UpdateError::NotFound`] if the customer has no such hold.
pub async fn end(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    hold: Option<HoldId>,
) -> Result<Hold, UpdateError> {
    let (id, hold_id) = (id.ok_or(UpdateError::NotFound)?, hold.ok_or(UpdateError::NotFound)?);
    let scope = caller.scope;
    let _turn = services.turns.of(id).await;
    let load = || async {
        newest(services, caller, id).await?;
        let holds = services.store.holds(scope, id).await?;
        let hold = holds.into_iter().find(|hold| hold.id == hold_id).ok_or(UpdateError::NotFound)?;
        Ok((hold, stopped(services, scope, id).await?))
    };
    write(services, caller, Unkeyed, load, |(hold, stopped): (Hold, Vec<Erasure>)| {
        let now = services.now(scope);
        if !hold.is_active(now) {
            return Ok(Outcome::Unchanged(hold));
        }
        let wait = services.policy.erasure_wait(scope.environment);
        let sooner = |erasure: Erasure| {
            let earliest = erasure.requested_at.plus_seconds(wait).max(now);
            Erasure { due_at: earliest.min(erasure.due_at), ..erasure }
        };
        let erasures = stopped.into_iter().map(sooner).collect();
        let hold = Hold { ended_at: Some(now), ..hold };
        let audit = entry(services, caller, Action::HoldEnded, &hold);
        let effect = Effect::HoldEnded { hold: hold.clone(), erasures };
        Ok(Outcome::Change(Change::new(scope, effect, audit), hold))
    })
    .await
}

/// The scheduled erasures of a customer and its persons.
async fn stopped(services: &Services, scope: Scope, id: CustomerId) -> Result<Vec<Erasure>, StoreError> {
    let mut erasures: Vec<_> = services.store.erasure(scope, id).await?.into_iter().collect();
    for person in services.store.persons_to_erase(scope, id).await? {
        if let Some(PersonErasure::Scheduled(erasure)) = services.store.person_erasure(scope, id, person).await? {
            erasures.push(erasure);
        }
    }
    Ok(erasures)
}

/// A hold as JSON.
#[must_use]
pub fn json(hold: &Hold, now: Timestamp) -> Vec<u8> {
    serde_json::to_vec(&hold.view(now)).expect("a hold has string keys only")
}

fn entry(services: &Services, caller: &Caller, action: Action, hold: &Hold) -> AuditEntry {
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), action);
    audit.customer = Some(hold.customer);
    audit.fields = vec![format!("/holds/{}", hold.id)];
    let HoldDetails { reference, authority, reason } = &hold.details;
    audit.detail.note = Some(format!("{authority}, {reference}: {reason}"));
    audit
}
