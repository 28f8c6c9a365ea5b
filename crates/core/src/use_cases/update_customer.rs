//! PUT and PATCH: load the record, validate the body by its type, merge, and commit record, audit entry, event and
//! answer as one change.

use crate::caller::Caller;
use crate::change::Basis;
use crate::clock::Timestamp;
use crate::customer::associated_person::AssociatedPerson;
use crate::customer::condition::Condition;
use crate::customer::merge::Input;
use crate::customer::patch;
use crate::customer::profile::Profile;
use crate::customer::record::Customer;
use crate::customer::view::CustomerView;
use crate::file::record::File;
use crate::idempotency::{Answer, Attempt};
use crate::ids::{CustomerId, PersonId};
use crate::parse::context::Nulls;
use crate::parse::record::Mode;
use crate::parse::value::Parsed;
use crate::services::Services;
use crate::store::customers::{Freshness, Record};
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, write};
use crate::use_cases::write_customer::{UpdateError, change, check_room};
use crate::violation::Code;

/// How the body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Sets the members that are present.
    Put,
    /// A merge patch: `null` clears.
    Patch,
}

/// One update as the client asked for it.
pub struct Update<'a> {
    /// The customer. `None` when the text is not an id, which is treated like an unknown id.
    pub id: Option<CustomerId>,
    /// PUT or PATCH.
    pub method: Method,
    /// The JSON text.
    pub body: &'a [u8],
    /// Whether the answer shows the customer.
    pub representation: bool,
    /// The condition on the stored version.
    pub condition: Condition,
    /// The value of the header `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
}

/// Changes one customer. The record, the audit entry, the events and the kept answer are one change: all of it is
/// stored or nothing.
///
/// # Errors
///
/// See [`UpdateError`].
pub async fn update(services: &Services, caller: &Caller, update: Update<'_>) -> Result<Answer, UpdateError> {
    let id = update.id.ok_or(UpdateError::NotFound)?;
    // Held until the commit: one writer at a time for a customer in this process.
    let _turn = services.turns.of(id).await;
    // The first attempt may use a record that another process has replaced. The commit refuses a version that was
    // computed from an old record. Any other result is computed again from the newest record.
    let mut freshness = Freshness::Any;
    let load = || {
        let wanted = std::mem::replace(&mut freshness, Freshness::Newest);
        let update = &update;
        async move {
            let record = services.store.record(caller.scope, id, wanted).await?.ok_or(UpdateError::NotFound)?;
            let may_be_old = !record.is_newest();
            Ok(Loaded { valid: update.validate(services, caller, id, record).await, may_be_old })
        }
    };
    write(services, caller, update.attempt(&id), load, |loaded| update.compute(services, caller, loaded)).await
}

/// What an update is computed from.
struct Loaded {
    valid: Result<Valid, UpdateError>,
    /// Whether the record may not be the newest.
    may_be_old: bool,
}

/// A record, and the valid body that is merged into it.
struct Valid {
    basis: Basis,
    before: Customer,
    input: Input,
    /// The files that the body names.
    files: Vec<File>,
}

