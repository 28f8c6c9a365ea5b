//! How plain values are stored in the columns of both engines.

use dossier_core::caller::{Environment, Scope};
use dossier_core::customer::CustomerType;
use dossier_core::ids::AccountId;
use dossier_core::store::StoreError;

/// The two columns of a scope, which come first in every key.
pub(crate) const fn scope_columns(scope: &Scope) -> (&[u8; 16], u8) {
    (scope.account.as_bytes(), environment_column(scope.environment))
}

pub(crate) const fn environment_column(environment: Environment) -> u8 {
    match environment {
        Environment::Sandbox => 0,
        Environment::Production => 1,
    }
}

pub(crate) fn scope_of(account: [u8; 16], environment: u8) -> Result<Scope, StoreError> {
    let environment = match environment {
        0 => Environment::Sandbox,
        1 => Environment::Production,
        _ => return Err(StoreError::Corrupt("unknown environment".into())),
    };
    Ok(Scope { account: AccountId::from_bytes(account), environment })
}

pub(crate) const fn type_column(kind: CustomerType) -> u8 {
    match kind {
        CustomerType::Individual => 0,
        CustomerType::Corporate => 1,
    }
}

/// The type column of a customer that was erased: 2 for an individual, 3 for a business.
pub(crate) const fn erased_type_column(kind: CustomerType) -> u8 {
    type_column(kind) + 2
}

pub(crate) const fn is_erased(column: u8) -> bool {
    matches!(column, 2 | 3)
}

pub(crate) fn kind_of(column: u8) -> Result<CustomerType, StoreError> {
    match column {
        0 => Ok(CustomerType::Individual),
        1 => Ok(CustomerType::Corporate),
        _ => Err(StoreError::Corrupt("unknown customer type".into())),
    }
}
