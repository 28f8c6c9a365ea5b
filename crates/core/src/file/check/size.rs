//! How large a picture may be.

use crate::file::record::Flaw;

/// The longest side of a picture, in pixels.
const MAX_SIDE: u32 = 20_000;

/// The largest picture, in pixels.
const MAX_PIXELS: u64 = 50_000_000;

/// The shortest side of a picture on which somebody can read something, in pixels.
const MIN_USABLE_SIDE: u32 = 200;

/// Refuses a picture that no ordinary program can show, by its size in pixels, and says whether somebody can read it.
pub(super) fn check_size(width: u32, height: u32) -> Result<Option<Flaw>, &'static str> {
    if width == 0 || height == 0 {
        Err("says that it has no pixels")
    } else if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        Err("has more than 50 million pixels, or a side of more than 20,000")
    } else {
        Ok((width.min(height) < MIN_USABLE_SIDE).then_some(Flaw::UnusablePicture))
    }
}
