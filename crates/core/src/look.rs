//! Looks at personal data: who saw which data of a customer. Looks by API keys are counted for each key, customer and
//! hour; looks by people are entries of the audit trail.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::audit::action::Action;
use crate::audit::read::AuditRow;
use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::hidden::is_hidden;
use crate::ids::{CustomerId, KeyId};
use crate::words::words;

words! {
    /// The operations of the API that show personal data of customers, by their names in the OpenAPI document. They are
    /// stored as numbers, so new ones are added at the end.
    LookedThrough {
        GetCustomer = "getCustomer": "A customer was read with its profile.",
        ListCustomers = "listCustomers": "Customers were listed with their profiles.",
        UpdateCustomer = "updateCustomer": "The response to a PUT showed the profile.",
        PatchCustomer = "patchCustomer": "The response to a PATCH showed the profile.",
        ExportCustomer = "exportCustomer": "A customer, or one of its persons, was exported.",
        GetFileContent = "getFileContent": "The content of a file was read.",
        ListEvents = "listEvents": "Events were listed.",
    }
}

words! {
    /// What was seen of a customer.
    Seen {
        Profile = "profile": "The profile, with masked numbers.",
        Numbers = "numbers": "The profile, with identity and tax numbers in full.",
        Export = "export": "An export, which has everything.",
        File = "file": "The content of a file.",
        Events = "events": "Events, each with the names, the e-mail and the state as they were then.",
        Changes = "changes": "Values before and after a change, in the audit trail.",
    }
}

/// The number under which a word is stored.
fn number_of<T: PartialEq>(all: &[T], word: &T) -> u8 {
    let place = all.iter().position(|known| known == word).expect("every word is listed");
    u8::try_from(place).expect("there are few words")
}

impl LookedThrough {
    /// The number under which it is stored.
    #[must_use]
    pub fn number(self) -> u8 {
        number_of(Self::ALL, &self)
    }

    /// From its number.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

impl Seen {
    /// The number under which it is stored.
    #[must_use]
    pub fn number(self) -> u8 {
        number_of(Self::ALL, &self)
    }

    /// From its number.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// What a person saw, by the action and the actor of the audit entry. `None` if the action is not a look.
    #[must_use]
    pub fn by_person(action: Action, actor: &str) -> Option<Self> {
        Some(match action {
            // The desk masks numbers, and the command line does not.
            Action::CustomerViewed if actor.starts_with("member:") => Self::Profile,
            Action::CustomerViewed | Action::NumberRevealed => Self::Numbers,
            Action::CustomerExported => Self::Export,
            Action::FileRead => Self::File,
            Action::EntryViewed => Self::Changes,
            _ => return None,
        })
    }
}

/// Why a key looked, as the client said. It may be personal, so `Debug` prints no content.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reason(Arc<str>);

/// Why a text is not a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to {max} characters and no control characters or hidden ones", max = Reason::MAX)]
pub struct ReasonError;

impl Reason {
    /// The longest reason, in characters.
    pub const MAX: usize = 200;

    /// Reads a reason. Surrounding white space is not part of it.
    ///
    /// # Errors
    ///
    /// [`ReasonError`] when it is empty, too long, or has control or hidden characters.
    pub fn new(text: &str) -> Result<Self, ReasonError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > Self::MAX || text.chars().any(is_hidden) {
            return Err(ReasonError);
        }
        Ok(Self(text.into()))
    }

    /// The reason as text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// The key under which looks are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Look {
    /// The scope of the customer and of the key.
    pub scope: Scope,
    /// The customer that was looked at.
    pub customer: CustomerId,
    /// The start of the hour, by the clock of the scope.
    pub hour: Timestamp,
    /// The key that looked.
    pub key: KeyId,
    /// The operation that showed it.
    pub through: LookedThrough,
    /// What was seen.
    pub seen: Seen,
    /// Why, if the client said so.
    pub reason: Option<Reason>,
}

