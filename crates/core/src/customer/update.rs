//! PUT and PATCH: load the record, validate the body by its type, merge, and commit record, audit entry, event and
//! answer as one change.

use super::{Customer, CustomerView, Profile, patch};
use crate::audit::{Action, AuditEntry};
use crate::caller::Caller;
use crate::change::{Change, Effect, NewDocument};
use crate::event::{Event, EventType};
use crate::idempotency::{Answer, Attempt, PendingAnswer, Replay, Ticket};
use crate::ids::{CustomerId, FileId, PersonId};
use crate::kyc::write::kyc_change;
use crate::kyc::{Kyc, State, Transition};
use crate::parse::{FieldChange, Mode, Nulls, Parsed, SyntaxError};
use crate::pii::Pii;
use crate::services::Services;
use crate::store::{Committed, Record, StoreError};
use crate::turns::MAX_ATTEMPTS;
use crate::violation::{Code, Violations};

/// How the body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The members that are present are set.
    Put,
    /// A merge patch: `null` clears.
    Patch,
}

/// One update as the client asked for it.
pub struct Update<'a> {
    /// Which customer; `None` when the text was no id, which is as unknown as an unknown one.
    pub id: Option<CustomerId>,
    /// How to read the body.
    pub method: Method,
    /// The JSON text.
    pub body: &'a [u8],
    /// Whether the answer is to show the customer.
    pub representation: bool,
    /// What must hold of the stored version.
    pub condition: Condition,
    /// The `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
}

/// `If-Match` and `If-None-Match`, as far as a version can answer them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// One of these must be the version.
    pub if_match: Option<Versions>,
    /// None of these may be the version.
    pub if_none_match: Option<Versions>,
}

/// The versions that an entity-tag list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// `*`: whatever exists.
    Any,
    /// These; tags that are not ours name nothing.
    These(Vec<u64>),
}

impl Versions {
    /// Whether the list names the version.
    #[must_use]
    pub fn name(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::These(versions) => versions.contains(&version),
        }
    }
}

impl Condition {
    fn holds(&self, version: u64) -> bool {
        self.if_match.as_ref().is_none_or(|versions| versions.name(version))
            && !self.if_none_match.as_ref().is_some_and(|versions| versions.name(version))
    }

    /// Refuses what was asked when the condition does not hold.
    pub(super) async fn check(
        &self,
        services: &Services,
        caller: &Caller,
        id: CustomerId,
        version: u64,
    ) -> Result<(), UpdateError> {
        if self.holds(version) {
            return Ok(());
        }
        let changed = services.store.changed_since(caller.scope, id, self.known(version)).await?;
        Err(UpdateError::ConditionFailed { version, changed })
    }

    /// The newest version that the client says it knows, since which changes are to be named.
    fn known(&self, version: u64) -> u64 {
        match &self.if_match {
            Some(Versions::These(versions)) => {
                versions.iter().copied().filter(|v| *v < version).max().unwrap_or(version)
            }
            _ => version,
        }
    }
}

/// Why an update did not happen.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Unknown id, or another scope's.
    #[error("no such customer")]
    NotFound,
    /// The body is no JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Every rule that the input breaks, in the order of the contract.
    #[error("{} rule(s) broken", .0.len())]
    Invalid(Violations),
    /// The stored version is not the one that the client expects.
    #[error("the customer was changed")]
    ConditionFailed {
        /// The stored version.
        version: u64,
        /// What changed since the version that the client knows.
        changed: Vec<String>,
    },
    /// The `Idempotency-Key` belongs to another request, the one with this id.
    #[error("the idempotency key was used for another request")]
    KeyReused(String),
    /// What is stored does not allow it.
    #[error("{0}")]
    Conflict(#[from] Conflict),
    /// Other writers came first, again and again.
    #[error("the customer is being changed by too many at once")]
    Busy,
    /// The store's answer.
    #[error("the customer could not be read or written")]
    Store(#[from] StoreError),
}

/// Why what is stored does not allow a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The customer is approved already.
    #[error("the customer is approved already")]
    AlreadyApproved,
    /// No session was opened, or none is open.
    #[error("the customer has no KYC session")]
    NoSession,
    /// The relationship has ended.
    #[error("the customer is offboarded")]
    Offboarded,
    /// The table of states has no such way.
    #[error("a customer in the state {} has no way to {}", .0.as_str(), .1.as_str())]
    NotPossible(State, Transition),
    /// The identity of an approved customer may not be changed here.
    #[error("the identity of an approved customer may not be changed")]
    ApprovedLocked,
}

