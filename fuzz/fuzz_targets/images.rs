//! The walk over JPEG and PNG: however the file is cut into pieces, it is judged the same.
#![no_main]

use dossier_core::file::MediaType;
use dossier_core::file::check::{Check, Fault};
use libfuzzer_sys::fuzz_target;

fn judge(pieces: &mut dyn Iterator<Item = &[u8]>) -> Result<MediaType, Fault> {
    let mut check = Check::default();
    for piece in pieces {
        check.push(piece)?;
    }
    check.finish()
}

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (jpeg, size, rest) = input;
    let signature: &[u8] = if jpeg { b"\xff\xd8\xff" } else { b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" };
    let file = [signature, rest].concat();
    let whole = judge(&mut std::iter::once(&file[..]));
    assert_eq!(whole, judge(&mut file.chunks(usize::from(size) + 1)));
    assert!(!matches!(whole, Ok(MediaType::Pdf)));
});
