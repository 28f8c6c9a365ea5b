//! The decoder of sealed content never panics, whatever is on the disk, and content that was not sealed never opens.
#![no_main]

use libfuzzer_sys::fuzz_target;

/// The vault's own files, without the engines around them.
#[allow(dead_code, unreachable_pub)]
#[path = "."]
mod vault {
    #[path = "../../crates/store/src/vault/cell.rs"]
    pub mod cell;
    #[path = "../../crates/store/src/vault/key.rs"]
    mod key;
    #[path = "../../crates/store/src/vault/midstates.rs"]
    mod midstates;
    #[path = "../../crates/store/src/vault/stream.rs"]
    pub mod stream;

    pub use key::SecretKey;
    use midstates::Midstates;
}

use vault::SecretKey;
use vault::stream::{HEADER, Opener, Sealer, extent, last_segment, sealed_length};

fn open(key: &SecretKey, sealed: &[u8], length: u64) -> Option<Vec<u8>> {
    let opener = Opener::new(key, b"place", sealed.get(..HEADER)?, length).ok()?;
    let mut plain = Vec::new();
    for number in 0..=last_segment(length) {
        let (offset, bytes) = extent(number, length);
        let (from, to) = (usize::try_from(offset).ok()?, usize::try_from(offset + bytes).ok()?);
        plain.extend(opener.open(number, sealed.get(from..to)?.to_vec()).ok()?);
    }
    (sealed.len() as u64 == sealed_length(length)).then_some(plain)
}

fuzz_target!(|input: (&[u8], u16, u8, u64)| {
    let (content, at, flip, length) = input;
    let key = SecretKey::from_slice(&[9; 32]).expect("32 bytes");
    // Content that was never sealed.
    let claimed = length % 1_000_000;
    assert!(content.len() < HEADER || open(&key, content, claimed).is_none());
    // What was sealed, and then altered in one byte, or claimed to be of another length.
    let (mut sealer, header) = Sealer::new(&key, b"place");
    let mut sealed = header.to_vec();
    // Some contents have several segments.
    let content = content.repeat(1 + usize::from(at % 512));
    sealer.push(&content, |segment| sealed.extend(segment));
    sealed.extend(sealer.finish());
    let length = content.len() as u64;
    assert_eq!(open(&key, &sealed, length).as_deref(), Some(&content[..]));
    assert!(claimed == length || open(&key, &sealed, claimed).is_none());
    if flip != 0 {
        let at = usize::from(at) * 7 % sealed.len();
        sealed[at] ^= flip;
        assert!(open(&key, &sealed, length).is_none());
    }
});
