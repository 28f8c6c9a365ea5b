//! The commit of a change: sealed on the thread that asked, written by the writer: record, audit entry, event and kept
//! answer in one savepoint.

use std::collections::HashMap;
use std::sync::Arc;

use dossier_core::audit::AuditEntry;
use dossier_core::caller::{Environment, Scope};
use dossier_core::change::{Change, Effect, NewDocument, NewFile};
use dossier_core::clock::Timestamp;
use dossier_core::customer::Customer;
use dossier_core::event::Event;
use dossier_core::idempotency::PendingAnswer;
use dossier_core::ids::{CustomerId, KeyId, PersonId, WebhookId};
use dossier_core::kyc::State;
use dossier_core::store::{Committed, StoreError};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _};

use super::chain::{Append, Heads};
use super::customers::type_column;
use super::events::{StoredLink, insert_deliveries, insert_event, insert_link, set_clock, settle_links};
use super::files::{Attached, attach, insert_file};
use super::keys::{SealedKey, account_scope, seal_look, seal_name, service_binding};
use super::webhooks::{self, SealedEndpoint};
use super::{SqliteStore, insert_scope_key, scope_columns};
use crate::audit_chain::StoredEntry;
use crate::planted::{Defect, planted};
use crate::sealed::{self, Cells};
use crate::vault::{Cell, Purpose, ScopeKeys, SubjectKey, WrappedKey};

/// A change as the writer gets it: sealed, and nothing left to compute but its place in the chain.
pub(super) struct Prepared {
    scope: Scope,
    keys: Arc<ScopeKeys>,
    effect: PreparedEffect,
    audit: Option<StoredEntry>,
    events: Vec<(Event, Vec<u8>)>,
    answer: Option<(PendingAnswer, Vec<u8>)>,
}

enum PreparedEffect {
    None,
    Customer {
        expected: Option<u64>,
        row: Box<CustomerRow>,
        new_subjects: Vec<(PersonId, WrappedKey)>,
        attached: Vec<Attached>,
        link: Option<StoredLink>,
    },
    File(Box<NewFile>),
    Account {
        id: [u8; 16],
        name: Vec<u8>,
        created_at: i64,
        scope_keys: [(Scope, WrappedKey); 2],
    },
    Key {
        key: Box<SealedKey>,
        ends: Option<(KeyId, Timestamp)>,
    },
    KeyRevoked {
        id: KeyId,
        at: Timestamp,
    },
    AccountChanged {
        id: [u8; 16],
        name: Vec<u8>,
        look: Vec<u8>,
    },
    Pass {
        customer: CustomerId,
        link: StoredLink,
    },
    Clock(i64),
    Endpoint(Box<SealedEndpoint>),
    EndpointEnabled {
        id: WebhookId,
        key: KeyId,
        at: Timestamp,
    },
    EndpointDeleted(WebhookId),
    Resent {
        delivery: u64,
        at: Timestamp,
    },
}

struct CustomerRow {
    id: CustomerId,
    kind: u8,
    version: u64,
    events: u64,
    created_at: i64,
    updated_at: i64,
    persons_version: u64,
    email_index: [u8; 16],
    queued_at: Option<i64>,
    provider_due: Option<i64>,
    provider_case: Option<[u8; 32]>,
    /// Whether nothing is to be done any more when its links run out.
    links_settled: bool,
    cells: Cells,
}

/// Keys of data subjects that a change makes.
type FreshKeys = Vec<(PersonId, Arc<SubjectKey>)>;

/// What a job came to, the database being well.
type Outcome = Result<Committed, StoreError>;

