//! Reads rows column by column. A column with an unexpected type or value is corruption, not a panic.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use dossier_core::quota::Used;
use dossier_core::store::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use crate::columns::{scope_columns, scope_of};
use crate::vault::WrappedKey;

/// The columns of a row, from the first to the last.
pub(super) struct Columns<'a>(&'a Row, usize);

impl<'a> Columns<'a> {
    pub(super) const fn of(row: &'a Row) -> Self {
        Self(row, 0)
    }

    pub(super) const fn after(row: &'a Row, skipped: usize) -> Self {
        Self(row, skipped)
    }

    pub(super) fn next<T: FromSql<'a>>(&mut self) -> Result<T, StoreError> {
        let place = self.1;
        self.1 += 1;
        // The message of the library names types and columns, never values.
        self.0.try_get(place).map_err(|error| StoreError::Corrupt(format!("a stored row cannot be read: {error}")))
    }

    pub(super) fn id(&mut self) -> Result<[u8; 16], StoreError> {
        Ok(self.next::<Uuid>()?.into_bytes())
    }

    pub(super) fn optional_id(&mut self) -> Result<Option<[u8; 16]>, StoreError> {
        Ok(self.next::<Option<Uuid>>()?.map(Uuid::into_bytes))
    }

    pub(super) fn scope(&mut self) -> Result<Scope, StoreError> {
        let account = self.id()?;
        scope_of(account, self.small()?)
    }

    /// A customer, after its scope.
    pub(super) fn customer(&mut self) -> Result<(Scope, CustomerId), StoreError> {
        Ok((self.scope()?, CustomerId::from_bytes(self.id()?)))
    }

    pub(super) fn small(&mut self) -> Result<u8, StoreError> {
        u8::try_from(self.next::<i16>()?).map_err(|_| StoreError::Corrupt("a small number is too large".into()))
    }

    pub(super) fn count(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.next::<i64>()?).map_err(|_| StoreError::Corrupt("a count is negative".into()))
    }

    pub(super) fn used(&mut self) -> Result<Used, StoreError> {
        Ok(Used { files: self.count()?, bytes: self.count()? })
    }

    pub(super) fn moment(&mut self) -> Result<Timestamp, StoreError> {
        self.next().map(Timestamp::from_micros)
    }

    pub(super) fn optional_moment(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.next::<Option<i64>>()?.map(Timestamp::from_micros))
    }

    pub(super) fn hash(&mut self) -> Result<[u8; 32], StoreError> {
        self.next::<&[u8]>()?.try_into().map_err(|_| StoreError::Corrupt("a stored hash has the wrong length".into()))
    }

    pub(super) fn wrapped(&mut self) -> Result<WrappedKey, StoreError> {
        let epoch = u32::try_from(self.next::<i32>()?);
        let epoch = epoch.map_err(|_| StoreError::Corrupt("an epoch is negative".into()))?;
        Ok(WrappedKey { epoch, sealed: self.next()? })
    }
}

pub(super) const fn uuid(id: &[u8; 16]) -> Uuid {
    Uuid::from_bytes(*id)
}

/// An id that identifies a process while it holds a lease.
pub(super) fn random_id() -> Uuid {
    let mut id = [0; 16];
    aws_lc_rs::rand::fill(&mut id).expect("the system has randomness");
    uuid::Builder::from_random_bytes(id).into_uuid()
}

/// The two columns of a scope, which come first in every key.
pub(super) fn scope_values(scope: Scope) -> (Uuid, i16) {
    let (account, environment) = scope_columns(&scope);
    (uuid(account), i16::from(environment))
}

/// A count as its column. No count comes near 63 bits.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A limit for the number of rows.
pub(super) fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn epoch_column(epoch: u32) -> i32 {
    i32::try_from(epoch).unwrap_or(i32::MAX)
}

/// Declares the statements of a module and their list, which tests prepare and lint.
macro_rules! statements {
    ($($(#[$attribute:meta])* $visible:vis $name:ident = $sql:expr;)*) => {
        $($(#[$attribute])* $visible const $name: &str = $sql;)*

        /// Every statement of this module.
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

pub(super) use statements;
