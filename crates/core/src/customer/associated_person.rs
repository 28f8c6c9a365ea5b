//! The persons associated with a business, and how a sent person is matched with a stored one.

use crate::customer::address::Address;
use crate::customer::compare;
use crate::customer::document::PersonDocument;
use crate::customer::identity::{DocumentKey, PersonIdentifyingInformation};
use crate::ids::PersonId;
use crate::parse::context::Path;
use crate::parse::leaf::{Country, PersonRef, Text};
use crate::parse::list::List;
use crate::parse::record::{Field, Merging};
use crate::record;

record! {
    /// An owner or controller of a business. Dossier assigns `id`. Responses always contain it; requests may.
    container AssociatedPerson {
        /// The id of this person in reads of the customer. Send it back to update the same person
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
    /// The id of a stored person. Every stored person has one.
    #[must_use]
    pub fn person_id(&self) -> Option<PersonId> {
        self.id.and_then(PersonRef::id)
    }
}

/// What identifies a person, the strongest mark first, in the form used for comparing.
struct Marks {
    id: Option<PersonId>,
    document: Option<DocumentKey>,
    /// Whether another person has the same document.
    is_shared: bool,
    /// First, middle and last name.
    name: Option<[Option<String>; 3]>,
}

impl Marks {
    fn of(person: &AssociatedPerson) -> Self {
        let document = person.identifying_information.as_ref().and_then(|known| known.id_document.as_ref()?.key());
        let names = [&person.first_name, &person.middle_name, &person.last_name];
        let name = names.map(|name| name.as_ref().map(|name| compare::name(name.expose())).filter(|it| !it.is_empty()));
        Self {
            id: person.person_id(),
            document,
            is_shared: false,
            name: name.iter().any(Option::is_some).then_some(name),
        }
    }

    /// The marks of all persons. A document that two of them share identifies neither.
    fn of_all(persons: &[AssociatedPerson]) -> Vec<Self> {
        let mut all: Vec<_> = persons.iter().map(Self::of).collect();
        let shared: Vec<_> = all.iter().map(|one| one.document.is_some() && is_shared(one, &all)).collect();
        for (marks, shared) in all.iter_mut().zip(shared) {
            marks.is_shared = shared;
        }
        all
    }

    /// Whether a rule finds the same person, and no stronger rule finds another.
    fn match_by(&self, rule: Rule, stored: &Self) -> bool {
        let same_id = self.id.is_some() && self.id == stored.id;
        let equal_document = self.document == stored.document;
        let is_unique = !self.is_shared && !stored.is_shared;
        let other_id = self.id.is_some() && !same_id;
        let other_document = self.document.is_some() && stored.document.is_some() && !equal_document;
        let same_name = self.name.is_some() && self.name == stored.name && !other_id && !other_document;
        match rule {
            Rule::Id => same_id,
            Rule::Document => self.document.is_some() && equal_document && is_unique && !other_id,
            Rule::NameAndDocument => same_name && equal_document,
            Rule::Name => same_name,
        }
    }
}

fn is_shared(one: &Marks, all: &[Marks]) -> bool {
    all.iter().filter(|other| other.document == one.document).count() > 1
}

/// What identifies a person, the strongest first.
#[derive(Clone, Copy)]
enum Rule {
    Id,
    Document,
    /// Of several stored persons with this name, the one with the same document goes first.
    NameAndDocument,
    Name,
}

/// Gives every incoming person an id: that of the matching stored person, or a new one. The documents of a matched
/// person are kept and added to. Everything else about the person will be replaced.
///
/// The rules are tried one after the other over all incoming persons, so that a person who is named by id is never
/// taken for another's namesake. A weaker rule never matches what a stronger one contradicts: a namesake with another
/// passport is another person. Each stored person is matched once.
pub(super) fn match_persons(
    stored: &[AssociatedPerson],
    incoming: &mut [AssociatedPerson],
    mut new_id: impl FnMut() -> PersonId,
) {
    let (mut marks, known_marks) = (Marks::of_all(incoming), Marks::of_all(stored));
    for one in &mut marks {
        // An id that belongs to no stored person is ignored.
        one.id = one.id.filter(|id| known_marks.iter().any(|known| known.id == Some(*id)));
    }
    let mut matched: Vec<Option<usize>> = vec![None; incoming.len()];
    let mut taken = vec![false; stored.len()];
    for rule in [Rule::Id, Rule::Document, Rule::NameAndDocument, Rule::Name] {
        for (person, found) in marks.iter().zip(&mut matched).filter(|(_, found)| found.is_none()) {
            *found = (0..stored.len()).find(|&at| !taken[at] && person.match_by(rule, &known_marks[at]));
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

/// The array is replaced by the one that was sent, whose persons [`match_persons`] has given ids. Changes are named
/// item by item.
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
