//! A change as an engine writes it: everything personal sealed, and nothing left to compute but its place in the chain.
//! An engine gives the keys, which it has read, and writes what comes of it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dossier_core::account::{Account, Look};
use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Environment, Scope};
use dossier_core::change::{self, Change, Effect, NewDocument, NewFile, NewLink};
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, EmailIndex, numbers};
use dossier_core::event::Event;
use dossier_core::idempotency::PendingAnswer;
use dossier_core::ids::{AccountId, CustomerId, FileId, KeyId, PersonId, SessionId, WebhookId};
use dossier_core::kyc::State;
use dossier_core::store::StoreError;
use dossier_core::webhook::{Endpoint, NewEndpoint};
use tokio::sync::watch;

use crate::api_keys::{AccountRow, KeyRow, KnownKeys};
use crate::audit_chain::StoredEntry;
use crate::audit_detail;
use crate::cache::{self, Hint};
use crate::columns::type_column;
use crate::files::{FileKey, FileRow, UseRow};
use crate::records::Records;
use crate::rows::{self, EndpointRow, LinkRow, SubjectRow};
use crate::sealed::{self, Cells, PlainRow, SubjectKeys};
use crate::signing::Signers;
use crate::vault::{Binding, Cell, Fingerprint, Midstates, Purpose, RowSeal, ScopeKeys, SubjectKey, Vault, WrappedKey};

/// A change as the writer gets it: sealed, and nothing left to compute but its place in the chain.
pub(crate) struct Prepared {
    pub(crate) scope: Scope,
    pub(crate) keys: Arc<ScopeKeys>,
    pub(crate) effect: PreparedEffect,
    pub(crate) audit: Option<StoredEntry>,
    pub(crate) events: Vec<(Event, Vec<u8>)>,
    pub(crate) answer: Option<(PendingAnswer, Vec<u8>)>,
}

/// What is stored, one variant for each of `Effect`.
pub(crate) enum PreparedEffect {
    /// Nothing but an entry or an answer.
    None,
    Customer {
        basis: Basis,
        row: Box<CustomerRow>,
        new_subjects: Vec<NewSubject>,
        /// `None` when one of the files is gone: computed again, that is a violation.
        attached: Option<Vec<Attached>>,
        link: Option<StoredLink>,
        ends_passes: bool,
    },
    File {
        file: Box<NewFile>,
        mac: RowSeal,
    },
    Account {
        id: [u8; 16],
        name: Vec<u8>,
        created_at: i64,
        mac: RowSeal,
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
        mac: RowSeal,
    },
    Pass {
        customer: CustomerId,
        link: StoredLink,
    },
    /// By the hash of its secret.
    PassEnded([u8; 32]),
    Clock {
        expected: i64,
        seconds: i64,
    },
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
    /// The settings in force, sealed.
    Settings(Vec<u8>),
}

/// What must hold for a customer to be written.
pub(crate) enum Basis {
    /// It is new: nobody has its e-mail.
    New,
    /// It is at this version, and nobody else has the e-mail that it moves to, if it does.
    Version { expected: change::Basis, email_moves: bool },
}

impl Basis {
    /// Where the engine found what the change is computed from.
    pub(crate) const fn hint(&self) -> Hint {
        match self {
            Self::New => None,
            Self::Version { expected, .. } => expected.hint(),
        }
    }
}

/// A customer's columns.
pub(crate) struct CustomerRow {
    pub(crate) id: CustomerId,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) events: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) persons_version: u64,
    pub(crate) queued_at: Option<i64>,
    /// When something is to be done about it: a provider is to be asked, or it is to be evaluated.
    pub(crate) provider_due: Option<i64>,
    pub(crate) provider_case: Option<[u8; 32]>,
    pub(crate) email_index: [u8; 16],
    /// The seal of these columns.
    pub(crate) mac: RowSeal,
    /// That of the row of its persons, when one of them changed.
    pub(crate) persons_mac: Option<RowSeal>,
    /// The fingerprints of its numbers, each with the data subject's id, when one of them may have changed.
    pub(crate) numbers: Option<BTreeSet<(PersonId, Fingerprint)>>,
    /// Whether nothing is to be done any more when its links run out.
    pub(crate) links_settled: bool,
    pub(crate) cells: Cells,
}

