//! Base 62: digits, capitals, small letters. It survives a double click, a URL and a shell.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether the byte is one of the 62 characters.
#[must_use]
pub const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// The character for a value below 62.
#[must_use]
pub fn digit(value: u8) -> char {
    char::from(ALPHABET[usize::from(value)])
}

/// A number, most significant character first, padded with `0` to `width`. Digits that do not fit are cut off at the
/// front.
#[must_use]
pub fn number(mut value: u32, width: usize) -> String {
    let mut digits = vec!['0'; width];
    for place in digits.iter_mut().rev() {
        *place = digit(u8::try_from(value % 62).expect("a remainder of 62 is small"));
        value /= 62;
    }
    digits.into_iter().collect()
}
