//! The files that rows name by their paths.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use dossier_core::caller::Caller;
use dossier_core::file::{FileName, MAX_FILE};
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::FileId;
use dossier_core::import::NamedPath;
use dossier_core::services::Services;
use dossier_core::use_cases::upload_file::{Upload, UploadError};

use super::wrong::Wrong;

/// The bytes of a file that are read at a time.
const PIECE: usize = 64 * 1024;

/// An id in the place of a file that is not uploaded yet.
pub(super) const fn stand_in() -> FileId {
    FileId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0])
}

/// The pointer to the id that takes the place of a path.
pub(super) fn id_pointer(pointer: &str) -> String {
    format!("{}/file_id", pointer.trim_end_matches("/path"))
}

/// Whether the file is there and not too large.
pub(super) fn look(folder: &Path, document: &NamedPath) -> Result<PathBuf, Wrong> {
    let path = folder.join(&document.path);
    let wrong = |message: &str| Err(Wrong::new(&document.pointer, "unknown_file", message));
    match std::fs::metadata(&path) {
        Ok(found) if !found.is_file() => wrong("is not a file"),
        Ok(found) if found.len() > MAX_FILE => {
            Err(Wrong::new(&document.pointer, "payload_too_large", format!("has more than {MAX_FILE} bytes")))
        }
        Ok(_) => Ok(path),
        Err(error) => wrong(&format!("cannot be read: {}", error.kind())),
    }
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
    let path = match look(folder, document) {
        Ok(path) => path,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let unreadable = |error: std::io::Error| {
        Wrong::new(&document.pointer, "unknown_file", format!("cannot be read: {}", error.kind()))
    };
    let content = match tokio::fs::read(&path).await {
        Ok(content) => content,
        Err(error) => return Ok(Err(unreadable(error))),
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
        Err(UploadError::Refused(fault)) => Ok(Err(Wrong::new(&document.pointer, "damaged_file", fault.to_string()))),
        Err(error) => Ok(Err(Wrong::new(&document.pointer, "refused_file", error.to_string()))),
    }
}
