//! Dates of other calendars, which people type from memory into a form that asks for a Gregorian date. The form only
//! suggests what is computed here; the person who typed the date confirms it.

use jiff::Span;
use jiff::civil::Date;

use crate::words::words;

words! {
    /// A calendar in which people may know their date of birth.
    Calendar {
        /// The Islamic calendar as used in Saudi Arabia (Umm al-Qura).
        Hijri = "hijri",
        /// The solar calendar of Iran and Afghanistan.
        Persian = "persian",
        /// The Thai calendar, which counts years from the death of the Buddha.
        Thai = "thai",
    }
}

/// Hardly anyone has lived longer.
pub(crate) const OLDEST_YEARS: i16 = 120;
/// Few businesses are older, and few of those know the day on which they were formed.
pub(crate) const OLDEST_FORMATION: i16 = 1500;

/// Why a date is unlikely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    /// It makes sense in another calendar, or in either of two.
    OtherCalendar(Calendar, Option<Calendar>),
    /// A person born on this date would be more than 120 years old.
    LongAgo,
}

impl Calendar {
    /// Converts a `YYYY-MM-DD` of this calendar to the Gregorian date. `None` if this calendar has no such date.
    #[must_use]
    pub fn gregorian(self, text: &str) -> Option<String> {
        self.date(read(text)?).map(|date| date.to_string())
    }

    fn date(self, (year, month, day): (i16, i8, i8)) -> Option<Date> {
        let index = i32::from(month) - 1;
        match self {
            Self::Hijri => hijri(year, month, day),
            Self::Persian => {
                let length = match month {
                    1..=6 => 31,
                    12 if !is_persian_leap_year(year) => 29,
                    _ => 30,
                };
                let before = if month <= 7 { 31 * index } else { 30 * index + 6 };
                let year = i32::from(year);
                let days =
                    PERSIAN_EPOCH + 365 * (year - 1) + (8 * year + 21).div_euclid(33) + before + i32::from(day) - 1;
                (day <= length).then(|| from_day_number(days)).flatten()
            }
            // Until 1940 the year began in April.
            Self::Thai => Date::new(year - if year < 2483 && month <= 3 { 542 } else { 543 }, month, day).ok(),
        }
    }
}

/// Why a date of birth is unlikely, taking it as it was typed.
pub(super) fn birth_date(text: &str, today: Date) -> Option<Oddity> {
    let typed = read(text)?;
    let oldest = today.checked_sub(Span::new().years(OLDEST_YEARS)).ok()?;
    let is_plausible = |date: &Date| (oldest..=today).contains(date);
    if (oldest.year()..=today.year()).contains(&typed.0) && typed.0 != oldest.year()
        || Date::new(typed.0, typed.1, typed.2).is_ok_and(|date| is_plausible(&date))
    {
        return None;
    }
    other_calendar(typed, is_plausible).or_else(|| (typed.0 <= oldest.year()).then_some(Oddity::LongAgo))
}

/// Why a date of formation is unlikely. Some businesses are centuries old.
pub(super) fn formation_date(text: &str, today: Date) -> Option<Oddity> {
    let typed = read(text)?;
    let oldest = today.checked_sub(Span::new().years(OLDEST_YEARS)).ok()?;
    let is_gregorian = (OLDEST_FORMATION..=today.year()).contains(&typed.0);
    if is_gregorian { None } else { other_calendar(typed, |date| (oldest..=today).contains(date)) }
}

fn other_calendar(typed: (i16, i8, i8), is_plausible: impl Fn(&Date) -> bool) -> Option<Oddity> {
    let fits = |calendar: &Calendar| calendar.date(typed).is_some_and(|date| is_plausible(&date));
    let mut fitting = Calendar::ALL.iter().copied().filter(fits);
    Some(Oddity::OtherCalendar(fitting.next()?, fitting.next()))
}

