//! JPEG (ITU-T T.81): the walk over its segments, from the start of the image to its end.

use super::size::{MAX_PHOTO, check_size};
use crate::file::check::tail::Tail;
use crate::file::record::Flaw;

/// Start of image, and the first byte of the next marker.
pub(super) const SIGNATURE: &[u8] = b"\xff\xd8\xff";
/// A progressive picture has about ten scans. Thousands are an attack on decoders.
const MAX_SCANS: u32 = 200;
/// The most stray bytes between segments. Some cameras leave a few, and every viewer skips them.
const MAX_STRAY: u32 = 4 * 1_024;

#[derive(Default)]
pub(super) struct Jpeg {
    state: State,
    has_frame: bool,
    flaw: Option<Flaw>,
    scans: u32,
    stray: u32,
    tail: Tail,
}

#[derive(Default, Clone, Copy)]
enum State {
    /// At the first byte of the file.
    #[default]
    Start,
    /// At the second byte of the file.
    StartCode,
    /// At the start of a marker.
    Marker,
    /// After the 0xFF of a marker.
    Code,
    /// In the two bytes of a segment's length, with the marker and the first of them, if it was read.
    Length(u8, Option<u8>),
    /// In a segment, with its marker, the bytes left, the bytes seen (`at` stops at 5) and the first five of them.
    Segment { marker: u8, left: usize, at: usize, frame: [u8; 5] },
    /// In entropy-coded data.
    Scan,
    /// After a 0xFF in entropy-coded data.
    ScanCode,
    /// After the end of the image.
    End,
}

impl Jpeg {
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while let Some(&byte) = bytes.first() {
            if matches!(self.state, State::End) {
                self.tail.push(bytes);
                return Ok(());
            }
            // Skip long parts at once instead of byte by byte.
            let skipped = match &mut self.state {
                State::Segment { left, at, .. } if *at >= 5 => {
                    let skipped = bytes.len().min(*left);
                    *left -= skipped;
                    skipped
                }
                State::Scan => memchr::memchr(0xff, bytes).unwrap_or(bytes.len()),
                _ => 0,
            };
            if skipped > 0 {
                bytes = &bytes[skipped..];
                if let State::Segment { marker, left: 0, frame, .. } = self.state {
                    self.end_segment(marker, frame)?;
                }
                continue;
            }
            self.step(byte)?;
            bytes = &bytes[1..];
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Option<Flaw>, &'static str> {
        match self.state {
            State::End => self.tail.finish().map(|()| self.flaw),
            _ => Err("is cut off"),
        }
    }

    fn step(&mut self, byte: u8) -> Result<(), &'static str> {
        self.state = match self.state {
            State::Start if byte == 0xff => State::StartCode,
            State::StartCode if byte == 0xd8 => State::Marker,
            State::Start | State::StartCode => return Err("has no start of image"),
            State::Marker if byte == 0xff => State::Code,
            State::Marker => self.stray(1)?,
            State::Code if byte == 0 => self.stray(2)?,
            State::Code => self.marker(byte)?,
            State::Length(marker, None) => State::Length(marker, Some(byte)),
            State::Length(marker, Some(high)) => match usize::from(u16::from_be_bytes([high, byte])).checked_sub(2) {
                None => return Err("has a segment of impossible length"),
                Some(0) => {
                    self.end_segment(marker, [0; 5])?;
                    self.state
                }
                Some(left) => State::Segment { marker, left, at: 0, frame: [0; 5] },
            },
            State::Segment { marker, left, at, mut frame } => {
                if let Some(place) = frame.get_mut(at) {
                    *place = byte;
                }
                match left - 1 {
                    0 => {
                        self.end_segment(marker, frame)?;
                        self.state
                    }
                    left => State::Segment { marker, left, at: at + 1, frame },
                }
            }
            State::Scan if byte == 0xff => State::ScanCode,
            State::Scan => State::Scan,
            State::ScanCode => match byte {
                0x00 | 0xd0..=0xd7 => State::Scan,
                // Fill bytes may precede any marker.
                0xff => State::ScanCode,
                _ => self.marker(byte)?,
            },
            State::End => State::End,
        };
        Ok(())
    }

    fn marker(&mut self, code: u8) -> Result<State, &'static str> {
        match code {
            // Fill bytes may precede any marker.
            0xff => Ok(State::Code),
            // A marker for arithmetic coding, which has no length.
            0x01 if self.scans == 0 => Ok(State::Marker),
            0xd9 if self.has_frame && self.scans > 0 => Ok(State::End),
            0xd9 => Err("ends without a picture"),
            0x00..=0xbf | 0xc8 | 0xd0..=0xd8 | 0xf0..=0xfd => Err("has an unknown segment"),
            _ => Ok(State::Length(code, None)),
        }
    }

    fn end_segment(&mut self, marker: u8, frame: [u8; 5]) -> Result<(), &'static str> {
        self.state = State::Marker;
        match marker {
            // Start of frame: precision, height, width.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [precision, high, low, wide, narrow] = frame;
                // Baseline, extended and progressive. Ordinary programs show no lossless, arithmetic or finer coding.
                if !matches!(marker, 0xc0..=0xc2) || precision != 8 {
                    return Err("has a coding that no ordinary program shows");
                }
                let (width, height) = (u16::from_be_bytes([wide, narrow]), u16::from_be_bytes([high, low]));
                self.flaw = check_size(width.into(), height.into(), MAX_PHOTO)?;
                self.has_frame = true;
            }
            // Start of scan.
            0xda => {
                self.scans += 1;
                if !self.has_frame {
                    return Err("has a scan before its frame");
                }
                if self.scans > MAX_SCANS {
                    return Err("has too many scans");
                }
                self.state = State::Scan;
            }
            _ => {}
        }
        Ok(())
    }

    fn stray(&mut self, bytes: u32) -> Result<State, &'static str> {
        self.stray += bytes;
        if self.stray > MAX_STRAY { Err("has something between its segments") } else { Ok(State::Marker) }
    }
}
