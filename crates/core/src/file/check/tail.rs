//! What stands behind the end of a picture or a PDF. Cameras, scanners and banks put a lot there: films, previews,
//! padding. It is refused only for what would make another file of it.

/// How many of its first bytes say what it is.
const HEAD: usize = 16;
/// A reader of ZIP archives looks for the end record in the last 64 KiB and its own 22 bytes.
const ZIP_END: usize = 64 * 1_024 + 22;
/// An end record of a ZIP archive on one disk.
const ZIP_END_RECORD: &[u8] = b"PK\x05\x06\0\0\0\0";

/// What begins like this is a file of its own.
const FILES: &[&[u8]] = &[
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!",
    b"7z\xbc\xaf",
    b"%PDF",
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"<script",
    b"<html",
    b"<!doctype",
    b"<?",
    b"<svg",
    b"<%",
];

/// Bytes behind the end, in one pass and constant memory.
#[derive(Default)]
pub(super) struct Tail {
    /// Its first bytes that are not padding.
    head: Vec<u8>,
    /// The last bytes, in which an end record may begin.
    last: Vec<u8>,
    length: usize,
    /// Where the newest end record of an archive begins.
    zip_end: Option<usize>,
}

impl Tail {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.head.len() < HEAD {
            let padding = |byte: &u8| matches!(byte, 0 | 0xff | b' ' | b'\t' | b'\r' | b'\n');
            let skipped = if self.head.is_empty() { bytes.iter().take_while(|byte| padding(byte)).count() } else { 0 };
            let wanted = HEAD - self.head.len();
            self.head.extend(bytes[skipped..].iter().take(wanted));
        }
        // A record may come in two pieces.
        self.last.extend_from_slice(&bytes[..bytes.len().min(ZIP_END_RECORD.len())]);
        let in_seam = memchr::memmem::rfind(&self.last, ZIP_END_RECORD);
        let found = memchr::memmem::rfind(bytes, ZIP_END_RECORD).map(|at| self.length + at);
        let seam_begins = self.length - (self.last.len() - bytes.len().min(ZIP_END_RECORD.len()));
        self.zip_end = found.or(in_seam.map(|at| seam_begins + at)).or(self.zip_end);
        self.length += bytes.len();
        if bytes.len() >= ZIP_END_RECORD.len() {
            self.last.clear();
            self.last.extend_from_slice(&bytes[bytes.len() - (ZIP_END_RECORD.len() - 1)..]);
        } else {
            let surplus = self.last.len().saturating_sub(ZIP_END_RECORD.len() - 1);
            self.last.drain(..surplus);
        }
    }

    pub(super) fn finish(&self) -> Result<(), &'static str> {
        check_beginning(&self.head)?;
        match self.zip_end {
            Some(at) if self.length - at <= ZIP_END => Err("has an archive behind its end"),
            _ => Ok(()),
        }
    }
}

/// Refuses bytes around a file that begin like a file of their own.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), &'static str> {
    let is_file = FILES.iter().any(|magic| bytes.get(..magic.len()).is_some_and(|it| it.eq_ignore_ascii_case(magic)));
    if is_file { Err("has another file behind its end") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_refused_for_what_would_make_another_file_of_it_however_it_is_cut() {
        let record = b"PK\x05\x06\0\0\0\0\x01\0\x01\0xxxxxxxxxx";
        let film = [&b"\0\0\0\x18ftypmp42"[..], &[7; 1_000]].concat();
        for (tail, good) in [
            (Vec::new(), true),
            (b"\r\n".to_vec(), true),
            (vec![0; 100_000], true),
            (vec![0xff; 500], true),
            (film.clone(), true),
            (b"SEFT maker's block".to_vec(), true),
            (b"PK\x03\x04 archive".to_vec(), false),
            (b"\r\n\0\0<SCRIPT>".to_vec(), false),
            ([&[0; 70_000][..], b"<!DOCTYPE html>"].concat(), false),
            (b"%PDF-1.7".to_vec(), false),
            (b"MZ".to_vec(), false),
            ([&film[..], record].concat(), false),
            ([&film[..], record, &[1; 60_000]].concat(), false),
            ([&film[..], record, &[1; 70_000]].concat(), true),
        ] {
            for step in [1, 5, 13, 4_096, 1_000_000] {
                let mut read = Tail::default();
                tail.chunks(step).for_each(|piece| read.push(piece));
                assert_eq!(read.finish().is_ok(), good, "{} bytes in pieces of {step}", tail.len());
            }
        }
    }
}
