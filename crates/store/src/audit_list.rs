//! Lists of the audit trail. Entries are read in portions and filtered here, in the same way for every engine. The
//! entries of one customer are linked backwards, so they are found without an index that every write would pay for.

use dossier_core::audit::{AuditFilter, AuditPage, AuditRow, OpenedEntry};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;
use dossier_core::webhook::MAX_ENDPOINTS;

use crate::audit_detail;
use crate::sealed::{SubjectKeys, service_binding};
use crate::vault::{Cell, ScopeKeys};

/// One request examines at most this many entries.
const MAX_EXAMINED: usize = 5_000;
/// The number of entries per read when a filter may skip many.
const PORTION: usize = 500;

/// How many events after the hint of an entry can be its own. A change announces two at most.
pub(crate) const EVENTS_OF_AN_ENTRY: usize = 4;
/// How many deliveries after the hint of an entry can be of its events.
pub(crate) const DELIVERIES_OF_AN_ENTRY: usize = EVENTS_OF_AN_ENTRY * MAX_ENDPOINTS;

/// The columns of `audit` that lists show. None of them is sealed.
pub(crate) struct ListedEntry {
    pub(crate) seq: u64,
    /// The number of the same customer's previous entry; 0 if there is none.
    pub(crate) previous_of_customer: u64,
    pub(crate) hash: Vec<u8>,
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) customer_id: Option<[u8; 16]>,
    pub(crate) version: Option<u64>,
    pub(crate) fields: String,
    pub(crate) request_id: String,
    pub(crate) decision: Option<String>,
}

impl ListedEntry {
    fn is_accepted(&self, filter: &AuditFilter) -> bool {
        let customer = self.customer_id.map(CustomerId::from_bytes);
        filter.accepts(customer, (&self.action, &self.actor, &self.request_id), Timestamp::from_micros(self.at))
    }

    pub(crate) fn open(self) -> Result<AuditRow, StoreError> {
        let Self { seq, previous_of_customer: _, hash, at, actor, action, customer_id, version, .. } = self;
        let unreadable = |error: serde_json::Error| StoreError::Corrupt(error.to_string());
        Ok(AuditRow {
            seq,
            at: Timestamp::from_micros(at),
            actor,
            action,
            customer_id: customer_id.map(CustomerId::from_bytes),
            version,
            fields: serde_json::from_str(&self.fields).map_err(unreadable)?,
            decision: self.decision.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?,
            request_id: self.request_id,
            hash: hexadecimal(&hash),
        })
    }
}

/// Where the next portion starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// Before this number, or at the end of the trail.
    Before(Option<u64>),
    /// At this entry, then along the links to the customer's earlier entries. 0 means none.
    Linked(u64),
}

/// A page that is being filled.
pub(crate) struct Listing<'a> {
    filter: &'a AuditFilter,
    limit: usize,
    start: Start,
    examined: usize,
    is_at_end: bool,
    page: AuditPage,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(filter: &'a AuditFilter, limit: usize, start: Start) -> Self {
        Self { filter, limit, start, examined: 0, is_at_end: start == Start::Linked(0), page: AuditPage::default() }
    }

    /// The next portion to read, and its size. `None` if the page is complete.
    pub(crate) fn next_portion(&self) -> Option<(Start, usize)> {
        let missing = self.limit - self.page.rows.len();
        let left = MAX_EXAMINED.saturating_sub(self.examined);
        if self.is_at_end || missing == 0 || left == 0 {
            return None;
        }
        let is_filtered = *self.filter != AuditFilter::default();
        Some((self.start, if is_filtered { PORTION.min(left) } else { missing }))
    }

    /// Adds the portion that [`Listing::next_portion`] asked for.
    pub(crate) fn add(&mut self, portion: Vec<ListedEntry>) -> Result<(), StoreError> {
        self.is_at_end = portion.is_empty();
        for entry in portion {
            if self.page.rows.len() == self.limit {
                break;
            }
            self.examined += 1;
            self.page.next = match self.start {
                Start::Before(_) => {
                    self.start = Start::Before(Some(entry.seq));
                    Some(entry.seq).filter(|seq| *seq > 1)
                }
                Start::Linked(_) if entry.previous_of_customer >= entry.seq => {
                    return Err(StoreError::Corrupt(format!("the link of audit entry {} was altered", entry.seq)));
                }
                Start::Linked(_) => {
                    self.start = Start::Linked(entry.previous_of_customer);
                    Some(entry.seq).filter(|_| entry.previous_of_customer > 0)
                }
            };
            self.is_at_end = self.page.next.is_none();
            if entry.is_accepted(self.filter) {
                self.page.rows.push(entry.open()?);
            }
        }
        Ok(())
    }

    pub(crate) fn into_page(self) -> AuditPage {
        let next = self.page.next.filter(|_| !self.is_at_end);
        AuditPage { next, ..self.page }
    }
}

