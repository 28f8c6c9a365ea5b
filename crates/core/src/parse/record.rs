//! Objects of the contract. [`record!`] and [`choice!`] turn one list of fields into a type, its parser, its schema,
//! its merge rule and its division into sections, so that none of them can contradict another.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Visitor};

use crate::parse::context::Path;

/// A part of a record that is sealed, shown or withheld together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Ordinary personal data.
    Profile,
    /// Numbers and dates that help to steal an identity.
    Secret,
    /// Credentials for other services: sealed, and never shown again.
    Credential,
    /// Other data subjects, who have keys of their own.
    Persons,
}

/// A record that can be written section by section and put together again.
pub trait Sections: Sized {
    /// Serialises the members that belong to one of the sections.
    fn sections<'a>(&'a self, wanted: &'a [Section]) -> impl Serialize + 'a;

    /// Takes every member that `other` has.
    fn overlay(&mut self, other: Self);
}

/// How incoming members meet stored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// PUT: an absent member stays as it is.
    Update,
    /// The result of a merge patch: an absent member is cleared.
    Replace,
}

/// One member that a merge changed: its place, and its JSON before and after (`null` where it was or is absent).
#[derive(Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// JSON Pointer into the PUT body.
    pub pointer: String,
    /// The JSON text before.
    pub before: String,
    /// The JSON text after.
    pub after: String,
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldChange({})", self.pointer)
    }
}

/// A merge in progress: its mode, and the changes so far.
#[derive(Debug)]
pub struct Merging {
    /// What an absent member means.
    pub mode: Mode,
    /// What changed, in the order of the contract.
    pub changes: Vec<FieldChange>,
}

impl Merging {
    pub(super) const WITHHELD: &'static str = "\"[withheld]\"";
    const ABSENT: &'static str = "null";

    /// A merge that has changed nothing yet.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self { mode, changes: Vec::new() }
    }

    /// Records the change of one member.
    pub fn changed(&mut self, at: &Path<'_>, before: String, after: String) {
        self.changes.push(FieldChange { pointer: at.to_string(), before, after });
    }

    pub(super) fn withheld(&mut self, at: &Path<'_>) {
        self.changed(at, Self::WITHHELD.to_owned(), Self::WITHHELD.to_owned());
    }
}

/// A member's type: how it is merged, and how its value appears in the sealed before-and-after of the audit trail.
pub trait Field: PartialEq + Serialize + Sized {
    /// Whether there is no value.
    fn is_absent(&self) -> bool {
        false
    }

    /// Merges an incoming value into this one. By default it replaces the value whole.
    fn merge(&mut self, incoming: Self, at: &Path<'_>, merging: &mut Merging) {
        if *self != incoming {
            merging.changed(at, self.audited(), incoming.audited());
            *self = incoming;
        }
    }

    /// The value as it is stored when there was none before.
    #[must_use]
    fn adopted(self) -> Self {
        self
    }

    /// Whether a merge patch may clear the value.
    fn clearable(&self) -> bool {
        true
    }

    /// The JSON text of the value for the audit trail.
    fn audited(&self) -> String {
        serde_json::to_string(self).expect("the contract's types have string keys only")
    }
}

impl<T: Field> Field for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn merge(&mut self, incoming: Self, at: &Path<'_>, merging: &mut Merging) {
        match (self.as_mut(), incoming) {
            (Some(stored), Some(incoming)) => stored.merge(incoming, at, merging),
            (None, Some(incoming)) => {
                let incoming = incoming.adopted();
                merging.changed(at, Merging::ABSENT.to_owned(), incoming.audited());
                *self = Some(incoming);
            }
            (Some(stored), None) if merging.mode == Mode::Replace && stored.clearable() => {
                merging.changed(at, stored.audited(), Merging::ABSENT.to_owned());
                *self = None;
            }
            (_, None) => {}
        }
    }

    fn audited(&self) -> String {
        self.as_ref().map_or_else(|| Merging::ABSENT.to_owned(), Field::audited)
    }
}

