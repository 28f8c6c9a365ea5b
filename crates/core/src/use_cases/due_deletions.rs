//! What keeps a customer, and what retention deletes until a moment.

use serde::Serialize;

use crate::caller::Scope;
use crate::change::NewDocument;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::erasure::Obstacle;
use crate::file::record::File;
use crate::ids::{CustomerId, FileId, PersonId};
use crate::kyc::policy::Retention;
use crate::retention::hold::Hold;
use crate::retention::life::Life;
use crate::retention::rules::{NamedRule, RetentionRules};
use crate::retention::verdict::{Question, Verdict};
use crate::services::Services;
use crate::store::error::StoreError;

/// The farthest that a forecast looks ahead, in days: ten years.
pub const MAX_DAYS: i64 = 3_660;
/// How many customers are read at a time.
const PORTION: usize = 500;

/// What stops a requested erasure of a customer. `None` also for an id that this scope does not have.
pub async fn obstacle_of(services: &Services, scope: Scope, id: CustomerId) -> Result<Option<Obstacle>, StoreError> {
    match services.store.customer(scope, id).await? {
        Some(customer) => obstacle(services, scope, &customer).await,
        None => Ok(None),
    }
}

/// What stops a requested erasure of a customer or one of its persons. Holds come before rules.
pub(super) async fn obstacle(
    services: &Services,
    scope: Scope,
    customer: &Customer,
) -> Result<Option<Obstacle>, StoreError> {
    let now = services.now(scope);
    if let Some(until) = held_until(&services.store.holds(scope, customer.id).await?, now) {
        return Ok(Some(Obstacle::Hold(until)));
    }
    if services.policy.retention == Retention::Off {
        return Ok(None);
    }
    let life = life(services, scope, customer).await?;
    let kept = services.policy.retention_rules.record(&life, Question::Request).kept(now);
    Ok(kept.map(|(until, rule)| Obstacle::Rule(until, rule.into())))
}

/// When the last of the active holds ends, if that is known. `None` if no hold is active.
fn held_until(holds: &[Hold], now: Timestamp) -> Option<Option<Timestamp>> {
    let ends = holds.iter().filter(|hold| hold.is_active(now)).map(|hold| hold.ends_at);
    ends.reduce(|one, other| Some(one?.max(other?)))
}

/// Whether a hold on a customer is active.
pub(super) async fn is_held(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(held_until(&services.store.holds(scope, id).await?, now).is_some())
}

async fn life(services: &Services, scope: Scope, customer: &Customer) -> Result<Life, StoreError> {
    let files = match services.policy.retention_rules.need_dates_of_files() {
        true => named_files(services, scope, customer).await?,
        false => Vec::new(),
    };
    Ok(Life::of(customer, &files, services.closed.at(scope.account)))
}

/// The files that the documents in the record name.
async fn named_files(services: &Services, scope: Scope, customer: &Customer) -> Result<Vec<File>, StoreError> {
    let named = customer.profile.files();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    services.store.files(scope, &named, Some(customer.id)).await
}

/// Something that retention deletes at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Deletion {
    /// The customer that is erased, or whose document is deleted.
    pub customer_id: CustomerId,
    /// The document that is deleted. `null` if the whole customer is erased.
    pub file_id: Option<FileId>,
    /// The associated person whose document it is. `null` for a document of the customer, and for the customer.
    pub person_id: Option<PersonId>,
    /// When no rule keeps it any longer.
    pub due_at: Timestamp,
    /// The rule that keeps it longest.
    pub rule: NamedRule,
    /// Whether a hold stops the deletion now.
    pub held: bool,
}

/// A portion of the deletions of a scope.
#[derive(Debug, Default)]
pub struct Deletions {
    /// The deletions that are due until the given moment, newest customer first.
    pub due: Vec<Deletion>,
    /// The last customer that was considered, if others come after it.
    pub next: Option<CustomerId>,
    /// The number of customers whose records could not be read.
    pub damaged: u64,
}

