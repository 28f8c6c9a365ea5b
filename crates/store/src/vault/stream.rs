//! Streaming encryption: AES-256-GCM-HKDF in segments of 64 KiB. This is the format of Tink's `AES256_GCM_HKDF`, which
//! other programs can open as well.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, rand};

use super::SecretKey;
use super::cell::CannotOpen;

/// A sealed segment, tag included.
const SEGMENT: u64 = 64 * 1_024;
const TAG: u64 = 16;
const SALT: usize = 32;
const PREFIX: usize = 7;
/// The header: its own length, salt, nonce prefix.
pub const HEADER: usize = 1 + SALT + PREFIX;

/// Seals and opens the segments of one content.
struct Segments {
    key: LessSafeKey,
    prefix: [u8; PREFIX],
}

impl Segments {
    fn new(key: &SecretKey, salt: &[u8], prefix: [u8; PREFIX], associated: &[u8]) -> Self {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(key.expose());
        let info = [associated];
        let okm = prk.expand(&info, &AES_256_GCM).expect("HKDF gives as many bytes as a key has");
        Self { key: LessSafeKey::new(UnboundKey::from(okm)), prefix }
    }

    fn nonce(&self, number: u32, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
        nonce[PREFIX + 4] = last.into();
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Seals a content as it arrives.
pub struct Sealer {
    segments: Segments,
    number: u32,
    /// The part of the current segment that has arrived so far.
    plain: Vec<u8>,
}

impl Sealer {
    /// Returns a sealer, and the header that precedes all segments.
    #[must_use]
    pub fn new(key: &SecretKey, associated: &[u8]) -> (Self, [u8; HEADER]) {
        let mut header = [0; HEADER];
        rand::fill(&mut header).expect("the system gives randomness");
        header[0] = u8::try_from(HEADER).expect("forty");
        let (salt, prefix) = header[1..].split_at(SALT);
        let segments = Segments::new(key, salt, prefix.try_into().expect("seven bytes"), associated);
        (Self { segments, number: 0, plain: Vec::with_capacity(to_usize(SEGMENT)) }, header)
    }

    /// Seals the next bytes, and passes on every segment that they complete.
    pub fn push(&mut self, mut bytes: &[u8], mut take: impl FnMut(Vec<u8>)) {
        while !bytes.is_empty() {
            let room = to_usize(capacity(self.number.into()));
            // A full segment may be the last one. Only the next byte tells.
            if self.plain.len() == room {
                take(self.seal(false));
                continue;
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(room - self.plain.len()));
            self.plain.extend_from_slice(taken);
            bytes = rest;
        }
    }

    /// Returns the last segment.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.seal(true)
    }

    fn seal(&mut self, last: bool) -> Vec<u8> {
        let mut segment = std::mem::replace(&mut self.plain, Vec::with_capacity(to_usize(SEGMENT)));
        let nonce = self.segments.nonce(self.number, last);
        self.segments
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut segment)
            .expect("segments are far smaller than what AES-GCM can seal");
        self.number += 1;
        segment
    }
}

/// Opens single segments of a content whose length is known.
pub struct Opener {
    segments: Segments,
    length: u64,
}

impl Opener {
    /// An opener for a content of `length` bytes. Fails unless the header has our format.
    pub fn new(key: &SecretKey, associated: &[u8], header: &[u8], length: u64) -> Result<Self, CannotOpen> {
        let header: &[u8; HEADER] = header.try_into().map_err(|_| CannotOpen)?;
        if usize::from(header[0]) != HEADER {
            return Err(CannotOpen);
        }
        let (salt, prefix) = header[1..].split_at(SALT);
        Ok(Self { segments: Segments::new(key, salt, prefix.try_into().expect("seven bytes"), associated), length })
    }

    /// Opens a segment. Fails if it was altered, cut or exchanged, or belongs elsewhere.
    pub fn open(&self, number: u64, mut segment: Vec<u8>) -> Result<Vec<u8>, CannotOpen> {
        let last = number == last_segment(self.length);
        let nonce = self.segments.nonce(u32::try_from(number).map_err(|_| CannotOpen)?, last);
        let opened = self.segments.key.open_in_place(nonce, Aad::empty(), &mut segment).map_err(|_| CannotOpen)?.len();
        segment.truncate(opened);
        Ok(segment)
    }
}

