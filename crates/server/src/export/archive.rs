//! Entries of an archive, written piece by piece.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use dossier_core::clock::Timestamp;
use dossier_core::store::{FileReader, StoreError};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use tokio::sync::mpsc;

/// The permissions of an unpacked entry: only its owner can read it.
pub(super) const OWNER_ONLY: u32 = 0o600;
/// Why writing the archive cannot fail: it is written to memory, and the names of entries are short.
pub(super) const IN_MEMORY: &str = "memory takes what is written";

/// The bytes of the archive that are written but not sent yet.
#[derive(Clone, Default)]
pub(super) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().expect("appending does not panic")
    }

    /// Sends these bytes. `false` if the receiver has gone, and the rest need not be written.
    pub(super) async fn send(&self, out: &mpsc::Sender<Vec<u8>>) -> bool {
        let piece = std::mem::take(&mut *self.bytes());
        piece.is_empty() || out.send(piece).await.is_ok()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The content of an entry: all of its bytes, or a reader of a document.
pub(super) enum Content {
    Whole(Option<Vec<u8>>),
    Read(Box<dyn FileReader>),
}

impl Content {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Whole(bytes) => Ok(bytes.take()),
            Self::Read(reader) => reader.next().await,
        }
    }

    /// Pictures and PDFs are already compressed, so they go into uncompressed DEFLATE blocks. They are not stored
    /// entries, because a program that unpacks while it downloads cannot tell where a stored entry ends.
    const fn compression(&self) -> Compression {
        match self {
            Self::Whole(_) => Compression::fast(),
            Self::Read(_) => Compression::none(),
        }
    }
}

/// Adds one entry. `false` if the receiver has gone.
pub(super) async fn add(
    archive: &mut ZipArchiveWriter<Written>,
    name: &str,
    at: Timestamp,
    mut content: Content,
    written: &Written,
    out: &mpsc::Sender<Vec<u8>>,
) -> Result<bool, StoreError> {
    let at = UtcDateTime::from_unix(at.as_micros().div_euclid(1_000_000));
    let entry = archive.new_file(name).compression_method(CompressionMethod::DEFLATE).last_modified(at);
    let (entry, config) = entry.unix_permissions(OWNER_ONLY).start().expect(IN_MEMORY);
    let mut data = config.wrap(DeflateEncoder::new(entry, content.compression()));
    while let Some(piece) = content.next().await? {
        data.write_all(&piece).expect(IN_MEMORY);
        if !written.send(out).await {
            return Ok(false);
        }
    }
    let (encoder, descriptor) = data.finish().expect(IN_MEMORY);
    encoder.finish().expect(IN_MEMORY).finish(descriptor).expect(IN_MEMORY);
    Ok(true)
}