impl Update<'_> {
    /// Whether the customer's type and files alone decide if the body is valid.
    fn is_judged_by_type(&self) -> bool {
        self.method == Method::Put && self.condition == Condition::default()
    }

    /// What identifies the request when it is repeated.
    fn attempt<'a>(&'a self, id: &'a CustomerId) -> Option<Attempt<'a>> {
        let route = match self.method {
            Method::Put => "PUT /v0/customers/{customer_id}",
            Method::Patch => "PATCH /v0/customers/{customer_id}",
        };
        let form: &[u8] = if self.representation { b"representation" } else { b"minimal" };
        self.idempotency_key.map(|key| Attempt { key, route, content: [id.as_bytes(), form, self.body] })
    }

    /// The outcome. Two results may come from a record that may be old: a new version, because the commit checks that
    /// the record is the newest, and a refusal that depends only on the customer's type, because the type never
    /// changes.
    fn compute(&self, services: &Services, caller: &Caller, loaded: Loaded) -> Result<Outcome<Answer>, UpdateError> {
        let Loaded { valid, may_be_old } = loaded;
        let computed = match valid {
            Err(error @ (UpdateError::Syntax(_) | UpdateError::Invalid(_))) if self.is_judged_by_type() => {
                return Err(error);
            }
            Err(error) => Err(error),
            Ok(valid) => self.merge(services, caller, valid),
        };
        match computed {
            Ok(Outcome::Change(..)) => computed,
            _ if may_be_old => Ok(Outcome::Again),
            _ => computed,
        }
    }

    fn merge(&self, services: &Services, caller: &Caller, valid: Valid) -> Result<Outcome<Answer>, UpdateError> {
        let Valid { basis, before, input, files } = valid;
        let (id, now) = (before.id, services.now(caller.scope));
        let had_evidence = with_evidence(&before.profile);
        let approved = before.approved();
        let new_id = || PersonId::from(services.random.uuid());
        let (mut after, changes) =
            before.merge(input.profile, input.mode, now, new_id).map_err(UpdateError::Invalid)?;
        if changes.is_empty() {
            return Ok(self.evaluate(services, caller, basis, after, now));
        }
        let kyc = after.kyc.clone();
        after.check_documents(approved.as_ref(), &files, &services.policy.rules, now);
        after.update_verification(&services.policy, caller.scope.environment, &changes, now)?;
        let mut answer = self.answer(&after);
        answer.warnings = dropped(had_evidence, &after.profile);
        let attached = after.profile.new_documents(id, |file, subject| {
            files.iter().any(|named| named.id == file && named.attached_at(subject).is_none())
        });
        Ok(Outcome::Change(change(caller, basis, &kyc, after, changes, attached), answer))
    }

    /// Evaluates a record that the body does not change, because the rules may have changed or a date may be reached.
    fn evaluate(
        &self,
        services: &Services,
        caller: &Caller,
        basis: Basis,
        mut after: Customer,
        now: Timestamp,
    ) -> Outcome<Answer> {
        let kyc = after.kyc.clone();
        after.submit_when_complete(&services.policy, now);
        if after.kyc.state == kyc.state {
            after.kyc = kyc;
            return Outcome::Unchanged(self.answer(&after));
        }
        after.kyc.queue(now);
        after.advance_version(now);
        let answer = self.answer(&after);
        Outcome::Change(change(caller, basis, &kyc, after, Vec::new(), Vec::new()), answer)
    }

    /// Validates the body by the stored type, because the contract's `oneOf` has no discriminator.
    /// A PUT that is refused does not open the record.
    async fn validate(
        &self,
        services: &Services,
        caller: &Caller,
        id: CustomerId,
        record: Box<dyn Record>,
    ) -> Result<Valid, UpdateError> {
        let basis = record.basis();
        self.condition.check(services, caller, id, basis.version).await?;
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
        let files = check_files(services, caller, Some(id), &mut parsed).await?;
        let input = parsed.finish().map_err(UpdateError::Invalid)?;
        check_room(services, caller, id, &files).await?;
        let before = match (before, record) {
            (Some(before), _) => before,
            (None, Some(record)) => record.open()?,
            (None, None) => return Err(UpdateError::NotFound),
        };
        Ok(Valid { basis, before, input, files })
    }

    fn answer(&self, after: &Customer) -> Answer {
        if !self.representation {
            return Answer::about(after.id, after.version, b"{}".to_vec());
        }
        let body = CustomerView::new(&after.summary(), Some(&after.profile)).to_json();
        let persons = after.profile.persons().iter().filter_map(AssociatedPerson::person_id).collect();
        Answer { persons, ..Answer::about(after.id, after.version, body) }
    }
}

/// The persons who have evidence, each with the number of files.
fn with_evidence(profile: &Profile) -> Vec<(PersonId, usize)> {
    let files = |person: &AssociatedPerson| person.documents.as_ref().map_or(0, |documents| documents.0.len());
    let persons = profile.persons().iter().filter_map(|person| Some((person.person_id()?, files(person))));
    persons.filter(|(_, files)| *files > 0).collect()
}

/// A warning for each of these persons who was removed. The evidence stays, as that of a former person.
fn dropped(mut had_evidence: Vec<(PersonId, usize)>, after: &Profile) -> Vec<String> {
    had_evidence.retain(|(id, _)| after.persons().iter().all(|person| person.person_id() != Some(*id)));
    had_evidence.iter().map(|(id, files)| format!("person_dropped;id=\"{id}\";files={files}")).collect()
}

/// Refuses unknown files, and returns the others.
pub(super) async fn check_files<T>(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    parsed: &mut Parsed<T>,
) -> Result<Vec<File>, StoreError> {
    let named = std::mem::take(&mut parsed.files);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<_> = named.iter().filter_map(|file| file.file_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = services.store.files(caller.scope, &ids, id).await?;
    for file in named {
        if !known.iter().any(|known| Some(known.id) == file.file_id) {
            parsed.refuse_file(&file, Code::UnknownFile, "is not the id of an uploaded file");
        }
    }
    Ok(known)
}
