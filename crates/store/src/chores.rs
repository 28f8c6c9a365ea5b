//! Work that a start does on records that are already stored.

use std::sync::atomic::{AtomicBool, Ordering};

use dossier_core::customer::EmailIndex;
use dossier_core::parse::Email;

use crate::vault::ScopeKeys;

/// Work on stored records that needs keys or rules, which a migration does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// The fingerprints by which equal numbers and contents find each other are made, once.
    Fingerprints,
    /// E-mails that are compared in another form now get the index by which they are found, once. How far is
    /// [`SHARED_EMAILS`] when customers share one.
    Emails,
    /// Customers are evaluated by the rules in force. How far is the name of these.
    Rules,
}

impl Chore {
    /// As the table `chores` has it.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Fingerprints => "fingerprints",
            Self::Emails => "emails",
            Self::Rules => "rules",
        }
    }
}

/// How far a chore is done that is done once.
pub const ONCE: &str = "once";

/// The same, when some e-mails belong to several customers, so that each look-up looks for all of them.
pub const SHARED_EMAILS: &str = "shared";

/// Whether an e-mail may belong to several customers. Mostly none does, and a look-up is one read.
#[derive(Debug)]
pub(crate) struct SharedEmails(AtomicBool);

impl Default for SharedEmails {
    /// Until it is known how far the chore is done.
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl SharedEmails {
    /// Takes over how far a chore is done.
    pub(crate) fn done(&self, chore: Chore, how_far: &str) {
        if chore == Chore::Emails {
            self.0.store(how_far != ONCE, Ordering::Relaxed);
        }
    }

    /// The indexes under which customers with the e-mail may be found, besides the first.
    pub(crate) fn other_indexes(&self, keys: &ScopeKeys, email: &Email) -> Vec<[u8; 16]> {
        let most = if self.0.load(Ordering::Relaxed) { EmailIndex::MOST } else { 1 };
        (1..most).map(|nth| keys.email_index(email, nth)).collect()
    }
}
