//! What the proofs plant: defects, since a check that never fails proves nothing, and the end of the process at a
//! chosen step. Both exist only under the `planted-defects` feature, and only the one that the environment names is
//! active.

/// Whether the named defect is planted. Always `false` in an ordinary build.
#[cfg(not(feature = "planted-defects"))]
macro_rules! planted {
    ($defect:literal) => {
        false
    };
}

/// Whether the environment names the defect.
#[cfg(feature = "planted-defects")]
macro_rules! planted {
    ($defect:literal) => {
        $crate::planted::is_planted($defect)
    };
}

pub(crate) use planted;

/// Whether the environment names the defect.
#[cfg(feature = "planted-defects")]
pub(crate) fn is_planted(defect: &str) -> bool {
    static PLANTED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    PLANTED.get_or_init(|| std::env::var("DOSSIER_PLANTED_DEFECT").ok()).as_deref() == Some(defect)
}

/// A step at which a proof may end the process. Does nothing in an ordinary build.
#[cfg(not(feature = "planted-defects"))]
pub const fn reached(_: &str) {}

/// Ends the process, as kill -9 would, if the environment names the step.
#[cfg(feature = "planted-defects")]
pub fn reached(step: &str) {
    static DIES_AT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    if DIES_AT.get_or_init(|| std::env::var("DOSSIER_DIES_AT").ok()).as_deref() == Some(step) {
        std::process::abort();
    }
}
