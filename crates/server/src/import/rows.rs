//! The rows of a file: lines of JSON, or records of CSV.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use super::mapping::Mapping;
use super::wrong::Wrong;
use crate::errors::cannot;

/// The longest row, in bytes: as long as a body of the API may be.
const MAX_ROW: usize = 4 * 1024 * 1024;

/// A row of the file.
pub(super) struct Row {
    /// The line on which it begins, counted from 1.
    pub(super) line: u64,
    /// The number of bytes of the file up to its end.
    pub(super) end: u64,
    /// As it is in the file, with the end of the line.
    pub(super) raw: Vec<u8>,
    /// As a JSON object.
    pub(super) json: Result<Vec<u8>, Vec<Wrong>>,
}

/// Reads a file row by row.
pub(super) struct Rows<'a> {
    /// The size of the file.
    pub(super) total: u64,
    /// The first record of a CSV file.
    pub(super) header: Option<Vec<u8>>,
    source: Source<'a>,
}

enum Source<'a> {
    Lines { reader: BufReader<File>, line: u64, end: u64 },
    Csv { records: csv::ByteRecordsIntoIter<File>, mapping: &'a Mapping, columns: Vec<Option<usize>> },
}

impl<'a> Rows<'a> {
    pub(super) fn open(path: &Path, mapping: Option<&'a Mapping>) -> Result<Self, String> {
        let unreadable = |error| {
            cannot("read", path)(error)
                + "; the process that holds the data folder reads it, so it must be where that \
                process may read"
        };
        let file = File::open(path).map_err(unreadable)?;
        let total = file.metadata().map_err(unreadable)?.len();
        let Some(mapping) = mapping else {
            return Ok(Self {
                total,
                header: None,
                source: Source::Lines { reader: BufReader::new(file), line: 0, end: 0 },
            });
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let names = reader.byte_headers().map_err(|error| format!("{}: {error}", path.display()))?.clone();
        let columns = mapping.columns(&names)?;
        let header = Some(written(&names));
        let records = reader.into_byte_records();
        Ok(Self { total, header, source: Source::Csv { records, mapping, columns } })
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Lines { reader, line, end } => loop {
                let mut raw = Vec::new();
                match reader.read_until(b'\n', &mut raw) {
                    Ok(0) => return None,
                    Ok(read) => *end += read as u64,
                    Err(error) => return Some(Err(format!("line {}: {error}", *line + 1))),
                }
                *line += 1;
                if trimmed(&raw).is_empty() {
                    continue;
                }
                let json = if raw.len() > MAX_ROW { Err(too_long()) } else { Ok(trimmed(&raw).to_vec()) };
                if !raw.ends_with(b"\n") {
                    raw.push(b'\n');
                }
                return Some(Ok(Row { line: *line, end: *end, raw, json }));
            },
            Source::Csv { records, mapping, columns } => {
                let record = match records.next()? {
                    Ok(record) => record,
                    Err(error) => return Some(Err(error.to_string())),
                };
                let place = record.position();
                let line = place.map_or(0, csv::Position::line);
                let raw = written(&record);
                let end = place.map_or(0, csv::Position::byte) + raw.len() as u64;
                let json = if raw.len() > MAX_ROW { Err(too_long()) } else { mapping.json(&record, columns) };
                Some(Ok(Row { line, end, raw, json }))
            }
        }
    }
}

/// A row without white space around it, and without the byte order mark that some programs put before UTF-8.
fn trimmed(raw: &[u8]) -> &[u8] {
    raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii()
}

fn too_long() -> Vec<Wrong> {
    vec![Wrong::new("", "payload_too_large", "has more than 4 MiB")]
}

fn written(record: &csv::ByteRecord) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_byte_record(record).expect("memory takes what is written");
    writer.into_inner().expect("memory takes what is written")
}
