//! The root key: 32 bytes that come from outside and seal the keyring.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::SecretKey;
use crate::OpenError;

#[derive(Debug, Clone)]
pub struct RootKey(pub(super) SecretKey);

impl RootKey {
    #[must_use]
    pub fn random() -> Self {
        Self(SecretKey::random())
    }

    /// Reads 32 bytes in base64. White space around them is ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        SecretKey::from_slice(&bytes).map(Self)
    }

    /// The key that signs anchors.
    pub(crate) fn anchor_key(&self) -> aws_lc_rs::hmac::Key {
        self.0.derive(&[b"anchor"]).hmac_key()
    }

    /// The key that seals the ledger of erasures.
    pub(crate) fn ledger_key(&self) -> SecretKey {
        self.0.derive(&[b"erasure-ledger"])
    }

    /// The seed of the key that signs certificates of erasure.
    pub(crate) fn certificate_seed(&self) -> SecretKey {
        self.0.derive(&[b"erasure-certificates"])
    }

    /// Creates a root key and writes it to a new file that only its owner can read.
    pub fn create_file(path: &Path) -> Result<Self, OpenError> {
        let key = Self::random();
        key.write_file(path)?;
        Ok(key)
    }

    /// Writes the key to a new file that only its owner can read.
    pub fn write_file(&self, path: &Path) -> Result<(), OpenError> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        STANDARD.encode_string(self.0.expose(), &mut text);
        text.push('\n');
        let cause = |cause| OpenError::File { attempt: "write the root key file", path: path.to_owned(), cause };
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).map_err(cause)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(cause)?;
        super::keyring::sync_folder(path)
    }
}