/// The number of plain bytes in a full segment.
fn capacity(number: u64) -> u64 {
    let header = if number == 0 { HEADER as u64 } else { 0 };
    SEGMENT - TAG - header
}

/// The segment that holds a plain byte, and the byte's offset in it.
#[must_use]
pub fn locate(offset: u64) -> (u64, u64) {
    match offset.checked_sub(capacity(0)) {
        None => (0, offset),
        Some(rest) => (1 + rest / capacity(1), rest % capacity(1)),
    }
}

/// The number of the last segment of a content of `length` bytes.
#[must_use]
pub fn last_segment(length: u64) -> u64 {
    locate(length.saturating_sub(1)).0
}

/// Where a segment is in the sealed content: offset and length.
#[must_use]
pub fn extent(number: u64, length: u64) -> (u64, u64) {
    let offset = if number == 0 { HEADER as u64 } else { number * SEGMENT };
    let end = if number == last_segment(length) { sealed_length(length) } else { (number + 1) * SEGMENT };
    (offset, end - offset)
}

/// The sealed length of a content of `length` bytes.
#[must_use]
pub fn sealed_length(length: u64) -> u64 {
    HEADER as u64 + length + TAG * (last_segment(length) + 1)
}

fn to_usize(length: u64) -> usize {
    usize::try_from(length).expect("segments fit into memory")
}

