//! Scanning uploads for viruses: the port to a scanner outside this process.

use std::sync::Arc;

use async_trait::async_trait;

/// What a scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing.
    Clean,
    /// It found a virus, and perhaps names it.
    Infected(Option<String>),
    /// It could not judge the file.
    Unknown,
}

/// What happens to a file that the scanner could not judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is refused.
    Refuse,
    /// It is stored, and its audit entry says that it was not scanned.
    Accept,
}

/// Scans the contents of files for viruses.
#[async_trait]
pub trait Scanner: Send + Sync {
    /// Begins to scan a file, for the request of this id. A scanner that cannot be reached has the verdict
    /// [`Verdict::Unknown`].
    async fn begin(&self, request_id: &str) -> Box<dyn Scan>;
}

/// One file, scanned while it arrives. If it is dropped unfinished, the scanner forgets the file.
#[async_trait]
pub trait Scan: Send {
    /// Passes the next bytes on. All waits for the scanner together are bounded.
    async fn write(&mut self, bytes: &[u8]);

    /// Waits for the verdict.
    async fn finish(self: Box<Self>) -> Verdict;
}

/// The operator's scanner.
pub struct Scanning {
    /// The scanner that judges files.
    pub scanner: Arc<dyn Scanner>,
    /// What happens to a file that it could not judge.
    pub on_failure: OnFailure,
}
