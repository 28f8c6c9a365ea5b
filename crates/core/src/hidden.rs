//! Characters that hide text, reverse it, or control a terminal.

use unicode_normalization::char::is_combining_mark;

use crate::violation::{Code, Violation};

/// The text with each hidden character replaced by U+FFFD. Joiners stay between letters of the scripts that are written
/// with them, such as those of Persian and Hindi.
#[must_use]
pub fn without_hidden(text: &[char]) -> String {
    let is_letter = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|c| takes_joiners(*c));
    let shown = text.iter().enumerate().map(|(at, c)| match c {
        '\u{200c}' | '\u{200d}' if is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)) => *c,
        c if is_hidden(*c) => '\u{fffd}',
        c => *c,
    });
    shown.collect()
}

/// The characters of a text, each with whether it hides something from a reader. Line breaks and tabs hide nothing.
#[must_use]
pub fn hiding(text: &str) -> Vec<(char, bool)> {
    let text: Vec<char> = text.chars().collect();
    let shown = without_hidden(&text);
    let hides = |(c, shown): (char, char)| (c, c != shown && !matches!(c, '\n' | '\r' | '\t'));
    text.into_iter().zip(shown.chars()).map(hides).collect()
}

/// Whether a character is a letter of a script that is written with joiners, or a mark on one, such as a virama. In any
/// other script, a joiner only makes two words differ that look the same.
fn takes_joiners(c: char) -> bool {
    // Arabic to Sinhala, Tibetan and Burmese, Khmer and Mongolian, and the later blocks of the same scripts.
    let is_in_script = matches!(c, '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}')
        || matches!(c, '\u{1900}'..='\u{1c7f}' | '\u{a800}'..='\u{a95f}' | '\u{a980}'..='\u{aaff}')
        || matches!(c, '\u{11000}'..='\u{11fff}');
    is_in_script && (c.is_alphabetic() || is_combining_mark(c))
}

/// Whether a text consists only of white space and hidden characters.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_hidden(c))
}

/// The violations of texts that show nothing, or that hide something in what people read.
pub(crate) fn hidden_texts(body: &serde_json::Value, members: &[&str]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in members {
        let Some(text) = body[member].as_str() else { continue };
        if is_blank(text) {
            violations.push(Violation::new(format!("/{member}"), Code::Required, "must not be blank"));
        } else if text.chars().any(is_hidden) {
            let message = "must have no control characters and no hidden ones";
            violations.push(Violation::new(format!("/{member}"), Code::UnknownValue, message));
        }
    }
    violations
}

/// Whether a character is a control character, or a formatting character that hides or reverses text.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        // Letters that show nothing, and tags.
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
}
