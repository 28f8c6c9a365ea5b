//! Advances the clock of a sandbox.

use crate::audit::action::Action as Audited;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::idempotency::{Answer, Request};
use crate::parse::leaf::Text;
use crate::parse::value::parse_checked;
use crate::record;
use crate::services::Services;
use crate::use_cases::remind::remind_due;
use crate::use_cases::session::expire_due;
use crate::use_cases::write::{Outcome, write};
use crate::use_cases::write_customer::UpdateError;
use crate::violation::{Code, Violation};

record! {
    /// The body of a request to advance the clock.
    value Advance {
        /// An ISO 8601 duration of days, hours, minutes and seconds, such as P35D or PT12H
        advance: Text<64>,
    }
}

/// The farthest that a sandbox clock can be ahead of the real time: ten years.
const MAX_AHEAD_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

/// Advances the clock of the caller's sandbox. `answer` makes the response body from the seconds by which the clock is
/// then ahead. Sessions that this expires are ended, and customers who owe an answer are reminded, before the function
/// returns.
///
/// # Errors
///
/// [`UpdateError::Invalid`] when the duration is malformed or too long.
pub async fn advance(
    services: &Services,
    caller: &Caller,
    request: Request<'_>,
    answer: impl Fn(i64) -> Vec<u8>,
) -> Result<Answer, UpdateError> {
    let Advance { advance } = parse_checked::<_, UpdateError>(request.body, invalid_duration)?;
    let (account, by) = (caller.scope.account, seconds(advance.expose()).unwrap_or(0));
    let mut ahead = 0;
    // Read from the store, because another process may have advanced the clock.
    let load = || async { Ok(services.store.sandbox_clocks().await?) };
    let answer = write(services, caller, request.about(b""), load, |clocks| {
        let expected = clocks.iter().find(|(of, _)| *of == account).map_or(0, |(_, seconds)| *seconds);
        services.sandboxes.set(account, expected);
        ahead = expected.saturating_add(by);
        if ahead > MAX_AHEAD_SECONDS {
            let message = "a sandbox clock can be ten years ahead at most";
            return Err(UpdateError::Invalid(Violation::new("/advance", Code::OutOfRange, message).into()));
        }
        let audit = AuditEntry::new(caller, services.now(caller.scope), Audited::ClockAdvanced);
        let effect = Effect::ClockAdvanced { expected, seconds: ahead };
        let answer = Answer::about_no_customer(answer(ahead));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), answer))
    })
    .await?;
    if !answer.replayed {
        services.sandboxes.set(account, ahead);
        expire_due(services).await?;
        remind_due(services, caller.scope).await?;
    }
    Ok(answer)
}

fn invalid_duration(body: &serde_json::Value) -> Vec<Violation> {
    let message = "must be an ISO 8601 duration of days, hours, minutes and seconds, such as P35D, and not negative";
    let violation = |_| Violation::new("/advance", Code::InvalidDuration, message);
    body["advance"].as_str().filter(|text| seconds(text).is_none()).map(violation).into_iter().collect()
}

/// The length of an ISO 8601 duration. Months and years have no fixed length, so they are refused.
fn seconds(text: &str) -> Option<i64> {
    // jiff also reads friendlier formats.
    if !text.starts_with('P') {
        return None;
    }
    let span: jiff::Span = text.parse().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let hours = days.checked_mul(24)?.checked_add(span.get_hours().into())?;
    let minutes = hours.checked_mul(60)?.checked_add(span.get_minutes())?;
    minutes.checked_mul(60)?.checked_add(span.get_seconds()).filter(|seconds| *seconds >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_weeks_days_and_smaller_units() {
        for (text, expected) in [
            ("P35D", Some(35 * 86_400)),
            ("PT12H", Some(43_200)),
            ("P1W", Some(604_800)),
            ("P1DT1M1S", Some(86_461)),
            ("P1M", None),
            ("P1Y", None),
            ("-P1D", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
