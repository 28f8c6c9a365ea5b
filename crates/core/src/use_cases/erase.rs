//! Erases customers: schedules an erasure, cancels it, and runs it once it is due.

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Scope};
use crate::change::{Basis, Change, Effect};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::erasure::{Erasure, ErasureDecision, ErasureRequest, Extent, LedgerEntry, Obstacle, Tombstone};
use crate::event::Event;
use crate::file::record::File;
use crate::hidden::hidden_texts;
use crate::idempotency::{Answer, Request};
use crate::ids::{CustomerId, FileId, PersonId};
use crate::parse::leaf::Text;
use crate::parse::value::parse_checked;
use crate::record;
use crate::retention::rules::NamedRule;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::due_deletions::{obstacle, obstacle_of, rule_of_deletion};
use crate::use_cases::evidence::evidence;
use crate::use_cases::write::{Outcome, Unkeyed, write};
use crate::use_cases::write_customer::{UpdateError, newest};

/// How far back the erasures of other processes are looked for, every second. It covers a process that was busy, and
/// clocks that differ.
const FORGOTTEN_WITHIN_SECONDS: i64 = 600;
/// The longest time, in seconds, after which a blocked erasure is considered again. Rules, decisions and settings may
/// change in the meantime.
const CONSIDERED_AGAIN: i64 = 30 * 24 * 60 * 60;

record! {
    /// The body of a request to erase a customer.
    value NewErasure {
        /// Why the customer is to be erased
        reason: Text<1000>,
        /// Who asked for it
        requested_by: Text<256>,
        /// true: nothing is scheduled; the response says what an erasure would destroy and what would remain
        dry_run: Option<bool>,
    }
}

/// A customer that is to be erased, with its files.
struct CustomerToErase {
    basis: Basis,
    customer: Customer,
    scheduled: Option<Erasure>,
    obstacle: Option<Obstacle>,
    files: Vec<File>,
}

impl CustomerToErase {
    async fn load(services: &Services, caller: &Caller, id: CustomerId) -> Result<Self, UpdateError> {
        let (basis, customer) = newest(services, caller, id).await?;
        let scheduled = services.store.erasure(caller.scope, id).await?;
        let obstacle = obstacle(services, caller.scope, &customer).await?;
        let files = evidence(services, caller.scope, id).await?;
        Ok(Self { basis, customer, scheduled, obstacle, files })
    }

    /// The decision about a request.
    fn decision(&self, erasure: &Erasure, dry_run: bool) -> ErasureDecision {
        let id = self.customer.id;
        let is_own = |file: &&File| file.attachments.iter().all(|attachment| attachment.customer == id);
        let own_files = self.files.iter().filter(is_own).count();
        let erases = Extent { associated_persons: self.customer.profile.persons().len(), files: own_files };
        let keeps = Extent { associated_persons: 0, files: self.files.len() - own_files };
        ErasureDecision::new(erasure, self.obstacle.as_ref(), dry_run, (erases, keeps))
    }
}

/// When an erasure is considered that cannot run before `earliest`: sooner than it is expected to run, if that is far.
pub(super) fn considered_at(earliest: Timestamp, now: Timestamp, obstacle: Option<&Obstacle>) -> Timestamp {
    match obstacle {
        None => earliest,
        Some(obstacle) => {
            let again = now.plus_seconds(CONSIDERED_AGAIN);
            obstacle.until().map_or(again, |until| until.min(again)).max(earliest)
        }
    }
}

/// The scheduled erasure of a customer, and what keeps the customer until then. `None` if none is scheduled.
///
/// # Errors
///
/// [`StoreError::Erased`] for a customer that is already erased.
pub async fn scheduled(
    services: &Services,
    scope: Scope,
    id: CustomerId,
) -> Result<Option<(Erasure, Option<Obstacle>)>, StoreError> {
    let Some(erasure) = services.store.erasure(scope, id).await? else { return Ok(None) };
    Ok(Some((erasure, obstacle_of(services, scope, id).await?)))
}

/// What an erasure needs to know of a customer.
struct Target {
    basis: Basis,
    /// Without its dates.
    tombstone: Tombstone,
    /// When the erasure was requested and when it is due, if it is scheduled.
    scheduled: Option<(Timestamp, Timestamp)>,
    /// What keeps the customer although its erasure is scheduled.
    kept: Option<(Obstacle, Erasure)>,
    /// The rule of retention by which the customer is due for deletion now.
    expired: Option<NamedRule>,
    files: Vec<FileId>,
}

