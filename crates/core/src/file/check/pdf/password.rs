//! Whether a PDF opens without a password: the standard security handler (ISO 32000-2, 7.6.4) with an empty user
//! password. The key is not used to decrypt anything.

use aes::Aes128;
use cbc::Encryptor;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use md5::Md5;
use rc4::{KeyInit as _, Rc4, StreamCipher as _};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::file::check::pdf::syntax::{Dictionary, Value};

/// The padding of a password that is shorter than 32 bytes. The empty password is padding only.
const PADDING: [u8; 32] = *b"\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\
                             \x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a";

/// The members of an encryption dictionary of the standard handler that concern passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handler {
    revision: i64,
    /// Bytes of the key.
    length: usize,
    permissions: u32,
    encrypts_metadata: bool,
    owner: Vec<u8>,
    user: Vec<u8>,
}

impl Handler {
    /// `None` if the dictionary is of another handler, or cannot be read.
    pub(super) fn read(dictionary: &Dictionary<'_>) -> Option<Self> {
        if dictionary.get(b"Filter") != Some(&Value::Name(b"Standard")) {
            return None;
        }
        let text = |name: &[u8]| dictionary.text(name).map(<[u8]>::to_vec);
        // Negative in most files: the upper bits of 32 are set.
        let permissions = dictionary.number(b"P")? & i64::from(u32::MAX);
        Some(Self {
            revision: dictionary.number(b"R")?,
            length: dictionary.number(b"Length").and_then(|bits| usize::try_from(bits / 8).ok()).unwrap_or(5),
            permissions: u32::try_from(permissions).ok()?,
            encrypts_metadata: dictionary.get(b"EncryptMetadata") != Some(&Value::Word(b"false")),
            owner: text(b"O")?,
            user: text(b"U")?,
        })
    }

    /// Whether the empty user password opens the file with this first identifier.
    pub(super) fn opens(&self, id: &[u8]) -> bool {
        match self.revision {
            2 => self.user == encrypted(&self.key(id, 5), PADDING.to_vec(), 0..1),
            // Some writers omit the length of the key, or put it elsewhere.
            3 | 4 => [self.length, 16, 5].into_iter().filter(|length| (5..=16).contains(length)).any(|length| {
                let hash = Md5::new().chain_update(PADDING).chain_update(id).finalize();
                let expected = encrypted(&self.key(id, length), hash.to_vec(), 0..20);
                self.user.get(..16) == Some(&expected)
            }),
            5 => self.is_hash(|salt| Sha256::digest(salt).to_vec()),
            6 => self.is_hash(strong_hash),
            _ => false,
        }
    }

    /// The file's key for the empty password (algorithm 2).
    fn key(&self, id: &[u8], length: usize) -> Vec<u8> {
        let mut hash = Md5::new().chain_update(PADDING).chain_update(self.owner.get(..32).unwrap_or(&self.owner));
        hash.update(self.permissions.to_le_bytes());
        hash.update(id);
        if self.revision >= 4 && !self.encrypts_metadata {
            hash.update([0xff; 4]);
        }
        let mut key = hash.finalize().to_vec();
        key.truncate(length);
        for _ in 0..if self.revision >= 3 { 50 } else { 0 } {
            key = Md5::digest(&key).to_vec();
            key.truncate(length);
        }
        key
    }

    /// Whether the empty password with its salt has the stored hash (algorithm 11).
    fn is_hash(&self, hash: impl Fn(&[u8]) -> Vec<u8>) -> bool {
        match (self.user.get(..32), self.user.get(32..40)) {
            (Some(expected), Some(salt)) => hash(salt) == expected,
            _ => false,
        }
    }
}

/// These bytes, encrypted once with each of these variants of a key (algorithms 4 and 5).
fn encrypted(key: &[u8], mut bytes: Vec<u8>, rounds: std::ops::Range<u8>) -> Vec<u8> {
    for round in rounds {
        let key: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
        // No key is empty.
        if let Ok(mut cipher) = Rc4::new_from_slice(&key) {
            cipher.apply_keystream(&mut bytes);
        }
    }
    bytes
}

/// The hash of revision 6 (algorithm 2.B) of the empty password.
fn strong_hash(salt: &[u8]) -> Vec<u8> {
    let (mut hash, mut round, mut last) = (Sha256::digest(salt).to_vec(), 0, 0);
    while round < 64 || last > round - 32 {
        let mut block = hash.repeat(64);
        let length = block.len();
        let encrypted = Encryptor::<Aes128>::new_from_slices(&hash[..16], &hash[16..32])
            .ok()
            .and_then(|cipher| cipher.encrypt_padded::<NoPadding>(&mut block, length).ok())
            .expect("a key, a start and a text of whole blocks");
        // 256 is 1 modulo 3, so the sum of the 16 bytes has the same remainder as the number that they form.
        hash = match encrypted[..16].iter().map(|byte| u32::from(*byte)).sum::<u32>() % 3 {
            0 => Sha256::digest(encrypted).to_vec(),
            1 => Sha384::digest(encrypted).to_vec(),
            _ => Sha512::digest(encrypted).to_vec(),
        };
        last = encrypted.last().copied().map_or(0, i32::from);
        round += 1;
    }
    hash.truncate(32);
    hash
}
