//! The sizes that a picture may have.

use crate::file::record::Flaw;

/// The longest side of a picture, in pixels.
const MAX_SIDE: u32 = 20_000;

/// The largest JPEG, in pixels: as many as the best sensor of a phone has.
pub(super) const MAX_PHOTO: u64 = 200_000_000;
/// The largest PNG, in pixels. No phone writes a larger one. The limit on bytes is not enough, because a PNG of one
/// colour is small however many pixels it unpacks to.
pub(super) const MAX_PNG: u64 = 50_000_000;

/// The message about a picture that is too large.
pub const TOO_MANY_PIXELS: &str =
    "has too many pixels: a JPEG may have 200 million, a PNG 50 million, and a side 20,000";

/// The shortest side of a picture that is legible, in pixels.
const MIN_USABLE_SIDE: u32 = 200;

/// Refuses a picture that has no pixels, or more than ordinary programs can show. Returns a flaw if it is too small to
/// be legible.
pub(super) fn check_size(width: u32, height: u32, most: u64) -> Result<Option<Flaw>, &'static str> {
    if width == 0 || height == 0 {
        Err("says that it has no pixels")
    } else if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > most {
        Err(TOO_MANY_PIXELS)
    } else {
        Ok((width.min(height) < MIN_USABLE_SIDE).then_some(Flaw::UnusablePicture))
    }
}