impl Target {
    /// A record that cannot be opened is erased as well: its keys may open what an older copy of the database holds.
    /// The content of its files is found and deleted later, because no file names it any more.
    async fn load(services: &Services, caller: &Caller, id: CustomerId) -> Result<Self, UpdateError> {
        match CustomerToErase::load(services, caller, id).await {
            Ok(CustomerToErase { basis, customer, scheduled, obstacle, files }) => {
                return Ok(Self {
                    basis,
                    expired: rule_of_deletion(services, caller.scope, &customer).await?,
                    tombstone: Tombstone::of(&customer, None, customer.created_at),
                    scheduled: scheduled.as_ref().map(|erasure| (erasure.requested_at, erasure.due_at)),
                    kept: obstacle.zip(scheduled),
                    files: files.iter().map(|file| file.id).collect(),
                });
            }
            Err(UpdateError::Store(StoreError::Corrupt(_))) => {}
            Err(error) => return Err(error),
        }
        let outline = services.store.outline(caller.scope, id).await?.ok_or(UpdateError::NotFound)?;
        let is_held = services.store.held(caller.scope, services.now(caller.scope)).await?.contains(&id);
        Ok(Self {
            basis: Basis::new(outline.version, None),
            tombstone: Tombstone::of_outline(&outline, None, outline.created_at),
            scheduled: outline.scheduled.filter(|_| !is_held),
            kept: None,
            expired: None,
            files: Vec::new(),
        })
    }
}

/// Schedules the erasure of a customer and returns the decision. If something keeps the customer, the erasure runs once
/// that has ended. If an erasure is already scheduled, its date and its reason stay, and the audit trail has the new
/// reason.
///
/// # Errors
///
/// [`StoreError::Erased`] for a customer that is already erased, and the errors of an update.
pub async fn request(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
) -> Result<Answer, UpdateError> {
    let id = id.ok_or(UpdateError::NotFound)?;
    let (asked, dry_run) = read_request(request.body)?;
    let _turn = services.turns.of(id).await;
    let load = || CustomerToErase::load(services, caller, id);
    write(services, caller, request.about(id.as_bytes()), load, |found| {
        let answer = |erasure: &Erasure| {
            let decision = found.decision(erasure, dry_run);
            let json = serde_json::to_vec(&decision).expect("a decision has string keys only");
            Answer::about(id, found.customer.version, json)
        };
        if let Some(scheduled) = &found.scheduled {
            return Ok(requested_again(services, caller, (id, None), (&asked, dry_run), answer(scheduled)));
        }
        let requested_at = services.now(caller.scope);
        let wait = services.policy.erasure_wait(caller.scope.environment);
        let earliest = requested_at.plus_seconds(wait);
        let erasure = Erasure {
            customer: id,
            person: None,
            requested_at,
            due_at: considered_at(earliest, requested_at, found.obstacle.as_ref()),
            request: asked.clone(),
        };
        let answer = answer(&erasure);
        if dry_run {
            return Ok(Outcome::Unchanged(answer));
        }
        let mut audit = noted(entry(services, caller, Action::ErasureScheduled, id), None, &asked);
        audit.fields.extend(found.obstacle.as_ref().map(Obstacle::pointer));
        Ok(Outcome::Change(Change::new(caller.scope, Effect::ErasureScheduled(erasure), audit), answer))
    })
    .await
}

/// Reads the body of a request: the reason and who asked, and whether it is a dry run.
pub(super) fn read_request(body: &[u8]) -> Result<(ErasureRequest, bool), UpdateError> {
    let check = |body: &_| hidden_texts(body, &["reason", "requested_by"]);
    let NewErasure { reason, requested_by, dry_run } = parse_checked::<_, UpdateError>(body, check)?;
    let request = ErasureRequest { reason: reason.expose().to_owned(), requested_by: requested_by.expose().to_owned() };
    Ok((request, dry_run == Some(true)))
}

