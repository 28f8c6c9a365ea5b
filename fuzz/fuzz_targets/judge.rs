//! What the check of a file says of it, whole and in pieces.

use dossier_core::file::check::{Check, Checked, Fault};

fn judge(pieces: &mut dyn Iterator<Item = &[u8]>) -> Result<Checked, Fault> {
    let mut check = Check::default();
    for piece in pieces {
        check.push(piece)?;
    }
    check.finish()
}

/// The verdict on the whole file, which must be that on the file in pieces of so many bytes.
pub fn verdict(file: &[u8], size: u8) -> Result<Checked, Fault> {
    let whole = judge(&mut std::iter::once(file));
    assert_eq!(whole, judge(&mut file.chunks(usize::from(size) + 1)));
    whole
}