/// What is due for deletion until a moment, of the next customers after the given one. Only some customers are
/// considered, so that no caller waits for all of them.
///
/// # Errors
///
/// If the store cannot be read.
pub async fn deletions(
    services: &Services,
    scope: Scope,
    after: Option<CustomerId>,
    until: Timestamp,
) -> Result<Deletions, StoreError> {
    let mut deletions = Deletions::default();
    if services.policy.retention == Retention::Off {
        return Ok(deletions);
    }
    let rules = &*services.policy.retention_rules;
    let held = services.store.held(scope, services.now(scope)).await?;
    let page = services.store.summaries(scope, after, PORTION).await?;
    for summary in &page.summaries {
        // Every clock starts after the creation, so most customers need not be opened.
        if !rules.rules.iter().any(|rule| rule.period.end(summary.created_at) <= until) {
            continue;
        }
        match due_of_customer(services, scope, summary.id, until).await {
            Ok(due) => {
                let held = held.contains(&summary.id);
                deletions.due.extend(due.into_iter().map(|deletion| Deletion { held, ..deletion }));
            }
            Err(StoreError::Erased { .. }) => {}
            // A damaged record must not stop the others. A verification of the store reports it.
            Err(StoreError::Corrupt(_)) => deletions.damaged += 1,
            Err(error) => return Err(error),
        }
    }
    deletions.next = page.summaries.last().map(|summary| summary.id).filter(|_| page.more);
    Ok(deletions)
}

async fn due_of_customer(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    until: Timestamp,
) -> Result<Vec<Deletion>, StoreError> {
    match services.store.customer(scope, id).await? {
        Some(customer) => due_of(services, scope, &customer, until).await,
        None => Ok(Vec::new()),
    }
}

/// What is due for deletion of one customer: the whole record, or single documents.
pub(super) async fn due_of(
    services: &Services,
    scope: Scope,
    customer: &Customer,
    until: Timestamp,
) -> Result<Vec<Deletion>, StoreError> {
    let rules: &RetentionRules = &services.policy.retention_rules;
    let life = life(services, scope, customer).await?;
    let id = customer.id;
    let due = |verdict: Verdict<'_>| match verdict {
        Verdict::Until(at, rule) if at <= until => Some((at, NamedRule::from(rule))),
        _ => None,
    };
    if let Some((due_at, rule)) = due(rules.record(&life, Question::Deletion)) {
        return Ok(vec![Deletion { customer_id: id, file_id: None, person_id: None, due_at, rule, held: false }]);
    }
    let documents: Vec<_> = life
        .evidence
        .iter()
        .filter_map(|evidence| Some((evidence.document, due(rules.document(&life, evidence))?)))
        .collect();
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    // The record still names a document whose file was deleted before.
    let files = named_files(services, scope, customer).await?;
    let exists = |document: NewDocument| {
        files.iter().any(|file| file.id == document.file && file.attached_at(document.subject).is_some())
    };
    let deletion = |(document, (due_at, rule)): (NewDocument, _)| Deletion {
        customer_id: id,
        file_id: Some(document.file),
        person_id: (document.subject != PersonId::of_customer(id)).then_some(document.subject),
        due_at,
        rule,
        held: false,
    };
    Ok(documents.into_iter().filter(|(document, _)| exists(*document)).map(deletion).collect())
}

/// The rule by which a customer is due for deletion now. `None` if it is not, or if a hold keeps it.
pub(super) async fn rule_of_deletion(
    services: &Services,
    scope: Scope,
    customer: &Customer,
) -> Result<Option<NamedRule>, StoreError> {
    let now = services.now(scope);
    if services.policy.retention != Retention::On || is_held(services, scope, customer.id, now).await? {
        return Ok(None);
    }
    let due = due_of(services, scope, customer, now).await?;
    Ok(due.into_iter().find(|deletion| deletion.file_id.is_none()).map(|deletion| deletion.rule))
}
