//! When two texts about people mean the same. Text is stored as it was sent; these are the forms in which it is
//! compared.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;

/// Texts that stand for an unknown number, in the form of [`number`].
const PLACEHOLDERS: &[&str] = &[
    "APPLIEDFOR",
    "AWAITED",
    "AWAITING",
    "EMPTY",
    "ENCOURS",
    "INPROGRESS",
    "KEINE",
    "MISSING",
    "NA",
    "NIL",
    "NINGUNO",
    "NO",
    "NODOCUMENT",
    "NONE",
    "NONUMBER",
    "NOPASSPORT",
    "NOTAPPLICABLE",
    "NOTAVAILABLE",
    "NOTKNOWN",
    "NOTPROVIDED",
    "NULL",
    "PENDIENTE",
    "PENDING",
    "TBA",
    "TBC",
    "TBD",
    "TEST",
    "TOBECONFIRMED",
    "TOFOLLOW",
    "UNDEFINED",
    "UNKNOWN",
    "0123456789",
    "1234567890",
    "123456789",
    "12345678",
];

/// A name in the form in which names are compared: compatible characters (NFKC), no case, single spaces, one kind of
/// apostrophe and one of hyphen. The dotted and the dotless i are one letter, since programs mix them up.
pub(crate) fn name(text: &str) -> String {
    let unified = text.chars().filter_map(|c| match c {
        '\u{60}' | '\u{b4}' | '\u{2b9}' | '\u{2bb}'..='\u{2bf}' | '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{ff07}' => {
            Some('\'')
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        // These are invisible, and come along when text is copied.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => None,
        c => Some(c),
    });
    let folded = unified.nfkc().default_case_fold().nfkc().collect::<String>().replace("i\u{307}", "i");
    let mut name = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !name.is_empty() {
            name.push(' ');
        }
        name.extend(word.chars().map(|c| if c == 'ı' { 'i' } else { c }));
    }
    name
}

/// A name in the form in which it is searched: as [`name`], and without accents, because people who search leave them
/// out. Names that differ only in them are still different names.
pub(crate) fn searched_name(text: &str) -> String {
    let without_accents = name(text).nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect::<String>();
    let mut searched = String::with_capacity(without_accents.len());
    for c in without_accents.chars() {
        // Unicode does not take these letters apart.
        match c {
            'æ' => searched.push_str("ae"),
            'œ' => searched.push_str("oe"),
            'þ' => searched.push_str("th"),
            'ø' => searched.push('o'),
            'ł' => searched.push('l'),
            'đ' | 'ð' => searched.push('d'),
            'ħ' => searched.push('h'),
            c => searched.push(c),
        }
    }
    searched
}

/// A person's or business's number in the form in which numbers are compared: only letters and digits, without case.
/// `None` for a number that says nothing: it is blank, one character repeated, or a word for an unknown number.
pub(crate) fn number(text: &str) -> Option<String> {
    let plain = text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
    let first = plain.chars().next()?;
    let says_nothing = plain.chars().all(|c| c == first) || PLACEHOLDERS.contains(&plain.as_str());
    (!says_nothing).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_equal_however_they_were_typed() {
        for [one, other] in [
            ["Zoë", "Zoe\u{308}"],
            ["Zoe\u{308}", "ZOË"],
            ["Ada  Lovelace ", "\u{a0}ada\u{2009}lovelace"],
            ["İbrahim", "ibrahim"],
            ["IŞIK", "ışık"],
            ["Groß", "GROSS"],
            ["O'Neill", "O\u{2019}Neill"],
            ["O\u{2bc}Neill", "o\u{b4}neill"],
            ["Anne-Marie", "Anne\u{2011}Marie"],
            ["ﬁona", "Fiona"],
            ["Ａｄａ", "Ada"],
            ["Ada\u{200b}", "Ada"],
            ["Σίσυφος", "ΣΊΣΥΦΟΣ"],
        ] {
            assert_eq!(name(one), name(other), "{one:?} {other:?}");
        }
        for [one, other] in [["Ada", "Ade"], ["Zoë", "Zoe"], ["Ada Lovelace", "AdaLovelace"], ["Müller", "Mueller"]] {
            assert_ne!(name(one), name(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn numbers_are_equal_without_case_and_separators_and_placeholders_are_none() {
        for [one, other] in [["12-34 ab", "1234AB"], ["１２３４", "1234"], ["ab.12", "AB/12"]] {
            assert_eq!(number(one), number(other));
            assert!(number(one).is_some());
        }
        for text in [
            "",
            " ",
            "-",
            "0",
            "000000000",
            "XXXX",
            "N/A",
            "n.a.",
            "pending",
            "Not provided",
            "TBD",
            "null",
            "123456789",
        ] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }
}
