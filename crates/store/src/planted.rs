//! What the proofs plant: defects, since a harness that never fails proves nothing, and deaths at a chosen step. They
//! exist only under the `planted-defects` feature, and even then only the one that the environment names is active.

/// A defect that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// `synchronous=NORMAL` instead of `FULL`.
    SynchronousNormal,
    /// The answer leaves before the commit.
    AnswerBeforeCommit,
    /// The audit entry is written in a transaction of its own, after the answer.
    AuditAfterAnswer,
    /// The version of the record is not checked.
    NoVersionCheck,
    /// The content of a file is not synced before it is noted.
    FileNotSynced,
    /// The folder of a file is not synced before it is noted.
    FolderNotSynced,
}

/// Whether the defect is planted. Always `false`, and known at compile time, in an ordinary build.
#[cfg(not(feature = "planted-defects"))]
pub(crate) const fn planted(_: Defect) -> bool {
    false
}

/// Whether the environment names the defect.
#[cfg(feature = "planted-defects")]
pub(crate) fn planted(defect: Defect) -> bool {
    let name = match defect {
        Defect::SynchronousNormal => "synchronous-normal",
        Defect::AnswerBeforeCommit => "answer-before-commit",
        Defect::AuditAfterAnswer => "audit-after-answer",
        Defect::NoVersionCheck => "no-version-check",
        Defect::FileNotSynced => "file-not-synced",
        Defect::FolderNotSynced => "folder-not-synced",
    };
    static PLANTED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    PLANTED.get_or_init(|| std::env::var("DOSSIER_PLANTED_DEFECT").ok()).as_deref() == Some(name)
}

/// A step at which a proof may end the process. Does nothing in an ordinary build.
#[cfg(not(feature = "planted-defects"))]
pub const fn reached(_: &str) {}

/// Ends the process, as kill -9 would, when the environment names the step.
#[cfg(feature = "planted-defects")]
pub fn reached(step: &str) {
    static DIES_AT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    if DIES_AT.get_or_init(|| std::env::var("DOSSIER_DIES_AT").ok()).as_deref() == Some(step) {
        std::process::abort();
    }
}
