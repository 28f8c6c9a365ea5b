//! The files that rows name by their paths.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use dossier_core::caller::Caller;
use dossier_core::file::check::{Check, Fault};
use dossier_core::file::{FileName, MAX_FILE};
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::FileId;
use dossier_core::import::NamedPath;
use dossier_core::services::Services;
use dossier_core::use_cases::upload_file::{Upload, UploadError};

use super::wrong::Wrong;

/// The bytes of a file that are read at a time.
const PIECE: usize = 64 * 1024;

/// An id that no file has, in the place of one that is not uploaded yet. Each document of a row has another one.
pub(super) fn no_file(number: usize) -> FileId {
    let mut id = [0; 16];
    (id[6], id[8]) = (0x70, 0x80);
    id[12..].copy_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    FileId::from_bytes(id)
}

/// The pointer to the id that takes the place of a path.
pub(super) fn id_pointer(pointer: &str) -> String {
    format!("{}/file_id", pointer.trim_end_matches("/path"))
}

/// Whether the file is there and not too large. It must be below the folder, because whoever wrote the rows may not be
/// whoever owns the other files of this machine.
fn look(folder: &Path, document: &NamedPath) -> Result<PathBuf, Wrong> {
    let wrong = |message: &str| Err(Wrong::new(&document.pointer, "unknown_file", message));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let path = match (folder.canonicalize(), folder.join(&document.path).canonicalize()) {
        (Ok(folder), Ok(path)) if path.starts_with(&folder) => path,
        (Ok(_), Ok(_)) => return wrong("is not below the folder of the import file"),
        (Err(error), _) | (_, Err(error)) => return wrong(&format!("cannot be read: {}", error.kind())),
    };
    match std::fs::metadata(&path) {
        Ok(found) if !found.is_file() => wrong("is not a file"),
        Ok(found) if found.len() > MAX_FILE => {
            Err(Wrong::new(&document.pointer, "payload_too_large", format!("has more than {MAX_FILE} bytes")))
        }
        Ok(_) => Ok(path),
        Err(error) => wrong(&format!("cannot be read: {}", error.kind())),
    }
}

async fn read(folder: &Path, document: &NamedPath) -> Result<(PathBuf, Vec<u8>), Wrong> {
    let path = look(folder, document)?;
    match tokio::fs::read(&path).await {
        Ok(content) => Ok((path, content)),
        Err(error) => Err(Wrong::new(&document.pointer, "unknown_file", format!("cannot be read: {}", error.kind()))),
    }
}

fn damaged(document: &NamedPath, fault: &Fault) -> Wrong {
    Wrong::new(&document.pointer, "damaged_file", fault.to_string())
}

/// Whether the file of a document is of an accepted kind and whole. The scanner is not asked.
pub(super) async fn check(folder: &Path, document: &NamedPath) -> Result<(), Wrong> {
    let (_, content) = read(folder, document).await?;
    let mut check = Check::default();
    let checked = content.chunks(PIECE).try_for_each(|piece| check.push(piece)).and_then(|()| check.finish());
    checked.map(drop).map_err(|fault| damaged(document, &fault))
}

/// Uploads the file of a document. The same document of the same row is uploaded once, however often it is imported.
/// The outer error ends the import.
pub(super) async fn upload(
    services: &Services,
    caller: &Caller,
    folder: &Path,
    row: &[u8],
    document: &NamedPath,
) -> Result<Result<FileId, Wrong>, String> {
    let (path, content) = match read(folder, document).await {
        Ok(read) => read,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let mut hash = Context::new(&SHA256);
    for part in [row, document.pointer.as_bytes(), &content] {
        hash.update(&u64::try_from(part.len()).expect("lengths fit").to_be_bytes());
        hash.update(part);
    }
    let key = format!("import-{}", hexadecimal(hash.finish().as_ref()));
    let name = FileName::new(path.file_name().unwrap_or_default().as_encoded_bytes());
    let uploaded = async {
        let mut upload = Upload::begin(services, caller, name, Some(&key)).await?;
        for piece in content.chunks(PIECE) {
            upload.write(piece).await?;
        }
        upload.finish().await
    };
    match uploaded.await {
        Ok(uploaded) => Ok(Ok(uploaded.file.id)),
        Err(UploadError::Store(error)) => Err(error.to_string()),
        Err(UploadError::Refused(fault)) => Ok(Err(damaged(document, &fault))),
        Err(error) => Ok(Err(Wrong::new(&document.pointer, "refused_file", error.to_string()))),
    }
}