/// The key of a data subject that had none, and the seal of its row.
pub(crate) struct NewSubject {
    pub(crate) id: PersonId,
    pub(crate) wrapped: WrappedKey,
    pub(crate) mac: RowSeal,
}

/// The fingerprints of all numbers of a customer.
pub(crate) fn fingerprints(customer: &Customer, keys: &ScopeKeys) -> BTreeSet<(PersonId, Fingerprint)> {
    customer.numbers().iter().map(|number| (number.subject, keys.number_index(number))).collect()
}

/// Keys of data subjects that a change makes.
pub(crate) type FreshKeys = Vec<(PersonId, Arc<SubjectKey>)>;

/// What sealing a change needs, as the engine has read it.
pub(crate) struct Keys<'a> {
    pub(crate) vault: &'a Vault,
    /// The keys of the change's scope.
    pub(crate) scope: Arc<ScopeKeys>,
    /// The keys under which the account's own name is sealed.
    pub(crate) account: Arc<ScopeKeys>,
    /// The keys of those of the data subjects that have one.
    pub(crate) subjects: SubjectKeys,
    /// The files that are to be attached, as far as they are there, with their keys.
    pub(crate) files: HashMap<FileId, (FileRow, FileKey)>,
}

/// Makes the keys of a new account, before anything of it is sealed.
pub(crate) fn new_scope_keys(vault: &Vault, account: AccountId) -> Result<[(Scope, WrappedKey); 2], StoreError> {
    let new = |environment| {
        let scope = Scope { account, environment };
        let wrapped = vault.new_scope(scope)?;
        vault.open_scope(scope, &wrapped)?;
        Ok::<_, StoreError>((scope, wrapped))
    };
    Ok([new(Environment::Sandbox)?, new(Environment::Production)?])
}

/// The customer that a change is about, and the data subjects whose keys sealing it needs, as far as they exist.
pub(crate) fn subjects_of(change: &Change) -> Option<(CustomerId, Vec<PersonId>)> {
    let customer = match &change.effect {
        // Nobody of a new customer has a key yet.
        Effect::CustomerCreated(_) => return None,
        Effect::CustomerUpdated { after, .. } => {
            let mut subjects = sealed::subjects(after);
            // Persons that the change drops: what they were is sealed under their own keys.
            let dropped = audit_detail::persons_in(change);
            subjects.extend(dropped.into_iter().filter(|person| !subjects.contains(person)).collect::<Vec<_>>());
            return Some((after.id, subjects));
        }
        _ => change
            .audit
            .as_ref()
            .and_then(|entry| entry.customer)
            .or_else(|| change.events.first().map(|event| event.customer))
            .or_else(|| change.answer.as_ref().and_then(|pending| pending.answer.customer))?,
    };
    Some((customer, vec![PersonId::of_customer(customer)]))
}

/// The files that a change attaches.
pub(crate) fn attached_by(change: &Change) -> &[NewDocument] {
    match &change.effect {
        Effect::CustomerUpdated { attached, .. } => attached,
        _ => &[],
    }
}