/// The outcome of a request while an erasure is already scheduled: the first request stands, and the audit trail has
/// the reason of this one.
pub(super) fn requested_again(
    services: &Services,
    caller: &Caller,
    (id, person): (CustomerId, Option<PersonId>),
    (asked, dry_run): (&ErasureRequest, bool),
    answer: Answer,
) -> Outcome<Answer> {
    if dry_run {
        return Outcome::Unchanged(answer);
    }
    let action = match person {
        None => Action::ErasureRepeated,
        Some(_) => Action::PersonErasureRepeated,
    };
    let audit = noted(entry(services, caller, action, id), person, asked);
    Outcome::Change(Change::new(caller.scope, Effect::None, audit), answer)
}

/// The entry with the reason, which is sealed under the key of the person, or of the customer.
pub(super) fn noted(mut audit: AuditEntry, person: Option<PersonId>, asked: &ErasureRequest) -> AuditEntry {
    audit.fields = person.iter().map(|person| format!("/associated_persons/{person}")).collect();
    audit.detail.note = Some(format!("{} ({})", asked.reason, asked.requested_by));
    audit.detail.note_about = person;
    audit
}

/// Cancels the scheduled erasure of a customer.
///
/// # Errors
///
/// [`UpdateError::NotFound`] if none is scheduled, and [`StoreError::Erased`] if it already ran.
pub async fn cancel(services: &Services, caller: &Caller, id: Option<CustomerId>) -> Result<(), UpdateError> {
    let id = id.ok_or(UpdateError::NotFound)?;
    let _turn = services.turns.of(id).await;
    let load = || async {
        newest(services, caller, id).await?;
        Ok(services.store.erasure(caller.scope, id).await?)
    };
    write(services, caller, Unkeyed, load, |scheduled: Option<Erasure>| {
        if scheduled.is_none() {
            return Err(UpdateError::NotFound);
        }
        let audit = entry(services, caller, Action::ErasureCancelled, id);
        Ok(Outcome::Change(Change::new(caller.scope, Effect::ErasureCancelled(id, None), audit), ()))
    })
    .await
}

