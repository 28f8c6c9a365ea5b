//! The rows of a file: lines of JSON, or records of CSV.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use dossier_core::parse::Email;
use serde::Deserialize;

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
    Lines {
        reader: BufReader<File>,
        line: u64,
        end: u64,
    },
    Csv {
        records: csv::ByteRecordsIntoIter<File>,
        lines: Lines,
        mapping: &'a Mapping,
        columns: Vec<Option<usize>>,
        fields: usize,
    },
}

impl<'a> Rows<'a> {
    pub(super) fn open(path: &Path, mapping: Option<&'a Mapping>) -> Result<Self, String> {
        let unreadable = |error| {
            cannot("read", path)(error)
                + "; the process that holds the data folder reads it, so it must be where that \
                process may read"
        };
        let found = std::fs::metadata(path).map_err(unreadable)?;
        // Even opening a pipe waits until someone writes into it.
        if !found.is_file() {
            return Err(format!("{} is not a file", path.display()));
        }
        let (file, total) = (File::open(path).map_err(unreadable)?, found.len());
        let Some(mapping) = mapping else {
            return Ok(Self {
                total,
                header: None,
                source: Source::Lines { reader: BufReader::new(file), line: 0, end: 0 },
            });
        };
        let lines = Lines { reader: BufReader::new(File::open(path).map_err(unreadable)?), at: 0, line: 1 };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let names = reader.byte_headers().map_err(|error| format!("{}: {error}", path.display()))?.clone();
        let columns = mapping.columns(&names)?;
        let header = Some(written(&names));
        let records = reader.into_byte_records();
        let source = Source::Csv { records, lines, mapping, columns, fields: names.len() };
        Ok(Self { total, header, source })
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Lines { reader, line, end } => loop {
                let (raw, read) = match read_line(reader) {
                    Ok((_, 0)) => return None,
                    Ok(read) => read,
                    Err(error) => return Some(Err(format!("line {}: {error}", *line + 1))),
                };
                *end += read;
                *line += 1;
                if trimmed(&raw).is_empty() {
                    continue;
                }
                let mut raw = raw;
                let json = if raw.len() > MAX_ROW { Err(too_long()) } else { Ok(trimmed(&raw).to_vec()) };
                if !raw.ends_with(b"\n") {
                    raw.push(b'\n');
                }
                return Some(Ok(Row { line: *line, end: *end, raw, json }));
            },
            Source::Csv { records, lines, mapping, columns, fields } => loop {
                let record = match records.next()? {
                    Ok(record) => record,
                    Err(error) => return Some(Err(error.to_string())),
                };
                // Spreadsheets end with such rows.
                if record.iter().all(<[u8]>::is_empty) {
                    continue;
                }
                let begin = record.position().map_or(0, csv::Position::byte);
                let line = match lines.of(begin) {
                    Ok(line) => line,
                    Err(error) => return Some(Err(error.to_string())),
                };
                let raw = written(&record);
                let end = begin + raw.len() as u64;
                let json = match record.len() {
                    _ if raw.len() > MAX_ROW => Err(too_long()),
                    found if found != *fields => {
                        let message = format!("has {found} fields instead of {fields}; a quote may be missing");
                        Err(vec![Wrong::new("", "wrong_number_of_fields", message)])
                    }
                    _ => mapping.json(&record, columns),
                };
                return Some(Ok(Row { line, end, raw, json }));
            },
        }
    }
}

impl Row {
    /// Refuses the row if an earlier one has its e-mail: which of them is imported would be chance. `emails` has the
    /// lines of earlier rows.
    pub(super) fn refuse_repeated(&mut self, emails: &mut HashMap<String, u64>) {
        #[derive(Deserialize)]
        struct Named {
            email: String,
        }

        let Ok(json) = &self.json else { return };
        let Ok(Named { email }) = serde_json::from_slice(json) else { return };
        match emails.entry(Email::searched(&email).folded()) {
            Entry::Vacant(free) => drop(free.insert(self.line)),
            Entry::Occupied(first) => {
                let message = format!("is also the e-mail of line {}", first.get());
                self.json = Err(vec![Wrong::new("/email", "repeated_email", message)]);
            }
        }
    }
}

/// Reads a line, of which no more than a row may have is kept. Returns the number of bytes that were read.
fn read_line(reader: &mut impl BufRead) -> io::Result<(Vec<u8>, u64)> {
    let (mut kept, mut read) = (Vec::new(), 0);
    loop {
        let buffer = reader.fill_buf()?;
        let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        let length = piece.len();
        if kept.len() <= MAX_ROW {
            kept.extend_from_slice(piece);
        }
        reader.consume(length);
        read += length as u64;
        if end.is_some() || length == 0 {
            return Ok((kept, read));
        }
    }
}

/// The lines on which the records of a CSV file begin. The reader of records counts only some ends of lines.
struct Lines {
    reader: BufReader<File>,
    at: u64,
    line: u64,
}

impl Lines {
    /// The line of the first record at or after a place.
    fn of(&mut self, place: u64) -> io::Result<u64> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let Some(first) = buffer.first() else { return Ok(self.line) };
            // Empty lines before the record belong to no record.
            if self.at >= place && !matches!(first, b'\r' | b'\n') {
                return Ok(self.line);
            }
            let length = match usize::try_from(place.saturating_sub(self.at)) {
                Ok(0) => 1,
                Ok(left) => left.min(buffer.len()),
                Err(_) => buffer.len(),
            };
            self.line += memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64;
            self.at += length as u64;
            self.reader.consume(length);
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
