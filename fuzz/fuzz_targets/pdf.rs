//! The check of PDFs gives the same verdict however the file is cut into pieces; also the names of files.
#![no_main]

use dossier_core::file::FileName;
use dossier_core::file::MediaType;
use libfuzzer_sys::fuzz_target;

mod judge;

fuzz_target!(|input: (u8, &[u8])| {
    let (size, rest) = input;
    let file = [b"%PDF-", rest].concat();
    assert!(!judge::verdict(&file, size).is_ok_and(|checked| checked.media_type != MediaType::Pdf));
    let name = FileName::new(rest);
    let shown = name.expose();
    assert!(!shown.is_empty() && shown.len() <= FileName::MAX);
    assert!(!shown.contains(['/', '\\', '\0', '\n', '\r']) && !shown.starts_with('.'));
});