impl SqliteStore {
    pub(super) async fn commit_change(&self, change: Change) -> Result<Committed, StoreError> {
        let (prepared, new_subjects) = self.prepare(change)?;
        let scope = prepared.scope;
        let about_keys = matches!(prepared.effect, PreparedEffect::Key { .. } | PreparedEffect::KeyRevoked { .. });
        let about_endpoints =
            matches!(prepared.effect, PreparedEffect::EndpointEnabled { .. } | PreparedEffect::EndpointDeleted(_));
        let announces = !prepared.events.is_empty() || matches!(prepared.effect, PreparedEffect::Resent { .. });
        let outcome = self.writer.change(prepared).await?;
        if outcome == Committed::Done {
            for (subject, key) in new_subjects {
                self.vault.remember_subject(scope, subject, key);
            }
            if about_keys {
                self.known_keys.forget();
            }
            if about_keys || about_endpoints {
                self.signers.forget();
            }
            if announces || about_endpoints {
                self.announced.send_replace(());
            }
        }
        Ok(outcome)
    }

    /// Seals everything that is personal. The keys of new subjects come back, to be remembered once they are durable.
    fn prepare(&self, change: Change) -> Result<(Prepared, FreshKeys), StoreError> {
        let Change { scope, effect, audit, events, answer } = change;
        let mut fresh = Vec::new();
        let effect = match effect {
            Effect::None => PreparedEffect::None,
            Effect::CustomerCreated(customer) => {
                self.prepare_customer(scope, None, &customer, &[], None, &mut fresh)?
            }
            Effect::CustomerUpdated { expected, after, attached, link } => {
                let link = link.map(|link| self.stored_link(&link));
                self.prepare_customer(scope, Some(expected), &after, &attached, link, &mut fresh)?
            }
            Effect::ClockAdvanced { seconds } => PreparedEffect::Clock(seconds),
            Effect::WebhookCreated(new) => {
                let keys = self.existing_scope_keys(scope)?;
                PreparedEffect::Endpoint(Box::new(SealedEndpoint::new(&keys, scope, *new)))
            }
            Effect::WebhookEnabled { id, key, at } => PreparedEffect::EndpointEnabled { id, key, at },
            Effect::WebhookDeleted(id) => PreparedEffect::EndpointDeleted(id),
            Effect::DeliveryResent { delivery, at } => PreparedEffect::Resent { delivery, at },
            Effect::FileUploaded(file) => PreparedEffect::File(file),
            Effect::AccountCreated(account) => {
                let new = |environment| {
                    let scope = Scope { account: account.account_id, environment };
                    let wrapped = self.vault.new_scope(scope)?;
                    self.vault.open_scope(scope, &wrapped)?;
                    Ok::<_, StoreError>((scope, wrapped))
                };
                let scope_keys = [new(Environment::Sandbox)?, new(Environment::Production)?];
                let scope = account_scope(account.account_id);
                let id = *account.account_id.as_bytes();
                let name = seal_name(&*self.existing_scope_keys(scope)?, scope, "accounts", &id, &account.name);
                PreparedEffect::Account { id, name, created_at: account.created_at.as_micros(), scope_keys }
            }
            Effect::AccountChanged(account) => {
                let (scope, id) = (account_scope(account.account_id), *account.account_id.as_bytes());
                let keys = self.existing_scope_keys(scope)?;
                let name = seal_name(&keys, scope, "accounts", &id, &account.name);
                PreparedEffect::AccountChanged { id, name, look: seal_look(&keys, scope, &id, &account.look) }
            }
            Effect::FormOpened { customer, pass } => {
                // Nothing is to be done when it runs out: it is good for as long as its session's link.
                let link = self.stored_link(&pass).settled();
                PreparedEffect::Pass { customer, link }
            }
            Effect::KeyCreated { key, record } => {
                let lookup = self.vault.key_lookup(key.expose());
                let key = SealedKey::new(&*self.existing_scope_keys(scope)?, lookup, &key, record);
                PreparedEffect::Key { key: Box::new(key), ends: None }
            }
            Effect::KeyRolled { old, ends_at, key, record } => {
                let lookup = self.vault.key_lookup(key.expose());
                let key = SealedKey::new(&*self.existing_scope_keys(scope)?, lookup, &key, record);
                PreparedEffect::Key { key: Box::new(key), ends: Some((old, ends_at)) }
            }
            Effect::KeyRevoked { id, at } => PreparedEffect::KeyRevoked { id, at },
        };
        let keys = self.existing_scope_keys(scope)?;
        let own_key = |customer: CustomerId| {
            let subject = PersonId::of_customer(customer);
            let new = fresh.iter().find(|(id, _)| *id == subject).map(|(_, key)| Arc::clone(key));
            new.map_or_else(|| self.subject_key(scope, customer, subject), Ok)
        };
        let audit = audit.map(|entry| {
            let key = entry.customer.map(own_key).transpose()?;
            Ok::<_, StoreError>(stored_entry(scope, entry, key.as_deref(), &keys))
        });
        let sealed_event = |mut event: Event| {
            let body = std::mem::take(&mut event.body);
            let key = own_key(event.customer)?;
            let cell = sealed::seal_attached(&key, Purpose::Events, scope, event.customer, b"", event.number, body);
            Ok::<_, StoreError>((event, cell))
        };
        let events = events.into_iter().map(sealed_event).collect::<Result<Vec<_>, _>>()?;
        let answer = answer.map(|pending| {
            let PendingAnswer { ticket, at: _, request_id: _, answer } = &pending;
            let key = own_key(answer.customer)?;
            let body = answer.body.expose().clone();
            let cell = sealed::seal_attached(
                &key,
                Purpose::Replay,
                scope,
                answer.customer,
                &ticket.key_hash,
                answer.version,
                body,
            );
            Ok::<_, StoreError>((pending, cell))
        });
        let prepared = Prepared {
            scope,
            keys: Arc::clone(&keys),
            audit: audit.transpose()?,
            events,
            answer: answer.transpose()?,
            effect,
        };
        Ok((prepared, fresh))
    }

