//! What a reviewer sees of a case. Every look is in the audit trail before anything leaves.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::audit::action::Action;
use crate::audit::read::AuditFilter;
use crate::customer::record::Customer;
use crate::desk::claims::{Claim, masked_value};
use crate::desk::flag::{Flag, FlagKind};
use crate::desk::role::Permission;
use crate::desk::worksheet::Worksheet;
use crate::file::record::File;
use crate::ids::{CustomerId, FileId};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::members::DeskError;
use crate::use_cases::worksheet::Seat;

/// How many entries of the audit trail are read at a time in search of earlier values.
const SEARCHED: usize = 100;
/// How many files are compared with those of other customers.
const COMPARED: usize = 50;

/// A case as a reviewer sees it.
pub struct CaseView {
    /// The customer. Show its numbers only as `claims` has them.
    pub customer: Customer,
    /// What the reviewers noted.
    pub worksheet: Worksheet,
    /// What the customer claims.
    pub claims: Vec<Claim>,
    /// What a machine found, also that which belongs to no claim.
    pub flags: Vec<Flag>,
    /// Other customers with the same number or file.
    pub others: Vec<(FlagKind, CustomerId)>,
    /// The places that changed since the last decision. `None` before the first.
    pub changed: Option<Vec<String>>,
    /// The files of all documents.
    pub files: Vec<File>,
}

/// Opens a case for a member to look at.
///
/// # Errors
///
/// [`DeskError::Forbidden`] and [`DeskError::NotFound`].
pub async fn open(services: &Services, seat: &Seat, id: Option<CustomerId>) -> Result<CaseView, DeskError> {
    seat.require(Permission::View)?;
    let id = id.ok_or(DeskError::NotFound)?;
    let customer = customer(services, seat, id).await?.ok_or(DeskError::NotFound)?;
    let worksheet = services.store.worksheet(seat.caller.scope, id).await?;
    Ok(view(services, seat, customer, worksheet).await?)
}

/// A customer for a page to show. The look is in the audit trail.
///
/// # Errors
///
/// When the customer cannot be read, or the look cannot be recorded.
pub async fn customer(services: &Services, seat: &Seat, id: CustomerId) -> Result<Option<Customer>, StoreError> {
    let Some(customer) = services.store.customer(seat.caller.scope, id).await? else { return Ok(None) };
    seat.note_look(services, id, Action::CustomerViewed, Vec::new()).await?;
    Ok(Some(customer))
}

/// The case again after a verdict, which is in the audit trail by itself. `worksheet` is that of afterwards.
///
/// # Errors
///
/// [`DeskError::Forbidden`] and [`DeskError::NotFound`].
pub async fn again(
    services: &Services,
    seat: &Seat,
    id: CustomerId,
    worksheet: Worksheet,
) -> Result<CaseView, DeskError> {
    seat.require(Permission::View)?;
    let customer = services.store.customer(seat.caller.scope, id).await?.ok_or(DeskError::NotFound)?;
    Ok(view(services, seat, customer, worksheet).await?)
}

async fn view(
    services: &Services,
    seat: &Seat,
    customer: Customer,
    worksheet: Worksheet,
) -> Result<CaseView, StoreError> {
    let (scope, store) = (seat.caller.scope, &services.store);
    let now = services.now(scope);
    let changed = changed_since_decision(services, seat, &customer).await?;
    let files = match customer.profile.files() {
        none if none.is_empty() => Vec::new(),
        named => store.files(scope, &named, Some(customer.id)).await?,
    };
    let mut flags = customer.desk_flags(now);
    let others = others(services, seat, &customer, &files, &mut flags).await?;
    let known = changed.as_deref().unwrap_or_default();
    let claims = customer.claims(&services.policy.rules, known, &flags, now);
    Ok(CaseView { customer, worksheet, claims, flags, others, changed, files })
}

/// Other customers that have the same number or gave the same file.
async fn others(
    services: &Services,
    seat: &Seat,
    customer: &Customer,
    files: &[File],
    flags: &mut Vec<Flag>,
) -> Result<Vec<(FlagKind, CustomerId)>, StoreError> {
    let (scope, store) = (seat.caller.scope, &services.store);
    let mut others = Vec::new();
    for same in store.same_numbers(scope, customer.id).await? {
        others.push((FlagKind::SameNumber, same.other));
    }
    if !others.is_empty() {
        flags.push(Flag { kind: FlagKind::SameNumber, pointer: "/identifying_information".to_owned() });
    }
    let before = others.len();
    for file in files.iter().take(COMPARED) {
        let attached = file.attachments.iter().map(|attachment| attachment.customer);
        let mut customers: Vec<_> = attached.collect();
        let same: Vec<FileId> = store.same_content(scope, file.id).await?;
        if !same.is_empty() {
            let same = store.files(scope, &same, None).await?;
            customers.extend(same.iter().flat_map(|file| &file.attachments).map(|attachment| attachment.customer));
        }
        others.extend(customers.into_iter().filter(|other| *other != customer.id).map(|id| (FlagKind::SameFile, id)));
    }
    if others.len() > before {
        flags.push(Flag { kind: FlagKind::SameFile, pointer: "/documents".to_owned() });
    }
    others.sort_unstable();
    others.dedup();
    Ok(others)
}

