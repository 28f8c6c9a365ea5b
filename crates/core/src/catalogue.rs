//! Catalogues: closed lists of words that stand in answers, records and documents, each with what it means.

/// An enum of words: `Variant = "word": "what it means",`.
macro_rules! catalogue {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident = $text:literal: $help:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $(#[doc = $help] $variant),* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What it means.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),* }
            }
        }
    };
}

pub(crate) use catalogue;