    fn prepare_customer(
        &self,
        scope: Scope,
        expected: Option<u64>,
        customer: &Customer,
        documents: &[NewDocument],
        link: Option<StoredLink>,
        fresh: &mut FreshKeys,
    ) -> Result<PreparedEffect, StoreError> {
        let subjects = sealed::subjects(customer);
        let mut keys = match expected {
            Some(_) => self.subject_keys(scope, customer.id, &subjects)?,
            None => HashMap::new(),
        };
        let mut new_subjects = Vec::new();
        for subject in subjects.into_iter().filter(|subject| !keys.contains_key(subject)).collect::<Vec<_>>() {
            let (key, wrapped) = self.vault.new_subject(scope, subject)?;
            keys.insert(subject, Arc::clone(&key));
            fresh.push((subject, key));
            new_subjects.push((subject, wrapped));
        }
        let row = CustomerRow {
            id: customer.id,
            kind: type_column(customer.profile.kind()),
            version: customer.version,
            events: customer.events,
            created_at: customer.created_at.as_micros(),
            updated_at: customer.updated_at.as_micros(),
            persons_version: customer.persons_version,
            email_index: self.existing_scope_keys(scope)?.email_index(&customer.email),
            queued_at: customer.kyc.queued_at.map(Timestamp::as_micros),
            provider_due: customer.kyc.provider.as_ref().and_then(|case| case.due_at).map(Timestamp::as_micros),
            provider_case: customer
                .kyc
                .provider
                .as_ref()
                .and_then(|case| case.id())
                .map(|id| self.vault.key_lookup(id)),
            links_settled: customer.kyc.session.as_ref().is_some_and(|session| session.expired)
                || matches!(customer.kyc.state, State::Approved | State::Rejected | State::Offboarded),
            cells: sealed::seal_customer(scope, customer, &keys)?,
        };
        let attached = self.prepare_attached(scope, documents, &keys)?;
        Ok(PreparedEffect::Customer { expected, row: Box::new(row), new_subjects, attached, link })
    }
}

