//! The bytes around a picture or a PDF, which must not make it another file as well. Cameras, scanners and banks append
//! a lot: films, previews, padding.

use memchr::memmem;

/// How many of the first bytes are examined.
const HEAD: usize = 1_024;
/// A reader of ZIP archives looks for the end record in the last 64 KiB and its own bytes.
const ZIP_END: usize = 64 * 1_024 + RECORD;
/// The end record of a ZIP archive, without its comment.
const RECORD: usize = 22;
const ZIP_END_SIGNATURE: &[u8] = b"PK\x05\x06";

/// Bytes that start like this are another file.
const FILES: &[&[u8]] = &[
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"%PDF",
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
    b"<!--",
    b"<%",
];
/// Bytes that have this near their start are a web page or a script.
const PAGES: &[&[u8]] =
    &[b"<script", b"<html", b"<!doctype", b"<svg", b"<body", b"<head", b"<iframe", b"<img", b"<?php"];

/// The bytes after the end, in one pass and constant memory.
#[derive(Default)]
pub(super) struct Tail {
    /// The first bytes after the padding.
    head: Vec<u8>,
}

impl Tail {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let bytes = if self.head.is_empty() { without_padding(bytes) } else { bytes };
        self.head.extend_from_slice(&bytes[..bytes.len().min(HEAD - self.head.len())]);
    }

    pub(super) fn finish(&self) -> Result<(), &'static str> {
        check_beginning(&self.head)
    }
}

fn without_padding(bytes: &[u8]) -> &[u8] {
    let padding = |byte: &u8| matches!(byte, 0 | 0xff | b' ' | b'\t' | b'\r' | b'\n');
    &bytes[bytes.iter().take_while(|byte| padding(byte)).count()..]
}

/// Refuses bytes around a file that start like another file, after padding and a byte order mark.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), &'static str> {
    let bytes = without_padding(bytes);
    let bytes = without_padding(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let head = bytes[..bytes.len().min(HEAD)].to_ascii_lowercase();
    let is_page = PAGES.iter().any(|page| memmem::find(&head, page).is_some());
    if is_page || FILES.iter().any(|magic| bytes.starts_with(magic)) {
        return Err("has another file behind its end");
    }
    Ok(())
}

/// Searches a whole file for the end record of a ZIP archive. If it is where readers look for it, the file is also an
/// archive.
#[derive(Default)]
pub(super) struct Archive {
    /// The last bytes, in which a record may start.
    carry: Vec<u8>,
    length: usize,
    /// Where the newest record starts.
    end: Option<usize>,
}

impl Archive {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let begins = self.length - self.carry.len();
        self.carry.extend_from_slice(&bytes[..bytes.len().min(RECORD - 1)]);
        self.end = newest(&self.carry, begins).or(self.end);
        self.end = newest(bytes, self.length).or(self.end);
        self.length += bytes.len();
        if bytes.len() >= RECORD {
            self.carry.clear();
            self.carry.extend_from_slice(&bytes[bytes.len() - (RECORD - 1)..]);
        } else {
            let surplus = self.carry.len().saturating_sub(RECORD - 1);
            self.carry.drain(..surplus);
        }
    }

    pub(super) fn finish(&self) -> Result<(), &'static str> {
        match self.end {
            Some(at) if self.length - at <= ZIP_END => Err("has an archive in it"),
            _ => Ok(()),
        }
    }
}

/// The start of the last end record that a reader would accept, in bytes that start at `begins` in the file.
fn newest(bytes: &[u8], begins: usize) -> Option<usize> {
    let number = |at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes(four.try_into().expect("four")));
    let is_record = |at: &usize| {
        let (size, offset) = (number(at + 12), number(at + 16));
        // The directory comes before the record. A large archive has both sizes elsewhere.
        let directory = u64::from(size) + u64::from(offset);
        at + RECORD <= bytes.len() && (directory <= (begins + at) as u64 || size == u32::MAX || offset == u32::MAX)
    };
    memmem::find_iter(bytes, ZIP_END_SIGNATURE).filter(is_record).last().map(|at| begins + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_that_is_another_file_is_refused_in_pieces_of_any_size() {
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
            (b"\xef\xbb\xbf <html>".to_vec(), false),
            (b"x<script>".to_vec(), false),
            (b"<body onload=x>".to_vec(), false),
            (b"\x1f\x8b\x08".to_vec(), false),
            ([&[0; 70_000][..], b"<!DOCTYPE html>"].concat(), false),
            (b"%PDF-1.7".to_vec(), false),
            (b"MZ".to_vec(), false),
            (b"<%@ page".to_vec(), false),
            ([&film[..40], b"<% two bytes of a film <%"].concat(), true),
        ] {
            for step in [1, 5, 13, 4_096, 1_000_000] {
                let mut read = Tail::default();
                tail.chunks(step).for_each(|piece| read.push(piece));
                assert_eq!(read.finish().is_ok(), good, "{} bytes in pieces of {step}", tail.len());
            }
        }
    }

    #[test]
    fn an_archive_is_found_wherever_its_reader_looks_in_pieces_of_any_size() {
        let record = |disk: u8, size: u8, comment: u8| {
            [&b"PK\x05\x06"[..], &[disk, 0, disk, 0, 1, 0, 1, 0, size, 0, 0, 0, 0, 0, 0, 0, comment, 0]].concat()
        };
        let picture = vec![7; 1_000];
        for (file, good) in [
            (picture.clone(), true),
            ([&picture[..], &record(0, 50, 0)].concat(), false),
            ([&picture[..], &record(1, 50, 0)].concat(), false),
            ([&picture[..], &record(0, 50, 200), &[1; 200]].concat(), false),
            ([&picture[..], &record(0, 50, 0), &[1; 60_000]].concat(), false),
            ([&picture[..], &record(0, 50, 0), &[1; 70_000]].concat(), true),
            // Without room for its directory, no reader accepts the record.
            ([&picture[..10], &record(0, 50, 0), &picture].concat(), true),
            ([&picture[..], b"PK\x05\x06"].concat(), true),
        ] {
            for step in [1, 5, 21, 22, 23, 4_096, 1_000_000] {
                let mut read = Archive::default();
                file.chunks(step).for_each(|piece| read.push(piece));
                assert_eq!(read.finish().is_ok(), good, "{} bytes in pieces of {step}", file.len());
            }
        }
    }
}