/// Seals everything that is personal. `new_scopes` are the keys of the account that the change creates. The keys of new
/// data subjects come back, to be remembered once they are durable.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when a key is missing, [`StoreError::Exhausted`] as in [`sealed::seal_customer`].
pub(crate) fn seal(
    mut keys: Keys<'_>,
    new_scopes: Option<[(Scope, WrappedKey); 2]>,
    change: Change,
) -> Result<(Prepared, FreshKeys), StoreError> {
    let Change { scope, effect, audit, events, answer } = change;
    let vault = keys.vault;
    let mut fresh = Vec::new();
    let lookup = |key: &ApiKey| vault.key_lookup(key.expose());
    let persons = audit_detail::persons_after(&effect);
    let effect = match effect {
        Effect::None => PreparedEffect::None,
        Effect::CustomerCreated(customer) => {
            keys.customer(scope, Basis::New, &customer, (&[], None, false), true, &mut fresh)?
        }
        Effect::CustomerUpdated { basis: expected, after, attached, link, ends_passes } => {
            let link = link.map(|link| StoredLink::new(vault, &keys.scope, scope, after.id, &link));
            let numbers_change = audit.as_ref().is_none_or(|entry| numbers::may_change(&entry.fields));
            let beside = (&attached[..], link, ends_passes);
            let email_moves = matches!(after.email_index, EmailIndex::Nth(_));
            let basis = Basis::Version { expected, email_moves };
            keys.customer(scope, basis, &after, beside, numbers_change, &mut fresh)?
        }
        Effect::ClockAdvanced { expected, seconds } => PreparedEffect::Clock { expected, seconds },
        Effect::WebhookCreated(new) => {
            PreparedEffect::Endpoint(Box::new(SealedEndpoint::new(&keys.scope, scope, *new)))
        }
        Effect::WebhookEnabled { id, key, at } => PreparedEffect::EndpointEnabled { id, key, at },
        Effect::WebhookDeleted(id) => PreparedEffect::EndpointDeleted(id),
        Effect::DeliveryResent { delivery, at } => PreparedEffect::Resent { delivery, at },
        Effect::FileUploaded(file) => {
            let request_id = audit.as_ref().map_or("", |entry| &entry.request_id);
            let mac = rows::seal(&FileRow::uploaded(scope, &file, request_id), &keys.scope);
            PreparedEffect::File { file, mac }
        }
        Effect::AccountCreated(Account { account_id, name, created_at, look: _ }) => {
            let scope_keys = new_scopes.ok_or_else(|| StoreError::Corrupt("a new account has no keys".into()))?;
            let (scope, id) = (account_scope(account_id), *account_id.as_bytes());
            let name = seal_name(&keys.account, scope, "accounts", &id, &name);
            let row = AccountRow { id, name, created_at: created_at.as_micros(), look: None };
            let mac = rows::seal(&row, &keys.account);
            PreparedEffect::Account { id, name: row.name, created_at: row.created_at, mac, scope_keys }
        }
        Effect::AccountChanged(Account { account_id, name, created_at, look }) => {
            let (scope, id) = (account_scope(account_id), *account_id.as_bytes());
            let name = seal_name(&keys.account, scope, "accounts", &id, &name);
            let look = seal_look(&keys.account, scope, &id, &look);
            let row = AccountRow { id, name, created_at: created_at.as_micros(), look: Some(look.clone()) };
            let mac = rows::seal(&row, &keys.account);
            PreparedEffect::AccountChanged { id, name: row.name, look, mac }
        }
        Effect::FormOpened { customer, pass, at } => {
            // Nothing is to be done when it runs out: it is good for as long as its session's link.
            let link = StoredLink::new(vault, &keys.scope, scope, customer, &pass);
            let link = StoredLink { expires_at: None, used_at: Some(at), ..link };
            PreparedEffect::Pass { customer, link }
        }
        Effect::FormLeft(pass) => PreparedEffect::PassEnded(vault.key_lookup(&pass)),
        Effect::KeyCreated { key, record } => {
            let key = SealedKey::new(&keys.scope, lookup(&key), &key, &record);
            PreparedEffect::Key { key: Box::new(key), ends: None }
        }
        Effect::KeyRolled { old, ends_at, key, record } => {
            let key = SealedKey::new(&keys.scope, lookup(&key), &key, &record);
            PreparedEffect::Key { key: Box::new(key), ends: Some((old, ends_at)) }
        }
        Effect::KeyRevoked { id, at } => PreparedEffect::KeyRevoked { id, at },
        Effect::SettingsRecorded(json) => PreparedEffect::Settings(seal_settings(&keys.scope, scope, &json)),
    };
    let own_key = |customer: CustomerId| {
        let key = keys.subjects.get(&PersonId::of_customer(customer));
        key.ok_or_else(|| StoreError::Corrupt(format!("customer {customer} has no key")))
    };
    let audit = audit.map(|entry| {
        let key = entry.customer.map(own_key).transpose()?;
        let key = key.map(|own| (&**own, &keys.subjects, &persons[..]));
        let records = Records::of(&effect).into_column();
        Ok::<_, StoreError>(StoredEntry { records, ..stored_entry(scope, entry, key, &keys.scope) })
    });
    let sealed_event = |mut event: Event| {
        let body = std::mem::take(&mut event.body);
        let key = own_key(event.customer)?;
        let cell = sealed::seal_attached(key, Purpose::Events, scope, event.customer, b"", event.number, body);
        Ok::<_, StoreError>((event, cell))
    };
    let events = events.into_iter().map(sealed_event).collect::<Result<Vec<_>, _>>()?;
    let answer = answer.map(|pending| {
        let subject = pending.answer.customer.map(own_key).transpose()?;
        let cell = sealed::seal_answer(&keys.scope, subject.map(|key| &**key), scope, &pending);
        Ok::<_, StoreError>((pending, cell))
    });
    let (audit, answer) = (audit.transpose()?, answer.transpose()?);
    Ok((Prepared { scope, keys: keys.scope, audit, events, answer, effect }, fresh))
}