impl From<Violations> for UpdateError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

/// What comes of an update, given a version of the record.
enum Computed {
    /// This is to be committed, and then answered.
    Change(Box<Change>, Answer),
    /// Nothing is to be written.
    Unchanged(Answer),
    /// The body breaks a rule, whatever the version: a customer's type never changes.
    Refused(UpdateError),
}

/// A validated body: what to merge, and how.
pub(super) struct Input {
    pub(super) profile: Profile,
    pub(super) mode: Mode,
}

/// Changes one customer and, in the same transaction, records who changed what, queues the announcement and keeps the
/// answer. Either all of it happens or nothing.
///
/// # Errors
///
/// See [`UpdateError`].
pub async fn update(services: &Services, caller: &Caller, update: Update<'_>) -> Result<Answer, UpdateError> {
    let id = update.id.ok_or(UpdateError::NotFound)?;
    // Held until the commit: one writer at a time for a customer in this process.
    let _turn = services.turns.of(id).await;
    let mut recent = services.store.recent_record(caller.scope, id);
    for _ in 0..MAX_ATTEMPTS {
        let ticket = match update.replay(services, caller, id).await? {
            Some(Replay::Answered(answer)) => return Ok(answer),
            Some(Replay::OtherRequest(request_id)) => return Err(UpdateError::KeyReused(request_id)),
            Some(Replay::Fresh(ticket)) => Some(ticket),
            None => None,
        };
        let may_be_old = recent.is_some();
        let record = match recent.take() {
            Some(record) => record,
            None => services.store.record(caller.scope, id).await?.ok_or(UpdateError::NotFound)?,
        };
        let computed = update.compute(services, caller, id, record, ticket).await;
        // Whether the record is the newest is found out by the commit of a new version alone.
        let is_settled = match &computed {
            Ok(Computed::Change(change, _)) => matches!(change.effect, Effect::CustomerUpdated { .. }),
            Ok(Computed::Refused(_)) => true,
            Ok(Computed::Unchanged(_)) | Err(_) => false,
        };
        if may_be_old && !is_settled {
            continue;
        }
        let (change, answer) = match computed? {
            Computed::Change(change, answer) => (change, answer),
            Computed::Unchanged(answer) => return Ok(answer),
            Computed::Refused(error) => return Err(error),
        };
        match services.store.commit(*change).await? {
            Committed::Done => return Ok(answer),
            // Another process wrote first: compute again on what it wrote, or answer as it did.
            Committed::VersionMoved | Committed::AnswerTaken => {}
        }
    }
    Err(UpdateError::Busy)
}

/// What one update stores, audits, announces and answers. `kyc` is the verification before it.
pub(crate) fn change(
    caller: &Caller,
    expected: u64,
    kyc: &Kyc,
    mut after: Customer,
    mut changes: Vec<FieldChange>,
    attached: Vec<NewDocument>,
    answer: Option<PendingAnswer>,
) -> Change {
    if changes.is_empty() {
        return Change { scope: caller.scope, effect: Effect::None, audit: None, events: Vec::new(), answer };
    }
    let mut types = vec![EventType::CustomerUpdated];
    if kyc.visible() != after.kyc.visible() {
        types.push(EventType::KycsUpdated);
    }
    changes.extend(kyc_change(kyc, &after.kyc));
    let events = Event::of(&types, &mut after);
    let mut audit = AuditEntry::new(caller, after.updated_at, Action::CustomerUpdated);
    audit.customer = Some(after.id);
    audit.version = Some(after.version);
    audit.fields = changes.iter().map(|change| change.pointer.clone()).collect();
    audit.detail.changes = changes;
    Change {
        scope: caller.scope,
        audit: Some(audit),
        events,
        effect: Effect::CustomerUpdated { expected, after: Box::new(after), attached, link: None },
        answer,
    }
}