fn stored_entry(scope: Scope, entry: AuditEntry, key: Option<&SubjectKey>, keys: &ScopeKeys) -> StoredEntry {
    let detail = entry.detail.to_json();
    let version = entry.version.unwrap_or(0);
    let detail = match (entry.customer, key) {
        (Some(customer), Some(key)) => {
            sealed::seal_attached(key, Purpose::Audit, scope, customer, b"", version, detail)
        }
        _ => {
            let binding = service_binding(scope, "audit", "detail", entry.request_id.as_bytes());
            Cell::seal_json(&keys.service, 1, &binding, detail).into_bytes()
        }
    };
    StoredEntry {
        at: entry.at.as_micros(),
        actor: entry.actor.to_string(),
        action: entry.action.as_str().to_owned(),
        customer_id: entry.customer.map(|id| *id.as_bytes()),
        version: entry.version,
        fields: serde_json::to_string(&entry.fields).expect("a list of strings"),
        request_id: entry.request_id,
        detail,
    }
}

impl PreparedEffect {
    /// Whether a new key was wrapped before a rotation began that the database has seen since. Its row could land behind
    /// the rotation's scan and stay under an epoch that is about to be destroyed, so the change is computed again.
    fn wraps_in_a_past_epoch(&self, connection: &Connection) -> Result<bool, rusqlite::Error> {
        let wrapped = match self {
            Self::Customer { new_subjects, .. } => new_subjects.iter().map(|(_, wrapped)| wrapped.epoch).min(),
            Self::Account { scope_keys, .. } => Some(scope_keys[0].1.epoch.min(scope_keys[1].1.epoch)),
            Self::None
            | Self::Key { .. }
            | Self::KeyRevoked { .. }
            | Self::File(_)
            | Self::AccountChanged { .. }
            | Self::Pass { .. }
            | Self::Clock(_)
            | Self::Endpoint(_)
            | Self::EndpointEnabled { .. }
            | Self::EndpointDeleted(_)
            | Self::Resent { .. } => None,
        };
        let Some(wrapped) = wrapped else { return Ok(false) };
        let newest: u32 =
            connection.prepare_cached("SELECT newest_epoch FROM installation")?.query_row([], |row| row.get(0))?;
        Ok(wrapped < newest)
    }
}