impl Keys<'_> {
    /// A customer's columns; the data subjects that have no key yet are given one.
    fn customer(
        &mut self,
        scope: Scope,
        basis: Basis,
        customer: &Customer,
        (documents, link, ends_passes): (&[NewDocument], Option<StoredLink>, bool),
        numbers_change: bool,
        fresh: &mut FreshKeys,
    ) -> Result<PreparedEffect, StoreError> {
        let mut new_subjects = Vec::new();
        for subject in sealed::subjects(customer) {
            if !self.subjects.contains_key(&subject) {
                let (key, wrapped) = self.vault.new_subject(scope, subject)?;
                self.subjects.insert(subject, Arc::clone(&key));
                fresh.push((subject, key));
                let row = SubjectRow { scope, customer: customer.id, subject, wrapped };
                let mac = rows::seal(&row, &self.scope);
                new_subjects.push(NewSubject { id: subject, wrapped: row.wrapped, mac });
            }
        }
        let case = customer.kyc.provider.as_ref();
        let due = [case.and_then(|case| case.due_at), customer.kyc.evaluate_at].into_iter().flatten().min();
        let cells = sealed::seal_customer(scope, customer, &self.subjects)?;
        let mut row = CustomerRow {
            id: customer.id,
            kind: type_column(customer.profile.kind()),
            version: customer.version,
            events: customer.events,
            created_at: customer.created_at.as_micros(),
            updated_at: customer.updated_at.as_micros(),
            persons_version: customer.persons_version,
            queued_at: customer.kyc.queued_at.map(Timestamp::as_micros),
            provider_due: due.map(Timestamp::as_micros),
            provider_case: case.and_then(|case| case.id()).map(|id| self.vault.key_lookup(id)),
            email_index: match customer.email_index {
                EmailIndex::Stored(index) => index,
                EmailIndex::Nth(nth) => self.scope.email_index(&customer.email, nth),
            },
            mac: RowSeal::default(),
            persons_mac: None,
            numbers: numbers_change
                .then(|| fingerprints(customer, &self.scope))
                // Of a new customer there is nothing to be replaced.
                .filter(|numbers| !numbers.is_empty() || matches!(basis, Basis::Version { .. })),
            links_settled: customer.kyc.session.as_ref().is_some_and(|session| session.expired)
                || matches!(customer.kyc.state, State::Approved | State::Rejected | State::Offboarded),
            cells,
        };
        row.seal(scope, &self.scope);
        let attach = |document: &NewDocument| self.attached(scope, row.id, row.updated_at, *document);
        let attached = documents.iter().map(attach).collect::<Result<Option<Vec<_>>, _>>()?;
        Ok(PreparedEffect::Customer { basis, row: Box::new(row), new_subjects, attached, link, ends_passes })
    }

    /// Seals the key of a file under that of a data subject whose evidence it becomes; `None` when the file is gone.
    fn attached(
        &self,
        scope: Scope,
        customer: CustomerId,
        at: i64,
        NewDocument { file, subject }: NewDocument,
    ) -> Result<Option<Attached>, StoreError> {
        let owner = self.subjects.get(&subject);
        let owner = owner.ok_or_else(|| StoreError::Corrupt("a data subject has no key".into()))?;
        let Some((row, key)) = self.files.get(&file) else { return Ok(None) };
        let key = key.seal(owner.key(Purpose::FileWrap), scope, file);
        let used = UseRow { scope, file, customer, subject, attached_at: at, key };
        let unstaged = rows::seal(&FileRow { staged_day: None, ..row.clone() }, &self.scope);
        Ok(Some(Attached { file, subject, mac: rows::seal(&used, &self.scope), key: used.key, unstaged }))
    }
}

