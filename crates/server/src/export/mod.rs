//! The archive of an export: a zip file, written piece by piece, so that a large one takes no more memory than a small
//! one.

mod page;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::export::Export;
use dossier_core::store::{FileReader, Store, StoreError};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use futures_util::{Stream, stream};
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use tokio::sync::mpsc;

/// The permissions of an unpacked entry: only its owner can read it.
const OWNER_ONLY: u32 = 0o600;
/// Why writing the archive cannot fail: it is written to memory, and the names of entries are short.
const IN_MEMORY: &str = "memory takes what is written";

/// The bytes of the archive that are written but not sent yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().expect("appending does not panic")
    }

    /// Sends these bytes. `false` if the receiver has gone, and the rest need not be written.
    async fn send(&self, out: &mpsc::Sender<Vec<u8>>) -> bool {
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
enum Content {
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

/// Writes the archive of an export. It ends without an error if the receiver has gone.
///
/// # Errors
///
/// If a document is missing or damaged. The archive that was sent until then is incomplete.
pub async fn write(
    export: &Export,
    store: &dyn Store,
    scope: Scope,
    out: &mpsc::Sender<Vec<u8>>,
) -> Result<(), StoreError> {
    let written = Written::default();
    let mut archive = ZipArchiveWriter::new(written.clone());
    let record = export.record.expose();
    let json = serde_json::to_vec_pretty(record).expect("a record has string keys");
    let html = page::render(record).into_string().into_bytes();
    for (name, content) in [("record.html", html), ("record.json", json)] {
        if !add(&mut archive, name, export.at, Content::Whole(Some(content)), &written, out).await? {
            return Ok(());
        }
    }
    for exported in &export.files {
        let file = &exported.file;
        let reader = store.file_content(scope, file, 0..file.details.size).await?;
        if !add(&mut archive, &exported.path, file.uploaded_at, Content::Read(reader), &written, out).await? {
            return Ok(());
        }
    }
    archive.finish().expect(IN_MEMORY);
    written.send(out).await;
    Ok(())
}

/// Adds one entry. `false` if the receiver has gone.
async fn add(
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

/// The archive as a stream. It is written only as fast as it is read. `held` is dropped when all of it is written, or
/// when the stream is dropped.
pub fn pieces(
    export: Export,
    store: Arc<dyn Store>,
    scope: Scope,
    held: impl Send + 'static,
) -> impl Stream<Item = Result<Vec<u8>, StoreError>> + Send {
    let (sender, mut receiver) = mpsc::channel(1);
    let work = async move {
        let _held = held;
        write(&export, &*store, scope, &sender).await
    };
    let (mut work, mut failed) = (Some(Box::pin(work)), None);
    stream::poll_fn(move |context| {
        if let Some(Poll::Ready(ended)) = work.as_mut().map(|work| work.as_mut().poll(context)) {
            // This drops the sender, so the receiver ends after the last piece.
            work = None;
            failed = ended.err();
        }
        receiver.poll_recv(context).map(|piece| piece.map(Ok).or_else(|| failed.take().map(Err)))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;

    const SEGMENT: usize = 65_536;
    const SEGMENTS: usize = 1_024;

    /// A document of 64 MiB. It counts how many of its segments were read.
    struct Large(Arc<AtomicUsize>);

    #[async_trait]
    impl FileReader for Large {
        async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            Ok((number < SEGMENTS).then(|| vec![7; SEGMENT]))
        }
    }

    #[tokio::test]
    async fn a_document_is_read_only_as_fast_as_the_archive_is_taken() {
        let (sender, mut receiver) = mpsc::channel(1);
        let (read, written) = (Arc::<AtomicUsize>::default(), Written::default());
        let content = Content::Read(Box::new(Large(Arc::clone(&read))));
        let work = async {
            let mut archive = ZipArchiveWriter::new(written.clone());
            add(&mut archive, "documents/large", Timestamp::from_micros(0), content, &written, &sender).await?;
            archive.finish().expect(IN_MEMORY);
            written.send(&sender).await;
            drop(sender);
            Ok::<_, StoreError>(())
        };
        let take = async {
            let (mut pieces, mut size) = (0, 0);
            while let Some(piece) = receiver.recv().await {
                pieces += 1;
                size += piece.len();
                assert!(piece.len() < 2 * SEGMENT, "a piece has {} bytes", piece.len());
                assert!(read.load(Ordering::Relaxed) < pieces + 4, "more is read than was taken");
                tokio::task::yield_now().await;
            }
            assert!((SEGMENT * SEGMENTS..SEGMENT * (SEGMENTS + 2)).contains(&size), "{size}");
        };
        let (worked, ()) = tokio::join!(work, take);
        worked.expect("written");
    }
}
