//! How much one session may write: whoever has a link, and every script that does, fills neither disk nor queue.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dossier_core::ids::SessionId;

/// Saves: so many at once, and then one a second, which nobody types faster than.
const WRITES: f64 = 120.0;
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// Uploads: the documents of a business with twenty owners at once, and then one a minute.
const UPLOADS: f64 = 80.0;
const UPLOAD_EVERY: Duration = Duration::from_secs(60);
/// From this many sessions on, those that have rested are forgotten.
const MANY: usize = 10_000;
const RESTED: Duration = Duration::from_secs(80 * 60);

/// What the sessions of this process have left.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<SessionId, Left>>);

struct Left {
    writes: f64,
    uploads: f64,
    at: Instant,
}

impl Limits {
    /// Whether a session may write, or upload, now; it is counted when it may.
    pub fn allow(&self, session: SessionId, uploads: bool, now: Instant) -> bool {
        let mut sessions = self.0.lock().expect("counting does not panic");
        if sessions.len() > MANY {
            sessions.retain(|_, left| now.duration_since(left.at) < RESTED);
        }
        let left = sessions.entry(session).or_insert(Left { writes: WRITES, uploads: UPLOADS, at: now });
        let since = now.duration_since(left.at).as_secs_f64();
        left.writes = (left.writes + since / WRITE_EVERY.as_secs_f64()).min(WRITES);
        left.uploads = (left.uploads + since / UPLOAD_EVERY.as_secs_f64()).min(UPLOADS);
        left.at = now;
        let counter = if uploads { &mut left.uploads } else { &mut left.writes };
        let may = *counter >= 1.0;
        if may {
            *counter -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_may_write_much_at_once_and_then_as_fast_as_people_type() {
        let limits = Limits::default();
        let (one, other) = (SessionId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        let began = Instant::now();
        let allowed = |session, uploads, after: u64, tries: usize| {
            let now = began + Duration::from_secs(after);
            (0..tries).filter(|_| limits.allow(session, uploads, now)).count()
        };
        assert_eq!(allowed(one, false, 0, 500), 120);
        assert_eq!(allowed(one, false, 10, 500), 10);
        assert_eq!(allowed(one, true, 10, 500), 80, "uploads are counted apart");
        assert_eq!(allowed(one, true, 130, 500), 2);
        assert_eq!(allowed(other, false, 10, 500), 120, "and so is every session");
        assert_eq!(allowed(one, false, 10_000, 500), 120);
    }
}
