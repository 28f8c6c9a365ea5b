//! What Dossier reads before it holds any key: whoever could change these files, or enter the data folder, would be the
//! one who decides.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::errors::cannot;

/// More than a key has in base64.
const ROOM: usize = 4 * 1_024;

/// Reads a file of settings, rules or a key. What was read is wiped when it is dropped.
///
/// # Errors
///
/// When others can write the file, with the command that ends that; and what the system says.
pub fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let file = File::open(path).map_err(cannot("open", path))?;
    let metadata = file.metadata().map_err(cannot("read", path))?;
    check_writers(path, &metadata)?;
    let length = usize::try_from(metadata.len()).unwrap_or(ROOM);
    read_secret(file, length.max(ROOM) + 1).map_err(cannot("read", path))
}

/// Reads text into memory that is wiped when it is dropped. Text longer than `room` bytes is moved while it is read,
/// and leaves copies.
///
/// # Errors
///
/// What the source says, and for what is no text.
pub fn read_secret(mut from: impl Read, room: usize) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(room));
    from.read_to_string(&mut text)?;
    Ok(text)
}

/// Refuses a file that others can write, or that belongs to one of them. One that is missing is for its reader to
/// judge.
///
/// # Errors
///
/// In words, with the command that ends it.
pub fn check_file(path: &Path) -> Result<(), String> {
    std::fs::metadata(path).map_or(Ok(()), |metadata| check_writers(path, &metadata))
}

fn check_writers(path: &Path, metadata: &Metadata) -> Result<(), String> {
    check_owner(path, metadata)?;
    if metadata.is_file() && metadata.mode() & 0o022 != 0 {
        let path = path.display();
        return Err(format!("{path} can be written by others, who would decide what it says. Run: chmod go-w {path}"));
    }
    Ok(())
}

/// The owner of a file may change it whatever its mode, so this must be root, or the user that Dossier runs as.
fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), String> {
    let me = rustix::process::geteuid().as_raw();
    if is_trusted(metadata.uid(), me) {
        return Ok(());
    }
    // Not a chown: given to this user, it would be taken from the service that uses it.
    let (path, owner) = (path.display(), metadata.uid());
    Err(format!(
        "{path} belongs to another user (uid {owner}), who would decide what it says. Run Dossier as that user: sudo \
         -u '#{owner}' dossier …"
    ))
}

const fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == 0
}

/// Refuses a data folder that others can enter, or that belongs to one of them.
///
/// # Errors
///
/// In words, with the command that ends it.
pub fn check_folder(path: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(cannot("look into the data folder", path))?;
    check_owner(path, &metadata)?;
    if metadata.mode() & 0o077 != 0 {
        let (path, mode) = (path.display(), metadata.mode() & 0o777);
        return Err(format!(
            "the data folder {path} is open to others (mode {mode:o}). Run: chmod 700 {path}. If the folder is not \
             yours to close, choose one inside of it with --data-dir: Dossier makes it for its own user alone"
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
