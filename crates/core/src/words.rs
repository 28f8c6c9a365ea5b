//! Enums of words: closed lists that appear in requests, responses, records and documents.

use std::fmt;

use serde::de::Visitor;

/// An enum whose variants are words. With `Variant = "word": "what it means",` each also has a meaning.
#[macro_export]
macro_rules! words {
    ($(#[$attribute:meta])* $name:ident {
        $($(#[$of_variant:meta])* $variant:ident = $text:literal: $help:literal),* $(,)?
    }) => {
        $crate::words! {
            $(#[$attribute])* $name { $(#[doc = $help] $(#[$of_variant])* $variant = $text),* }
        }

        impl $name {
            /// What the word means.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),* }
            }
        }
    };
    ($(#[$attribute:meta])* $name:ident { $($(#[$of_variant:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of_variant])* $variant),* }

        // Not every list of the other crates needs all of this.
        #[allow(dead_code)]
        impl $name {
            /// Every word, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as it is stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Reads a word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::words::serde::Serialize for $name {
            fn serialize<S: $crate::words::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::words::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::words::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::words::Words {
                    parse: Self::parse,
                    expected: concat!("one of:", $(" ", $text),*),
                })
            }
        }

        impl $crate::words::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut $crate::words::schemars::SchemaGenerator) -> $crate::words::schemars::Schema {
                $crate::words::schemars::json_schema!({ "type": "string", "enum": [$($text),*] })
            }
        }
    };
}

pub use words;
pub use {schemars, serde};

/// Reads a word without copying it.
pub struct Words<T> {
    /// Reads it.
    pub parse: fn(&str) -> Option<T>,
    /// All words, for the message about another one.
    pub expected: &'static str,
}

impl<T> Visitor<'_> for Words<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    // The message repeats no value, because it may appear where the value must not.
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).ok_or_else(|| E::custom(format_args!("not {}", self.expected)))
    }
}