impl CustomerRow {
    /// Seals what is plain of it, and which persons it has.
    fn seal(&mut self, scope: Scope, keys: &ScopeKeys) {
        let plain = PlainRow {
            scope,
            id: self.id,
            kind: self.kind,
            version: self.version,
            events: self.events,
            persons_version: self.persons_version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            email_index: self.email_index.to_vec(),
            queued_at: self.queued_at,
            provider_due: self.provider_due,
            provider_case: self.provider_case.map(|case| case.to_vec()),
            hint: None,
        };
        self.mac = rows::seal(&plain, keys);
        let persons = self.cells.persons.as_deref();
        self.persons_mac = persons.map(|cells| rows::seal_persons(keys, &scope, self.id, cells));
    }
}

impl Prepared {
    /// The customer of which it writes the record or keys, if of any.
    pub(crate) const fn written_customer(&self) -> Option<CustomerId> {
        match &self.effect {
            PreparedEffect::Customer { row, .. } => Some(row.id),
            _ => None,
        }
    }

    /// Whether it can only be refused before its first row is written, so that nothing of it ever needs to be undone
    /// alone: most updates, for which a savepoint would copy every page that they touch.
    pub(crate) const fn is_judged_before_it_writes(&self) -> bool {
        match &self.effect {
            PreparedEffect::Customer {
                basis: Basis::Version { email_moves: false, .. },
                row,
                new_subjects,
                attached,
                link,
                ends_passes: false,
            } => {
                self.answer.is_none()
                    && new_subjects.is_empty()
                    && matches!(attached, Some(attached) if attached.is_empty())
                    && link.is_none()
                    && row.numbers.is_none()
            }
            _ => false,
        }
    }

    /// What follows once this is durable.
    pub(crate) fn aftermath(&self, fresh: FreshKeys) -> Aftermath {
        Aftermath {
            scope: self.scope,
            fresh,
            about_keys: matches!(self.effect, PreparedEffect::Key { .. } | PreparedEffect::KeyRevoked { .. }),
            about_endpoints: matches!(
                self.effect,
                PreparedEffect::EndpointEnabled { .. } | PreparedEffect::EndpointDeleted(_)
            ),
            announces: !self.events.is_empty() || matches!(self.effect, PreparedEffect::Resent { .. }),
        }
    }
}

/// What a process forgets, remembers and tells once a change of its own is durable.
pub(crate) struct Aftermath {
    scope: Scope,
    fresh: FreshKeys,
    about_keys: bool,
    about_endpoints: bool,
    announces: bool,
}

