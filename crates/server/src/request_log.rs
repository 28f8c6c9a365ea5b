//! The request log: a line at `info` for each answered request.
//!
//! A request only appends an entry to a list, which takes no system call. A separate thread formats the entries twenty
//! times a second. A process that is killed loses the most recent ones.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;

use crate::logs;

/// How long a request waits at most until it is a line.
const EVERY: Duration = Duration::from_millis(50);
/// As many requests wait at most; more of them are counted and not logged.
const MOST: usize = 50_000;
const TARGET: &str = "dossier::requests";
const MESSAGE: &str = "answered";

/// An answered request. It has no path, no query, no address and nothing of a body.
#[derive(Debug, Clone)]
pub struct Answered {
    /// When it was answered.
    pub at: Timestamp,
    /// Its id, as in the answer and the audit trail.
    pub request_id: Arc<str>,
    /// Its method.
    pub method: &'static str,
    /// Its path as documented, with the names of its parameters.
    pub route: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// The code of the problem, if it is one.
    pub code: Option<&'static str>,
    /// The key that it carried, if that exists.
    pub key: Option<KeyId>,
    /// From its header to the answer, in microseconds.
    pub duration_us: u64,
}

/// Answered requests that wait to become lines.
#[derive(Debug, Default)]
pub struct RequestLog {
    waiting: Mutex<Vec<Answered>>,
    left_out: AtomicU64,
}

impl RequestLog {
    /// Notes a request.
    pub fn push(&self, answered: Answered) {
        let mut waiting = self.waiting.lock().expect("a push does not panic");
        if waiting.len() < MOST {
            waiting.push(answered);
        } else {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn take(&self) -> Vec<Answered> {
        let mut waiting = self.waiting.lock().expect("a push does not panic");
        let next = Vec::with_capacity(waiting.len());
        std::mem::replace(&mut *waiting, next)
    }
}

/// The thread that makes the lines. Dropped, it makes those of what waits.
pub struct Writing {
    log: Arc<RequestLog>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writing {
    /// Starts to make lines, of JSON or of text.
    pub fn start(json: bool) -> std::io::Result<Self> {
        let (log, ending) = (Arc::new(RequestLog::default()), Arc::new(AtomicBool::new(false)));
        let (taken, ends) = (Arc::clone(&log), Arc::clone(&ending));
        let thread = thread::Builder::new().name("request-log".to_owned()).spawn(move || {
            loop {
                // Asked before the last lines are taken, so that none comes after them.
                let is_last = ends.load(Ordering::Acquire);
                write(&taken, json);
                if is_last {
                    return;
                }
                thread::park_timeout(EVERY);
            }
        })?;
        Ok(Self { log, ending, thread: Some(thread) })
    }

    /// Where requests are noted.
    #[must_use]
    pub fn log(&self) -> Arc<RequestLog> {
        Arc::clone(&self.log)
    }
}

impl Drop for Writing {
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
    let left_out = log.left_out.swap(0, Ordering::Relaxed);
    if left_out > 0 {
        tracing::warn!(left_out, "request lines were dropped because too many were waiting");
    }
}

/// The lines of requests, in the forms in which `tracing` writes those of the log.
fn lines(requests: &[Answered], json: bool) -> Vec<u8> {
    let mut lines = Vec::with_capacity(requests.len() * 256);
    let line = if json { json_line } else { text_line };
    // Requests that were answered in the same millisecond share its text.
    let mut last = (i64::MIN, String::new());
    for answered in requests {
        let millisecond = answered.at.as_micros().div_euclid(1_000);
        if last.0 != millisecond {
            last = (millisecond, answered.at.to_string());
        }
        line(&mut lines, answered, &last.1);
        lines.push(b'\n');
    }
    lines
}

/// Put together by hand: a serializer took twice the time, and a line is the largest cost that logging adds to a read.
/// No value needs an escape, because all are words of our own, ids and numbers.
fn json_line(lines: &mut Vec<u8>, answered: &Answered, at: &str) {
    let Answered { at: _, request_id, method, route, status, code, key, duration_us } = answered;
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

fn text_line(lines: &mut Vec<u8>, answered: &Answered, at: &str) {
    let Answered { at: _, request_id, method, route, status, code, key, duration_us } = answered;
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

    fn answered(code: Option<&'static str>, key: Option<KeyId>) -> Answered {
        Answered {
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
        let requests = [answered(None, Some(key)), answered(Some("validation_failed"), None)];
        let written = |json| String::from_utf8(lines(&requests, json)).expect("UTF-8");
        let json: Vec<Value> = written(true).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let common = json!({
            "level": "INFO", "target": "dossier::requests", "message": "answered", "timestamp": requests[0].at,
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
            format!("{}  INFO dossier::requests: answered PUT /v0/customers/{{customer_id}} 200", requests[0].at);
        let end = "duration_us=12 request_id=req-1";
        assert_eq!(written(false), format!("{start} key={key} {end}\n{start} validation_failed {end}\n"));
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_left_out_is_counted() {
        let log = RequestLog::default();
        (0..MOST + 3).for_each(|_| log.push(answered(None, None)));
        assert_eq!((log.take().len(), log.left_out.load(Ordering::Relaxed)), (MOST, 3));
        assert!(log.take().is_empty());
    }
}
