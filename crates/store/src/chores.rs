//! Work that a start does on records that are already stored.

use std::sync::atomic::{AtomicBool, Ordering};

use dossier_core::customer::EmailIndex;
use dossier_core::parse::Email;

use crate::vault::ScopeKeys;

/// Work on stored records that needs keys or rules, which a migration does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// Computes the fingerprints that match equal numbers and contents. Runs once.
    Fingerprints,
    /// Computes the index of e-mails that are now compared in another form. Runs once. Its progress is
    /// [`SHARED_EMAILS`] if customers share an e-mail.
    Emails,
    /// Evaluates customers by the active rules. Its progress is the name of the rules.
    Rules,
}

impl Chore {
    /// The name in the table `chores`.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Fingerprints => "fingerprints",
            Self::Emails => "emails",
            Self::Rules => "rules",
        }
    }
}

/// The progress of a chore that ran once.
pub const ONCE: &str = "once";

/// As [`ONCE`], but some e-mails belong to several customers, so each look-up has to search for all of them.
pub const SHARED_EMAILS: &str = "shared";

/// Whether an e-mail may belong to several customers. Usually none does, and a look-up is one read.
#[derive(Debug)]
pub(crate) struct SharedEmails(AtomicBool);

impl Default for SharedEmails {
    /// Assume that there are some until the progress of the chore is known.
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl SharedEmails {
    /// Takes note of the progress of a chore.
    pub(crate) fn set_progress(&self, chore: Chore, how_far: &str) {
        if chore == Chore::Emails {
            self.0.store(how_far != ONCE, Ordering::Relaxed);
        }
    }

    /// The indexes besides the first under which customers with the e-mail may be found.
    pub(crate) fn other_indexes(&self, keys: &ScopeKeys, email: &Email) -> Vec<[u8; 16]> {
        let most = if self.0.load(Ordering::Relaxed) { EmailIndex::MOST } else { 1 };
        (1..most).map(|nth| keys.email_index(email, nth)).collect()
    }
}
