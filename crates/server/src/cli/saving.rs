//! The file in which a command saves what the process with the data folder sends piece by piece.

use std::fs::{File, OpenOptions, remove_file};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use crate::errors::cannot;

/// A new file that only its owner can read. Unless it is kept, it is removed.
pub struct Saving(Option<(PathBuf, File)>);

impl Saving {
    /// For a command that saves nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(None)
    }

    /// Makes the file, if there is one to make. One that exists is not overwritten.
    pub fn begin(path: Option<PathBuf>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Self::nothing()) };
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = made.map_err(cannot("make", &path))?;
        Ok(Self(Some((path, file))))
    }

    /// Writes the next piece.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), String> {
        match &mut self.0 {
            Some((path, file)) => file.write_all(piece).map_err(cannot("write", path)),
            None => Ok(()),
        }
    }

    /// Keeps the file, once it is whole. One in which nothing was saved is removed.
    pub fn keep(mut self) {
        self.0.take_if(|(_, file)| file.metadata().is_ok_and(|found| found.len() > 0));
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.0 {
            let _ = remove_file(path);
        }
    }
}