impl Prepared {
    /// Writes the change. `Err` is the database's; whatever else can come of it is in the outcome, and is then rolled
    /// back by the caller.
    pub(super) fn apply(
        self,
        connection: &Connection,
        heads: &mut Heads,
        late: &mut Vec<Append>,
    ) -> Result<Outcome, rusqlite::Error> {
        let Self { scope, keys, effect, audit, events, answer } = self;
        // First of all: a repeated request must find its answer, not a conflict with its own effect.
        if let Some((pending, cell)) = answer
            && !insert_answer(connection, scope, &pending, &cell)?
        {
            return Ok(Ok(Committed::AnswerTaken));
        }
        if effect.wraps_in_a_past_epoch(connection)? {
            return Ok(Ok(Committed::VersionMoved));
        }
        let next_audit = heads.next_id(connection)?;
        let mut previous_of_customer = 0;
        match effect {
            PreparedEffect::None => {
                if let Some(customer) = audit.as_ref().and_then(|entry| entry.customer_id) {
                    previous_of_customer = link_audit(connection, scope, customer, next_audit)?;
                }
            }
            PreparedEffect::Customer { expected: None, row, new_subjects, attached: _, link: _ } => {
                if let Some(taken) = insert_customer(connection, scope, &row, next_audit)? {
                    return Ok(Err(StoreError::Taken(taken)));
                }
                insert_subjects(connection, scope, row.id, &new_subjects)?;
                write_persons(connection, scope, &row)?;
            }
            PreparedEffect::Customer { expected: Some(expected), row, new_subjects, attached, link } => {
                let Some((rowid, last_audit)) = find_customer(connection, scope, row.id, expected)? else {
                    return Ok(Ok(Committed::VersionMoved));
                };
                // A file that is gone, or somebody else's by now: computed again, that is a violation.
                if !attach(connection, scope, row.id, row.updated_at, &attached)? {
                    return Ok(Ok(Committed::VersionMoved));
                }
                previous_of_customer = last_audit;
                update_customer(connection, rowid, &row, next_audit)?;
                insert_subjects(connection, scope, row.id, &new_subjects)?;
                write_persons(connection, scope, &row)?;
                if link.is_some() || row.links_settled {
                    settle_links(connection, scope, row.id)?;
                }
                if let Some(link) = link {
                    insert_link(connection, scope, row.id, &link)?;
                }
            }
            PreparedEffect::Clock(seconds) => set_clock(connection, scope, seconds)?,
            PreparedEffect::Endpoint(endpoint) => {
                endpoint.insert(connection, scope)?;
                heads.endpoints_changed();
            }
            PreparedEffect::EndpointEnabled { id, key, at } => {
                if !webhooks::enable(connection, scope, id, key, at)? {
                    return Ok(Ok(Committed::VersionMoved));
                }
            }
            PreparedEffect::EndpointDeleted(id) => {
                heads.endpoints_changed();
                if !webhooks::delete(connection, scope, id)? {
                    return Ok(Ok(Committed::VersionMoved));
                }
            }
            PreparedEffect::Resent { delivery, at } => {
                if !webhooks::resend(connection, scope, delivery, at)? {
                    return Ok(Ok(Committed::VersionMoved));
                }
            }
            PreparedEffect::File(file) => {
                let request_id = audit.as_ref().map_or("", |entry| &entry.request_id);
                if !insert_file(connection, scope, &file, request_id)? {
                    return Ok(Ok(Committed::AnswerTaken));
                }
            }
            PreparedEffect::Account { id, name, created_at, scope_keys } => {
                connection
                    .prepare_cached("INSERT INTO accounts (account_id, name, created_at) VALUES (?1, ?2, ?3)")?
                    .execute((id, name, created_at))?;
                for (scope, wrapped) in &scope_keys {
                    insert_scope_key(connection, *scope, wrapped)?;
                }
            }
            PreparedEffect::AccountChanged { id, name, look } => {
                connection
                    .prepare_cached("UPDATE accounts SET name = ?2, look = ?3 WHERE account_id = ?1")?
                    .execute((id, name, look))?;
            }
            PreparedEffect::Pass { customer, link } => insert_link(connection, scope, customer, &link)?,
            PreparedEffect::Key { key, ends } => {
                key.insert(connection)?;
                if let Some((old, at)) = ends {
                    set_key(
                        connection,
                        scope,
                        old,
                        "UPDATE api_keys SET expires_at = ?4 WHERE account_id = ?1 AND environment = ?2 AND key_id = ?3",
                        at,
                    )?;
                }
            }
            PreparedEffect::KeyRevoked { id, at } => {
                set_key(
                    connection,
                    scope,
                    id,
                    "UPDATE api_keys SET revoked_at = ?4 WHERE account_id = ?1 AND environment = ?2 AND key_id = ?3",
                    at,
                )?;
            }
        }
        let subscribed = !events.is_empty() && heads.is_subscribed(connection, scope)?;
        for (event, body) in &events {
            let position = insert_event(connection, scope, event, body)?;
            if subscribed {
                insert_deliveries(connection, scope, event, position)?;
            }
        }
        if let Some(entry) = audit {
            let append = Append { id: next_audit, scope, keys, entry, previous_of_customer };
            heads.take_id(next_audit);
            if planted(Defect::AuditAfterAnswer) {
                late.push(append);
            } else {
                heads.append(connection, append)?;
            }
        }
        Ok(Ok(Committed::Done))
    }
}

fn insert_answer(
    connection: &Connection,
    scope: Scope,
    pending: &PendingAnswer,
    cell: &[u8],
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let PendingAnswer { ticket, at, request_id, answer } = pending;
    let rows = connection
        .prepare_cached(
            "INSERT INTO answers (account_id, environment, key_hash, fingerprint, request_id, customer_id, version, created_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            ticket.key_hash,
            ticket.fingerprint,
            request_id,
            answer.customer.as_bytes(),
            answer.version,
            at.as_micros(),
            cell,
        ))?;
    Ok(rows == 1)
}