/// The data subjects whose keys open the detail of an entry. `None` if the entry concerns no customer.
pub(crate) fn subjects(entry: &ListedEntry, detail: &[u8]) -> Result<Option<(CustomerId, Vec<PersonId>)>, StoreError> {
    let Some(customer) = entry.customer_id.map(CustomerId::from_bytes) else { return Ok(None) };
    Ok(Some((customer, audit_detail::subjects(customer, detail)?)))
}

/// Opens the parts of an entry's detail for which there are keys.
pub(crate) fn open(
    (scope, keys): (Scope, &ScopeKeys),
    subjects: &SubjectKeys,
    entry: ListedEntry,
    detail: Vec<u8>,
) -> Result<OpenedEntry, StoreError> {
    let opened = match entry.customer_id.map(CustomerId::from_bytes) {
        Some(customer) => audit_detail::open(subjects, (scope, customer, entry.version.unwrap_or(0)), &detail)?,
        None => {
            let binding = service_binding(scope, "audit", "detail", entry.request_id.as_bytes());
            let unreadable =
                || StoreError::Corrupt(format!("the detail of audit entry {} cannot be opened", entry.seq));
            let json = Cell::open(detail, &keys.service, &binding).map_err(|_| unreadable())?;
            serde_json::from_slice(&json).map_err(|_| unreadable())?
        }
    };
    Ok(OpenedEntry::new(entry.open()?, opened))
}

#[cfg(test)]
mod tests {
    use dossier_core::audit::Action;

    use super::*;

    fn entry(seq: u64, previous_of_customer: u64) -> ListedEntry {
        ListedEntry {
            seq,
            previous_of_customer,
            hash: Vec::new(),
            at: 0,
            actor: "system".into(),
            action: if seq.is_multiple_of(2) { "kyc.decided" } else { "customer.updated" }.into(),
            customer_id: None,
            version: None,
            fields: "[]".into(),
            request_id: String::new(),
            decision: None,
        }
    }

    fn seqs(page: &AuditPage) -> Vec<u64> {
        page.rows.iter().map(|row| row.seq).collect()
    }

    #[test]
    fn a_page_continues_where_the_last_one_stopped() {
        let all = AuditFilter::default();
        let mut listing = Listing::new(&all, 2, Start::Before(None));
        assert_eq!(listing.next_portion(), Some((Start::Before(None), 2)));
        listing.add(vec![entry(4, 0), entry(3, 0)]).expect("taken");
        assert_eq!(listing.next_portion(), None);
        let page = listing.into_page();
        assert_eq!((seqs(&page), page.next), (vec![4, 3], Some(3)));
        let mut listing = Listing::new(&all, 2, Start::Before(Some(3)));
        listing.add(vec![entry(2, 0), entry(1, 0)]).expect("taken");
        let page = listing.into_page();
        assert_eq!((seqs(&page), page.next), (vec![2, 1], None));
    }

    #[test]
    fn a_request_examines_a_limited_number_of_entries() {
        let rare = AuditFilter { action: Some(Action::KeyRevoked), ..AuditFilter::default() };
        let mut listing = Listing::new(&rare, 10, Start::Before(Some(100_001)));
        let mut reads = 0;
        while let Some((Start::Before(Some(before)), portion)) = listing.next_portion() {
            reads += portion;
            listing.add((1..=portion as u64).map(|back| entry(before - back, 0)).collect()).expect("taken");
        }
        let page = listing.into_page();
        assert_eq!((reads, page.rows.len(), page.next), (MAX_EXAMINED, 0, Some(100_001 - MAX_EXAMINED as u64)));
    }

    #[test]
    fn links_are_followed_to_the_first_entry_and_never_forwards() {
        let decisions = AuditFilter { action: Some(Action::Decided), ..AuditFilter::default() };
        let mut listing = Listing::new(&decisions, 10, Start::Linked(9));
        listing.add(vec![entry(9, 6), entry(6, 2), entry(2, 0)]).expect("taken");
        assert_eq!(listing.next_portion(), None);
        let page = listing.into_page();
        assert_eq!((seqs(&page), page.next), (vec![6, 2], None));
        let mut listing = Listing::new(&decisions, 10, Start::Linked(9));
        assert!(listing.add(vec![entry(9, 9)]).is_err());
    }
}
