//! Checks of values that the schema accepts: dates, amounts, shares and websites.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::kyc::requirement::Fault;
use crate::kyc::rules::Check;

/// How far the easternmost time zone is ahead of UTC, in seconds.
const EARLIEST_ZONE: i64 = 14 * 60 * 60;

/// More decimals than any share has, but few enough to hide the rounding errors of `f64`.
const MAX_DECIMALS: usize = 8;

/// The fault that a check finds in a value.
pub(super) fn fault_of(check: Check, value: &Value, now: Timestamp) -> Option<Fault> {
    let text = value.as_str().unwrap_or_default();
    let day = |at: Timestamp| at.to_string()[..10].to_owned();
    // A date is in the future only if it is in every time zone.
    let (today, newest) = (day(now), day(now.plus_seconds(EARLIEST_ZONE)));
    match check {
        Check::Past => (text > newest.as_str()).then_some(Fault::InTheFuture),
        Check::Adult => (text > newest.as_str())
            .then_some(Fault::InTheFuture)
            .or_else(|| come_of_age(text).is_none_or(|day| day > today).then_some(Fault::TooYoung)),
        Check::Amount => amount(text).is_none().then_some(Fault::NoAmount),
        Check::Website => (!is_website(text)).then_some(Fault::NoWebsite),
        Check::Ownership => None,
    }
}

/// When a date that fails a check today will pass it.
pub(super) fn day_of_change(check: Check, text: &str) -> Option<Timestamp> {
    let (text, ahead) = match check {
        Check::Past => (text.to_owned(), EARLIEST_ZONE),
        Check::Adult => (come_of_age(text)?, 0),
        Check::Amount | Check::Website | Check::Ownership => return None,
    };
    // A person born on 29 February comes of age on 1 March.
    let day: jiff::civil::Date = text.parse().or_else(|_| text.replace("-02-29", "-03-01").parse()).ok()?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(midnight.as_microsecond()).plus_seconds(-ahead))
}

/// The 18th birthday of a person with this birth date.
fn come_of_age(birth: &str) -> Option<String> {
    let year: u16 = birth.get(..4)?.parse().ok()?;
    Some(format!("{:04}{}", year + 18, &birth[4..]))
}

/// The largest number in a text such as `5000`, `5,000.00`, `50.000,00`, `50k` or `10000-50000`. `None` if the text
/// cannot be read. Where a sign could be a decimal point or a thousands separator, the larger number counts, so that an
/// ambiguous amount never avoids a requirement.
pub(super) fn amount(text: &str) -> Option<f64> {
    let plain = text.to_uppercase();
    let plain = ["USD", "US$", "$"].iter().fold(plain, |text, currency| text.replace(currency, ""));
    let plain = plain.replace(|c: char| c.is_whitespace() || matches!(c, '_' | '\'' | '\u{2019}'), "");
    let plain = plain.trim_start_matches(['<', '>', '~', '+']).trim_end_matches('+');
    let numbers: Option<Vec<f64>> = plain.split(['-', '\u{2013}', '\u{2014}']).map(one_amount).collect();
    numbers?.into_iter().reduce(f64::max)
}

/// The value of `50.000`, `1.5M` or `3`.
fn one_amount(text: &str) -> Option<f64> {
    let (digits, times) = match text.strip_suffix(['K', 'M']) {
        Some(digits) if text.ends_with('K') => (digits, 1e3),
        Some(digits) => (digits, 1e6),
        None => (text, 1.0),
    };
    let readings =
        [('.', ','), (',', '.')].into_iter().filter_map(|(decimal, group)| read_with(digits, decimal, group));
    readings.reduce(f64::max).map(|number| number * times)
}

/// The number, read with this decimal sign and this separator of thousands or lakhs.
fn read_with(text: &str, decimal: char, group: char) -> Option<f64> {
    let (whole, fraction) = text.split_once(decimal).unwrap_or((text, "0"));
    let groups: Vec<&str> = whole.split(group).collect();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = match groups.as_slice() {
        [_] => true,
        [first, between @ .., last] => {
            first.len() <= 3 && between.iter().all(|group| matches!(group.len(), 2 | 3)) && last.len() == 3
        }
        [] => false,
    };
    let is_number = is_grouped && groups.iter().all(|group| is_digits(group)) && is_digits(fraction);
    is_number.then(|| format!("{}.{fraction}", groups.concat()).parse().ok()).flatten()
}

/// A share in percent, such as `25`, `33.34` or `33,34 %`, and the value of one unit in its last place.
pub(crate) fn share(text: &str) -> Option<(f64, f64)> {
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| is_plain)?;
    let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let unit = 0.1_f64.powi(i32::try_from(places).ok()?);
    (0.0..=100.0).contains(&number).then_some((number, unit))
}

/// The sum of shares in percent, with as many decimals as they have. `None` if one of them cannot be read.
pub(crate) fn sum_of_shares<'a>(shares: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let (mut sum, mut decimals) = (0.0, 0);
    for text in shares {
        sum += share(text)?.0;
        let fraction = text.split_once(['.', ',']).map_or("", |(_, fraction)| fraction);
        decimals = decimals.max(fraction.bytes().take_while(u8::is_ascii_digit).count());
    }
    let text = format!("{sum:.*}", decimals.min(MAX_DECIMALS));
    Some(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text })
}

