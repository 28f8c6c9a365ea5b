//! The verdict of the check on a file, whole and in pieces.

use dossier_core::file::check::{Check, Checked, Fault};

fn judge(pieces: &mut dyn Iterator<Item = &[u8]>) -> Result<Checked, Fault> {
    let mut check = Check::default();
    for piece in pieces {
        check.push(piece)?;
    }
    check.finish()
}

/// Returns the verdict on the whole file, after asserting that the file in pieces of this size gets the same one.
pub fn verdict(file: &[u8], size: u8) -> Result<Checked, Fault> {
    let whole = judge(&mut std::iter::once(file));
    assert_eq!(whole, judge(&mut file.chunks(usize::from(size) + 1)));
    whole
}
