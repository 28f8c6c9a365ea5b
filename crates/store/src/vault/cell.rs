//! The sealed cell: AES-256-GCM with a random nonce, bound to its place.

use std::cell::RefCell;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use dossier_core::caller::Scope;

use super::SecretKey;

const FORMAT: u8 = 1;
const AES_256_GCM_ID: u8 = 1;
const HEADER: usize = 2 + 8;
/// The number of bytes before the ciphertext.
const PREFIX: usize = HEADER + NONCE_LEN;
/// The version of the layout inside cells.
const SCHEMA: u8 = 1;
/// Contents are padded to a multiple of this, so that the size of a cell tells little about its content.
const BLOCK: usize = 256;

/// Where a cell belongs. A cell opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    pub scope: Scope,
    pub subject: &'a [u8],
    pub table: &'a str,
    pub section: &'a str,
    pub row: &'a [u8],
    pub version: u64,
}

impl Binding<'_> {
    /// The associated data: the header of the cell, then every part of the place with its length in front, so that no
    /// two places share an encoding.
    pub(crate) fn associated(self, header: &[u8]) -> Vec<u8> {
        let parts: [&[u8]; 9] = [
            b"dossier/1",
            self.scope.environment.as_str().as_bytes(),
            self.scope.account.as_bytes(),
            self.subject,
            self.table.as_bytes(),
            self.section.as_bytes(),
            self.row,
            &self.version.to_be_bytes(),
            &[SCHEMA],
        ];
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(header);
        for part in parts {
            bytes.push(u8::try_from(part.len()).expect("parts of a binding are short"));
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

pub struct Cell(Vec<u8>);

/// The cell was altered, moved, or sealed by another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotOpen;

impl Cell {
    /// What distinguishes a stored cell from every other cell that opens: its header, its nonce and its tag. Only the
    /// key can make another cell with the same nonce and tag, so a hash need not cover the ciphertext. Of anything
    /// else, such as a list of cells, it is the whole.
    pub(crate) fn identity(stored: &[u8]) -> [&[u8]; 2] {
        match stored.split_at_checked(PREFIX).filter(|_| stored.first() == Some(&FORMAT)) {
            Some((prefix, rest)) => [prefix, &rest[rest.len().saturating_sub(AES_256_GCM.tag_len())..]],
            None => [stored, &[]],
        }
    }

    /// Seals a content without padding.
    #[must_use]
    pub fn seal(key: &SecretKey, generation: u64, binding: &Binding<'_>, content: &[u8]) -> Self {
        Self::seal_in_place(key, generation, binding, content.to_vec(), 0)
    }

    /// Seals JSON padded with white space, which JSON ignores, so that its length tells little.
    #[must_use]
    pub fn seal_json(key: &SecretKey, generation: u64, binding: &Binding<'_>, json: Vec<u8>) -> Self {
        let padding = json.len().next_multiple_of(BLOCK) - json.len();
        Self::seal_in_place(key, generation, binding, json, padding)
    }

    /// Seals a content and the white space after it in the memory of the content.
    fn seal_in_place(
        key: &SecretKey,
        generation: u64,
        binding: &Binding<'_>,
        content: Vec<u8>,
        padding: usize,
    ) -> Self {
        let length = content.len();
        let mut cell = content;
        cell.reserve_exact(PREFIX + padding + AES_256_GCM.tag_len());
        cell.resize(PREFIX + length + padding, b' ');
        cell.copy_within(..length, PREFIX);
        let nonce = fresh_nonce();
        cell[..2].copy_from_slice(&[FORMAT, AES_256_GCM_ID]);
        cell[2..HEADER].copy_from_slice(&generation.to_be_bytes());
        cell[HEADER..PREFIX].copy_from_slice(&nonce);
        let (header, content) = cell.split_at_mut(PREFIX);
        let tag = aead_key(key)
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(binding.associated(&header[..HEADER])),
                content,
            )
            .expect("cells are far smaller than what AES-GCM can seal");
        cell.extend_from_slice(tag.as_ref());
        Self(cell)
    }

    /// Opens a stored cell in place. The error does not say why it failed.
    pub fn open(cell: Vec<u8>, key: &SecretKey, binding: &Binding<'_>) -> Result<Vec<u8>, CannotOpen> {
        Self::open_with(cell, &aead_key(key), binding)
    }

    /// As [`Cell::open`], with a key that is prepared for many cells.
    pub(super) fn open_with(
        mut cell: Vec<u8>,
        key: &LessSafeKey,
        binding: &Binding<'_>,
    ) -> Result<Vec<u8>, CannotOpen> {
        if cell.len() < PREFIX || cell[..2] != [FORMAT, AES_256_GCM_ID] {
            return Err(CannotOpen);
        }
        let (header, sealed) = cell.split_at_mut(HEADER);
        let (nonce, sealed) = sealed.split_at_mut(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
        let length =
            key.open_in_place(nonce, Aad::from(binding.associated(header)), sealed).map_err(|_| CannotOpen)?.len();
        cell.truncate(PREFIX + length);
        cell.drain(..PREFIX);
        Ok(cell)
    }

    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Drawing one nonce takes as long as drawing dozens, and a PUT needs half a dozen. No nonce is used twice: the process
/// never forks.
fn fresh_nonce() -> [u8; NONCE_LEN] {
    thread_local!(static DRAWN: RefCell<Vec<[u8; NONCE_LEN]>> = const { RefCell::new(Vec::new()) });
    DRAWN.with_borrow_mut(|drawn| {
        drawn.pop().unwrap_or_else(|| {
            let mut more = [[0; NONCE_LEN]; 32];
            rand::fill(more.as_flattened_mut()).expect("the system gives randomness");
            let [first, rest @ ..] = more;
            drawn.extend_from_slice(&rest);
            first
        })
    })
}

/// The same bytes as an AES-256-GCM key.
pub(super) fn aead_key(key: &SecretKey) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose()).expect("32 bytes are an AES-256 key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aes_256_gcm_matches_the_gcm_specification() {
        // Test case 14 of the GCM specification: all-zero key, nonce and one block.
        let key = SecretKey::from_slice(&[0; 32]).expect("32 bytes");
        let mut block = [0; 16];
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let tag = aead_key(&key).seal_in_place_separate_tag(nonce, Aad::empty(), &mut block).expect("it seals");
        assert_eq!(block, 0xcea7_403d_4d60_6b6e_074e_c5d3_baf3_9d18_u128.to_be_bytes());
        assert_eq!(tag.as_ref(), 0xd0d1_c8a7_9999_6bf0_265b_98b5_d48a_b919_u128.to_be_bytes());
    }
}
