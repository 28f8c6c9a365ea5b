//! PDF (ISO 32000): its header at the very beginning and its trailer at the very end. What lies between is not parsed:
//! no PDF is ever rendered or run by this program.

pub(super) const SIGNATURE: &[u8] = b"%PDF-";
/// Readers look for the trailer in this many bytes at the end.
const TRAILER: usize = 1_024;
/// White space behind the end, a few of which many writers leave.
const MAX_PADDING: usize = 64;

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
        let kept = &bytes[bytes.len().saturating_sub(TRAILER)..];
        let surplus = (self.tail.len() + kept.len()).saturating_sub(TRAILER);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(kept);
    }

    pub(super) fn finish(self) -> Result<(), &'static str> {
        let version = &self.head[SIGNATURE.len()..];
        if !matches!(version, [b'1' | b'2', b'.', b'0'..=b'9']) {
            return Err("has no version in its header");
        }
        let white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0c | 0);
        let end = self.tail.iter().rposition(|byte| !white(byte)).map_or(0, |last| last + 1);
        if self.tail.len() - end > MAX_PADDING {
            return Err("is cut off, or has something behind its end");
        }
        let trailer = self.tail[..end].strip_suffix(b"%%EOF").ok_or("is cut off, or has something behind its end")?;
        let start = memchr::memmem::rfind(trailer, b"startxref").ok_or("has no cross-reference table")?;
        let offset = trailer[start + b"startxref".len()..].trim_ascii();
        let offset = std::str::from_utf8(offset).ok().and_then(|digits| digits.parse::<u64>().ok());
        match offset {
            Some(offset) if offset < self.length => Ok(()),
            _ => Err("has a cross-reference table outside of the file"),
        }
    }
}
