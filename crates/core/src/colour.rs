//! Colours, and the contrast between them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// The text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #RRGGBB, in hexadecimal")]
pub struct InvalidColour;

impl Colour {
    /// Black, `#000000`.
    pub const BLACK: Self = Self([0; 3]);
    /// White, `#ffffff`.
    pub const WHITE: Self = Self([255; 3]);

    /// Reads `#RRGGBB`.
    ///
    /// # Errors
    ///
    /// [`InvalidColour`] for any other text.
    pub fn new(text: &str) -> Result<Self, InvalidColour> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii()).ok_or(InvalidColour)?;
        // `from_str_radix` accepts a sign.
        if digits.contains('+') {
            return Err(InvalidColour);
        }
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| InvalidColour);
        Ok(Self([byte(0)?, byte(2)?, byte(4)?]))
    }

    /// The contrast between this colour and another, from 1 to 21, as WCAG 2.2 defines it.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    /// Relative luminance, as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// A mix of this colour with another, with `parts` in 256 of this one.
    #[must_use]
    pub fn mixed(self, other: Self, parts: u8) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (256 - u32::from(parts)) + u32::from(other) * u32::from(parts);
            u8::try_from((sum + 128) / 256).unwrap_or(u8::MAX)
        };
        let ([red, green, blue], [other_red, other_green, other_blue]) = (self.0, other.0);
        Self([mix(red, other_red), mix(green, other_green), mix(blue, other_blue)])
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = InvalidColour;

    fn try_from(text: String) -> Result<Self, InvalidColour> {
        Self::new(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_written_as_six_hexadecimal_digits_after_a_hash() {
        for (text, good) in [
            ("#0b5fff", true),
            ("#0B5FFF", true),
            ("#ffffff", true),
            ("#ffcc00", true),
            ("0b5fff", false),
            ("#0b5ff", false),
            ("#0b5ffg", false),
            ("#+b5fff", false),
            ("#äb5f", false),
            ("", false),
        ] {
            assert_eq!(Colour::new(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn contrast_is_computed_as_in_wcag() {
        for (one, other, contrast) in [
            ("#000000", "#ffffff", 21.0),
            ("#777777", "#ffffff", 4.48),
            ("#ffffff", "#767676", 4.54),
            ("#ff0000", "#0000ff", 2.15),
            ("#123456", "#123456", 1.0),
        ] {
            let [one, other] = [one, other].map(|text| Colour::new(text).expect("a colour"));
            assert!((one.contrast(other) - contrast).abs() < 0.01, "{one} {other}: {}", one.contrast(other));
        }
    }

    #[test]
    fn a_mix_lies_between_its_colours() {
        let [navy, sand] = ["#102040", "#f0e0c0"].map(|text| Colour::new(text).expect("a colour"));
        assert_eq!(navy.mixed(sand, 0), navy);
        assert_eq!(navy.mixed(sand, 128).to_string(), "#808080");
        assert_eq!(navy.mixed(sand, 255).to_string(), "#efdfc0");
    }
}
