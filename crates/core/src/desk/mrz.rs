//! The machine-readable zone of passports and identity cards (ICAO 9303), as a reviewer types it: only its check digits
//! are computed.

/// A part of the zone with its check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// `number`, `birth_date`, `expiry_date` or `all`.
    pub part: &'static str,
    /// Whether the digit is right.
    pub is_right: bool,
}

/// A part: its name, where its digit stands, and what the digit is made from: ranges of lines.
type Part = (&'static str, (usize, usize), &'static [(usize, usize, usize)]);

/// Passports: two lines of 44.
const TD3: &[Part] = &[
    ("number", (1, 9), &[(1, 0, 9)]),
    ("birth_date", (1, 19), &[(1, 13, 19)]),
    ("expiry_date", (1, 27), &[(1, 21, 27)]),
    ("all", (1, 43), &[(1, 0, 10), (1, 13, 20), (1, 21, 43)]),
];
/// Larger cards: two lines of 36.
const TD2: &[Part] = &[
    ("number", (1, 9), &[(1, 0, 9)]),
    ("birth_date", (1, 19), &[(1, 13, 19)]),
    ("expiry_date", (1, 27), &[(1, 21, 27)]),
    ("all", (1, 35), &[(1, 0, 10), (1, 13, 20), (1, 21, 35)]),
];
/// Cards: three lines of 30.
const TD1: &[Part] = &[
    ("number", (0, 14), &[(0, 5, 14)]),
    ("birth_date", (1, 6), &[(1, 0, 6)]),
    ("expiry_date", (1, 14), &[(1, 8, 14)]),
    ("all", (1, 29), &[(0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)]),
];

/// Checks the digits of a typed zone. `None` if the text has the form of none.
#[must_use]
pub fn check(text: &str) -> Option<Vec<Checked>> {
    let plain = |line: &str| line.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let mut lines: Vec<String> = text.lines().map(plain).filter(|line| !line.is_empty()).collect();
    if let [single] = &lines[..] {
        lines = halves(single)?;
    }
    if lines.iter().any(|line| !line.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'<')) {
        return None;
    }
    let lengths: Vec<_> = lines.iter().map(String::len).collect();
    let parts = match lengths[..] {
        [44, 44] => TD3,
        [36, 36] => TD2,
        [30, 30, 30] => TD1,
        _ => return None,
    };
    let check = |(part, (line, at), from): &Part| {
        let made_from = from.iter().flat_map(|(line, start, end)| lines[*line].as_bytes()[*start..*end].iter());
        let digit = lines[*line].as_bytes()[*at];
        // Where nothing is filled in, the digit may be missing too.
        let is_right = value(digit) == Some(sum(made_from)) || (digit == b'<' && *part != "all");
        Checked { part, is_right }
    };
    Some(parts.iter().map(check).collect())
}

/// The lines of a zone that was typed without line breaks.
fn halves(text: &str) -> Option<Vec<String>> {
    let length = match text.len() {
        88 => 44,
        72 => 36,
        90 => 30,
        _ => return None,
    };
    text.is_ascii().then(|| text.as_bytes().chunks(length).map(|line| String::from_utf8_lossy(line).into()).collect())
}

fn sum<'a>(characters: impl Iterator<Item = &'a u8>) -> u32 {
    let weighed = characters.zip([7, 3, 1].into_iter().cycle());
    weighed.map(|(c, weight)| value(*c).unwrap_or(0) * weight).sum::<u32>() % 10
}

fn value(character: u8) -> Option<u32> {
    match character {
        b'<' => Some(0),
        b'0'..=b'9' => Some(u32::from(character - b'0')),
        b'A'..=b'Z' => Some(u32::from(character - b'A') + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The specimens of ICAO 9303, parts 4, 5 and 6.
    const PASSPORT: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const CARD: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    const LARGE_CARD: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";

    fn wrong(text: &str) -> Option<Vec<&'static str>> {
        let checked = check(text)?;
        Some(checked.iter().filter(|one| !one.is_right).map(|one| one.part).collect())
    }

    #[test]
    fn the_specimens_are_right_however_they_are_typed() {
        for text in [PASSPORT, CARD, LARGE_CARD] {
            assert_eq!(wrong(text), Some(vec![]));
            assert_eq!(wrong(&text.to_lowercase().replace('\n', "\r\n ")), Some(vec![]));
            assert_eq!(wrong(&text.replace('\n', "")), Some(vec![]));
        }
    }

    #[test]
    fn an_altered_part_and_the_whole_are_wrong() {
        for (text, from, to, parts) in [
            (PASSPORT, "L898902C3", "L898902C4", &["number", "all"][..]),
            (PASSPORT, "7408122", "7508122", &["birth_date", "all"]),
            (PASSPORT, "1204159", "2204159", &["expiry_date", "all"]),
            (CARD, "D23145890", "D23145891", &["number", "all"]),
            (LARGE_CARD, "D231458907UTO74", "D231458907UTO75", &["birth_date", "all"]),
        ] {
            assert_eq!(wrong(&text.replace(from, to)).as_deref(), Some(parts), "{from}");
        }
    }

    #[test]
    fn what_is_no_zone_is_not_checked() {
        for text in ["", "P<UTO", "hello\nworld", &PASSPORT.replace('<', "«"), &format!("{PASSPORT}\n{PASSPORT}")] {
            assert_eq!(check(text), None);
        }
    }
}