/// The places that changed since the last decision. `None` before the first decision.
async fn changed_since_decision(
    services: &Services,
    seat: &Seat,
    customer: &Customer,
) -> Result<Option<Vec<String>>, StoreError> {
    let Some(decision) = &customer.kyc.decision else { return Ok(None) };
    let Some(version) = decision.version else {
        // An older version of the program did not keep the version of the decision.
        let fields = customer.kyc.review.as_ref().map(|review| review.fields.clone());
        return Ok(Some(fields.unwrap_or_default()));
    };
    let changed = services.store.changed_since(seat.caller.scope, customer.id, version).await?;
    Ok(Some(changed.into_iter().filter(|pointer| pointer != "/kycs").collect()))
}

/// The values before the last decision of the places that changed since, masked. What was erased is left out.
pub async fn values_before(
    services: &Services,
    seat: &Seat,
    customer: &Customer,
) -> Result<BTreeMap<String, Value>, StoreError> {
    match customer.kyc.decision.as_ref().and_then(|decision| decision.version) {
        Some(version) => values_at(services, seat, customer, version).await,
        None => Ok(BTreeMap::new()),
    }
}

/// The values at a version of the places that changed since, masked. What was erased is left out.
pub async fn values_at(
    services: &Services,
    seat: &Seat,
    customer: &Customer,
    version: u64,
) -> Result<BTreeMap<String, Value>, StoreError> {
    if version >= customer.version {
        return Ok(BTreeMap::new());
    }
    let (scope, store) = (seat.caller.scope, &services.store);
    let filter = AuditFilter { customer: Some(customer.id), ..AuditFilter::default() };
    let (mut before, mut place) = (BTreeMap::new(), None);
    // Looks are entries too, so there may be many between two changes.
    while let Some(page) = store.audit(scope, &filter, place, SEARCHED).await? {
        // Newest first, so the oldest change since the version is the one that remains.
        for row in &page.rows {
            match row.version {
                Some(of) if of <= version => return Ok(before),
                Some(_) if !row.fields.is_empty() => {}
                _ => continue,
            }
            let Some(entry) = store.audit_entry(scope, row.seq).await? else { continue };
            for change in &entry.detail.expose().changes {
                if let Some((old, _)) = &change.values {
                    before.insert(change.pointer.clone(), masked_value(&change.pointer, old));
                }
            }
        }
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    Ok(before)
}

/// The number at a place of a customer's profile, in full.
///
/// # Errors
///
/// [`DeskError::Forbidden`], and [`DeskError::NotFound`] when no number stands there.
pub async fn reveal(
    services: &Services,
    seat: &Seat,
    id: Option<CustomerId>,
    pointer: &str,
) -> Result<String, DeskError> {
    seat.require(Permission::Reveal)?;
    let id = id.ok_or(DeskError::NotFound)?;
    let customer = services.store.customer(seat.caller.scope, id).await?.ok_or(DeskError::NotFound)?;
    let number = customer.number_at(pointer).ok_or(DeskError::NotFound)?;
    seat.note_look(services, id, Action::NumberRevealed, vec![pointer.to_owned()]).await?;
    Ok(number)
}

/// A file of a customer, for its content to be read. Reading it is audited by itself.
///
/// # Errors
///
/// [`DeskError::Forbidden`], and [`DeskError::NotFound`] when it is no evidence of this customer.
pub async fn file(
    services: &Services,
    seat: &Seat,
    id: Option<CustomerId>,
    file: Option<FileId>,
) -> Result<File, DeskError> {
    seat.require(Permission::Reveal)?;
    let (id, file) = (id.ok_or(DeskError::NotFound)?, file.ok_or(DeskError::NotFound)?);
    let found = services.store.files(seat.caller.scope, &[file], Some(id)).await?;
    let found = found.into_iter().find(|one| one.attachments.iter().any(|attachment| attachment.customer == id));
    found.ok_or(DeskError::NotFound)
}

/// The link to the customer's form, which is never on a page.
///
/// # Errors
///
/// [`DeskError::Forbidden`], and [`DeskError::NotFound`] when no session is open.
pub async fn copy_link(services: &Services, seat: &Seat, id: Option<CustomerId>) -> Result<String, DeskError> {
    seat.require(Permission::Work)?;
    let id = id.ok_or(DeskError::NotFound)?;
    let customer = services.store.customer(seat.caller.scope, id).await?.ok_or(DeskError::NotFound)?;
    let session = customer.kyc.open_session(services.now(seat.caller.scope)).ok_or(DeskError::NotFound)?;
    let link = session.link.clone();
    seat.note_look(services, id, Action::LinkCopied, Vec::new()).await?;
    Ok(link)
}