/// Looks that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLook {
    /// What they have in common.
    pub look: Look,
    /// How many there were.
    pub count: u64,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Look {
    const HOUR: i64 = 3_600_000_000;

    /// The start of the hour of a moment.
    #[must_use]
    pub const fn hour_of(at: Timestamp) -> Timestamp {
        Timestamp::from_micros(at.as_micros().div_euclid(Self::HOUR) * Self::HOUR)
    }
}

/// The place of counted looks in the list of a customer, which begins with the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookPlace {
    /// The start of the hour.
    pub hour: Timestamp,
    /// The key that looked.
    pub key: KeyId,
    /// The number of the operation.
    pub through: u8,
    /// The number of what was seen.
    pub seen: u8,
    /// What tells the reason from others; zeros without one.
    pub reason_id: [u8; 16],
}

impl LookPlace {
    /// After every place, where the list begins.
    pub const END: Self = Self {
        hour: Timestamp::from_micros(i64::MAX),
        key: KeyId::from_bytes([0xff; 16]),
        through: u8::MAX,
        seen: u8::MAX,
        reason_id: [0xff; 16],
    };
}

/// A line of the list of who saw a customer: looks by a key in one hour, or a look by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SeenRow {
    /// When it was seen, or seen last in this hour.
    pub at: Timestamp,
    /// The start of the hour in which a key looked; `null` for a person.
    pub hour: Option<Timestamp>,
    /// Who looked: `key:<id>` or `operator:<name>`.
    pub actor: String,
    /// What was seen: `profile` is the profile with masked numbers, and `numbers` with numbers in full.
    pub seen: Seen,
    /// The `operationId` of the request, or the action of the audit entry.
    pub through: String,
    /// How often the key looked in this hour; 1 for a person.
    #[schemars(range(min = 1))]
    pub looks: u64,
    /// The `Dossier-Reason` of the requests; `null` without one, and after the erasure of the customer.
    pub reason: Option<String>,
    /// The number of the audit entry; `null` for a key.
    #[schemars(range(min = 1))]
    pub audit_seq: Option<u64>,
}

impl From<CountedLook> for SeenRow {
    fn from(counted: CountedLook) -> Self {
        let CountedLook { look, count, last_at } = counted;
        let Look { scope: _, customer: _, hour, key, through, seen, reason } = look;
        Self {
            at: last_at,
            hour: Some(hour),
            actor: format!("key:{key}"),
            seen,
            through: through.as_str().to_owned(),
            looks: count,
            reason: reason.map(|reason| reason.expose().to_owned()),
            audit_seq: None,
        }
    }
}

impl SeenRow {
    /// The look by a person that an audit entry records. `None` for every other entry.
    #[must_use]
    pub fn of_entry(entry: AuditRow) -> Option<Self> {
        let seen = Seen::by_person(Action::parse(&entry.action)?, &entry.actor)?;
        let AuditRow { seq, at, actor, action, .. } = entry;
        Some(Self { at, hour: None, actor, seen, through: action, looks: 1, reason: None, audit_seq: Some(seq) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_one_line_and_is_never_printed() {
        let longest = "é".repeat(Reason::MAX);
        for (text, reason) in
            [(" case 4711\t", "case 4711"), (&longest, &longest), ("Prüfung für Ada", "Prüfung für Ada")]
        {
            assert_eq!(Reason::new(text).expect(text).expose(), reason);
        }
        for wrong in ["", "  ", "a\nb", "a\u{1b}[2Jb", "a\u{202e}b", &format!("{longest}é")] {
            assert_eq!(Reason::new(wrong), Err(ReasonError), "{wrong:?}");
        }
        assert_eq!(format!("{:?}", Reason::new("Ada")), "Ok([personal])");
    }

    #[test]
    fn an_hour_begins_at_its_full_hour() {
        for (at, hour) in
            [("2026-01-05T12:59:59.999Z", "2026-01-05T12:00:00Z"), ("1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z")]
        {
            let moment = |text| Timestamp::parse(text).expect(text);
            assert_eq!(Look::hour_of(moment(at)), moment(hour));
        }
    }
}
