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
    // Another process may have written a newer version than the one at hand: then everything but a new version, which
    // the commit would refuse, is decided again by the newest.
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
    /// The files that it names.
    files: Vec<File>,
}

impl Update<'_> {
    /// Whether a body can be refused without a look at anything but the customer's type and its files.
    fn is_judged_by_type(&self) -> bool {
        self.method == Method::Put && self.condition == Condition::default()
    }

    /// What makes it the same when it is sent again.
    fn attempt<'a>(&'a self, id: &'a CustomerId) -> Option<Attempt<'a>> {
        let route = match self.method {
            Method::Put => "PUT /v0/customers/{customer_id}",
            Method::Patch => "PATCH /v0/customers/{customer_id}",
        };
        let form: &[u8] = if self.representation { b"representation" } else { b"minimal" };
        self.idempotency_key.map(|key| Attempt { key, route, content: [id.as_bytes(), form, self.body] })
    }

    /// What comes of it. A record that may be old is good for a new version, because the commit finds out whether it is
    /// the newest, and for what a customer's type alone refuses, because the type never changes.
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
        let approved = before.was_approved().then(|| before.clone());
        let new_id = || PersonId::from(services.random.uuid(now));
        let (mut after, changes) =
            before.merge(input.profile, input.mode, now, new_id).map_err(UpdateError::Invalid)?;
        if changes.is_empty() {
            return Ok(self.evaluate(services, caller, basis, after, now));
        }
        let kyc = after.kyc.clone();
        after.note_flaws(&files);
        if let Some(before) = &approved {
            after.ask_for_new_pictures(before, &services.policy.rules, now);
        }
        after.follow(&services.policy, caller.scope.environment, &changes, now)?;
        let mut answer = self.answer(&after);
        answer.warnings = dropped(had_evidence, &after.profile);
        let attached = after.profile.new_documents(id, |file, subject| {
            files.iter().any(|named| named.id == file && named.attached_at(subject).is_none())
        });
        Ok(Outcome::Change(change(caller, basis, &kyc, after, changes, attached), answer))
    }

    /// A body that changes nothing has the record looked at again: rules change, and dates are reached.
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
        after.version += 1;
        after.updated_at = now;
        let answer = self.answer(&after);
        Outcome::Change(change(caller, basis, &kyc, after, Vec::new(), Vec::new()), answer)
    }

    /// The one place where a body is validated: by the stored type, since the contract's `oneOf` has no discriminator.
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
        let files = check_files(services, caller, id, &mut parsed).await?;
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
        let body = if self.representation {
            CustomerView::new(&after.summary(), Some(&after.profile)).to_json()
        } else {
            b"{}".to_vec()
        };
        Answer::about(after.id, after.version, body)
    }
}

/// The persons who have evidence, each with its number of files.
fn with_evidence(profile: &Profile) -> Vec<(PersonId, usize)> {
    let files = |person: &AssociatedPerson| person.documents.as_ref().map_or(0, |documents| documents.0.len());
    let persons = profile.persons().iter().filter_map(|person| Some((person.person_id()?, files(person))));
    persons.filter(|(_, files)| *files > 0).collect()
}

/// A warning for each of these persons who is gone. Their evidence stays, as a former person's.
fn dropped(mut had_evidence: Vec<(PersonId, usize)>, after: &Profile) -> Vec<String> {
    had_evidence.retain(|(id, _)| after.persons().iter().all(|person| person.person_id() != Some(*id)));
    had_evidence.iter().map(|(id, files)| format!("person_dropped;id=\"{id}\";files={files}")).collect()
}

/// Refuses the files that are unknown; returns the others.
async fn check_files<T>(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    parsed: &mut Parsed<T>,
) -> Result<Vec<File>, StoreError> {
    let named = std::mem::take(&mut parsed.files);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<_> = named.iter().filter_map(|file| file.file_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = services.store.files(caller.scope, &ids, Some(id)).await?;
    for file in named {
        if !known.iter().any(|known| Some(known.id) == file.file_id) {
            parsed.refuse_file(&file, Code::UnknownFile, "is not the id of an uploaded file");
        }
    }
    Ok(known)
}
