//! A device enters the date that shows it what other devices gave. Each attempt is recorded before it is answered, so
//! the limit holds for all devices and processes together.

use crate::audit::action::Action;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::form::record::Device;
use crate::form::reveal::{Reveal, Sight, TryResult, place_of_date};
use crate::form::sheet::Sheet;
use crate::kyc::lifecycle::Conflict;
use crate::services::Services;
use crate::use_cases::accounts;
use crate::use_cases::enter_form::Visitor;
use crate::use_cases::save_form::draft_change;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, newest};

/// Lets a device try a date, written YYYY-MM-DD. Returns the customer after the attempt, and its result.
///
/// # Errors
///
/// [`Conflict::NoSession`] when the form is closed, and those of an update.
pub async fn reveal(
    services: &Services,
    visitor: &Visitor,
    entered: &str,
) -> Result<(Customer, TryResult), UpdateError> {
    let Visitor { caller, customer: id, device, session } = visitor;
    let setting = accounts::reveal(services, caller.scope).await?;
    let _turn = services.turns.of(*id).await;
    let load = || newest(services, caller, *id);
    write(services, caller, Unkeyed, load, |(basis, before)| {
        if !visitor.may_write(services, &before) {
            return Err(Conflict::NoSession.into());
        }
        let now = services.now(caller.scope);
        let Some(date) = date_to_enter(services, &before, device, setting, now) else {
            return Ok(Outcome::Unchanged((before, TryResult::Refused)));
        };
        let mut after = before;
        let place = place_of_date(after.profile.kind());
        let mut form = after.kyc.form.take().unwrap_or_default();
        let tried = form.try_date(*session, device, place, &date, entered);
        after.kyc.form = Some(form);
        let action = match tried {
            TryResult::Opened => Action::FormRevealed,
            TryResult::Wrong(_) => Action::FormRevealFailed,
            TryResult::Refused => return Ok(Outcome::Unchanged((after, tried))),
        };
        after.advance_version(now);
        Ok(Outcome::Change(draft_change(caller, basis, &after, action, Vec::new()), (after, tried)))
    })
    .await
}

/// The date in the record. `None` if there is nothing to reveal to the device.
fn date_to_enter(
    services: &Services,
    customer: &Customer,
    device: &Device,
    setting: Reveal,
    now: Timestamp,
) -> Option<String> {
    let sheet = Sheet::new(&services.policy.rules, customer, device, now).seen_under(setting);
    matches!(sheet.sight(), Sight::Locked(_))
        .then(|| sheet.text(place_of_date(customer.profile.kind())).unwrap_or_default())
}
