//! Rows of the desk: members, sign-ins and worksheets.

use dossier_core::caller::Scope;
use dossier_core::desk::Member;
use dossier_core::store::{DeskUse, StoreError};

use super::{Row, Table, add_scope, table};
use crate::vault::Fields;

pub(super) const DESK: Table =
    table("desk", &["account_id", "environment", "kind", "id"], &["version", "lookup", "expires_at", "content"]);

/// What a row of the desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum DeskKind {
    Member = 0,
    SignIn = 1,
    /// Its id is that of the customer.
    Worksheet = 2,
}

/// The row whose last use is noted.
pub(crate) fn used_row(used: DeskUse) -> (Scope, DeskKind, [u8; 16]) {
    match used {
        DeskUse::SignIn(account, id) => (Member::home(account), DeskKind::SignIn, *id.as_bytes()),
        DeskUse::Worksheet(scope, customer) => (scope, DeskKind::Worksheet, *customer.as_bytes()),
    }
}

pub(crate) struct DeskRow {
    pub(crate) scope: Scope,
    pub(crate) kind: DeskKind,
    pub(crate) id: [u8; 16],
    pub(crate) version: u64,
    /// The blind index of a member's e-mail, or the keyed hash of a sign-in's token.
    pub(crate) lookup: Option<Vec<u8>>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) content: Vec<u8>,
}

impl Row for DeskRow {
    const TABLE: &'static Table = &DESK;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        &self.id
    }

    fn add_to(&self, fields: &mut Fields) {
        add_scope(fields, &self.scope);
        fields
            .number(i64::from(self.kind as u8))
            .bytes(&self.id[..])
            .number(i64::try_from(self.version).unwrap_or(i64::MAX))
            .bytes(self.lookup.as_deref())
            .number(self.expires_at)
            .bytes(&self.content[..]);
    }
}
