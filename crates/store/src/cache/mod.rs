//! What a process remembers of customers between requests: sealed data and opened keys, each limited in bytes. No
//! request depends on it; it only saves reading and opening again.

mod by_customer;
mod keys;
mod records;
mod summaries;

use by_customer::{CacheEntry as _, typical_count};
use keys::SUBJECT;
use records::StoredRow;
use summaries::SealedSummary;

pub(crate) use keys::KeyCache;
pub(crate) use records::RecentRecords;
pub(crate) use summaries::{EmailHash, Summaries};

/// `S` is the stamp that the engine puts on a summary to know whether it is still current.
pub(crate) struct Cache<S> {
    /// The opened keys of data subjects.
    pub(crate) keys: KeyCache,
    /// Individuals as this process last wrote them.
    pub(crate) records: RecentRecords,
    /// The part of customers that lists and plain reads show.
    pub(crate) summaries: Summaries<S>,
}

impl<S: Copy> Cache<S> {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            keys: KeyCache::new(usize::try_from(budget.keys / SUBJECT).unwrap_or(usize::MAX)),
            records: RecentRecords::new(budget.records),
            summaries: Summaries::new(budget.summaries),
        }
    }
}

/// How many bytes each part may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    summaries: u64,
    records: u64,
    /// Keys with the keys derived from them.
    keys: u64,
    /// Pages of the embedded database's writer, in addition to its default.
    pub(crate) pages: u64,
}

impl Budget {
    /// The bytes that a page of 4 KiB takes in memory, with what SQLite and the allocator add.
    pub(crate) const PAGE: u64 = 5 * 1_024;

    /// For an engine that has the database to itself. Up to `summaries` bytes go to summaries alone. Beyond that, as
    /// many customers as fit get everything that a change of one needs: its record, its key and its page.
    pub(crate) const fn embedded(bytes: u64, summaries: u64) -> Self {
        let each = SealedSummary::<()>::TYPICAL + StoredRow::TYPICAL + SUBJECT + Self::PAGE;
        let customers = bytes.saturating_sub(summaries) / each;
        let first = if bytes < summaries { bytes } else { summaries };
        Self {
            summaries: first + customers * SealedSummary::<()>::TYPICAL,
            records: customers * StoredRow::TYPICAL,
            keys: customers * SUBJECT,
            pages: customers * Self::PAGE,
        }
    }

    /// For an engine whose database other processes write as well. It could not know whether a summary is current.
    pub(crate) fn shared(bytes: u64) -> Self {
        let keys = u64::try_from(typical_count::<StoredRow>(bytes)).unwrap_or(u64::MAX).saturating_mul(SUBJECT);
        Self { summaries: 0, records: bytes, keys, pages: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_goes_to_summaries_first_and_then_to_everything_that_a_customer_needs() {
        const GIB: u64 = 1 << 30;
        const FIRST: u64 = 20 * 1_024 * 1_024;
        assert_eq!(Budget::embedded(0, FIRST), Budget { summaries: 0, records: 0, keys: 0, pages: 0 });
        assert_eq!(Budget::embedded(FIRST, FIRST), Budget { summaries: FIRST, records: 0, keys: 0, pages: 0 });
        let Budget { summaries, records, keys, pages } = Budget::embedded(8 * GIB, FIRST);
        for (what, bytes, each) in [
            ("summaries", summaries, SealedSummary::<()>::TYPICAL),
            ("records", records, StoredRow::TYPICAL),
            ("keys", keys, SUBJECT),
            ("pages", pages, Budget::PAGE),
        ] {
            assert!(bytes / each >= 1_000_000, "{what} of a million customers");
        }
        assert!((8 * GIB - 10_000..=8 * GIB).contains(&(summaries + records + keys + pages)), "nothing is left over");
        Budget::embedded(u64::MAX, FIRST);
        Budget::shared(u64::MAX);
    }
}
