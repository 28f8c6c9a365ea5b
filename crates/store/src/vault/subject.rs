//! The key of one data subject, and the keys that are derived from it.

use std::sync::OnceLock;

use super::SecretKey;

/// What a data subject's sections are sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// E-mail and names, which lists read alone.
    Names,
    /// Ordinary personal data.
    Profile,
    /// Numbers, dates of birth, credentials.
    Secret,
    /// Bodies of events.
    Events,
    /// Kept answers.
    Replay,
    /// Before and after in the audit trail.
    Audit,
    /// The keys of attached files.
    FileWrap,
    /// Where the verification stands.
    Kyc,
}

impl Purpose {
    const COUNT: usize = 8;

    /// The word by which keys are derived and cells are bound.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Profile => "profile",
            Self::Secret => "secret",
            Self::Events => "events",
            Self::Replay => "replay",
            Self::Audit => "audit",
            Self::FileWrap => "file-wrap",
            Self::Kyc => "kyc",
        }
    }
}

/// An opened subject key, and the keys derived from it so far.
pub struct SubjectKey {
    root: SecretKey,
    derived: [OnceLock<SecretKey>; Purpose::COUNT],
}

impl SubjectKey {
    /// A key, from which nothing was derived yet.
    pub(crate) fn new(root: SecretKey) -> Self {
        Self { root, derived: Default::default() }
    }

    /// The key that the others are derived from.
    pub(crate) const fn root(&self) -> &SecretKey {
        &self.root
    }

    /// The key for one purpose.
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> &SecretKey {
        self.derived[purpose as usize].get_or_init(|| self.root.derive(&[purpose.as_str().as_bytes()]))
    }
}