/// Answers the customer that has the e-mail, when one does.
fn insert_customer(
    connection: &Connection,
    scope: Scope,
    row: &CustomerRow,
    audit: i64,
) -> Result<Option<CustomerId>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let inserted = connection
        .prepare_cached(
            "INSERT INTO customers (account_id, environment, customer_id, version, type, created_at, updated_at, events, last_audit,
                email_index, names, profile, secret, persons_version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute((
            account,
            environment,
            row.id.as_bytes(),
            row.version,
            row.kind,
            row.created_at,
            row.updated_at,
            row.events,
            audit,
            row.email_index,
            &row.cells.names,
            &row.cells.profile,
            &row.cells.secret,
            row.persons_version,
        ));
    match inserted {
        Ok(_) => Ok(None),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            let owner = connection
                .prepare_cached(
                    "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND email_index = ?3",
                )?
                .query_row((account, environment, row.email_index), |row| row.get(0))
                .optional()?;
            owner.map(|id| Some(CustomerId::from_bytes(id))).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The row and the customer's last audit entry, if the row is still at the version.
fn find_customer(
    connection: &Connection,
    scope: Scope,
    id: CustomerId,
    version: u64,
) -> Result<Option<(i64, i64)>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let found = connection
        .prepare_cached(
            "SELECT rowid, last_audit, version FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_row((account, environment, id.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, u64>(2)?)))
        .optional()?;
    Ok(found
        .filter(|(_, _, stored)| *stored == version || planted(Defect::NoVersionCheck))
        .map(|(rowid, last_audit, _)| (rowid, last_audit)))
}

/// By its row, which [`find_customer`] has found in the same transaction under its scope.
fn update_customer(connection: &Connection, rowid: i64, row: &CustomerRow, audit: i64) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "UPDATE customers SET version = ?2, updated_at = ?3, events = ?4, last_audit = ?5, names = ?6, profile = ?7, secret = ?8,
                persons_version = ?9, kyc = ?10, queued_at = ?11, provider_due = ?12, provider_case = ?13 WHERE rowid = ?1",
        )?
        .execute((
            rowid,
            row.version,
            row.updated_at,
            row.events,
            audit,
            &row.cells.names,
            &row.cells.profile,
            &row.cells.secret,
            row.persons_version,
            &row.cells.kyc,
            row.queued_at,
            row.provider_due,
            row.provider_case,
        ))?;
    Ok(())
}

/// For an entry about a customer that does not change it.
fn link_audit(connection: &Connection, scope: Scope, customer: [u8; 16], audit: i64) -> Result<i64, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (rowid, previous): (i64, i64) = connection
        .prepare_cached(
            "SELECT rowid, last_audit FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_row((account, environment, customer), |row| Ok((row.get(0)?, row.get(1)?)))?;
    connection.prepare_cached("UPDATE customers SET last_audit = ?2 WHERE rowid = ?1")?.execute((rowid, audit))?;
    Ok(previous)
}

/// Only when one of them changed.
fn write_persons(connection: &Connection, scope: Scope, row: &CustomerRow) -> Result<(), rusqlite::Error> {
    let Some(cells) = &row.cells.persons else { return Ok(()) };
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO persons (account_id, environment, customer_id, cells) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET cells = excluded.cells",
        )?
        .execute((account, environment, row.id.as_bytes(), cells))?;
    Ok(())
}

fn insert_subjects(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    subjects: &[(PersonId, WrappedKey)],
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    for (subject, wrapped) in subjects {
        connection
            .prepare_cached(
                "INSERT INTO subject_keys (account_id, environment, customer_id, subject_id, epoch, wrapped)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((account, environment, customer.as_bytes(), subject.as_bytes(), wrapped.epoch, &wrapped.sealed))?;
    }
    Ok(())
}

fn set_key(
    connection: &Connection,
    scope: Scope,
    key: KeyId,
    update: &str,
    at: Timestamp,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection.prepare_cached(update)?.execute((account, environment, key.as_bytes(), at.as_micros()))?;
    Ok(())
}
