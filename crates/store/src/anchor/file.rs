//! The file of an anchor, replaced whole and atomically.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Anchor, AnchorError, AnchorKey};
use crate::durable;

/// The file in which a process keeps its anchor.
#[derive(Debug, Clone)]
pub struct AnchorFile(PathBuf);

impl AnchorFile {
    /// The file need not exist.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the anchor. Returns `None` if there is no file. The error text is for people.
    pub fn read(&self, key: &AnchorKey) -> Result<Option<Anchor>, String> {
        let path = self.0.display();
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("cannot read the anchor {path}: {error}")),
        };
        let text = String::from_utf8(text).map_err(|_| AnchorError::Altered);
        let read = text.and_then(|text| key.read(&format!("the anchor {path}"), &text));
        match read {
            Ok(anchor) if anchor.is_whole => Ok(Some(anchor)),
            Ok(_) => Err(format!("the anchor {path} cannot be trusted: {}", AnchorError::Cut)),
            Err(error) => Err(format!("the anchor {path} cannot be trusted: {error}")),
        }
    }

    /// Replaces the text. It is durable on return. Whenever the process dies, and if this fails, either the old file or
    /// the new one exists.
    pub fn write(&self, text: &str) -> io::Result<()> {
        durable::replace(&self.0, text.as_bytes())
    }
}