/// What a member name refers to: one of the record's fields, or none.
#[doc(hidden)]
pub enum Key<F> {
    Known(F),
    Unknown(String),
}

/// Looks a member name up without copying it.
#[doc(hidden)]
pub struct Keys<F, T>(pub F, pub PhantomData<T>);

impl<'de, T, F: FnOnce(&str) -> Option<T>> DeserializeSeed<'de> for Keys<F, T> {
    type Value = Key<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<T>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Keys<F, T> {
    type Value = Key<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key<T>, E> {
        Ok((self.0)(name).map_or_else(|| Key::Unknown(name.to_owned()), Key::Known))
    }
}

/// A closed list of strings from which the contract lets clients choose.
#[macro_export]
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $crate::words! {
            $(#[$doc])* $name { $(#[doc = concat!("`", $text, "`")] $variant = $text),* }
        }

        impl $crate::parse::value::Parse for $name {
            const EXPECTS: &'static str = "a string";

            fn string(text: &str, context: $crate::parse::context::Context<'_>) -> Option<Self> {
                let word = Self::parse(text);
                if word.is_none() {
                    let words = concat!("must be one of:", $(" ", $text),*);
                    context.violation($crate::violation::Code::UnknownValue, words);
                }
                word
            }
        }

        impl $crate::parse::record::Field for $name {}
    };
}

/// A record that is one variant of a body. Members of the other variant get a violation of their own.
pub(crate) trait Variant {
    /// The members of the other variant.
    const FOREIGN: &'static [&'static str];
}

