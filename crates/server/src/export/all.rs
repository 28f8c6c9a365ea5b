//! The archive of all customers: the rows that import them elsewhere, and the files of their documents.

use std::io::Write as _;

use dossier_core::caller::Caller;
use dossier_core::file::File;
use dossier_core::import::path_of;
use dossier_core::services::Services;
use dossier_core::store::{Progress, StoreError};
use dossier_core::use_cases::export_customer::import_row;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use tokio::sync::mpsc;

use super::archive::{Content, IN_MEMORY, OWNER_ONLY, Written, add};

/// The rows, in the archive.
const ROWS: &str = "customers.ndjson";
/// The number of customers that are listed at a time.
const PORTION: usize = 500;

/// Writes the archive, and returns the number of customers and of files. It ends early without an error if the receiver
/// has gone.
///
/// # Errors
///
/// If a record or a document is damaged. The archive that was sent until then is incomplete.
pub async fn write_all(
    services: &Services,
    caller: &Caller,
    progress: Progress<'_>,
    out: &mpsc::Sender<Vec<u8>>,
) -> Result<(u64, u64), StoreError> {
    let (written, mut files, mut customers) = (Written::default(), Vec::<File>::new(), 0);
    let mut archive = ZipArchiveWriter::new(written.clone());
    let at = UtcDateTime::from_unix(services.clock.now().as_micros().div_euclid(1_000_000));
    let entry = archive.new_file(ROWS).compression_method(CompressionMethod::DEFLATE).last_modified(at);
    let (entry, config) = entry.unix_permissions(OWNER_ONLY).start().expect(IN_MEMORY);
    let mut data = config.wrap(DeflateEncoder::new(entry, Compression::fast()));
    let mut after = None;
    loop {
        let page = services.store.summaries(caller.scope, after, PORTION).await?;
        for summary in &page.summaries {
            let Some((row, of_row)) = import_row(services, caller, summary.id).await? else { continue };
            serde_json::to_writer(&mut data, row.expose()).expect(IN_MEMORY);
            data.write_all(b"\n").expect(IN_MEMORY);
            files.extend(of_row);
            customers += 1;
        }
        progress(customers, customers + u64::from(page.more));
        after = page.summaries.last().map(|summary| summary.id);
        if !written.send(out).await {
            return Ok((customers, 0));
        }
        if !page.more {
            break;
        }
    }
    let (encoder, descriptor) = data.finish().expect(IN_MEMORY);
    encoder.finish().expect(IN_MEMORY).finish(descriptor).expect(IN_MEMORY);
    // A file may be evidence of several customers.
    files.sort_by_key(|file| file.id);
    files.dedup_by_key(|file| file.id);
    for file in &files {
        let reader = services.store.file_content(caller.scope, file, 0..file.details.size).await?;
        if !add(&mut archive, &path_of(file), file.uploaded_at, Content::Read(reader), &written, out).await? {
            return Ok((customers, 0));
        }
    }
    archive.finish().expect(IN_MEMORY);
    written.send(out).await;
    Ok((customers, files.len() as u64))
}
