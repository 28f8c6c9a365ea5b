//! The lock of a data folder, which lets one process use it at a time.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::error::InstallationError;
use crate::errors::cannot;
use crate::trust;

/// Holds a data folder until it is dropped.
pub struct Lock(File);

impl Lock {
    /// Locks the folder. Creates it if it is missing.
    pub fn take(folder: &Path) -> Result<Self, InstallationError> {
        let file_error = InstallationError::File;
        let created = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        created.map_err(cannot("create the data folder", folder)).map_err(file_error)?;
        trust::check_folder(folder).map_err(InstallationError::Exposed)?;
        let path = folder.join("lock");
        let mut file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(cannot("open", &path))
            .map_err(file_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                let pid = Some(pid.trim().to_owned()).filter(|pid| !pid.is_empty());
                return Err(InstallationError::InUse { folder: folder.to_owned(), pid });
            }
            Err(TryLockError::Error(cause)) => return Err(file_error(cannot("lock", &path)(cause))),
        }
        // The process id is only for people. The lock itself ends with the process.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}
