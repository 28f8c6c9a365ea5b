//! How large a picture may be.

use crate::file::record::Flaw;

/// The longest side of a picture, in pixels.
const MAX_SIDE: u32 = 20_000;

/// The largest photograph, in pixels: what the finest sensor of a phone takes.
pub(super) const MAX_PHOTO: u64 = 200_000_000;
/// The largest PNG, in pixels: phones write none that is larger, and one of a single colour is small however many
/// pixels it unpacks to.
pub(super) const MAX_PNG: u64 = 50_000_000;

/// What is said of a picture that is too large.
pub const TOO_MANY_PIXELS: &str =
    "has too many pixels: a JPEG may have 200 million, a PNG 50 million, and a side 20,000";

/// The shortest side of a picture on which somebody can read something, in pixels.
const MIN_USABLE_SIDE: u32 = 200;

/// Refuses a picture that no ordinary program can show, by its size in pixels, and says whether somebody can read it.
pub(super) fn check_size(width: u32, height: u32, most: u64) -> Result<Option<Flaw>, &'static str> {
    if width == 0 || height == 0 {
        Err("says that it has no pixels")
    } else if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > most {
        Err(TOO_MANY_PIXELS)
    } else {
        Ok((width.min(height) < MIN_USABLE_SIDE).then_some(Flaw::UnusablePicture))
    }
}
