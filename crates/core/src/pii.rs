//! Personal data that cannot be printed by accident.

use std::fmt;

/// A value about a person. `Debug` prints no content and there is no `Display`. The content leaves only through
/// [`Pii::expose`], which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The content. Every call is a place where personal data leaves its wrapper.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The content, by value.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_no_content() {
        assert_eq!(format!("{:?}", Pii::new("Ada")), "[personal]");
    }
}
