//! Cells that concern no person, sealed under the keys of the scope: names, branding, settings.

use dossier_core::account::FormSettings;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::AccountId;
use dossier_core::store::StoreError;
use serde::{Deserialize, Serialize};

use crate::vault::{Binding, Cell, ScopeKeys};

/// The name of an account is sealed under the key of its sandbox.
pub(crate) const fn account_scope(account: AccountId) -> Scope {
    Scope { account, environment: Environment::Sandbox }
}

pub(crate) fn seal_name(keys: &ScopeKeys, scope: Scope, table: &str, row: &[u8], name: &str) -> Vec<u8> {
    Cell::seal(&keys.service, 1, &service_binding(scope, table, "name", row), name.as_bytes()).into_bytes()
}

pub(crate) fn open_name(
    keys: &ScopeKeys,
    scope: Scope,
    table: &str,
    row: &[u8],
    cell: Vec<u8>,
) -> Result<String, StoreError> {
    Cell::open(cell, &keys.service, &service_binding(scope, table, "name", row))
        .ok()
        .and_then(|name| String::from_utf8(name).ok())
        .ok_or_else(|| StoreError::Corrupt(format!("a name in {table} cannot be opened")))
}

/// What the cell of an account holds: the settings of the form, and since when the account is closed. The column is
/// named `look`.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct AccountCell {
    #[serde(flatten)]
    pub(crate) form: FormSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) closed_at: Option<Timestamp>,
}

pub(crate) fn seal_account(keys: &ScopeKeys, scope: Scope, account: &[u8], content: &AccountCell) -> Vec<u8> {
    let json = serde_json::to_vec(content).expect("branding has string keys only");
    Cell::seal(&keys.service, 1, &service_binding(scope, "accounts", "look", account), &json).into_bytes()
}

/// The settings of the last start.
pub(crate) fn seal_settings(keys: &ScopeKeys, scope: Scope, json: &[u8]) -> Vec<u8> {
    Cell::seal(&keys.service, 1, &settings_binding(scope), json).into_bytes()
}

pub(crate) fn open_settings(keys: &ScopeKeys, scope: Scope, cell: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let unreadable = |_| StoreError::Corrupt("the recorded settings cannot be opened".into());
    Cell::open(cell, &keys.service, &settings_binding(scope)).map_err(unreadable)
}

const fn settings_binding(scope: Scope) -> Binding<'static> {
    service_binding(scope, "recorded_settings", "cell", b"")
}

/// The place of a cell that concerns no person.
pub(crate) const fn service_binding<'a>(scope: Scope, table: &'a str, section: &'a str, row: &'a [u8]) -> Binding<'a> {
    Binding { scope, subject: b"", table, section, row, version: 0 }
}
