//! The log of requests as both engines store it.

use dossier_core::requests::{LoggedRequest, LoggedViolation, RequestFilter, RequestPlace};
use dossier_core::store::StoreError;

/// One read examines at most this many requests that the statement finds.
const MAX_EXAMINED: usize = 20_000;
/// How many rows are read at once where more are compared than shown.
const PORTION: usize = 1_000;

/// The column with the violations of a request. `None` if there are none.
pub(crate) fn violations_column(violations: &[LoggedViolation]) -> Option<String> {
    let pairs: Vec<_> = violations.iter().map(|one| (&one.pointer, &one.code)).collect();
    (!pairs.is_empty()).then(|| serde_json::to_string(&pairs).expect("pairs of texts are JSON"))
}

pub(crate) fn violations_of_column(column: Option<&str>) -> Result<Vec<LoggedViolation>, StoreError> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let unreadable = |_| StoreError::Corrupt("a line of the request log cannot be read".into());
    let pairs: Vec<(String, String)> = serde_json::from_str(column).map_err(unreadable)?;
    Ok(pairs.into_iter().map(|(pointer, code)| LoggedViolation { pointer, code: code.into() }).collect())
}

/// What a statement compares: the place before which it reads, and the filter.
pub(crate) struct Wanted<'a> {
    pub(crate) before: RequestPlace,
    pub(crate) filter: &'a RequestFilter,
}

impl Wanted<'_> {
    /// The lowest and the highest status. Only a failed request has a code.
    pub(crate) fn statuses(&self) -> (u16, u16) {
        let is_failed = self.filter.code.is_some() || self.filter.pointer.is_some();
        self.filter.statuses.unwrap_or(if is_failed { (400, 599) } else { (0, 999) })
    }
}

/// A list that is being read, portion by portion.
pub(crate) struct RequestList<'a> {
    pub(crate) wanted: Wanted<'a>,
    limit: usize,
    examined: usize,
    is_at_end: bool,
    found: Vec<LoggedRequest>,
}

impl<'a> RequestList<'a> {
    pub(crate) fn new(filter: &'a RequestFilter, after: Option<RequestPlace>, limit: usize) -> Self {
        let newest = dossier_core::clock::Timestamp::from_micros(i64::MAX);
        let end = filter.to.map_or(newest, |to| dossier_core::clock::Timestamp::from_micros(to.as_micros()));
        let before = after.unwrap_or(RequestPlace { at: end, request_id: String::new() });
        let wanted = Wanted { before, filter };
        Self { wanted, limit, examined: 0, is_at_end: false, found: Vec::new() }
    }

    /// How many rows to read next. `None` if the list is complete.
    pub(crate) fn portion(&self) -> Option<usize> {
        let is_done = self.is_at_end || self.found.len() == self.limit || self.examined >= MAX_EXAMINED;
        let is_compared = self.wanted.filter.code.is_some() || self.wanted.filter.pointer.is_some();
        (!is_done).then_some(if is_compared { PORTION } else { self.limit })
    }

    /// Adds the rows that were read.
    pub(crate) fn add(&mut self, rows: Vec<LoggedRequest>, portion: usize) {
        self.is_at_end = rows.len() < portion;
        for row in rows {
            if self.found.len() == self.limit {
                self.is_at_end = false;
                return;
            }
            self.examined += 1;
            self.wanted.before = row.place();
            if self.wanted.filter.accepts(&row) {
                self.found.push(row);
            }
        }
    }

    /// The requests, and where the list continues.
    pub(crate) fn into_page(self) -> (Vec<LoggedRequest>, Option<RequestPlace>) {
        (self.found, (!self.is_at_end).then_some(self.wanted.before))
    }
}
