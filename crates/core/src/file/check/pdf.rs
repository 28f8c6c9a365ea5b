//! PDF (ISO 32000): its header near the beginning and its trailer near the end. What lies between is not parsed: no PDF
//! is ever rendered or run by this program.

use super::tail::check_beginning;

pub(super) const SIGNATURE: &[u8] = b"%PDF-";
/// Readers look for the header in this many bytes: byte order marks, mail headers and print tickets stand before it.
pub(super) const MAX_BEFORE: usize = 1_024;
/// Readers look for the trailer in this many bytes at the end,
const TRAILER: usize = 1_024;
/// and as many may stand behind it.
const MAX_BEHIND: usize = 1_024;
const KEPT: usize = TRAILER + MAX_BEHIND;
const CUT_OFF: &str = "is cut off, or has something behind its end";

#[derive(Default)]
pub(super) struct Pdf {
    head: Vec<u8>,
    tail: Vec<u8>,
    length: u64,
}

impl Pdf {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let missing = 8_usize.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.length += bytes.len() as u64;
        let kept = &bytes[bytes.len().saturating_sub(KEPT)..];
        self.tail.extend_from_slice(kept);
        // Not byte by byte, however the file comes.
        if self.tail.len() > 2 * KEPT {
            self.tail.drain(..self.tail.len() - KEPT);
        }
    }

    pub(super) fn finish(self) -> Result<(), &'static str> {
        let version = &self.head[SIGNATURE.len()..];
        if !matches!(version, [b'1' | b'2', b'.', b'0'..=b'9']) {
            return Err("has no version in its header");
        }
        let end = memchr::memmem::rfind(&self.tail, b"%%EOF").ok_or(CUT_OFF)?;
        let (trailer, behind) = (&self.tail[..end], &self.tail[end + b"%%EOF".len()..]);
        if self.tail.len() - end > MAX_BEHIND + b"%%EOF".len() {
            return Err(CUT_OFF);
        }
        check_beginning(behind)?;
        let trailer = &trailer[trailer.len().saturating_sub(TRAILER)..];
        let start = memchr::memmem::rfind(trailer, b"startxref").ok_or("has no cross-reference table")?;
        let offset = trailer[start + b"startxref".len()..].trim_ascii();
        let offset = std::str::from_utf8(offset).ok().and_then(|digits| digits.parse::<u64>().ok());
        match offset {
            Some(offset) if offset < self.length => Ok(()),
            _ => Err("has a cross-reference table outside of the file"),
        }
    }
}
