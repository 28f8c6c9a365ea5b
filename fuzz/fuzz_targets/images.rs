//! The check of JPEG and PNG gives the same verdict however the file is cut into pieces.
#![no_main]

use dossier_core::file::MediaType;
use libfuzzer_sys::fuzz_target;

mod judge;

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (jpeg, size, rest) = input;
    let signature: &[u8] = if jpeg { b"\xff\xd8\xff" } else { b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" };
    let file = [signature, rest].concat();
    assert!(!judge::verdict(&file, size).is_ok_and(|checked| checked.media_type == MediaType::Pdf));
});
