//! The request log: a line at `info` for each completed request, and what the console shows of requests.
//!
//! A request only appends an entry to a list, without a system call. Twenty times a second a separate thread formats
//! the entries and counts them in a tally, which `worker/requests.rs` stores once a second. If the process is killed,
//! the newest ones are lost.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, FileId, KeyId};
use dossier_core::requests::{
    LoggedRequest, LoggedViolation, MAX_VIOLATIONS_KEPT, RequestBatch, Sampling, Tally, known_pointer,
};
use dossier_core::violation::Violation;

use crate::logs;

/// How often waiting entries are written.
const INTERVAL: Duration = Duration::from_millis(50);
/// The maximum number of waiting entries; further ones are dropped and counted.
const MAX_WAITING: usize = 50_000;
const TARGET: &str = "dossier::requests";
const MESSAGE: &str = "answered";

/// A completed request, without its path, query, address and body.
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
    /// The API key of the request and its scope, if it exists.
    pub key: Option<(Scope, KeyId)>,
    /// The customer and the file that the path names.
    pub customer: Option<CustomerId>,
    pub file: Option<FileId>,
    /// The time from the request header to the response.
    pub duration_us: u64,
}

/// The requests that wait to be written.
#[derive(Default)]
pub struct RequestLog {
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
}

/// The violations of all entries are in two shared buffers. Memory that one thread allocates and another frees
/// costs a refused request more than the rest of its log entry.
#[derive(Default)]
struct Waiting {
    /// Each with the number of violations that it has.
    entries: Vec<(RequestEntry, usize)>,
    /// The length of the pointer, and the code.
    violations: Vec<(usize, &'static str)>,
    /// One after the other. They may have names that the client made up.
    pointers: String,
}

/// A request with the known places and the codes of what is wrong in it.
type Answered = (RequestEntry, Vec<LoggedViolation>);

impl Waiting {
    /// Pointers keep only words of the contract.
    fn answered(self, is_word: fn(&str) -> bool) -> Vec<Answered> {
        let (mut violations, mut pointers) = (self.violations.into_iter(), &*self.pointers);
        let mut next = || {
            let (length, code) = violations.next().expect("entries count their violations");
            let (pointer, rest) = pointers.split_at(length);
            pointers = rest;
            LoggedViolation { pointer: known_pointer(pointer, is_word), code: code.into() }
        };
        self.entries.into_iter().map(|(entry, count)| (entry, (0..count).map(|_| next()).collect())).collect()
    }
}

impl RequestLog {
    pub fn push(&self, entry: RequestEntry, violations: &[Violation]) {
        let mut waiting = self.waiting.lock().expect("a push does not panic");
        if waiting.entries.len() >= MAX_WAITING {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let kept = &violations[..violations.len().min(MAX_VIOLATIONS_KEPT)];
        waiting.entries.push((entry, kept.len()));
        for violation in kept {
            waiting.violations.push((violation.pointer.len(), violation.code.as_str()));
            waiting.pointers.push_str(&violation.pointer);
        }
    }

    fn take(&self) -> Waiting {
        let mut waiting = self.waiting.lock().expect("a push does not panic");
        let next = Waiting {
            entries: Vec::with_capacity(waiting.entries.len()),
            violations: Vec::with_capacity(waiting.violations.len()),
            pointers: String::with_capacity(waiting.pointers.len()),
        };
        std::mem::replace(&mut *waiting, next)
    }
}

/// Counts the requests of API keys until they are stored. Without a [`Tally`] nothing is stored.
#[derive(Default)]
pub struct RequestTally(Option<Mutex<Tally>>);

impl RequestTally {
    const UNPOISONED: &str = "counting does not panic";

    #[must_use]
    pub fn new(is_stored: bool) -> Self {
        Self(is_stored.then(|| Mutex::new(Tally::new(Sampling::DEFAULT))))
    }

    #[must_use]
    pub const fn is_stored(&self) -> bool {
        self.0.is_some()
    }

    fn count(&self, entries: Vec<Answered>) {
        let Some(tally) = &self.0 else { return };
        let mut tally = tally.lock().expect(Self::UNPOISONED);
        entries.into_iter().filter_map(logged).for_each(|request| tally.add(request));
    }

