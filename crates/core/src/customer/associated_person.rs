//! The persons tied to a business, and how a sent one is recognised as a stored one.

use super::address::Address;
use super::document::PersonDocument;
use super::identity::PersonIdentifyingInformation;
use crate::ids::PersonId;
use crate::parse::{Country, Field, List, Merging, Path, PersonRef, Text};
use crate::record;

record! {
    /// An owner or controller of a business. `id` is ours: reads always give it, writes may.
    container AssociatedPerson {
        /// The id that reads of the customer give this person; sent back, it names the same person
        id: Option<PersonRef>,
        /// First name of the associated person
        first_name: Option<Text<128>>,
        /// Middle name of the associated person
        middle_name: Option<Text<128>>,
        /// Last name of the associated person
        last_name: Option<Text<128>>,
        /// Nationality of the associated person (ISO 3166-1 alpha-2 country code)
        nationality: Option<Country>,
        /// Birth country of the associated person (ISO 3166-1 alpha-2 country code)
        birth_country: Option<Country>,
        /// Whether the person has ownership
        has_ownership: Option<bool>,
        /// Whether the person has control
        has_control: Option<bool>,
        /// Ownership percentage
        ownership_percentage: Option<Text<10>>,
        /// Id document and tax number
        identifying_information: Option<PersonIdentifyingInformation> => Secret,
        /// Evidence, keyed by file
        documents: Option<List<PersonDocument, 10>>,
        /// Where the person lives
        residential_address: Option<Address>,
    }
}

impl AssociatedPerson {
    /// The id of a person as it is stored, where every one has one.
    #[must_use]
    pub fn person_id(&self) -> Option<PersonId> {
        self.id.and_then(PersonRef::id)
    }

    fn same_id(&self, stored: &Self) -> bool {
        self.person_id().is_some() && self.person_id() == stored.person_id()
    }

    fn same_id_document(&self, stored: &Self) -> bool {
        let key = |person: &Self| {
            let document = person.identifying_information.as_ref()?.id_document.as_ref()?;
            Some((document.number.clone(), document.issuing_country))
        };
        key(self).is_some_and(|mine| key(stored) == Some(mine))
    }

    fn same_name(&self, stored: &Self) -> bool {
        let fold = |name: &Option<Text<128>>| name.as_ref().map(|name| name.expose().to_lowercase());
        let key = |person: &Self| [&person.first_name, &person.middle_name, &person.last_name].map(fold);
        let mine = key(self);
        mine.iter().any(Option::is_some) && mine == key(stored)
    }
}

/// Gives every incoming person an id: that of the stored person it is, or a new one. The documents of a recognised
/// person are kept and added to; everything else of it will be replaced.
///
/// The rules are tried one after the other over all incoming persons, so that somebody who is named by id is never
/// taken for another's namesake. Each stored person is matched once.
pub(super) fn settle(
    stored: &[AssociatedPerson],
    incoming: &mut [AssociatedPerson],
    mut new_id: impl FnMut() -> PersonId,
) {
    let mut matched: Vec<Option<usize>> = vec![None; incoming.len()];
    let mut taken = vec![false; stored.len()];
    for rule in [AssociatedPerson::same_id, AssociatedPerson::same_id_document, AssociatedPerson::same_name] {
        for (person, found) in incoming.iter().zip(&mut matched).filter(|(_, found)| found.is_none()) {
            *found = (0..stored.len()).find(|&at| !taken[at] && rule(person, &stored[at]));
            if let Some(at) = *found {
                taken[at] = true;
            }
        }
    }
    for (person, found) in incoming.iter_mut().zip(matched) {
        let known = found.map(|at| &stored[at]);
        person.id = Some(known.and_then(AssociatedPerson::person_id).unwrap_or_else(&mut new_id).into());
        let sent = person.documents.take();
        person.documents = known.and_then(|known| known.documents.clone());
        let mut unread = Merging::new(crate::parse::Mode::Update);
        person.documents.merge(sent, &Path::Root, &mut unread);
    }
}

/// The array is replaced by the one that was sent (whose persons [`settle`] has given ids); changes are named item by
/// item.
impl Field for List<AssociatedPerson, 20> {
    fn merge(&mut self, incoming: Self, at: &Path<'_>, merging: &mut Merging) {
        let json = |person: Option<&AssociatedPerson>| person.map_or_else(|| "null".to_owned(), Field::audited);
        for index in 0..self.0.len().max(incoming.0.len()) {
            let (before, after) = (self.0.get(index), incoming.0.get(index));
            if before != after {
                merging.changed(&Path::Item { parent: at, index }, json(before), json(after));
            }
        }
        *self = incoming;
    }
}
