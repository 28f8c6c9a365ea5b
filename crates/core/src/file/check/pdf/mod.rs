//! PDF (ISO 32000): the header near the start, the trailer near the end, and the cross-reference section that the
//! trailer points to. The rest is not parsed. This program never decompresses, renders or runs a PDF.

mod password;
mod scan;
mod syntax;

use crate::file::check::pdf::scan::{Encryption, Scan, Section};
use crate::file::check::tail::check_beginning;
use crate::file::record::Flaw;

pub(super) const SIGNATURE: &[u8] = b"%PDF-";
/// Readers look for the header in the first 1,024 bytes. Byte order marks, mail headers and print tickets may precede
/// it.
pub(super) const MAX_BEFORE: usize = 1_024;
/// Readers look for the trailer in the last 1,024 bytes.
const TRAILER: usize = 1_024;
/// How many bytes may follow the trailer.
const MAX_AFTER: usize = 1_024;
const KEPT: usize = TRAILER + MAX_AFTER;
const CUT_OFF: &str = "is cut off, or has something after its end";

pub(super) struct Pdf {
    head: Vec<u8>,
    tail: Vec<u8>,
    length: u64,
    /// Bytes before the header.
    before: u64,
    scan: Scan,
}

impl Pdf {
    /// A file with this many bytes before its header.
    pub(super) fn new(before: usize) -> Self {
        Self { head: Vec::new(), tail: Vec::new(), length: 0, before: before as u64, scan: Scan::default() }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let missing = 8_usize.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.length += bytes.len() as u64;
        let kept = &bytes[bytes.len().saturating_sub(KEPT)..];
        self.tail.extend_from_slice(kept);
        // Scan in larger pieces, even if the file arrives byte by byte.
        if self.tail.len() > 2 * KEPT {
            self.tail.drain(..self.tail.len() - KEPT);
        }
        self.scan.push(bytes);
    }

    pub(super) fn finish(mut self) -> Result<Option<Flaw>, &'static str> {
        let version = &self.head[SIGNATURE.len()..];
        if !matches!(version, [b'1' | b'2', b'.', b'0'..=b'9']) {
            return Err("has no version in its header");
        }
        let offset = self.offset()?;
        self.scan.finish();
        if self.scan.has_too_many {
            return Err("has too many cross-reference tables");
        }
        let section = self.section(offset).ok_or("has no cross-reference table where its end says")?;
        if !self.scan.has_page && !self.scan.hides_objects {
            return Err("has no page");
        }
        Ok((!self.opens(section)).then_some(Flaw::NeedsPassword))
    }

    /// The offset of the newest cross-reference section, as the end of the file says it.
    fn offset(&self) -> Result<u64, &'static str> {
        let end = memchr::memmem::rfind(&self.tail, b"%%EOF").ok_or(CUT_OFF)?;
        let (trailer, behind) = (&self.tail[..end], &self.tail[end + b"%%EOF".len()..]);
        if self.tail.len() - end > MAX_AFTER + b"%%EOF".len() {
            return Err(CUT_OFF);
        }
        check_beginning(behind)?;
        let trailer = &trailer[trailer.len().saturating_sub(TRAILER)..];
        let start = memchr::memmem::rfind(trailer, b"startxref").ok_or("has no cross-reference table")?;
        let offset = trailer[start + b"startxref".len()..].trim_ascii();
        let offset = std::str::from_utf8(offset).ok().and_then(|digits| digits.parse::<u64>().ok());
        // The offset counts from the header, or from the start of the file.
        offset
            .filter(|offset| *offset < self.before + self.length)
            .ok_or("has a cross-reference table outside of the file")
    }

    /// The section at an offset, or after the white space there.
    fn section(&self, offset: u64) -> Option<&Section> {
        let leads_to = |offset: u64, section: &Section| (section.at - section.gap..=section.at).contains(&offset);
        let is_meant = |section: &&Section| {
            leads_to(offset, section) || offset.checked_sub(self.before).is_some_and(|offset| leads_to(offset, section))
        };
        self.scan.sections.iter().rev().find(is_meant)
    }

    /// Whether the file opens without a password. An owner password only restricts what may be done with the file.
    fn opens(&self, section: &Section) -> bool {
        let handler = match &section.encryption {
            Encryption::None => return true,
            Encryption::Object(id) => self.scan.handler(*id),
            Encryption::Here(handler) => handler.as_ref(),
        };
        handler.is_some_and(|handler| handler.opens(&section.id))
    }
}
