//! Checks an uploaded file by its content alone, in one pass and constant memory. It must be a picture or a PDF whose
//! structure is valid from start to end. Nothing is decoded. A file that only starts like a picture or a PDF is
//! refused, and so is one that carries another file after its end.

mod jpeg;
mod pdf;
mod png;
mod size;
mod tail;

pub use size::TOO_MANY_PIXELS;

use crate::file::record::{Flaw, MediaType};

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file is of another type, which is named if it is well known.
    #[error("the file is not of an accepted type")]
    OtherType(Option<&'static str>),
    /// The file starts like an accepted type, but is incomplete or invalid.
    #[error("the {} {why}", .of.name())]
    Damaged {
        /// The type that it starts like.
        of: MediaType,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// The result for a whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The type of the file.
    pub media_type: MediaType,
    /// Why the file cannot be evidence; `None` if it can.
    pub flaw: Option<Flaw>,
}

/// Other types that people upload, so that the response can name what was sent: offset, bytes at that offset, name.
const WELL_KNOWN: &[(usize, &[u8], &str)] = &[
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypheix", "a HEIC picture"),
    (4, b"ftyphevc", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftypmsf1", "a HEIF picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"PK\x03\x04", "a ZIP archive or an Office document"),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document"),
    (0, b"<svg", "an SVG picture"),
    (0, b"<?xml", "an XML document"),
    (0, b"<!DOCTYPE", "an HTML document"),
    (0, b"<html", "an HTML document"),
];

/// This many bytes are enough to recognise every type except PDF.
const HEAD: usize = 12;

/// The header of a PDF starts within this many bytes.
const HEAD_OF_PDF: usize = pdf::MAX_BEFORE + pdf::SIGNATURE.len();

/// A check in progress.
#[derive(Default)]
pub struct Check {
    head: Vec<u8>,
    of: Option<Structure>,
    archive: tail::Archive,
}

enum Structure {
    Jpeg(jpeg::Jpeg),
    Png(png::Png),
    Pdf(pdf::Pdf),
}

impl Check {
    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// A [`Fault`] as soon as it is certain.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if self.of.is_some() {
            return self.forward(bytes);
        }
        let missing = HEAD_OF_PDF.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        if self.head.len() >= HEAD {
            self.decide(self.head.len() == HEAD_OF_PDF)?;
        }
        if self.of.is_some() { self.forward(&bytes[missing..]) } else { Ok(()) }
    }

    /// Ends the file, and returns its type and its flaw.
    ///
    /// # Errors
    ///
    /// A [`Fault`] if the file is refused.
    pub fn finish(mut self) -> Result<Checked, Fault> {
        if self.of.is_none() {
            if self.head.is_empty() {
                return Err(Fault::Empty);
            }
            self.decide(true)?;
        }
        let of = self.media_type().ok_or(Fault::OtherType(None))?;
        let whole = match self.of {
            Some(Structure::Jpeg(jpeg)) => jpeg.finish(),
            Some(Structure::Png(png)) => png.finish(),
            Some(Structure::Pdf(pdf)) => pdf.finish(),
            None => Ok(None),
        };
        let whole = whole.and_then(|flaw| self.archive.finish().map(|()| flaw));
        whole.map(|flaw| Checked { media_type: of, flaw }).map_err(|why| Fault::Damaged { of, why })
    }

    fn media_type(&self) -> Option<MediaType> {
        self.of.as_ref().map(|structure| match structure {
            Structure::Jpeg(_) => MediaType::Jpeg,
            Structure::Png(_) => MediaType::Png,
            Structure::Pdf(_) => MediaType::Pdf,
        })
    }

    /// Decides the type from the bytes so far, if they suffice. With `is_last` the file is refused if they do not.
    fn decide(&mut self, is_last: bool) -> Result<(), Fault> {
        let head = &self.head;
        let mut begin = 0;
        let of = if head.starts_with(jpeg::SIGNATURE) {
            Structure::Jpeg(jpeg::Jpeg::default())
        } else if head.starts_with(png::SIGNATURE) {
            Structure::Png(png::Png::default())
        } else {
            let known = WELL_KNOWN.iter().find(|(at, magic, _)| {
                head.get(*at..at + magic.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(magic))
            });
            if let Some((_, _, name)) = known {
                return Err(Fault::OtherType(Some(name)));
            }
            match memchr::memmem::find(head, pdf::SIGNATURE) {
                Some(at) => begin = at,
                None if is_last => return Err(Fault::OtherType(None)),
                None => return Ok(()),
            }
            // The bytes before a PDF must not be another file.
            if begin > 0 && tail::check_beginning(&head[..begin]).is_err() {
                return Err(Fault::OtherType(None));
            }
            Structure::Pdf(pdf::Pdf::new(begin))
        };
        self.of = Some(of);
        let head = std::mem::take(&mut self.head);
        self.archive.push(&head[..begin]);
        self.forward(&head[begin..])
    }

    fn forward(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.archive.push(bytes);
        let good = match &mut self.of {
            Some(Structure::Jpeg(jpeg)) => jpeg.push(bytes),
            Some(Structure::Png(png)) => png.push(bytes),
            Some(Structure::Pdf(pdf)) => {
                pdf.push(bytes);
                Ok(())
            }
            None => Ok(()),
        };
        match (good, self.media_type()) {
            (Err(why), Some(of)) => Err(Fault::Damaged { of, why }),
            _ => Ok(()),
        }
    }
}
