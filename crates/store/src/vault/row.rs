//! The seal of a row: HMAC-SHA-256, cut to 16 bytes, over the table, the key of the row and the columns by which it
//! grants or finds something. Cells are not part of it: they are bound to their place by themselves.

use subtle::ConstantTimeEq as _;

use super::{Midstates, SecretKey};

const LENGTH: usize = 16;

pub type RowSeal = [u8; LENGTH];

/// The sealed values of a row in a fixed order, each with its type and its length in front, so that no two rows share
/// an encoding. The encoding does not depend on the types of an engine.
pub struct Fields(Vec<u8>);

impl Fields {
    #[must_use]
    pub fn of(table: &str) -> Self {
        let mut fields = Self(Vec::with_capacity(256));
        fields.push(b't', table.as_bytes());
        fields
    }

    fn push(&mut self, kind: u8, value: &[u8]) {
        self.0.push(kind);
        self.0.extend_from_slice(&u32::try_from(value.len()).expect("a column is small").to_be_bytes());
        self.0.extend_from_slice(value);
    }

    pub fn null(&mut self) -> &mut Self {
        self.push(b'0', &[]);
        self
    }

    /// A number, a time, or a word stored as a number.
    pub fn number(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        match value.into() {
            Some(value) => self.push(b'n', &value.to_be_bytes()),
            None => self.push(b'0', &[]),
        }
        self
    }

    /// A count. No engine stores more than 63 bits of it.
    pub fn count(&mut self, value: u64) -> &mut Self {
        self.number(i64::try_from(value).unwrap_or(i64::MAX))
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        self.push(b's', value.as_bytes());
        self
    }

    pub fn bytes<'a>(&mut self, value: impl Into<Option<&'a [u8]>>) -> &mut Self {
        match value.into() {
            Some(value) => self.push(b'b', value),
            None => self.push(b'0', &[]),
        }
        self
    }
}

/// The key that seals the rows of one scope.
pub(super) struct RowKey(Midstates);

impl RowKey {
    pub(super) fn new(key: &SecretKey) -> Self {
        Self(key.midstates())
    }

    pub(super) fn seal(&self, fields: &Fields) -> RowSeal {
        *self.0.sign(&fields.0).first_chunk().expect("an HMAC-SHA-256 has 32 bytes")
    }

    pub(super) fn matches(&self, fields: &Fields, stored: Option<&[u8]>) -> bool {
        stored.is_some_and(|stored| bool::from(self.seal(fields).ct_eq(stored)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_lists_of_values_share_a_seal() {
        let key = RowKey::new(&SecretKey::random());
        let seal = |fill: fn(&mut Fields) -> &mut Fields| {
            let mut fields = Fields::of("table");
            fill(&mut fields);
            key.seal(&fields)
        };
        let seals = [
            seal(|fields| fields),
            seal(|fields| fields.null()),
            seal(|fields| fields.number(0)),
            seal(|fields| fields.text("")),
            seal(|fields| fields.bytes(&b""[..])),
            seal(|fields| fields.text("ab").text("c")),
            seal(|fields| fields.text("a").text("bc")),
            seal(|fields| fields.bytes(&b"ab"[..]).bytes(&b"c"[..])),
            seal(|fields| fields.null().number(1)),
            seal(|fields| fields.number(1).null()),
            key.seal(&Fields::of("tabl")),
        ];
        let different: std::collections::HashSet<_> = seals.iter().collect();
        assert_eq!(different.len(), seals.len());
    }

    #[test]
    fn only_the_whole_seal_of_the_same_row_matches() {
        let key = RowKey::new(&SecretKey::random());
        let mut fields = Fields::of("table");
        fields.number(7);
        let seal = key.seal(&fields);
        assert!(key.matches(&fields, Some(&seal)));
        assert!(
            !key.matches(&fields, None) && !key.matches(&fields, Some(&[])) && !key.matches(&fields, Some(&seal[1..]))
        );
        assert!(!RowKey::new(&SecretKey::random()).matches(&fields, Some(&seal)), "another scope's key");
    }
}
