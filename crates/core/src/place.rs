//! Places in a customer's record.

/// A place: a JSON Pointer (RFC 6901) into the body of PUT. The form names an associated person by its id instead of
/// its index. No member of the contract has a name that needs escaping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a>(&'a str);

impl<'a> Place<'a> {
    /// The place that a pointer names.
    #[must_use]
    pub const fn new(pointer: &'a str) -> Self {
        Self(pointer)
    }

    /// The names and indexes on the way there: `associated_persons`, `0`, `birth_date`.
    pub fn steps(self) -> impl Iterator<Item = &'a str> {
        self.0.split('/').skip(1)
    }

    /// The member of the profile that contains it. Empty for the whole profile.
    #[must_use]
    pub fn member(self) -> &'a str {
        self.steps().next().unwrap_or_default()
    }

    /// Its own name. It is empty for the whole profile.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.steps().last().unwrap_or_default()
    }

    /// The place that contains it. A member of the profile is contained in the whole.
    #[must_use]
    pub fn parent(self) -> Self {
        Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent))
    }

    /// The index or the id of the associated person in whom it lies, and the path from there: `0` and
    /// `residential_address/city`. The path is empty for a whole person.
    #[must_use]
    pub fn person(self) -> Option<(&'a str, &'a str)> {
        let rest = self.0.strip_prefix("/associated_persons/")?;
        Some(rest.split_once('/').unwrap_or((rest, "")))
    }

    /// Whether it is the place of this pointer, or inside it.
    #[must_use]
    pub fn is_inside(self, outer: &str) -> bool {
        self.0.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The place as a JSON Pointer.
    #[must_use]
    pub const fn pointer(self) -> &'a str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_member_a_name_and_a_parent() {
        for (pointer, member, name, parent) in [
            ("", "", "", ""),
            ("/birth_date", "birth_date", "birth_date", ""),
            ("/associated_persons/0/birth_date", "associated_persons", "birth_date", "/associated_persons/0"),
        ] {
            let place = Place::new(pointer);
            assert_eq!((place.member(), place.name(), place.parent().pointer()), (member, name, parent), "{pointer}");
            assert!(place.is_inside(pointer) && place.is_inside(parent), "{pointer}");
        }
        assert!(!Place::new("/birth_date").is_inside("/birth"), "a name that only begins alike");
    }

    #[test]
    fn a_place_names_the_person_in_whom_it_lies() {
        for (pointer, person) in [
            ("", None),
            ("/birth_date", None),
            ("/associated_persons", None),
            ("/associated_persons/0", Some(("0", ""))),
            ("/associated_persons/p/residential_address/city", Some(("p", "residential_address/city"))),
        ] {
            assert_eq!(Place::new(pointer).person(), person, "{pointer}");
        }
    }
}