impl Update<'_> {
    /// What comes of it, given this version of the record.
    async fn compute(
        &self,
        services: &Services,
        caller: &Caller,
        id: CustomerId,
        record: Box<dyn Record>,
        ticket: Option<Ticket>,
    ) -> Result<Computed, UpdateError> {
        let expected = record.version();
        self.condition.check(services, caller, id, expected).await?;
        let by_type_alone = self.method == Method::Put && self.condition == Condition::default();
        let (before, input, files) = match self.validate(services, caller, record).await {
            Err(error @ (UpdateError::Syntax(_) | UpdateError::Invalid(_))) if by_type_alone => {
                return Ok(Computed::Refused(error));
            }
            validated => validated?,
        };
        let now = services.now(caller.scope);
        let new_id = || PersonId::from(services.random.uuid(now));
        let (mut after, changes) =
            before.merge(input.profile, input.mode, now, new_id).map_err(UpdateError::Invalid)?;
        let kyc = after.kyc.clone();
        if !changes.is_empty() {
            after.follow(&services.policy, caller.scope.environment, &changes, now)?;
        }
        let answer = self.answer(&after);
        if changes.is_empty() && ticket.is_none() {
            return Ok(Computed::Unchanged(answer));
        }
        let pending = ticket.map(|ticket| PendingAnswer::new(ticket, services.clock.now(), caller, &answer));
        let attached = files.into_iter().filter_map(|file| after.profile.document_of(id, file)).collect();
        let change = change(caller, expected, &kyc, after, changes, attached, pending);
        Ok(Computed::Change(Box::new(change), answer))
    }

    async fn replay(&self, services: &Services, caller: &Caller, id: CustomerId) -> Result<Option<Replay>, StoreError> {
        let Some(key) = self.idempotency_key else { return Ok(None) };
        let route = match self.method {
            Method::Put => "PUT /v0/customers/{customer_id}",
            Method::Patch => "PATCH /v0/customers/{customer_id}",
        };
        let form: &[u8] = if self.representation { b"representation" } else { b"minimal" };
        let attempt = Attempt { key, route, content: [id.as_bytes(), form, self.body] };
        services.store.replay(caller.scope, attempt).await.map(Some)
    }

    /// The one place where a body is validated: by the stored type, since the contract's `oneOf` has no discriminator.
    /// A PUT that is refused does not open the record. Answers the files that are nobody's yet as well.
    async fn validate(
        &self,
        services: &Services,
        caller: &Caller,
        record: Box<dyn Record>,
    ) -> Result<(Customer, Input, Vec<FileId>), UpdateError> {
        let put = |profile| Input { profile, mode: Mode::Update };
        let (record, before, mut parsed) = match self.method {
            Method::Patch => {
                let before = record.open()?;
                let parsed = patch::parse_patch(&before, self.body)?;
                (None, Some(before), parsed)
            }
            Method::Put => {
                let parsed = Profile::parse(record.kind(), self.body, Nulls::Refused)?.map(put);
                (Some(record), None, parsed)
            }
        };
        let files = check_files(services, caller, self.id, &mut parsed).await?;
        let input = parsed.finish().map_err(UpdateError::Invalid)?;
        let before = match (before, record) {
            (Some(before), _) => before,
            (None, Some(record)) => record.open()?,
            (None, None) => return Err(UpdateError::NotFound),
        };
        Ok((before, input, files))
    }

    fn answer(&self, after: &Customer) -> Answer {
        let body = if self.representation {
            CustomerView::new(&after.summary(), Some(&after.profile)).to_json()
        } else {
            b"{}".to_vec()
        };
        Answer { customer: Some(after.id), version: after.version, body: Pii::new(body), replayed: false }
    }
}

/// Refuses the files that are unknown, or another customer's; answers those that are nobody's yet.
async fn check_files<T>(
    services: &Services,
    caller: &Caller,
    customer: Option<CustomerId>,
    parsed: &mut Parsed<T>,
) -> Result<Vec<FileId>, StoreError> {
    let named = std::mem::take(&mut parsed.files);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<_> = named.iter().filter_map(|file| file.file_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = services.store.files(caller.scope, &ids).await?;
    for file in named {
        match known.iter().find(|known| Some(known.id) == file.file_id).map(|known| known.attachment) {
            None => parsed.refuse_file(&file, Code::UnknownFile, "is not the id of an uploaded file"),
            Some(Some(attachment)) if Some(attachment.customer) != customer => {
                parsed.refuse_file(&file, Code::FileInUse, "is evidence of another customer; upload the file again");
            }
            Some(_) => {}
        }
    }
    Ok(known.into_iter().filter(|file| file.attachment.is_none()).map(|file| file.id).collect())
}