/// Year, month and day of `YYYY-MM-DD`. `None` for a month or day that no calendar has.
fn read(text: &str) -> Option<(i16, i8, i8)> {
    let mut parts = text.splitn(3, '-');
    let mut part = |digits: usize| {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = (part(4)?, i8::try_from(part(2)?).ok()?, i8::try_from(part(2)?).ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

/// The date of a day number, where 1 January of the year 1 is day 1.
fn from_day_number(days: i32) -> Option<Date> {
    const OF_1970: i32 = 719_163;
    Date::new(1970, 1, 1).ok()?.checked_add(Span::new().try_days(i64::from(days) - i64::from(OF_1970)).ok()?).ok()
}

/// The day number of 1 Farvardin 1, minus one.
const PERSIAN_EPOCH: i32 = 226_895;

/// Eight of every 33 years are leap years. This rule agrees with the astronomical calendar from 1178 to 1633.
const fn is_persian_leap_year(year: i16) -> bool {
    (25 * year as i32 + 11).rem_euclid(33) < 8
}

/// The first year of the table, and the day number of its first day.
const HIJRI_FROM: i16 = 1318;
const HIJRI_EPOCH: i32 = 693_715;
/// The months of the Umm al-Qura calendar, one number for each year. A set bit means that the month has 30 days instead
/// of 29; the lowest bit is the first month. The numbers are from ICU's tables.
#[rustfmt::skip]
const HIJRI: [u16; 183] = [
    0x56d, 0xb5a, 0x752, 0xf25, 0xe8a, 0xd16, 0xa56, 0xab5, 0x6b4, 0xda9, 0xb92, 0xb25, 0x64b, 0xa9b,
    0x35a, 0x6d9, 0x5d4, 0xda5, 0xd4a, 0xa95, 0x536, 0x975, 0x2f4, 0x6e9, 0x6d4, 0x6a9, 0x535, 0x25d,
    0x4bd, 0x9ba, 0x3b4, 0xb69, 0xb2a, 0xa55, 0x4ad, 0xa5d, 0x2da, 0x6d9, 0xeaa, 0xe94, 0xd2a, 0xc56,
    0x4ae, 0xa6d, 0x56a, 0xd55, 0xd4a, 0xa93, 0x52b, 0xa5b, 0x53a, 0x6b5, 0xea9, 0xd52, 0xd29, 0xa55,
    0x4ad, 0x56d, 0xaea, 0x6e4, 0xed1, 0xda2, 0xaaa, 0x95a, 0x2da, 0x5b9, 0xbb2, 0x764, 0x6c9, 0x555,
    0x2ab, 0x4db, 0xaba, 0x5b4, 0xda9, 0xd52, 0xaa5, 0x92d, 0x26d, 0x8ed, 0x2da, 0xad5, 0xaa5, 0xa4b,
    0x497, 0x937, 0x2b6, 0x975, 0xd69, 0xd52, 0xc95, 0x92b, 0x25b, 0x4db, 0x9d5, 0x5d2, 0xda5, 0xd4a,
    0xa95, 0x54d, 0xaad, 0x3aa, 0xbd2, 0xbc4, 0xb89, 0xa95, 0x52d, 0x5ad, 0xb6a, 0x6d4, 0xdc9, 0xd92,
    0xaa6, 0x956, 0x2ae, 0x56d, 0x36a, 0xb55, 0xaaa, 0x94d, 0x49d, 0x95d, 0x2ba, 0x5b5, 0x5aa, 0xd55,
    0xa9a, 0x92e, 0x26e, 0x55d, 0xada, 0x6d4, 0x6a5, 0xb27, 0xa4d, 0x4ad, 0x56d, 0xb5a, 0x754, 0xf49,
    0xe92, 0xd26, 0xa56, 0x356, 0x6b5, 0xbaa, 0xb92, 0xb25, 0x68b, 0xa9b, 0x55a, 0xada, 0x5b4, 0xda9,
    0xb52, 0xa9a, 0x536, 0x276, 0x575, 0xaf2, 0x6d4, 0x6a9, 0x555, 0x2ad, 0x4bd, 0x9ba, 0x574, 0xb69,
    0xb52, 0xa95, 0x52d, 0xa5d, 0x4da, 0xad9, 0x6b2, 0xe95, 0xe2a, 0xc96, 0x92e, 0xaad, 0x56a, 0xd65,
    0xd4a,
];

fn hijri(year: i16, month: i8, day: i8) -> Option<Date> {
    let index = usize::try_from(year.checked_sub(HIJRI_FROM)?).ok()?;
    let this = *HIJRI.get(index)?;
    let length = |year: u16, month: i8| 29 + i32::from(year >> (month - 1) & 1);
    let of_years: i32 = HIJRI[..index].iter().flat_map(|year| (1..=12).map(|month| length(*year, month))).sum();
    let of_months: i32 = (1..month).map(|month| length(this, month)).sum();
    let is_day = i32::from(day) <= length(this, month);
    is_day.then(|| from_day_number(HIJRI_EPOCH + of_years + of_months + i32::from(day) - 1)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected dates are ICU's.
    #[test]
    fn a_date_of_another_calendar_becomes_the_gregorian_one() {
        use Calendar::{Hijri, Persian, Thai};
        for (calendar, typed, gregorian) in [
            (Hijri, "1410-05-11", Some("1989-12-10")),
            (Hijri, "1411-05-22", Some("1990-12-10")),
            (Hijri, "1369-08-15", Some("1950-06-01")),
            (Hijri, "1428-11-13", Some("2007-11-23")),
            (Hijri, "1318-01-01", Some("1900-04-30")),
            (Hijri, "1410-05-30", Some("1989-12-29")),
            (Hijri, "1410-06-30", None),
            (Hijri, "1317-01-01", None),
            (Hijri, "1501-01-01", None),
            (Persian, "1370-01-01", Some("1991-03-21")),
            (Persian, "1369-09-19", Some("1990-12-10")),
            (Persian, "1368-09-19", Some("1989-12-10")),
            (Persian, "1386-09-02", Some("2007-11-23")),
            (Persian, "1370-06-31", Some("1991-09-22")),
            (Persian, "1370-12-30", Some("1992-03-20")),
            (Persian, "1371-12-30", None),
            (Persian, "1370-07-31", None),
            (Thai, "2535-12-10", Some("1992-12-10")),
            (Thai, "2480-02-01", Some("1938-02-01")),
            (Thai, "2535-02-30", None),
        ] {
            assert_eq!(calendar.gregorian(typed).as_deref(), gregorian, "{calendar:?} {typed}");
        }
    }

    #[test]
    fn an_unlikely_birth_date_is_queried() {
        use Calendar::{Hijri, Persian, Thai};
        let today = Date::new(2026, 11, 29).expect("a date");
        for (typed, odd) in [
            ("1990-12-10", None),
            ("1906-11-30", None),
            ("1906-11-29", None),
            ("1906-11-28", Some(Oddity::LongAgo)),
            ("1850-01-01", Some(Oddity::LongAgo)),
            ("0090-01-01", Some(Oddity::LongAgo)),
            ("1410-05-11", Some(Oddity::OtherCalendar(Hijri, None))),
            ("1370-06-31", Some(Oddity::OtherCalendar(Persian, None))),
            ("1370-06-15", Some(Oddity::OtherCalendar(Hijri, Some(Persian)))),
            ("1405-12-29", Some(Oddity::OtherCalendar(Hijri, None))),
            ("2535-12-10", Some(Oddity::OtherCalendar(Thai, None))),
            ("2535-02-30", None),
            ("1300-01-01", Some(Oddity::OtherCalendar(Persian, None))),
            ("1200-01-01", Some(Oddity::LongAgo)),
            // The parser or the rules refuse these.
            ("2030-01-01", None),
            ("1990-02-31", None),
            ("1410--", None),
            ("90-04-23", None),
            ("1410-13-01", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(birth_date(typed, today), odd, "{typed}");
        }
    }

    #[test]
    fn a_business_may_be_old_and_its_date_may_be_in_another_calendar() {
        let today = Date::new(2026, 11, 29).expect("a date");
        for (typed, odd) in [
            ("2015-06-01", None),
            ("1534-01-01", None),
            ("1850-01-01", None),
            ("1430-01-01", Some(Oddity::OtherCalendar(Calendar::Hijri, None))),
            ("2558-06-01", Some(Oddity::OtherCalendar(Calendar::Thai, None))),
            ("2030-06-01", None),
            ("1234-06-01", None),
        ] {
            assert_eq!(formation_date(typed, today), odd, "{typed}");
        }
    }
}
