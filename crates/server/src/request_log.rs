//! The request log: a line at `info` for each completed request.
//!
//! A request only appends an entry to a list, without a system call. A separate thread formats the entries twenty times
//! a second. If the process is killed, the newest ones are lost.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;

use crate::logs;

/// How often waiting entries are written.
const INTERVAL: Duration = Duration::from_millis(50);
/// The maximum number of waiting entries; further ones are dropped and counted.
const MAX_WAITING: usize = 50_000;
const TARGET: &str = "dossier::requests";
const MESSAGE: &str = "answered";

/// A completed request, without its path, query, address and body.
#[derive(Debug, Clone)]
pub struct RequestEntry {
    /// When the response was ready.
    pub at: Timestamp,
    /// The id, as in the response and the audit trail.
    pub request_id: Arc<str>,
    pub method: &'static str,
    /// The documented path, with the names of its parameters.
    pub route: &'static str,
    pub status: u16,
    /// The code of the problem, if the response is one.
    pub code: Option<&'static str>,
    /// The API key of the request, if it exists.
    pub key: Option<KeyId>,
    /// The time from the request header to the response.
    pub duration_us: u64,
}

/// The entries that wait to be written.
#[derive(Debug, Default)]
pub struct RequestLog {
    waiting: Mutex<Vec<RequestEntry>>,
    dropped: AtomicU64,
}

impl RequestLog {
    pub fn push(&self, entry: RequestEntry) {
        let mut waiting = self.waiting.lock().expect("a push does not panic");
        if waiting.len() < MAX_WAITING {
            waiting.push(entry);
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn take(&self) -> Vec<RequestEntry> {
        let mut waiting = self.waiting.lock().expect("a push does not panic");
        let next = Vec::with_capacity(waiting.len());
        std::mem::replace(&mut *waiting, next)
    }
}

/// The thread that writes the request log. When it is dropped, it writes the waiting entries.
pub struct RequestLogWriter {
    log: Arc<RequestLog>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RequestLogWriter {
    pub fn start(json: bool) -> std::io::Result<Self> {
        let (log, ending) = (Arc::new(RequestLog::default()), Arc::new(AtomicBool::new(false)));
        let (taken, ends) = (Arc::clone(&log), Arc::clone(&ending));
        let thread = thread::Builder::new().name("request-log".to_owned()).spawn(move || {
            loop {
                // Loaded before the last entries are taken, so that none is added after them.
                let is_last = ends.load(Ordering::Acquire);
                write(&taken, json);
                if is_last {
                    return;
                }
                thread::park_timeout(INTERVAL);
            }
        })?;
        Ok(Self { log, ending, thread: Some(thread) })
    }

    #[must_use]
    pub fn log(&self) -> Arc<RequestLog> {
        Arc::clone(&self.log)
    }
}

impl Drop for RequestLogWriter {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn write(log: &RequestLog, json: bool) {
    let lines = lines(&log.take(), json);
    if !lines.is_empty() {
        logs::put(&lines);
    }
    let dropped = log.dropped.swap(0, Ordering::Relaxed);
    if dropped > 0 {
        tracing::warn!(dropped, "dropped lines of the request log because too many were waiting");
    }
}

/// The lines of entries, in the formats of `tracing`.
fn lines(entries: &[RequestEntry], json: bool) -> Vec<u8> {
    let mut lines = Vec::with_capacity(entries.len() * 256);
    let line = if json { json_line } else { text_line };
    // Entries of the same millisecond share the text of the time.
    let mut last = (i64::MIN, String::new());
    for entry in entries {
        let millisecond = entry.at.as_micros().div_euclid(1_000);
        if last.0 != millisecond {
            last = (millisecond, entry.at.to_string());
        }
        line(&mut lines, entry, &last.1);
        lines.push(b'\n');
    }
    lines
}

/// Written by hand, because a serializer takes twice the time, and the line is the largest cost of logging a read. No
/// value needs an escape: all are our own words, ids and numbers.
fn json_line(lines: &mut Vec<u8>, entry: &RequestEntry, at: &str) {
    let RequestEntry { at: _, request_id, method, route, status, code, key, duration_us } = entry;
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| lines.extend_from_slice(part.as_bytes()));
    put(&["{\"timestamp\":\"", at, "\",\"level\":\"INFO\",\"target\":\"", TARGET, "\",\"message\":\"", MESSAGE]);
    put(&["\",\"request_id\":\"", request_id, "\",\"method\":\"", method, "\",\"route\":\"", route, "\""]);
    if let Some(code) = code {
        put(&[",\"code\":\"", code, "\""]);
    }
    if let Some(key) = key {
        put(&[",\"key\":\"", std::str::from_utf8(&key.text()).expect("ASCII"), "\""]);
    }
    let _ = write!(lines, ",\"status\":{status},\"duration_us\":{duration_us}}}");
}

fn text_line(lines: &mut Vec<u8>, entry: &RequestEntry, at: &str) {
    let RequestEntry { at: _, request_id, method, route, status, code, key, duration_us } = entry;
    let _ = write!(lines, "{at}  INFO {TARGET}: {MESSAGE} {method} {route} {status}");
    if let Some(code) = code {
        let _ = write!(lines, " {code}");
    }
    if let Some(key) = key {
        let _ = write!(lines, " key={key}");
    }
    let _ = write!(lines, " duration_us={duration_us} request_id={request_id}");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(code: Option<&'static str>, key: Option<KeyId>) -> RequestEntry {
        RequestEntry {
            at: Timestamp::from_micros(1_000_000),
            request_id: "req-1".into(),
            method: "PUT",
            route: "/v0/customers/{customer_id}",
            status: 200,
            code,
            key,
            duration_us: 12,
        }
    }

    #[test]
    fn a_request_is_one_line_of_json_or_text() {
        let key = KeyId::from_bytes([1; 16]);
        let entries = [entry(None, Some(key)), entry(Some("validation_failed"), None)];
        let written = |json| String::from_utf8(lines(&entries, json)).expect("UTF-8");
        let json: Vec<Value> = written(true).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let common = json!({
            "level": "INFO", "target": "dossier::requests", "message": "answered", "timestamp": entries[0].at,
            "request_id": "req-1", "method": "PUT", "route": "/v0/customers/{customer_id}", "status": 200,
            "duration_us": 12,
        });
        let with = |name: &str, value: Value| {
            let mut line = common.clone();
            line[name] = value;
            line
        };
        assert_eq!(json, [with("key", json!(key)), with("code", json!("validation_failed"))]);
        let start =
            format!("{}  INFO dossier::requests: answered PUT /v0/customers/{{customer_id}} 200", entries[0].at);
        let end = "duration_us=12 request_id=req-1";
        assert_eq!(written(false), format!("{start} key={key} {end}\n{start} validation_failed {end}\n"));
    }

    #[test]
    fn waiting_entries_are_bounded_and_dropped_ones_are_counted() {
        let log = RequestLog::default();
        (0..MAX_WAITING + 3).for_each(|_| log.push(entry(None, None)));
        assert_eq!((log.take().len(), log.dropped.load(Ordering::Relaxed)), (MAX_WAITING, 3));
        assert!(log.take().is_empty());
    }
}
