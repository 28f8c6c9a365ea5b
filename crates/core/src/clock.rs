//! Time as a value, and the clock that everything reads.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment: microseconds since 1970-01-01T00:00:00Z. On the wire it is RFC 3339 in UTC, with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(description = "", extend("format" = "date-time"))]
pub struct Timestamp(#[schemars(with = "String")] i64);

impl Timestamp {
    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Reads a moment in RFC 3339, with an offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(|moment: jiff::Timestamp| Self(moment.as_microsecond()))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, or zero for earlier moments.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0 / 1_000).unwrap_or(0)
    }

    /// This moment plus `seconds`, at most the end of representable time.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// This moment plus `days` of 24 hours, at most the end of representable time.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(24 * 60 * 60))
    }
}

impl Timestamp {
    /// The 24 characters of RFC 3339. This is written by hand because every response holds several, and the general
    /// formatter took 5 % of a list's time.
    #[must_use]
    pub fn text(self) -> [u8; 24] {
        let moment = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        let utc = TimeZone::UTC.to_datetime(moment);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |range: std::ops::Range<usize>, value: i16| {
            let mut rest = value.unsigned_abs();
            for digit in text[range].iter_mut().rev() {
                *digit = b'0' + u8::try_from(rest % 10).expect("a digit");
                rest /= 10;
            }
        };
        put(0..4, utc.year());
        put(5..7, utc.month().into());
        put(8..10, utc.day().into());
        put(11..13, utc.hour().into());
        put(14..16, utc.minute().into());
        put(17..19, utc.second().into());
        put(20..23, utc.millisecond());
        text
    }

    fn write<T>(self, then: impl FnOnce(&str) -> T) -> T {
        then(std::str::from_utf8(&self.text()).expect("ASCII"))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(|text| f.write_str(text))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write(|text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        let moment: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(moment.as_microsecond()))
    }
}

/// The source of time. The server's reads the system clock; the tests' stands still.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rfc_3339_in_utc_and_read_back() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_763_873_999_123_456, "2025-11-23T04:59:59.123Z"),
            (-1_000, "1969-12-31T23:59:59.999Z"),
        ] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(moment.to_string(), text);
            let back: Timestamp = serde_json::from_str(&format!("\"{text}\"")).expect("it was written by us");
            assert_eq!(back.as_micros().div_euclid(1_000), micros.div_euclid(1_000));
        }
    }
}
