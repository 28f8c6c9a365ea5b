//! Parsers of arguments that several commands have.

use dossier_core::account::MAX_NAME;
use dossier_core::clock::Timestamp;

use crate::config::units::amount;

/// `90s`, `30m`, `12h` or `7d`, in seconds.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let wrong = || "must be a whole number and a unit, such as 90s, 30m, 12h or 7d".to_owned();
    let seconds = amount(text, &[("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)]);
    let seconds = seconds.and_then(|seconds| i64::try_from(seconds).ok());
    seconds.filter(|seconds| *seconds <= 100 * 365 * 24 * 60 * 60).ok_or_else(wrong)
}

/// A date or a moment.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let midnight = Timestamp::parse(&format!("{text}T00:00:00Z"));
    let form = || format!("{text} is not a time; write 2026-01-05 or 2026-01-05T12:00:00Z");
    midnight.or_else(|| Timestamp::parse(text)).ok_or_else(form)
}

/// The value of `--limit`. A limit of 0 would make a list look empty.
pub(super) fn limit(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "must be a whole number from 1".to_owned())
}

/// The name of an account or a key.
pub(super) fn checked_name(name: &str) -> Result<String, String> {
    if name.trim().is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(format!("a name has 1 to {MAX_NAME} characters and no control characters"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in
            [("90s", Some(90)), ("30m", Some(1_800)), ("12h", Some(43_200)), ("7d", Some(604_800)), ("0s", Some(0))]
        {
            assert_eq!(duration(text).ok(), seconds, "{text}");
        }
        for wrong in ["", "7", "d", "-1s", "1w", "1.5h", "99999999999999999d", "7 d", "é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
