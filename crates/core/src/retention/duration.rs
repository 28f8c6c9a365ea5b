//! The length of time for which something is kept.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _, Unit};
use serde::{Deserialize, Deserializer};

use crate::clock::Timestamp;

/// A length of time in calendar units, such as `P5Y`.
#[derive(Debug, Clone, Copy)]
pub struct Period(Span);

impl Period {
    /// The longest period: a hundred years, in any unit.
    const MOST_DAYS: f64 = 36_525.0;

    /// Reads an ISO 8601 duration of years, months, weeks and days that is longer than zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // jiff also reads friendlier formats.
        let span: Span = text.starts_with('P').then(|| text.parse().ok()).flatten()?;
        let is_calendar = !text.contains('T');
        let start = jiff::civil::date(2000, 1, 1);
        let days = span.total((Unit::Day, start)).ok()?;
        (is_calendar && (1.0..=Self::MOST_DAYS).contains(&days)).then_some(Self(span))
    }

    /// When a period that starts at a moment has passed. As in Regulation (EEC) 1182/71, Article 3, the day on which it
    /// starts does not count and the last day counts whole, so this is a midnight (UTC). In a month without such a day
    /// the last day is the last one of that month.
    #[must_use]
    pub fn end(&self, start: Timestamp) -> Timestamp {
        let moment = jiff::Timestamp::from_microsecond(start.as_micros()).unwrap_or(jiff::Timestamp::MAX);
        let last_day = TimeZone::UTC.to_datetime(moment).date().saturating_add(self.0);
        let end = last_day.saturating_add(1.day()).to_datetime(Time::midnight());
        let end = TimeZone::UTC.to_timestamp(end).unwrap_or(jiff::Timestamp::MAX);
        Timestamp::from_micros(end.as_microsecond())
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wanted =
            "must be an ISO 8601 duration of years, months, weeks and days, such as P5Y, and at most 100 years";
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_with_its_last_day() {
        for (period, start, end) in [
            ("P5Y", "2024-03-10T09:30:00Z", "2029-03-11T00:00:00Z"),
            ("P5Y", "2024-02-29T00:00:00Z", "2029-03-01T00:00:00Z"),
            ("P1M", "2026-01-31T23:59:59Z", "2026-03-01T00:00:00Z"),
            ("P90D", "2026-01-01T00:00:00Z", "2026-04-02T00:00:00Z"),
            ("P1W", "2026-01-01T12:00:00Z", "2026-01-09T00:00:00Z"),
        ] {
            let (start, end) = (Timestamp::parse(start).expect("a time"), Timestamp::parse(end).expect("a time"));
            assert_eq!(Period::parse(period).expect(period).end(start), end, "{period}");
        }
    }

    #[test]
    fn only_calendar_units_are_a_period() {
        for text in ["", "5Y", "P0D", "-P1Y", "PT1H", "P1DT1H", "P101Y", "P1X", "1 year"] {
            assert!(Period::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn no_moment_and_no_period_overflow() {
        let longest = Period::parse("P100Y").expect("a period");
        assert!(longest.end(Timestamp::from_micros(i64::MAX)) > Timestamp::from_micros(0));
    }
}
