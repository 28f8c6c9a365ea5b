//! The conditions of a request on the stored version: `If-Match` and `If-None-Match`.

/// `If-Match` and `If-None-Match`, reduced to versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// One of these must be the version.
    pub if_match: Option<Versions>,
    /// None of these may be the version.
    pub if_none_match: Option<Versions>,
}

/// The versions that an entity-tag list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// `*`: any version.
    Any,
    /// These versions. Foreign tags match none.
    These(Vec<u64>),
}

impl Versions {
    /// Whether the list names the version.
    #[must_use]
    pub fn name(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::These(versions) => versions.contains(&version),
        }
    }
}

impl Condition {
    pub(crate) fn holds(&self, version: u64) -> bool {
        self.if_match.as_ref().is_none_or(|versions| versions.name(version))
            && !self.if_none_match.as_ref().is_some_and(|versions| versions.name(version))
    }

    /// The newest version that the client says it knows. The response names the changes since then.
    pub(crate) fn known(&self, version: u64) -> u64 {
        match &self.if_match {
            Some(Versions::These(versions)) => {
                versions.iter().copied().filter(|v| *v < version).max().unwrap_or(version)
            }
            _ => version,
        }
    }
}