    /// What was counted since the last call.
    pub fn take(&self) -> RequestBatch {
        self.0.as_ref().map(|tally| tally.lock().expect(Self::UNPOISONED).take()).unwrap_or_default()
    }
}

/// The request as it is stored. `None` if no key of an account made it.
fn logged((entry, violations): Answered) -> Option<LoggedRequest> {
    let (scope, key) = entry.key?;
    Some(LoggedRequest {
        scope,
        at: entry.at,
        request_id: entry.request_id.as_ref().to_owned(),
        method: entry.method.into(),
        route: entry.route.into(),
        status: entry.status,
        code: entry.code.map(Into::into),
        violations,
        key,
        customer: entry.customer,
        file: entry.file,
        duration_us: entry.duration_us,
        trail: None,
    })
}

/// The thread that writes the request log. When it is dropped, it writes the waiting entries.
pub struct RequestLogWriter {
    log: Arc<RequestLog>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RequestLogWriter {
    /// Starts the thread. `json` is `None` if no lines are written. `is_word` says whether a name is of the contract.
    pub fn start(json: Option<bool>, tally: Arc<RequestTally>, is_word: fn(&str) -> bool) -> std::io::Result<Self> {
        let (log, ending) = (Arc::new(RequestLog::default()), Arc::new(AtomicBool::new(false)));
        let (taken, ends) = (Arc::clone(&log), Arc::clone(&ending));
        let thread = thread::Builder::new().name("request-log".to_owned()).spawn(move || {
            loop {
                // Loaded before the last entries are taken, so that none is added after them.
                let is_last = ends.load(Ordering::Acquire);
                write(&taken, json, &tally, is_word);
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

fn write(log: &RequestLog, json: Option<bool>, tally: &RequestTally, is_word: fn(&str) -> bool) {
    let entries = log.take().answered(is_word);
    let lines = json.map(|json| lines(&entries, json)).unwrap_or_default();
    if !lines.is_empty() {
        logs::put(&lines);
    }
    tally.count(entries);
    let dropped = log.dropped.swap(0, Ordering::Relaxed);
    if dropped > 0 {
        tracing::warn!(dropped, "dropped lines of the request log because too many were waiting");
    }
}

/// The lines of entries, in the formats of `tracing`.
fn lines(entries: &[Answered], json: bool) -> Vec<u8> {
    let mut lines = Vec::with_capacity(entries.len() * 256);
    let line = if json { json_line } else { text_line };
    // Entries of the same millisecond share the text of the time.
    let mut last = (i64::MIN, String::new());
    for (entry, violations) in entries {
        let millisecond = entry.at.as_micros().div_euclid(1_000);
        if last.0 != millisecond {
            last = (millisecond, entry.at.to_string());
        }
        line(&mut lines, entry, violations, &last.1);
        lines.push(b'\n');
    }
    lines
}

/// Written by hand, because a serializer takes twice the time, and the line is the largest cost of logging a read. No
/// value needs an escape: all are words of ours or of the contract, ids and numbers.
fn json_line(lines: &mut Vec<u8>, entry: &RequestEntry, violations: &[LoggedViolation], at: &str) {
    let RequestEntry { request_id, method, route, status, code, key, duration_us, .. } = entry;
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| lines.extend_from_slice(part.as_bytes()));
    put(&["{\"timestamp\":\"", at, "\",\"level\":\"INFO\",\"target\":\"", TARGET, "\",\"message\":\"", MESSAGE]);
    put(&["\",\"request_id\":\"", request_id, "\",\"method\":\"", method, "\",\"route\":\"", route, "\""]);
    if let Some(code) = code {
        put(&[",\"code\":\"", code, "\""]);
    }
    for (place, violation) in violations.iter().enumerate() {
        put(&[if place == 0 { ",\"pointers\":[\"" } else { "\",\"" }, &violation.pointer]);
    }
    if !violations.is_empty() {
        put(&["\"]"]);
    }
    if let Some((_, key)) = key {
        put(&[",\"key\":\"", std::str::from_utf8(&key.text()).expect("ASCII"), "\""]);
    }
    let _ = write!(lines, ",\"status\":{status},\"duration_us\":{duration_us}}}");
}

fn text_line(lines: &mut Vec<u8>, entry: &RequestEntry, violations: &[LoggedViolation], at: &str) {
    let RequestEntry { request_id, method, route, status, code, key, duration_us, .. } = entry;
    let _ = write!(lines, "{at}  INFO {TARGET}: {MESSAGE} {method} {route} {status}");
    if let Some(code) = code {
        let _ = write!(lines, " {code}");
    }
    for violation in violations {
        let _ = write!(lines, " {}", violation.pointer);
    }
    if let Some((_, key)) = key {
        let _ = write!(lines, " key={key}");
    }
    let _ = write!(lines, " duration_us={duration_us} request_id={request_id}");
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::ids::AccountId;
    use dossier_core::violation::Code;
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
            key: key.map(|key| (SCOPE, key)),
            customer: None,
            file: None,
            duration_us: 12,
        }
    }

    fn too_long(pointers: &[&str]) -> Vec<Violation> {
        wrong(&pointers.iter().map(|pointer| (*pointer, Code::TooLong)).collect::<Vec<_>>())
    }

    fn wrong(violations: &[(&str, Code)]) -> Vec<Violation> {
        violations.iter().map(|(pointer, code)| Violation::new(*pointer, *code, "is wrong")).collect()
    }

    const SCOPE: Scope = Scope { account: AccountId::from_bytes([2; 16]), environment: Environment::Sandbox };

    #[test]
    fn a_request_is_one_line_of_json_or_text() {
        let key = KeyId::from_bytes([1; 16]);
        let log = RequestLog::default();
        log.push(entry(None, Some(key)), &[]);
        log.push(entry(Some("validation_failed"), None), &too_long(&["/city", "/first_name"]));
        let entries = log.take().answered(|_| true);
        let written = |json| String::from_utf8(lines(&entries, json)).expect("UTF-8");
        let failed = |mut line: Value| {
            line["pointers"] = json!(["/city", "/first_name"]);
            line
        };
        let json: Vec<Value> = written(true).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let at = entries[0].0.at;
        let common = json!({
            "level": "INFO", "target": "dossier::requests", "message": "answered", "timestamp": at,
            "request_id": "req-1", "method": "PUT", "route": "/v0/customers/{customer_id}", "status": 200,
            "duration_us": 12,
        });
        let with = |name: &str, value: Value| {
            let mut line = common.clone();
            line[name] = value;
            line
        };
        assert_eq!(json, [with("key", json!(key)), failed(with("code", json!("validation_failed")))]);
        let start = format!("{at}  INFO dossier::requests: answered PUT /v0/customers/{{customer_id}} 200");
        let end = "duration_us=12 request_id=req-1";
        assert_eq!(
            written(false),
            format!("{start} key={key} {end}\n{start} validation_failed /city /first_name {end}\n")
        );
    }

    #[test]
    fn each_request_keeps_its_own_violations() {
        let log = RequestLog::default();
        let given: [&[(&str, Code)]; 4] = [
            &[("/…é", Code::TooLong), ("", Code::WrongType)],
            &[],
            &[("/bcd", Code::Required); MAX_VIOLATIONS_KEPT + 4],
            &[("/e/0", Code::InvalidDate)],
        ];
        for violations in given {
            log.push(entry(None, None), &wrong(violations));
        }
        let found = log.take().answered(|_| true);
        for ((_, found), given) in found.iter().zip(given) {
            let found: Vec<_> = found.iter().map(|one| (one.pointer.as_str(), &*one.code)).collect();
            let given: Vec<_> = given.iter().map(|(pointer, code)| (*pointer, code.as_str())).collect();
            assert_eq!(found, given[..given.len().min(MAX_VIOLATIONS_KEPT)]);
        }
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn no_line_has_a_name_that_a_client_made_up() {
        let log = RequestLog::default();
        log.push(entry(Some("invalid_body"), None), &too_long(&["/Ada/first_name"]));
        let entries = log.take().answered(|word| word == "first_name");
        for json in [true, false] {
            let line = String::from_utf8(lines(&entries, json)).expect("UTF-8");
            assert!(line.contains("/*/first_name") && !line.contains("Ada"), "{line}");
        }
    }

    #[test]
    fn what_is_stored_has_a_key_and_no_name_that_a_client_made_up() {
        let (log, tally) = (RequestLog::default(), RequestTally::new(true));
        let violations = too_long(&["/Ada/first_name"]);
        log.push(entry(Some("invalid_body"), Some(KeyId::from_bytes([1; 16]))), &violations);
        log.push(entry(Some("unauthorized"), None), &violations);
        write(&log, None, &tally, |word| word == "first_name");
        let batch = tally.take();
        let [request] = &batch.requests[..] else { panic!("{batch:?}") };
        assert_eq!((request.scope, request.violations[0].pointer.as_str()), (SCOPE, "/*/first_name"));
        assert!(!format!("{batch:?}").contains("Ada"));
    }

    #[test]
    fn waiting_entries_are_bounded_and_dropped_ones_are_counted() {
        let log = RequestLog::default();
        (0..MAX_WAITING + 3).for_each(|_| log.push(entry(None, None), &too_long(&["/a"])));
        let waiting = log.take();
        assert_eq!((waiting.entries.len(), waiting.violations.len()), (MAX_WAITING, MAX_WAITING));
        assert_eq!(log.dropped.load(Ordering::Relaxed), 3);
        assert!(log.take().entries.is_empty());
    }
}
