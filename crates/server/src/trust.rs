//! Checks the files that are read before any key is, and the data folder: another user who could change them would
//! control the process.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::errors::cannot;

/// The initial capacity for a file, more than a key in base64.
const CAPACITY: usize = 4 * 1_024;

/// Reads a file with settings, rules or a key. Fails if others can write it. The text is wiped when it is dropped.
pub fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let file = File::open(path).map_err(cannot("open", path))?;
    let metadata = file.metadata().map_err(cannot("read", path))?;
    check_writers(path, &metadata)?;
    let length = usize::try_from(metadata.len()).unwrap_or(CAPACITY);
    read_secret(file, length.max(CAPACITY) + 1).map_err(cannot("read", path))
}

/// Reads text into memory that is wiped when it is dropped. Text longer than `capacity` is moved while it is read,
/// which leaves copies.
pub fn read_secret(mut from: impl Read, capacity: usize) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    from.read_to_string(&mut text)?;
    Ok(text)
}

/// Fails if another user owns the file or can write it. A missing file is left to its reader.
pub fn check_file(path: &Path) -> Result<(), String> {
    std::fs::metadata(path).map_or(Ok(()), |metadata| check_writers(path, &metadata))
}

fn check_writers(path: &Path, metadata: &Metadata) -> Result<(), String> {
    check_owner(path, metadata)?;
    if metadata.is_file() && metadata.mode() & 0o022 != 0 {
        let path = path.display();
        return Err(format!("{path} can be changed by other users. Run: chmod go-w {path}"));
    }
    Ok(())
}

/// The owner of a file can change it whatever its mode, so it must be root or the user of this process.
fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), String> {
    let me = rustix::process::geteuid().as_raw();
    if is_trusted(metadata.uid(), me) {
        return Ok(());
    }
    // Not chown, which would take the file away from the service that uses it.
    let (path, owner) = (path.display(), metadata.uid());
    Err(format!(
        "{path} belongs to another user (uid {owner}), who can change it. Run dossier as that user: sudo -u '#{owner}' \
         dossier …"
    ))
}

const fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == 0
}

/// Fails if another user owns the data folder or can enter it.
pub fn check_folder(path: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(cannot("read the data folder", path))?;
    check_owner(path, &metadata)?;
    if metadata.mode() & 0o077 != 0 {
        let (path, mode) = (path.display(), metadata.mode() & 0o777);
        return Err(format!(
            "the data folder {path} can be entered by other users (mode {mode:o}). Run: chmod 700 {path}. If you \
             cannot change the folder, name a new one inside it with --data-dir"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_user_is_not_trusted() {
        assert!(is_trusted(0, 1_000) && is_trusted(1_000, 1_000) && is_trusted(0, 0));
        assert!(!is_trusted(1_001, 1_000) && !is_trusted(1_000, 0));
    }
}
