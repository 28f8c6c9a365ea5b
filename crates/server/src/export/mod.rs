//! The archive of an export: a zip file, written piece by piece, so that a large one takes no more memory than a small
//! one.

mod all;
mod archive;
mod page;

use std::sync::Arc;
use std::task::Poll;

use dossier_core::caller::Scope;
use dossier_core::customer::export::Export;
use dossier_core::store::{Store, StoreError};
use futures_util::{Stream, stream};
use rawzip::ZipArchiveWriter;
use tokio::sync::mpsc;

pub use all::write_all;
use archive::{Content, IN_MEMORY, Written, add};

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
    use dossier_core::clock::Timestamp;
    use dossier_core::store::FileReader;

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