impl Aftermath {
    pub(crate) fn follow(
        self,
        cache: &cache::Keys,
        keys: &KnownKeys,
        signers: &Signers,
        announced: &watch::Sender<()>,
    ) {
        for (subject, key) in self.fresh {
            cache.remember(self.scope, subject, key);
        }
        if self.about_keys {
            keys.forget();
        }
        if self.about_keys || self.about_endpoints {
            signers.forget();
        }
        if self.announces || self.about_endpoints {
            announced.send_replace(());
        }
    }
}

impl PreparedEffect {
    /// The oldest epoch under which a key was wrapped that this writes. A row that is wrapped before a rotation began
    /// and written after it could land behind the rotation's scan, and stay under an epoch that is about to be
    /// destroyed: when the database has seen a newer epoch, the change is computed again.
    pub(crate) fn oldest_epoch(&self) -> Option<u32> {
        match self {
            Self::Customer { new_subjects, .. } => new_subjects.iter().map(|new| new.wrapped.epoch).min(),
            Self::Account { scope_keys, .. } => scope_keys.iter().map(|(_, wrapped)| wrapped.epoch).min(),
            Self::None
            | Self::Key { .. }
            | Self::KeyRevoked { .. }
            | Self::File { .. }
            | Self::AccountChanged { .. }
            | Self::Pass { .. }
            | Self::PassEnded(_)
            | Self::Clock { .. }
            | Self::Endpoint(_)
            | Self::EndpointEnabled { .. }
            | Self::EndpointDeleted(_)
            | Self::Resent { .. }
            | Self::Settings(_) => None,
        }
    }
}

/// `key` is the customer's, with those of its persons and the persons that the change leaves it.
fn stored_entry(
    scope: Scope,
    entry: AuditEntry,
    key: Option<(&SubjectKey, &SubjectKeys, &[Option<PersonId>])>,
    keys: &ScopeKeys,
) -> StoredEntry {
    let version = entry.version.unwrap_or(0);
    let detail = match (entry.customer, key) {
        (Some(customer), Some((own, subjects, persons))) => {
            audit_detail::seal(own, subjects, (scope, customer, version), entry.detail, persons)
        }
        _ => {
            let binding = service_binding(scope, "audit", "detail", entry.request_id.as_bytes());
            Cell::seal_json(&keys.service, 1, &binding, entry.detail.to_json()).into_bytes()
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
        records: None,
        decision: entry.decision.map(|decision| serde_json::to_string(&decision).expect("words and lists of words")),
    }
}

/// The entry that notes rows which were stored before entries said what they wrote.
pub(crate) fn noting_entry(scope: Scope, keys: &ScopeKeys, at: Timestamp, records: Records) -> StoredEntry {
    let caller = Caller { scope, actor: Actor::System, request_id: "upgrade".to_owned(), address: None };
    let entry = stored_entry(scope, AuditEntry::new(&caller, at, Action::RecordsNoted), None, keys);
    StoredEntry { records: records.into_column(), ..entry }
}

/// A link as it is kept.
pub(crate) struct StoredLink {
    pub(crate) hash: [u8; 32],
    pub(crate) session: SessionId,
    /// When something is to be done about its end; `None` when nothing is.
    pub(crate) expires_at: Option<Timestamp>,
    /// Of a pass, when it was last used.
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) mac: RowSeal,
}

impl StoredLink {
    fn new(vault: &Vault, keys: &ScopeKeys, scope: Scope, customer: CustomerId, link: &NewLink) -> Self {
        let (hash, session) = (vault.key_lookup(&link.token), link.session);
        let mac = rows::seal(&LinkRow { scope, hash, customer, session }, keys);
        Self { hash, session, expires_at: Some(link.expires_at), used_at: None, mac }
    }
}

