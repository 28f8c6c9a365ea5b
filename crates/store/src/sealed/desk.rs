//! What is stored of the desk: members and sign-ins under the account's own key, worksheets under the customer's.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::desk::{Member, SignIn, Worksheet};
use dossier_core::ids::{CustomerId, MemberId, SignInId};
use dossier_core::parse::Email;
use dossier_core::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cell::SealedCell;
use super::service_binding;
use crate::rows::{DeskKind, DeskRow};
use crate::vault::{Binding, Cell, Purpose, ScopeKeys, SubjectKey};

const GENERATION: u64 = 1;

/// The row of a member.
pub(crate) fn seal_member(keys: &ScopeKeys, member: &Member) -> DeskRow {
    let (scope, id) = (Member::home(member.account), *member.id.as_bytes());
    let lookup = keys.email_index(&Email::searched(&member.details.email), 0);
    DeskRow {
        scope,
        kind: DeskKind::Member,
        id,
        version: member.version,
        lookup: Some(lookup.to_vec()),
        expires_at: None,
        content: seal_service(keys, scope, "member", &id, &member.details),
    }
}

/// A member from its row.
pub(crate) fn open_member(keys: &ScopeKeys, row: DeskRow) -> Result<Member, StoreError> {
    let DeskRow { scope, id, version, content, .. } = row;
    let details = open_service(keys, scope, "member", &id, content)?;
    Ok(Member { id: MemberId::from_bytes(id), account: scope.account, version, details })
}

/// The row of a sign-in that this keyed hash of its token finds.
pub(crate) fn seal_sign_in(keys: &ScopeKeys, sign_in: &SignIn, hash: [u8; 32]) -> DeskRow {
    let (scope, id) = (Member::home(sign_in.account), *sign_in.id.as_bytes());
    DeskRow {
        scope,
        kind: DeskKind::SignIn,
        id,
        version: 1,
        lookup: Some(hash.to_vec()),
        expires_at: Some(sign_in.expires_at.as_micros()),
        content: seal_service(keys, scope, "sign-in", &id, &sign_in.details),
    }
}

/// A sign-in from its row, and when it was last used.
pub(crate) fn open_sign_in(keys: &ScopeKeys, row: DeskRow, used_at: Option<i64>) -> Result<SignIn, StoreError> {
    let DeskRow { scope, id, expires_at, content, .. } = row;
    Ok(SignIn {
        id: SignInId::from_bytes(id),
        account: scope.account,
        expires_at: Timestamp::from_micros(expires_at.unwrap_or(0)),
        used_at: used_at.map(Timestamp::from_micros),
        details: open_service(keys, scope, "sign-in", &id, content)?,
    })
}

/// The row of a worksheet, sealed under the key of its customer.
pub(crate) fn seal_worksheet(key: &SubjectKey, scope: Scope, worksheet: &Worksheet) -> DeskRow {
    let json = serde_json::to_vec(&worksheet.details).expect("a worksheet has string keys only");
    let binding = worksheet_binding(scope, &worksheet.customer);
    DeskRow {
        scope,
        kind: DeskKind::Worksheet,
        id: *worksheet.customer.as_bytes(),
        version: worksheet.version,
        lookup: None,
        expires_at: None,
        content: Cell::seal_json(key.key(Purpose::Kyc), GENERATION, &binding, json).into_bytes(),
    }
}

/// A worksheet from its row, and when its holder's page was last open.
pub(crate) fn open_worksheet(key: &SubjectKey, row: DeskRow, used_at: Option<i64>) -> Result<Worksheet, StoreError> {
    let DeskRow { scope, id, version, content, .. } = row;
    let customer = CustomerId::from_bytes(id);
    let json = Cell::open(content, key.key(Purpose::Kyc), &worksheet_binding(scope, &customer)).ok();
    let details = json.and_then(|json| serde_json::from_slice(&json).ok());
    let details =
        details.ok_or_else(|| StoreError::Corrupt(format!("the worksheet of {customer} cannot be opened")))?;
    Ok(Worksheet { customer, version, renewed_at: used_at.map(Timestamp::from_micros), details })
}

/// The sealed worksheet of a customer, for a proof that nothing opens it.
pub(crate) fn sealed_worksheet(scope: Scope, customer: CustomerId, content: Vec<u8>) -> SealedCell {
    SealedCell::new(Purpose::Kyc, &worksheet_binding(scope, &customer), content)
}

fn worksheet_binding(scope: Scope, customer: &CustomerId) -> Binding<'_> {
    let subject = customer.as_bytes();
    Binding { scope, subject, table: "desk", section: "worksheet", row: subject, version: 0 }
}

fn seal_service(keys: &ScopeKeys, scope: Scope, section: &str, id: &[u8], content: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(content).expect("rows of the desk have string keys only");
    Cell::seal_json(&keys.service, GENERATION, &service_binding(scope, "desk", section, id), json).into_bytes()
}

fn open_service<T: DeserializeOwned>(
    keys: &ScopeKeys,
    scope: Scope,
    section: &str,
    id: &[u8],
    content: Vec<u8>,
) -> Result<T, StoreError> {
    let json = Cell::open(content, &keys.service, &service_binding(scope, "desk", section, id)).ok();
    let opened = json.and_then(|json| serde_json::from_slice(&json).ok());
    opened.ok_or_else(|| StoreError::Corrupt(format!("a {section} of account {} cannot be opened", scope.account)))
}
