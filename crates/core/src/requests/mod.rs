//! The log of requests, for developers: what was asked, how it ended, and how long it took. It holds no body, no value
//! and no name, only words of this program, ids, numbers and times.

pub(crate) mod counts;
pub(crate) mod logged;
pub(crate) mod tally;

pub use counts::{CountKey, Counts, ErrorCount, ErrorKey, LATENCY_BOUNDS, Latencies, Step};
pub use logged::{
    LoggedRequest, LoggedViolation, MAX_KEPT, MAX_VIOLATIONS_KEPT, RequestFilter, RequestPlace, grouped, known_pointer,
};
pub use tally::{RequestBatch, Sampling, Tally};
