//! The anchor's file, replaced whole and atomically.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Anchor, AnchorError, AnchorKey};
use crate::durable;

/// Where a process keeps its anchor.
#[derive(Debug, Clone)]
pub struct AnchorFile(PathBuf);

impl AnchorFile {
    /// A file that is there or not.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What is in it; `None` when there is no file.
    ///
    /// # Errors
    ///
    /// The system's, or what is wrong with it, in words.
    pub fn read(&self, key: &AnchorKey) -> Result<Option<Anchor>, String> {
        let path = self.0.display();
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("the anchor {path} cannot be read: {error}")),
        };
        let text = String::from_utf8(text).map_err(|_| AnchorError::Altered);
        let read = text.and_then(|text| key.read(&format!("the anchor {path}"), &text));
        match read {
            Ok(anchor) if anchor.is_whole => Ok(Some(anchor)),
            Ok(_) => Err(format!("the anchor {path} cannot be trusted: {}", AnchorError::Cut)),
            Err(error) => Err(format!("the anchor {path} cannot be trusted: {error}")),
        }
    }

    /// Puts a text in its place; durable when this returns. Killed at any point, the old one or the new one is there.
    ///
    /// # Errors
    ///
    /// The system's; the old one is there then.
    pub fn write(&self, text: &str) -> io::Result<()> {
        durable::replace(&self.0, text.as_bytes())
    }
}
