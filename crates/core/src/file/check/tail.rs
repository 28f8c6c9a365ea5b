//! What stands around a picture or a PDF, and what would make another file of it. Cameras, scanners and banks put a lot
//! behind the end: films, previews, padding.

use memchr::memmem;

/// So many of the first bytes are looked at.
const HEAD: usize = 1_024;
/// A reader of ZIP archives looks for the end record in the last 64 KiB and its own bytes.
const ZIP_END: usize = 64 * 1_024 + RECORD;
/// The end record of a ZIP archive, without its comment.
const RECORD: usize = 22;
const ZIP_END_SIGNATURE: &[u8] = b"PK\x05\x06";

/// What begins like this is a file of its own.
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
/// What has this near its beginning is a page or a program for one.
const PAGES: &[&[u8]] =
    &[b"<script", b"<html", b"<!doctype", b"<svg", b"<body", b"<head", b"<iframe", b"<img", b"<?php"];

/// Bytes behind the end, in one pass and constant memory.
#[derive(Default)]
pub(super) struct Tail {
    /// Its first bytes behind the padding.
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

/// Refuses bytes around a file that begin like a file of their own, behind padding and a byte order mark.
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

/// Looks through a whole file for the end of a ZIP archive: one that stands where readers look for it makes an archive
/// of any file.
#[derive(Default)]
pub(super) struct Archive {
    /// The last bytes, in which a record may begin.
    carry: Vec<u8>,
    length: usize,
    /// Where the newest record begins.
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

/// Where the last end record begins that a reader would take, in bytes that begin at a place of the file.
fn newest(bytes: &[u8], begins: usize) -> Option<usize> {
    let number = |at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes(four.try_into().expect("four")));
    let is_record = |at: &usize| {
        let (size, offset) = (number(at + 12), number(at + 16));
        // The directory stands before the record; of a large archive both are said elsewhere.
        let directory = u64::from(size) + u64::from(offset);
        at + RECORD <= bytes.len() && (directory <= (begins + at) as u64 || size == u32::MAX || offset == u32::MAX)
    };
    memmem::find_iter(bytes, ZIP_END_SIGNATURE).filter(is_record).last().map(|at| begins + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_refused_for_what_would_make_another_file_of_it_however_it_is_cut() {
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
    fn an_archive_is_found_wherever_its_reader_looks_however_the_file_is_cut() {
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
            // Where there is no room for its directory nobody takes it for one.
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
