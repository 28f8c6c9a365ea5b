//! What a parsed body makes of a record: a pure function of both.

use crate::clock::Timestamp;
use crate::customer::associated_person;
use crate::customer::profile::Profile;
use crate::customer::record::{Customer, EmailIndex};
use crate::ids::PersonId;
use crate::parse::context::Path;
use crate::parse::record::{Field, FieldChange, Merging, Mode};
use crate::violation::{Code, Violation, Violations};

/// A customer has at most this many documents, including those of its persons.
pub const MAX_DOCUMENTS: usize = 200;

/// A validated body: what to merge, and how.
pub struct Input {
    pub(crate) profile: Profile,
    pub(crate) mode: Mode,
}

impl Customer {
    /// The record after the input, and what changed. When nothing changed, the version stays the same.
    ///
    /// # Errors
    ///
    /// [`Violations`] when the customer would have more than [`MAX_DOCUMENTS`] documents.
    ///
    /// # Panics
    ///
    /// When the input is of the other type. It is parsed by the type of the stored record, so this is a bug.
    pub fn merge(
        mut self,
        mut input: Profile,
        mode: Mode,
        now: Timestamp,
        new_id: impl FnMut() -> PersonId,
    ) -> Result<(Self, Vec<FieldChange>), Violations> {
        let mut merging = Merging::new(mode);
        if let Some(email) = input.take_email() {
            let path = Path::Member { parent: &Path::Root, name: "email", position: 0 };
            let folded = self.email.folded();
            self.email.merge(email, &path, &mut merging);
            if self.email.folded() != folded {
                self.email_index = EmailIndex::default();
            }
        }
        match (&mut self.profile, input) {
            (Profile::Individual(stored), Profile::Individual(input)) => stored.merge(input, &Path::Root, &mut merging),
            (Profile::Business(stored), Profile::Business(mut input)) => {
                if let Some(persons) = &mut input.associated_persons {
                    let known = stored.associated_persons.as_ref().map_or(&[][..], |persons| &persons.0);
                    associated_person::match_persons(known, &mut persons.0, new_id);
                }
                stored.merge(input, &Path::Root, &mut merging);
            }
            _ => panic!("an update is parsed by the type of the stored record"),
        }
        if self.profile.files().len() > MAX_DOCUMENTS {
            let message = format!("a customer has at most {MAX_DOCUMENTS} documents in all; delete some first");
            return Err(Violation::new("/documents", Code::TooManyItems, message).into());
        }
        self.count(&merging.changes, now);
        Ok((self, merging.changes))
    }

    /// Gives the record its next version. A proposal about an earlier version is void from then on, and no longer makes
    /// the customer wait.
    pub(crate) fn advance_version(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
        if self.kyc.proposal.take_if(|proposal| proposal.version != self.version).is_some() {
            self.kyc.queue(now);
        }
    }

    /// Whether a decision about a version is one about this version: nothing but the questions to a provider came
    /// between them.
    #[must_use]
    pub fn is_alike(&self, version: u64) -> bool {
        let alike = self.kyc.provider.as_ref().and_then(|case| case.alike);
        version == self.version
            || alike.is_some_and(|alike| alike.last == self.version && (alike.first..alike.last).contains(&version))
    }

    /// Gives the record its next version when something changed.
    pub(super) fn count(&mut self, changes: &[FieldChange], now: Timestamp) {
        if changes.is_empty() {
            return;
        }
        self.advance_version(now);
        if changes.iter().any(|change| change.pointer.starts_with("/associated_persons")) {
            self.persons_version = self.version;
        }
    }
}