/// An object of the contract, written once.
///
/// `value` records have required members and are replaced whole. `container` records have none and are merged member by
/// member (design rule 2.4). A `variant` is a container that implements [`Variant`]. A member may be renamed (`kind as
/// "type"`) and put into a section (`=> Secret`).
#[macro_export]
macro_rules! record {
    (
        $(#[$doc:meta])*
        $nature:ident $name:ident {
            $($(#[$field_doc:meta])* $field:ident $(as $rename:literal)? : $type:ty $(=> $section:ident)?),* $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
        #[schemars(inline)]
        pub struct $name {
            $($(#[$field_doc])* $(#[serde(rename = $rename)])? pub $field: $type),*
        }

        const _: () = {
            use $crate::mask::is_masked;
            use $crate::parse::context::{Context, Path};
            use $crate::parse::record::{Field, Key, Keys, Section, Sections};
            use $crate::parse::value::{Parse, Seed};
            use $crate::violation::Code;

            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy)]
            enum Member { $($field),* }

            impl $name {
                /// The names of all members, in the order of the contract.
                pub const MEMBERS: &'static [&'static str] = &[$($crate::record!(@name $field $($rename)?)),*];

                const SECTIONS: &'static [Section] = &[$($crate::record!(@section $($section)?)),*];

                fn members<S: serde::Serializer>(
                    &self,
                    wanted: Option<&[Section]>,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap;
                    let mut map = serializer.serialize_map(None)?;
                    $(
                        if !self.$field.is_absent()
                            && wanted.is_none_or(|wanted| wanted.contains(&Self::SECTIONS[Member::$field as usize]))
                        {
                            map.serialize_entry(Self::MEMBERS[Member::$field as usize], &self.$field)?;
                        }
                    )*
                    map.end()
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    self.members(None, serializer)
                }
            }

            impl Sections for $name {
                fn sections<'a>(&'a self, wanted: &'a [Section]) -> impl serde::Serialize + 'a {
                    struct Part<'a>(&'a $name, &'a [Section]);

                    impl serde::Serialize for Part<'_> {
                        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                            self.0.members(Some(self.1), serializer)
                        }
                    }

                    Part(self, wanted)
                }

                fn overlay(&mut self, other: Self) {
                    $(if !other.$field.is_absent() { self.$field = other.$field; })*
                }
            }

            impl Field for $name {
                $crate::record!(@merge $nature $($field)*);
            }

            impl Parse for $name {
                const EXPECTS: &'static str = "an object";

                fn object<'de, A: serde::de::MapAccess<'de>>(
                    mut object: A,
                    context: Context<'_>,
                ) -> Result<Option<Self>, A::Error> {
                    let mut seen = 0_u64;
                    let mut good = true;
                    $(let mut $field: Option<$type> = None;)*
                    let known = |name: &str| match name {
                        $($crate::record!(@name $field $($rename)?) => Some(Member::$field),)*
                        _ => None,
                    };
                    while let Some(key) = object.next_key_seed(Keys(known, std::marker::PhantomData))? {
                        let member = match key {
                            Key::Known(member) => member,
                            Key::Unknown(name) => {
                                good = false;
                                let position = Self::MEMBERS.len();
                                let path = Path::Member { parent: context.path, name: &name, position };
                                let inner = Context { path: &path, ..context };
                                if is_masked(&name, Self::MEMBERS) {
                                    inner.violation(Code::MaskedValue, "is what a key without pii:reveal sees of a \
                                        number, and cannot be written");
                                } else if $crate::record!(@foreign $nature $name).contains(&name.as_str()) {
                                    inner.violation(Code::NotForThisType, "is a property of the other type of \
                                        customer");
                                } else {
                                    inner.violation(Code::UnknownProperty, "is not a property of this object");
                                }
                                inner.skip(object.next_value::<&'de serde_json::value::RawValue>()?, 0);
                                continue;
                            }
                        };
                        let position = member as usize;
                        let path = Path::Member { parent: context.path, name: Self::MEMBERS[position], position };
                        let inner = Context { path: &path, ..context };
                        if seen & (1 << position) != 0 {
                            good = false;
                            inner.violation(Code::DuplicateKey, "the member appears twice in one object");
                        }
                        seen |= 1 << position;
                        match member {
                            $(Member::$field => {
                                $field = object.next_value_seed(Seed::<$type>(inner, std::marker::PhantomData))?;
                                good &= $field.is_some();
                            })*
                        }
                    }
                    $(if seen & (1 << Member::$field as usize) == 0 {
                        $field = <$type as Parse>::missing();
                        if $field.is_none() {
                            good = false;
                            let position = Member::$field as usize;
                            let path = Path::Member { parent: context.path, name: Self::MEMBERS[position], position };
                            Context { path: &path, ..context }.violation(Code::Required, "is required");
                        }
                    })*
                    if !good {
                        return Ok(None);
                    }
                    Ok(Some(Self { $($field: match $field { Some(value) => value, None => return Ok(None) }),* }))
                }
            }
        };
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $rename:literal) => { $rename };
    (@section) => { Section::Profile };
    (@section $section:ident) => { Section::$section };
    (@foreign variant $name:ident) => { <$name as $crate::parse::record::Variant>::FOREIGN };
    (@foreign $nature:ident $name:ident) => { (&[] as &[&str]) };
    (@merge value $($field:ident)*) => {};
    (@merge variant $($field:ident)*) => { $crate::record!(@merge container $($field)*); };
    (@merge container $($field:ident)*) => {
        // Member by member, so that a credential inside is left out.
        fn audited(&self) -> String {
            let mut json = String::from("{");
            $(if !self.$field.is_absent() {
                if json.len() > 1 {
                    json.push(',');
                }
                json.push('"');
                json.push_str(Self::MEMBERS[Member::$field as usize]);
                json.push_str("\":");
                json.push_str(&self.$field.audited());
            })*
            json.push('}');
            json
        }

        fn merge(&mut self, incoming: Self, at: &Path<'_>, merging: &mut $crate::parse::record::Merging) {
            $({
                let position = Member::$field as usize;
                let path = Path::Member { parent: at, name: Self::MEMBERS[position], position };
                self.$field.merge(incoming.$field, &path, merging);
            })*
        }
    };
}
