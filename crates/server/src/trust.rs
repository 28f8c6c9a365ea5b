//! What Dossier reads before it holds any key: whoever could change these files, or enter the data folder, would be the
//! one who decides.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use zeroize::Zeroizing;

/// More than a key has in base64.
const ROOM: usize = 4 * 1_024;

/// Reads a file of settings, rules or a key. What was read is wiped when it is dropped.
///
/// # Errors
///
/// When others can write the file, with the command that ends that; and what the system says.
pub fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check_writers(path, &metadata)?;
    let length = usize::try_from(metadata.len()).unwrap_or(ROOM);
    read_secret(file, length.max(ROOM) + 1).map_err(failed)
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

/// Refuses a file that others can write. One that is missing is for its reader to judge.
///
/// # Errors
///
/// In words, with the command that ends it.
pub fn check_file(path: &Path) -> Result<(), String> {
    std::fs::metadata(path).map_or(Ok(()), |metadata| check_writers(path, &metadata))
}

fn check_writers(path: &Path, metadata: &Metadata) -> Result<(), String> {
    if metadata.is_file() && metadata.permissions().mode() & 0o022 != 0 {
        let path = path.display();
        return Err(format!("{path} can be written by others, who would decide what it says. Run: chmod go-w {path}"));
    }
    Ok(())
}

/// Refuses a data folder that others can enter.
///
/// # Errors
///
/// In words, with the command that ends it.
pub fn check_folder(path: &Path) -> Result<(), String> {
    let mode = std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.permissions().mode();
    if mode & 0o077 != 0 {
        let (path, mode) = (path.display(), mode & 0o777);
        return Err(format!(
            "the data folder {path} is open to others (mode {mode:o}). Run: chmod 700 {path}. If the folder is not \
             yours to close, choose one inside of it with --data-dir: Dossier makes it for its own user alone"
        ));
    }
    Ok(())
}
