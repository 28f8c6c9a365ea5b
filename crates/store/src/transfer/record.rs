//! One record as bytes: the same for both engines, and the input of its hash.

use dossier_core::store::StoreError;
use sha2::{Digest as _, Sha256};

/// The value of a column, independent of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    pub(crate) const fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }
}

/// Values in the order of the columns.
pub(crate) type Record = Vec<Value>;

/// The bytes of a record: the kind, the length and the content of each value.
pub(crate) fn encode(record: &Record) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 * record.len());
    let mut push = |kind: u8, content: &[u8]| {
        bytes.push(kind);
        bytes.extend_from_slice(&u32::try_from(content.len()).expect("a column is small").to_be_bytes());
        bytes.extend_from_slice(content);
    };
    for value in record {
        match value {
            Value::Null => push(0, &[]),
            Value::Number(number) => push(1, &number.to_be_bytes()),
            Value::Text(text) => push(2, text.as_bytes()),
            Value::Bytes(content) => push(3, content),
        }
    }
    bytes
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(mut bytes: &[u8]) -> Result<Record, StoreError> {
    let damaged = || StoreError::Corrupt("a record cannot be decoded".into());
    let mut record = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(5).ok_or_else(damaged)?;
        let length = u32::from_be_bytes(head[1..].try_into().expect("four bytes"));
        let (content, rest) = rest.split_at_checked(length as usize).ok_or_else(damaged)?;
        bytes = rest;
        record.push(match head[0] {
            0 if content.is_empty() => Value::Null,
            1 => Value::Number(i64::from_be_bytes(content.try_into().map_err(|_| damaged())?)),
            2 => Value::Text(String::from_utf8(content.to_vec()).map_err(|_| damaged())?),
            3 => Value::Bytes(content.to_vec()),
            _ => return Err(damaged()),
        });
    }
    Ok(record)
}

pub(crate) fn hash(encoded: &[u8]) -> [u8; 32] {
    Sha256::digest(encoded).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_unless_it_was_truncated() {
        let record = vec![
            Value::Null,
            Value::Number(-7),
            Value::Text("é".into()),
            Value::Bytes(vec![0, 255]),
            Value::Text(String::new()),
        ];
        let bytes = encode(&record);
        assert_eq!(decode(&bytes).expect("a record"), record);
        for cut in 1..bytes.len() {
            assert!(decode(&bytes[..cut]).map_or(true, |less| less.len() < record.len()), "{cut}");
        }
        let mut altered = bytes;
        altered[0] = 9;
        assert!(decode(&altered).is_err(), "an unknown kind");
    }
}
