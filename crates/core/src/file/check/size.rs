//! The sizes that a picture may have.

use crate::file::record::Flaw;

/// The longest side of a picture, in pixels.
const MAX_SIDE: u32 = 20_000;

/// The largest photograph, in pixels. The finest sensor of a phone takes as many.
pub(super) const MAX_PHOTO: u64 = 200_000_000;
/// The largest PNG, in pixels. Phones write none that is larger. The number of bytes does not limit it, because a PNG
/// of one colour is small however many pixels it unpacks to.
pub(super) const MAX_PNG: u64 = 50_000_000;

/// The message about a picture that is too large.
pub const TOO_MANY_PIXELS: &str =
    "has too many pixels: a JPEG may have 200 million, a PNG 50 million, and a side 20,000";

/// The shortest side of a picture that is legible, in pixels.
const MIN_USABLE_SIDE: u32 = 200;

/// Refuses a picture whose size in pixels no ordinary program can show. Returns a flaw if it is too small to read.
pub(super) fn check_size(width: u32, height: u32, most: u64) -> Result<Option<Flaw>, &'static str> {
    if width == 0 || height == 0 {
        Err("says that it has no pixels")
    } else if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > most {
        Err(TOO_MANY_PIXELS)
    } else {
        Ok((width.min(height) < MIN_USABLE_SIDE).then_some(Flaw::UnusablePicture))
    }
}
