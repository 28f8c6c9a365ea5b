//! Row ids of numbered rows. Entries, events and deliveries are numbered within their scope. The high bits of their row
//! id, `place`, hold the number of the scope, the low bits their own number. So the rows of one scope are together, in
//! order, and are found without an index. The other engine does not have this column.

use dossier_core::caller::Scope;
use rusqlite::{Connection, OptionalExtension as _};

use crate::columns::scope_columns;

/// The number of low bits, which hold the number within the scope. 23 bits remain for the scope.
pub(super) const BITS: u32 = 40;
/// The highest number in a scope.
pub(super) const LAST: u64 = (1 << BITS) - 1;
const LAST_SCOPE: i64 = (1 << (63 - BITS)) - 1;

/// The columns that only this engine has.
pub(super) const PRIVATE: &[(&str, &str)] =
    &[("audit_heads", "scope"), ("audit", "place"), ("events", "place"), ("deliveries", "place")];

/// The number of a scope.
pub(super) const SCOPE: &str = "SELECT scope FROM audit_heads WHERE account_id = ?1 AND environment = ?2";

/// The places of one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Places {
    scope: i64,
}

impl Places {
    /// The places of a scope. `None` until something is written there.
    pub(super) fn of(connection: &Connection, scope: Scope) -> Result<Option<Self>, rusqlite::Error> {
        let scope = connection.prepare_cached(SCOPE)?.query_row(scope_columns(&scope), |row| row.get(0)).optional()?;
        scope.map(Self::numbered).transpose()
    }

    pub(super) fn numbered(scope: i64) -> Result<Self, rusqlite::Error> {
        match scope {
            1..=LAST_SCOPE => Ok(Self { scope }),
            _ => Err(rusqlite::Error::IntegralValueOutOfRange(0, scope)),
        }
    }

    /// The places of the next new scope.
    pub(super) fn new(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let last: i64 = connection
            .prepare_cached("SELECT coalesce(max(scope), 0) FROM audit_heads")?
            .query_row([], |row| row.get(0))?;
        Self::numbered(last + 1)
    }

    /// The places of the scope after this one.
    pub(super) fn next(self) -> Result<Self, rusqlite::Error> {
        Self::numbered(self.scope + 1)
    }

    pub(super) const fn scope(self) -> i64 {
        self.scope
    }

    /// The place of a number.
    pub(super) fn at(self, number: u64) -> Result<i64, rusqlite::Error> {
        match number {
            1..=LAST => Ok(self.bound(number)),
            _ => Err(rusqlite::Error::IntegralValueOutOfRange(0, i64::try_from(number).unwrap_or(i64::MAX))),
        }
    }

    /// All later numbers of the scope, and only those, have a greater place than this.
    pub(super) fn after(self, number: u64) -> i64 {
        self.bound(number.min(LAST))
    }

    /// The earlier numbers of the scope (all numbers, without one), and only those, have a place up to this one.
    pub(super) fn before(self, number: Option<u64>) -> i64 {
        self.bound(number.map_or(LAST, |number| number.saturating_sub(1).min(LAST)))
    }

    fn bound(self, number: u64) -> i64 {
        (self.scope << BITS) + i64::try_from(number).expect("a number has 40 bits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_order_and_never_reach_into_another_scope() {
        let (mine, next) = (Places { scope: 3 }, Places { scope: 4 });
        let at = |number| mine.at(number).expect("a place");
        assert!([mine.after(0), at(1), at(7), at(LAST), next.after(0)].is_sorted_by(|one, other| one < other));
        assert_eq!((mine.after(7), mine.after(u64::MAX)), (at(7), at(LAST)));
        assert_eq!((mine.before(Some(8)), mine.before(Some(u64::MAX)), mine.before(None)), (at(7), at(LAST), at(LAST)));
        assert_eq!(mine.before(Some(0)), mine.after(0));
        for number in [0, LAST + 1, u64::MAX] {
            assert!(mine.at(number).is_err(), "{number}");
        }
    }

    #[test]
    fn the_last_scope_has_places_and_no_scope_follows_it() {
        let last = Places::numbered(LAST_SCOPE).expect("the last");
        assert_eq!(last.at(LAST).expect("a place"), i64::MAX);
        assert!(last.next().is_err() && Places::numbered(0).is_err() && Places::numbered(-1).is_err());
    }
}
