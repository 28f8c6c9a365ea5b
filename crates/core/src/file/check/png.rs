//! PNG (W3C): the walk over its chunks, each with its checksum, from the header to the end.

use super::size::{MAX_PNG, check_size};
use crate::file::check::tail::Tail;
use crate::file::record::Flaw;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const HEADER_LENGTH: u32 = 13;
/// The kind of colour that needs a palette, which has at most 256 colours of three bytes.
const INDEXED: u8 = 3;
const MAX_PALETTE: u32 = 3 * 256;

#[derive(Default)]
pub(super) struct Png {
    state: State,
    /// Bytes of the part that is being read: signature, length and type, header, checksum.
    part: Vec<u8>,
    checksum: crc32fast::Hasher,
    has_header: bool,
    /// Whether the data needs a palette, and none has come yet.
    needs_palette: bool,
    data: Data,
    /// The first two bytes of the data, which say how it is compressed.
    compression: Vec<u8>,
    flaw: Option<Flaw>,
    tail: Tail,
}

/// Progress within the data, whose chunks must be consecutive.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Data {
    #[default]
    Missing,
    Begun,
    Ended,
}

#[derive(Default, Clone, Copy)]
enum State {
    #[default]
    Signature,
    /// The length and the type of a chunk.
    Head,
    /// The data of a chunk, with the number of bytes left.
    Data([u8; 4], u32),
    Checksum([u8; 4]),
    End,
}

impl Png {
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            match self.state {
                State::Signature => {
                    if self.gather(&mut bytes, SIGNATURE.len()).is_some() {
                        self.state = State::Head;
                    }
                }
                State::Head => {
                    if let Some(head) = self.gather(&mut bytes, 8) {
                        self.begin(&head)?;
                    }
                }
                State::Data(kind, left) => {
                    let (data, rest) = bytes.split_at(bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
                    self.checksum.update(data);
                    match &kind {
                        b"IHDR" => self.part.extend_from_slice(data),
                        b"IDAT" => {
                            let missing = data.len().min(2 - self.compression.len());
                            self.compression.extend_from_slice(&data[..missing]);
                        }
                        _ => {}
                    }
                    bytes = rest;
                    let left = left - u32::try_from(data.len()).expect("no more than was left");
                    self.state = State::Data(kind, left);
                    if left == 0 {
                        self.end_data(kind)?;
                    }
                }
                State::Checksum(kind) => {
                    if let Some(stored) = self.gather(&mut bytes, 4) {
                        if std::mem::take(&mut self.checksum).finalize().to_be_bytes() != stored[..] {
                            return Err("has a wrong checksum");
                        }
                        self.state = if kind == *b"IEND" { State::End } else { State::Head };
                    }
                }
                State::End => {
                    self.tail.push(bytes);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Option<Flaw>, &'static str> {
        if !matches!(self.state, State::End) {
            return Err("is cut off");
        }
        self.tail.finish().map(|()| self.flaw)
    }

    /// Returns `wanted` bytes once they have arrived.
    fn gather(&mut self, bytes: &mut &[u8], wanted: usize) -> Option<Vec<u8>> {
        let (taken, rest) = bytes.split_at(bytes.len().min(wanted - self.part.len()));
        self.part.extend_from_slice(taken);
        *bytes = rest;
        (self.part.len() == wanted).then(|| std::mem::take(&mut self.part))
    }

    fn begin(&mut self, head: &[u8]) -> Result<(), &'static str> {
        let length = u32::from_be_bytes(head[..4].try_into().expect("four bytes"));
        let kind: [u8; 4] = head[4..].try_into().expect("four bytes");
        if length > i32::MAX.unsigned_abs() || !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err("has a chunk that is none");
        }
        match &kind {
            b"IHDR" if self.has_header || length != HEADER_LENGTH => return Err("has a wrong header"),
            b"IHDR" => self.has_header = true,
            _ if !self.has_header => return Err("does not begin with its header"),
            b"IDAT" if self.needs_palette => return Err("has no palette"),
            b"IDAT" if self.data == Data::Ended => return Err("has its data in several places"),
            b"IEND" if self.data == Data::Missing || length != 0 => return Err("ends without a picture"),
            b"acTL" => return Err("is animated"),
            b"PLTE" if length % 3 != 0 || !(3..=MAX_PALETTE).contains(&length) => return Err("has a wrong palette"),
            b"PLTE" => self.needs_palette = false,
            b"IDAT" | b"IEND" => {}
            // Upper case: a program that does not know the chunk cannot show the picture.
            _ if kind[0].is_ascii_uppercase() => return Err("has a chunk that no program knows"),
            _ => {}
        }
        match (kind == *b"IDAT", self.data) {
            (true, _) => self.data = Data::Begun,
            (false, Data::Begun) => {
                self.data = Data::Ended;
                check_compression(&self.compression)?;
            }
            _ => {}
        }
        self.checksum.update(&kind);
        self.state = State::Data(kind, length);
        if length == 0 { self.end_data(kind) } else { Ok(()) }
    }

    fn end_data(&mut self, kind: [u8; 4]) -> Result<(), &'static str> {
        self.state = State::Checksum(kind);
        if kind != *b"IHDR" {
            return Ok(());
        }
        let header = std::mem::take(&mut self.part);
        let side = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().expect("four bytes"));
        self.flaw = check_size(side(0), side(4), MAX_PNG)?;
        let (depth, colour) = (header[8], header[9]);
        self.needs_palette = colour == INDEXED;
        let depths: &[u8] = match colour {
            0 => &[1, 2, 4, 8, 16],
            INDEXED => &[1, 2, 4, 8],
            2 | 4 | 6 => &[8, 16],
            _ => &[],
        };
        if depths.contains(&depth) && header[10] == 0 && header[11] == 0 && header[12] <= 1 {
            Ok(())
        } else {
            Err("has a wrong header")
        }
    }
}

/// Refuses data without a valid zlib header (RFC 1950, 2.2): with the method, a window of at most 32 KiB, no
/// preset dictionary, and a checksum.
fn check_compression(header: &[u8]) -> Result<(), &'static str> {
    match header {
        [method, flags]
            if method & 0x0f == 8
                && method >> 4 <= 7
                && flags & 0x20 == 0
                && u16::from_be_bytes([*method, *flags]).is_multiple_of(31) =>
        {
            Ok(())
        }
        _ => Err("has data that is not compressed as it must be"),
    }
}