/// A file that becomes evidence of a data subject, under whose key its own is sealed.
pub(crate) struct Attached {
    pub(crate) file: FileId,
    pub(crate) subject: PersonId,
    pub(crate) key: Vec<u8>,
    pub(crate) mac: RowSeal,
    /// The seal of the file's own row once it is staged no more.
    pub(crate) unstaged: RowSeal,
}

/// An endpoint as it is to be stored.
pub(crate) struct SealedEndpoint {
    pub(crate) row: EndpointRow,
    pub(crate) url: Vec<u8>,
    pub(crate) secret: Vec<u8>,
    pub(crate) mac: RowSeal,
}

impl SealedEndpoint {
    pub(crate) fn new(keys: &ScopeKeys, scope: Scope, new: NewEndpoint) -> Self {
        let NewEndpoint { endpoint, secret } = new;
        let seal = |section: &str, content: &[u8]| {
            let binding = service_binding(scope, "endpoints", section, endpoint.id.as_bytes());
            Cell::seal(&keys.service, 1, &binding, content).into_bytes()
        };
        let (url, secret) = (seal("url", endpoint.url.as_bytes()), seal("secret", &secret[..]));
        let Endpoint { id, key, event_types, created_at, .. } = endpoint;
        let event_types = event_types.iter().map(|kind| format!(" {} ", kind.as_str())).collect();
        let row = EndpointRow { scope, id, key, event_types, created_at: created_at.as_micros() };
        Self { url, secret, mac: rows::seal(&row, keys), row }
    }
}

/// A key as it is to be stored.
pub(crate) struct SealedKey {
    /// Its columns, with its sealed name.
    pub(crate) row: KeyRow,
    pub(crate) midstates: Vec<u8>,
    pub(crate) mac: RowSeal,
}

impl SealedKey {
    pub(crate) fn new(keys: &ScopeKeys, lookup: [u8; 32], key: &ApiKey, record: &KeyRecord) -> Self {
        let id = record.key_id.as_bytes();
        let name = seal_name(keys, record.scope, "api_keys", id, &record.name);
        let binding = service_binding(record.scope, "api_keys", "hmac-midstate", id);
        let midstates = Cell::seal(&keys.service, 1, &binding, &Midstates::of(key.expose().as_bytes()).to_bytes()[..]);
        let row = KeyRow { name, ..KeyRow::of(record, lookup) };
        Self { mac: rows::seal(&row, keys), midstates: midstates.into_bytes(), row }
    }
}

/// An account's own name is sealed under its sandbox key.
pub(crate) const fn account_scope(account: AccountId) -> Scope {
    Scope { account, environment: Environment::Sandbox }
}

/// The look of an account, as it is kept.
pub(crate) fn seal_look(keys: &ScopeKeys, scope: Scope, account: &[u8], look: &Look) -> Vec<u8> {
    let json = serde_json::to_vec(look).expect("a look has string keys only");
    Cell::seal(&keys.service, 1, &service_binding(scope, "accounts", "look", account), &json).into_bytes()
}

/// The settings in force at the last start, as they are kept.
fn seal_settings(keys: &ScopeKeys, scope: Scope, json: &[u8]) -> Vec<u8> {
    Cell::seal(&keys.service, 1, &settings_binding(scope), json).into_bytes()
}

pub(crate) fn open_settings(keys: &ScopeKeys, scope: Scope, cell: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let unreadable = |_| StoreError::Corrupt("the recorded settings cannot be opened".into());
    Cell::open(cell, &keys.service, &settings_binding(scope)).map_err(unreadable)
}

const fn settings_binding(scope: Scope) -> Binding<'static> {
    service_binding(scope, "recorded_settings", "cell", b"")
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

/// Where a cell belongs that is about no person.
pub(crate) const fn service_binding<'a>(scope: Scope, table: &'a str, section: &'a str, row: &'a [u8]) -> Binding<'a> {
    Binding { scope, subject: b"", table, section, row, version: 0 }
}
