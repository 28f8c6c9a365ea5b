//! The check of PDFs, and the names of files: however the file is cut into pieces, it is judged the same.
#![no_main]

use dossier_core::file::FileName;
use dossier_core::file::check::{Check, Fault};
use dossier_core::file::MediaType;
use libfuzzer_sys::fuzz_target;

fn judge(pieces: &mut dyn Iterator<Item = &[u8]>) -> Result<MediaType, Fault> {
    let mut check = Check::default();
    for piece in pieces {
        check.push(piece)?;
    }
    check.finish()
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, rest) = input;
    let file = [b"%PDF-", rest].concat();
    let whole = judge(&mut std::iter::once(&file[..]));
    assert_eq!(whole, judge(&mut file.chunks(usize::from(size) + 1)));
    assert!(!matches!(whole, Ok(MediaType::Jpeg | MediaType::Png)));
    if let Ok(name) = FileName::new(rest) {
        let shown = name.expose();
        assert!(!shown.is_empty() && !shown.contains(['/', '\\', '\0', '\n', '\r']) && !shown.starts_with('.'));
    }
});