fn is_website(text: &str) -> bool {
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    url::Url::parse(&with_scheme).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| host.trim_end_matches('.').contains('.'))
    })
}

/// The shares of the owners, and what is wrong with them.
pub(super) fn ownership(business: &Value) -> (Option<Value>, Option<Fault>) {
    let persons = business["associated_persons"].as_array().map_or(&[][..], Vec::as_slice);
    let shares: Vec<&str> = persons.iter().filter_map(|person| person["ownership_percentage"].as_str()).collect();
    if shares.is_empty() {
        return (None, None);
    }
    // Each share may have been rounded up by one unit of its last digit.
    let sum = shares.iter().try_fold((0.0, 100.0), |(sum, most), text| {
        let (share, unit) = share(text)?;
        Some((sum + share, most + unit))
    });
    let error = match sum {
        None => Some(Fault::NoShare),
        Some((sum, most)) if sum > most + 1e-9 => Some(Fault::SharesTooMany),
        Some(_) => None,
    };
    (Some(json!(shares)), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ambiguous_amount_counts_as_the_larger_one() {
        for (text, expected) in [
            ("5000", Some(5_000.0)),
            ("5,000.00", Some(5_000.0)),
            ("50.000,00", Some(50_000.0)),
            ("50.000", Some(50_000.0)),
            ("50,000", Some(50_000.0)),
            ("100.000", Some(100_000.0)),
            ("1.000.000", Some(1_000_000.0)),
            ("1,00,000", Some(100_000.0)),
            ("50 000,00", Some(50_000.0)),
            ("50'000.00", Some(50_000.0)),
            ("50.00", Some(50.0)),
            ("50,5", Some(50.5)),
            ("$1,234.56", Some(1_234.56)),
            ("USD 5000", Some(5_000.0)),
            ("10000-50000", Some(50_000.0)),
            ("10,000 \u{2013} 50,000 USD", Some(50_000.0)),
            (">50000", Some(50_000.0)),
            ("50000+", Some(50_000.0)),
            ("50k", Some(50_000.0)),
            ("1.5m", Some(1_500_000.0)),
            ("-60000", None),
            ("60000-", None),
            ("1.2.3", None),
            ("1,2,3", None),
            ("50.000.00", None),
            ("lots", None),
            ("", None),
            ("NaN", None),
            ("1e9", None),
        ] {
            assert_eq!(amount(text), expected, "{text:?}");
        }
    }

    #[test]
    fn shares_may_exceed_100_only_by_rounding() {
        for (shares, error) in [
            (&["33.34"; 3][..], None),
            (&["16.67"; 6], None),
            (&["14.29"; 7], None),
            (&["33,34", "33.33 %", "33,33%"], None),
            (&["50", "50"], None),
            (&["60", "45"], Some(Fault::SharesTooMany)),
            (&["33.40"; 3], Some(Fault::SharesTooMany)),
            (&["-5"], Some(Fault::NoShare)),
            (&["1e1"], Some(Fault::NoShare)),
            (&["101"], Some(Fault::NoShare)),
        ] {
            let persons: Vec<_> = shares.iter().map(|share| json!({ "ownership_percentage": share })).collect();
            assert_eq!(ownership(&json!({ "associated_persons": persons })).1, error, "{shares:?}");
        }
    }

    #[test]
    fn shares_are_added_up_with_their_decimals() {
        for (shares, sum) in [
            (&["75"][..], Some("75")),
            (&["33.34", "33,33", "33.33 %"], Some("100")),
            (&["33.3"; 3], Some("99.9")),
            (&["0.1"; 3], Some("0.3")),
            (&["25.50", "25"], Some("50.5")),
            (&["60", "50"], Some("110")),
            (&["100", "0.00000000000001"], Some("100")),
            (&["most"], None),
            (&["50", ""], None),
            (&[], Some("0")),
        ] {
            assert_eq!(sum_of_shares(shares.iter().copied()).as_deref(), sum, "{shares:?}");
        }
    }

    #[test]
    fn a_date_is_in_the_future_only_if_it_is_so_everywhere() {
        let midnight = 1_795_910_400; // 2026-11-29
        let check = |hours: i64, day: &str| {
            fault_of(Check::Past, &json!(day), Timestamp::from_micros(0).plus_seconds(midnight + hours * 3_600))
        };
        assert_eq!(check(9, "2026-11-30"), Some(Fault::InTheFuture));
        assert_eq!(check(11, "2026-11-30"), None, "it is the 30th in Kiritimati");
    }

    #[test]
    fn the_day_on_which_a_date_becomes_valid_is_known() {
        for (check, date, expected) in [
            (Check::Adult, "2008-11-30", Some("2026-11-30T00:00:00.000Z")),
            (Check::Adult, "2008-02-29", Some("2026-03-01T00:00:00.000Z")),
            (Check::Past, "2026-11-30", Some("2026-11-29T10:00:00.000Z")),
            (Check::Past, "soon", None),
            (Check::Amount, "2026-11-30", None),
        ] {
            assert_eq!(day_of_change(check, date).map(|at| at.to_string()).as_deref(), expected, "{date}");
        }
    }
}
