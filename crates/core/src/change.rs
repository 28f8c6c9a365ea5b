//! One write as one value: everything that it does, so that the store can do all of it or nothing.

use std::num::NonZeroI64;

use crate::account::Account;
use crate::api_key::{ApiKey, KeyRecord};
use crate::audit::entry::AuditEntry;
use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::event::Event;
use crate::file::record::SealedFile;
use crate::idempotency::{PendingAnswer, Ticket};
use crate::ids::{CustomerId, FileId, KeyId, PersonId, SessionId, WebhookId};
use crate::quota::Room;
use crate::webhook::endpoint::NewEndpoint;

/// What one write stores, audits, announces and answers.
#[derive(Debug)]
pub struct Change {
    /// Inside which walls.
    pub scope: Scope,
    /// What is stored.
    pub effect: Effect,
    /// What is audited; `None` only where nothing is stored but an answer.
    pub audit: Option<AuditEntry>,
    /// What is announced, in this order.
    pub events: Vec<Event>,
    /// The answer to give again to the same `Idempotency-Key`.
    pub answer: Option<PendingAnswer>,
}

impl Change {
    /// A change that is stored and audited. It announces nothing, and the write loop adds the answer that is kept.
    #[must_use]
    pub const fn new(scope: Scope, effect: Effect, audit: AuditEntry) -> Self {
        Self { scope, effect, audit: Some(audit), events: Vec::new(), answer: None }
    }

    /// The same change, announced by these events.
    #[must_use]
    pub fn announced_by(self, events: Vec<Event>) -> Self {
        Self { events, ..self }
    }

    /// A change that stores nothing but the answer that the write loop adds.
    pub(crate) const fn nothing(scope: Scope) -> Self {
        Self { scope, effect: Effect::None, audit: None, events: Vec::new(), answer: None }
    }
}

/// What a change does to the records.
#[derive(Debug)]
pub enum Effect {
    /// Nothing: the request changed nothing, but its answer is kept.
    None,
    /// A new customer; its e-mail must be free.
    CustomerCreated(Box<Customer>),
    /// A customer's next version.
    CustomerUpdated {
        /// The version that it is computed from, which must still be the newest.
        basis: Basis,
        /// The record that replaces it.
        after: Box<Customer>,
        /// The files that it attaches; they must still be there.
        attached: Vec<NewDocument>,
        /// The link that it opens.
        link: Option<NewLink>,
        /// Whether every pass of the customer's to the hosted form ends.
        ends_passes: bool,
    },
    /// A device of the customer's that enters the hosted form.
    FormOpened {
        /// Whose form.
        customer: CustomerId,
        /// What the device shows from now on, for the session of the link that it came through.
        pass: NewLink,
        /// When it entered.
        at: Timestamp,
    },
    /// A device that leaves the hosted form: its pass, which opens nothing any more.
    FormLeft(zeroize::Zeroizing<String>),
    /// A new file, whose content is durable already.
    FileUploaded(Box<NewFile>),
    /// The clock of the sandbox is this many seconds ahead from now on.
    ClockAdvanced {
        /// How many it must still be ahead.
        expected: i64,
        /// Ahead of the machine's.
        seconds: i64,
    },
    /// A new webhook endpoint.
    WebhookCreated(Box<NewEndpoint>),
    /// A webhook endpoint that is called again, signed by this key; what waits for it is due now.
    WebhookEnabled {
        /// Which.
        id: WebhookId,
        /// The key that signs from now on.
        key: KeyId,
        /// When that was asked for.
        at: Timestamp,
    },
    /// A webhook endpoint that is gone, with what waited for it.
    WebhookDeleted(WebhookId),
    /// A delivery that is to be made again, whatever came of it.
    DeliveryResent {
        /// Which.
        delivery: u64,
        /// When that was asked for.
        at: Timestamp,
    },
    /// The settings in force from now on, as JSON.
    SettingsRecorded(Vec<u8>),
    /// A new account.
    AccountCreated(Account),
    /// An account's new name and look.
    AccountChanged(Account),
    /// A new key.
    KeyCreated {
        /// The key; the store keeps what finds it and what signs with it, not the key.
        key: ApiKey,
        /// What is kept of it.
        record: KeyRecord,
    },
    /// A new key in place of an old one.
    KeyRolled {
        /// The old one.
        old: KeyId,
        /// When the old one ends.
        ends_at: Timestamp,
        /// The new key.
        key: ApiKey,
        /// What is kept of it.
        record: KeyRecord,
    },
    /// A key that is refused from now on.
    KeyRevoked {
        /// Which.
        id: KeyId,
        /// Since when.
        at: Timestamp,
    },
}

/// Where an engine found a record. It may be wrong by now: it only saves looking, and means nothing to anyone but that
/// engine.
pub type Hint = Option<NonZeroI64>;

/// The stored version of a customer that a change is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The version.
    pub version: u64,
    hint: Hint,
}

impl Basis {
    /// A version, with what the engine that read it wants to be told again at the commit.
    #[must_use]
    pub const fn new(version: u64, hint: Hint) -> Self {
        Self { version, hint }
    }

    /// What the engine wanted to be told.
    #[must_use]
    pub const fn hint(self) -> Hint {
        self.hint
    }
}

/// A file that becomes evidence of a data subject, whoever else's it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDocument {
    /// Which file.
    pub file: FileId,
    /// The data subject: the customer or one of its persons, under whose key the file's key is sealed once more.
    pub subject: PersonId,
}

/// A link to a KYC session, to be found by its token.
#[derive(Debug)]
pub struct NewLink {
    /// The token; the store keeps what finds it.
    pub token: zeroize::Zeroizing<String>,
    /// The session.
    pub session: SessionId,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A file on its way into the store.
#[derive(Debug)]
pub struct NewFile {
    /// Its id.
    pub id: FileId,
    /// When it came.
    pub uploaded_at: Timestamp,
    /// Its bytes.
    pub size: u64,
    /// How much its account may have, with this file.
    pub room: Room,
    /// What the store made of it.
    pub sealed: SealedFile,
    /// The attempt, when the request carried an `Idempotency-Key`.
    pub ticket: Option<Ticket>,
}