#[cfg(test)]
mod tests {
    use aead_stream::{DecryptorBE32, EncryptorBE32};
    use aes_gcm::{Aes256Gcm, KeyInit as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const ASSOCIATED: &[u8] = b"environment, account, file";

    fn key() -> SecretKey {
        SecretKey::from_slice(&[7; 32]).expect("32 bytes")
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at * 31 % 251).expect("below 251")).collect()
    }

    fn seal(plain: &[u8]) -> Vec<u8> {
        let (mut sealer, header) = Sealer::new(&key(), ASSOCIATED);
        let mut sealed = header.to_vec();
        for piece in plain.chunks(10_007) {
            sealer.push(piece, |segment| sealed.extend(segment));
        }
        sealed.extend(sealer.finish());
        sealed
    }

    fn open(sealed: &[u8], length: u64) -> Result<Vec<u8>, CannotOpen> {
        open_with(key().expose(), ASSOCIATED, sealed, length)
    }

    fn open_with(key: &[u8], associated: &[u8], sealed: &[u8], length: u64) -> Result<Vec<u8>, CannotOpen> {
        let key = SecretKey::from_slice(key).expect("32 bytes");
        let opener = Opener::new(&key, associated, sealed.get(..HEADER).ok_or(CannotOpen)?, length)?;
        let mut plain = Vec::new();
        for number in 0..=last_segment(length) {
            let (offset, bytes) = extent(number, length);
            let (from, to) = (to_usize(offset), to_usize(offset + bytes));
            plain.extend(opener.open(number, sealed.get(from..to).ok_or(CannotOpen)?.to_vec())?);
        }
        if sealed.len() as u64 == sealed_length(length) { Ok(plain) } else { Err(CannotOpen) }
    }

    /// The key that an independent implementation derives: HKDF and STREAM of RustCrypto.
    fn independent_key(header: &[u8]) -> (Aes256Gcm, [u8; PREFIX]) {
        let mut derived = [0; 32];
        ::hkdf::Hkdf::<sha2::Sha256>::new(Some(&header[1..33]), key().expose())
            .expand(ASSOCIATED, &mut derived)
            .expect("32 bytes");
        (Aes256Gcm::new(&derived.into()), header[33..40].try_into().expect("seven bytes"))
    }

    fn sizes() -> Vec<usize> {
        let first = to_usize(capacity(0));
        let second = first + to_usize(capacity(1));
        let mut sizes: Vec<_> = [0, 1, 2, first, second, second + to_usize(capacity(1))]
            .iter()
            .flat_map(|size| [size.saturating_sub(1), *size, size + 1])
            .collect();
        sizes.extend((sizes.len()..500).map(|at| at * at % 200_003));
        sizes
    }

    #[test]
    fn five_hundred_sizes_match_an_independent_implementation_in_both_directions() {
        for size in sizes() {
            let (plain, length) = (content(size), size as u64);
            let sealed = seal(&plain);
            assert_eq!(sealed.len() as u64, sealed_length(length), "{size}");
            assert_eq!(open(&sealed, length).as_deref(), Ok(&plain[..]), "{size}");

            let (cipher, prefix) = independent_key(&sealed);
            let mut decryptor = DecryptorBE32::from_aead(cipher.clone(), &prefix.into());
            let mut encryptor = EncryptorBE32::from_aead(cipher, &prefix.into());
            let (mut theirs, mut again) = (Vec::new(), sealed[..HEADER].to_vec());
            for number in 0..last_segment(length) {
                let (offset, bytes) = extent(number, length);
                let segment = &sealed[to_usize(offset)..to_usize(offset + bytes)];
                let opened = decryptor.decrypt_next(segment).expect("they open it");
                again.extend(encryptor.encrypt_next(&opened[..]).expect("they seal it"));
                theirs.extend(opened);
            }
            let (offset, _) = extent(last_segment(length), length);
            let opened = decryptor.decrypt_last(&sealed[to_usize(offset)..]).expect("they open the last");
            again.extend(encryptor.encrypt_last(&opened[..]).expect("they seal the last"));
            theirs.extend(opened);
            assert!(theirs == plain && again == sealed, "{size}");
        }
    }

    #[test]
    fn content_sealed_by_tink_opens() {
        for line in include_str!("../../tests/vectors/tink-aes256-gcm-hkdf-64k.txt").lines() {
            let parts: Vec<_> = line.split_whitespace().collect();
            let [secret, associated, length, sealed] = parts[..] else { panic!("four parts") };
            let unbase64 = |text: &str| STANDARD.decode(text).expect("base64");
            let length: usize = length.parse().expect("a number");
            let opened = open_with(&unbase64(secret), &unbase64(associated), &unbase64(sealed), length as u64);
            assert_eq!(opened, Ok(content(length)), "{length}");
        }
    }

    #[test]
    fn a_thousand_manipulations_are_refused() {
        let plain = content(200_000);
        let (sealed, length) = (seal(&plain), plain.len() as u64);
        assert!(open(&sealed, length).is_ok());
        let mut state = 1_u64;
        let mut number = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).expect("31 bits") % below
        };
        for attempt in 0..1_000 {
            let mut altered = sealed.clone();
            match attempt % 5 {
                0 => {
                    let at = number(altered.len());
                    altered[at] ^= 1 << number(8);
                }
                1 => altered.truncate(number(sealed.len())),
                2 => altered.extend(content(1 + number(100))),
                3 => {
                    // Two whole segments change places.
                    let (from, to) = (to_usize(SEGMENT), to_usize(2 * SEGMENT));
                    let size = to_usize(SEGMENT);
                    let (left, right) = altered.split_at_mut(to);
                    left[from..].swap_with_slice(&mut right[..size]);
                }
                _ => {
                    // A segment of another content under the same key has another salt.
                    let other = seal(&plain);
                    let from = to_usize(SEGMENT) * (1 + number(2));
                    altered[from..from + to_usize(SEGMENT)].copy_from_slice(&other[from..from + to_usize(SEGMENT)]);
                }
            }
            assert!(altered == sealed || open(&altered, length).is_err(), "{attempt}");
        }
        // A content cut at the border of a segment is not the whole content.
        assert!(open(&sealed[..to_usize(2 * SEGMENT)], capacity(0) + capacity(1)).is_err());
        let elsewhere = Opener::new(&key(), b"another file", &sealed[..HEADER], length).expect("a header");
        let (offset, bytes) = extent(0, length);
        assert!(elsewhere.open(0, sealed[to_usize(offset)..to_usize(offset + bytes)].to_vec()).is_err());
    }
}