/// Runs the erasures that are due, and returns their number. Also forgets the keys of customers that other processes
/// have erased. It is called every second.
///
/// # Errors
///
/// The first failure, after the others were erased. What is still due runs at the next call.
pub async fn run_due(services: &Services) -> Result<usize, StoreError> {
    let now = services.clock.now();
    services.store.forget_erased(now.plus_seconds(-FORGOTTEN_WITHIN_SECONDS)).await?;
    let (mut count, mut failure) = (0, None);
    for (scope, id) in services.store.due_erasures(now).await? {
        match erase(services, scope, id, Why::Due).await {
            Ok(erased) => count += usize::from(erased),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    services.store.finish_erasures().await?;
    failure.map_or(Ok(count), Err)
}

/// The result of erasing customers again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErasedAgain {
    /// The customers that were erased.
    pub erased: usize,
    /// The customers whose plain columns cannot be read either, so that no tombstone could be made.
    pub unreadable: usize,
}

/// Erases the customers that an older state of the database still has although the ledger says that they are erased.
///
/// # Errors
///
/// The first failure other than an unreadable row. A repetition continues with the rest.
pub async fn erase_again(services: &Services, ledger: &[LedgerEntry]) -> Result<ErasedAgain, StoreError> {
    let mut result = ErasedAgain::default();
    for entry in ledger.iter().filter(|entry| entry.person.is_none()) {
        match erase(services, entry.scope, entry.customer, Why::Again(entry)).await {
            Ok(erased) => result.erased += usize::from(erased),
            Err(StoreError::Corrupt(_)) => result.unreadable += 1,
            Err(error) => return Err(error),
        }
    }
    services.store.finish_erasures().await?;
    Ok(result)
}

/// Erases a customer that no rule of retention keeps any longer. Returns whether it was erased.
pub(super) async fn by_retention(services: &Services, scope: Scope, id: CustomerId) -> Result<bool, StoreError> {
    erase(services, scope, id, Why::Expired).await
}

/// Why a customer is erased now.
enum Why<'a> {
    /// Its erasure is scheduled, and due.
    Due,
    /// No rule of retention keeps it any longer.
    Expired,
    /// It was erased before, as this entry says, and a restore brought it back.
    Again(&'a LedgerEntry),
    /// Its sandbox is emptied, and no event of it remains.
    Emptied,
}

/// Erases a customer of a sandbox that is emptied. Returns whether there was something to erase.
pub(super) async fn erase_of_sandbox(services: &Services, scope: Scope, id: CustomerId) -> Result<bool, StoreError> {
    erase(services, scope, id, Why::Emptied).await
}

/// Erases a customer: its keys are destroyed, and with them everything that they sealed. Returns whether there was
/// something to erase.
async fn erase(services: &Services, scope: Scope, id: CustomerId, why: Why<'_>) -> Result<bool, StoreError> {
    let caller = Caller::system(scope, "erasure");
    let _turn = services.turns.of(id).await;
    let load = || Target::load(services, &caller, id);
    let erased = write(services, &caller, Unkeyed, load, |target| {
        let Target { basis, tombstone, scheduled, kept, expired, files } = target;
        // A certificate is about real time, whatever the clock of a sandbox says.
        let (due_now, now) = (services.now(scope), services.clock.now());
        let tombstone = match (&why, scheduled, kept) {
            (Why::Again(LedgerEntry { erased_at, epoch, .. }), ..) => {
                Tombstone { epoch: *epoch, erased_at: *erased_at, ..tombstone }
            }
            (Why::Due, Some((_, due_at)), Some((obstacle, erasure))) if due_at <= due_now => {
                let due_at = considered_at(due_now, due_now, Some(&obstacle));
                let mut audit = entry(services, &caller, Action::ErasurePostponed, id);
                audit.fields = vec![obstacle.pointer()];
                let effect = Effect::ErasurePostponed(Erasure { due_at, ..erasure });
                return Ok(Outcome::Change(Change::new(scope, effect, audit), None));
            }
            (Why::Expired, scheduled, _) if expired.is_some() => {
                let requested_at = scheduled.map(|(requested_at, _)| requested_at);
                Tombstone { requested_at, erased_at: now, ..tombstone }
            }
            (Why::Due, Some((requested_at, due_at)), None) if due_at <= due_now => {
                Tombstone { requested_at: Some(requested_at), erased_at: now, ..tombstone }
            }
            // No event announces this, and the sandbox has no events left.
            (Why::Emptied, ..) => Tombstone { events: tombstone.events - 1, erased_at: now, ..tombstone },
            // It was cancelled, or something changed, after the customer was found to be due.
            (Why::Due | Why::Expired, ..) => return Ok(Outcome::Unchanged(None)),
        };
        let mut audit = entry(services, &caller, Action::CustomerErased, id);
        audit.fields = expired.filter(|_| matches!(why, Why::Expired)).map(|rule| rule.pointer()).into_iter().collect();
        audit.version = Some(tombstone.version);
        let events = match why {
            Why::Emptied => Vec::new(),
            Why::Due | Why::Expired | Why::Again(_) => vec![Event::erased(&tombstone)],
        };
        let is_scheduled = matches!(why, Why::Due);
        let unless_held = matches!(why, Why::Due | Why::Expired).then_some(due_now);
        let effect = Effect::CustomerErased { basis, tombstone: Box::new(tombstone), is_scheduled, unless_held };
        Ok(Outcome::Change(Change::new(scope, effect, audit).announced_by(events), Some(files)))
    })
    .await;
    discard_files(services, scope, erased).await
}

/// Deletes the content of the files of someone who was erased, or of documents that were deleted. Nothing can open it
/// any more. A file that someone else uses stays. Returns whether there was something to erase.
pub(super) async fn discard_files(
    services: &Services,
    scope: Scope,
    erased: Result<Option<Vec<FileId>>, UpdateError>,
) -> Result<bool, StoreError> {
    match erased {
        Ok(Some(files)) => {
            for file in files {
                services.store.discard_file(scope, file).await;
            }
            Ok(true)
        }
        Ok(None)
        | Err(
            UpdateError::NotFound | UpdateError::PersonErased { .. } | UpdateError::Store(StoreError::Erased { .. }),
        ) => Ok(false),
        Err(UpdateError::Store(error)) => Err(error),
        Err(error) => Err(StoreError::Unknown(error.to_string())),
    }
}

pub(super) fn entry(services: &Services, caller: &Caller, action: Action, id: CustomerId) -> AuditEntry {
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), action);
    audit.customer = Some(id);
    audit
}
