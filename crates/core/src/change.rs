//! One write as one value: everything that it does, so that the store can do all of it or nothing.

use std::num::NonZeroI64;

use crate::account::Account;
use crate::api_key::{ApiKey, KeyRecord};
use crate::audit::entry::AuditEntry;
use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::desk::member::Member;
use crate::desk::sign_in::NewSignIn;
use crate::desk::worksheet::Worksheet;
use crate::erasure::{ErasedPerson, Erasure, Tombstone};
use crate::event::{Event, EventType};
use crate::file::record::SealedFile;
use crate::idempotency::{PendingAnswer, Ticket};
use crate::ids::{CustomerId, FileId, KeyId, MemberId, PersonId, SessionId, SignInId, WebhookId};
use crate::quota::Room;
use crate::retention::hold::Hold;
use crate::sandbox_clocks::Emptying;
use crate::webhook::endpoint::{NewEndpoint, NewSecret};

/// What one write stores, audits and announces, and the answer it keeps.
#[derive(Debug)]
pub struct Change {
    /// The scope that everything is stored in.
    pub scope: Scope,
    /// What is stored.
    pub effect: Effect,
    /// What is audited. `None` only if nothing is stored except an answer.
    pub audit: Option<AuditEntry>,
    /// What is announced, in this order.
    pub events: Vec<Event>,
    /// The answer to give again when the same `Idempotency-Key` is repeated.
    pub answer: Option<PendingAnswer>,
    /// Whether no endpoint gets the events, because the account is closed.
    pub is_silent: bool,
}

impl Change {
    /// A change that is stored and audited. It announces nothing, and the write loop adds the kept answer.
    #[must_use]
    pub const fn new(scope: Scope, effect: Effect, audit: AuditEntry) -> Self {
        Self { scope, effect, audit: Some(audit), events: Vec::new(), answer: None, is_silent: false }
    }

    /// The same change, announced by these events.
    #[must_use]
    pub fn announced_by(self, events: Vec<Event>) -> Self {
        Self { events, ..self }
    }

    /// A change that stores only the answer that the write loop adds.
    pub(crate) const fn nothing(scope: Scope) -> Self {
        Self { scope, effect: Effect::None, audit: None, events: Vec::new(), answer: None, is_silent: false }
    }
}

/// What a change does to the records.
#[derive(Debug)]
pub enum Effect {
    /// Nothing: the request changed nothing, but its answer is kept.
    None,
    /// A new customer. Its e-mail must be free.
    CustomerCreated(Box<Customer>),
    /// A customer's next version.
    CustomerUpdated {
        /// The version that it was computed from, which must still be the newest.
        basis: Basis,
        /// The record that replaces it.
        after: Box<Customer>,
        /// The files that it attaches, which must still exist.
        attached: Vec<NewDocument>,
        /// The link that it opens.
        link: Option<NewLink>,
        /// Whether every pass to the customer's hosted form ends.
        ends_passes: bool,
        /// The associated person who is erased: their key, and the files that only they use.
        erases: Option<PersonErased>,
    },
    /// A customer or an associated person is to be erased at a later time. Each has at most one scheduled erasure.
    ErasureScheduled(Erasure),
    /// The scheduled erasure of a customer, or of one of its associated persons, is cancelled.
    ErasureCancelled(CustomerId, Option<PersonId>),
    /// The scheduled erasure of a customer or an associated person gets this date, because something still keeps the
    /// customer.
    ErasurePostponed(Erasure),
    /// A customer is erased: its keys, its persons' keys and the files that only it uses.
    CustomerErased {
        /// The version that the tombstone was made from, which must still be the newest.
        basis: Basis,
        /// What remains of the customer.
        tombstone: Box<Tombstone>,
        /// Whether the erasure must still be scheduled. It may have been cancelled in the meantime.
        is_scheduled: bool,
        /// A hold that is active at this moment prevents it. `None` if the customer was erased before.
        unless_held: Option<Timestamp>,
    },
    /// A hold on a customer, which must not be erased.
    HoldPlaced(Hold),
    /// An operator or a key ends a hold.
    HoldEnded {
        /// The hold, with the moment of its end.
        hold: Hold,
        /// The scheduled erasures of the customer and its persons that it stopped, with their new dates.
        erasures: Vec<Erasure>,
    },
    /// Documents of a customer and its persons are deleted, because no rule keeps them any longer. Files that are
    /// evidence of others as well remain.
    EvidenceDeleted {
        /// The customer whose documents are deleted.
        customer: CustomerId,
        /// The documents to delete.
        documents: Vec<NewDocument>,
        /// A hold that is active at this moment prevents it.
        unless_held: Timestamp,
    },
    /// A device enters the hosted form.
    FormOpened {
        /// The customer whose form it is.
        customer: CustomerId,
        /// The pass that the device shows from now on, for the session of the link that it followed.
        pass: NewLink,
        /// When it entered.
        at: Timestamp,
    },
    /// A device leaves the hosted form. Its pass can no longer be used.
    FormLeft(zeroize::Zeroizing<String>),
    /// A new file, whose content is already durable.
    FileUploaded(Box<NewFile>),
    /// The clock of the sandbox is advanced.
    ClockAdvanced {
        /// How many seconds ahead it must still be. Otherwise nothing is changed.
        expected: i64,
        /// How many seconds ahead it is from now on.
        seconds: i64,
    },
    /// A sandbox is to be emptied.
    EmptyingStarted(Emptying),
    /// A sandbox is empty.
    SandboxEmptied(Emptying),
    /// A new webhook endpoint.
    WebhookCreated(Box<NewEndpoint>),
    /// A webhook endpoint is enabled again, with the key that signs its deliveries. Its waiting deliveries are due now.
    WebhookEnabled {
        /// The endpoint to enable.
        id: WebhookId,
        /// The key that signs from now on.
        key: KeyId,
        /// When that was requested.
        at: Timestamp,
    },
    /// The URL and the event types of a webhook endpoint.
    WebhookChanged {
        /// The endpoint.
        id: WebhookId,
        /// Where events are sent from now on.
        url: String,
        /// The event types from now on.
        event_types: Vec<EventType>,
    },
    /// A new secret of a webhook endpoint.
    SecretRotated(NewSecret),
    /// A webhook endpoint is deleted, with its waiting deliveries.
    WebhookDeleted(WebhookId),
    /// A delivery is sent again, whatever its result was.
    DeliveryResent {
        /// The number of the delivery.
        delivery: u64,
        /// When that was requested.
        at: Timestamp,
    },
    /// A member's next version, or a new member. Its e-mail must be free in the account.
    MemberWritten {
        /// The stored version, which must still be the newest. 0 for a new member.
        expected: u64,
        /// The member from now on.
        after: Box<Member>,
        /// Another member, at a version that must still be the newest: an admin who remains.
        beside: Option<(MemberId, u64)>,
    },
    /// A member is removed, with these sign-ins.
    MemberRemoved {
        /// The member, at the version that must still be the newest.
        member: (MemberId, u64),
        /// The sign-ins that end.
        sign_ins: Vec<SignInId>,
        /// Another member, at a version that must still be the newest: an admin who remains.
        beside: Option<(MemberId, u64)>,
    },
    /// A new session or link.
    SignInCreated {
        /// The session or link.
        new: Box<NewSignIn>,
        /// The link that it uses up. If the link has ended in the meantime, nothing is written.
        link: Option<SignInId>,
        /// Other sessions and links that end.
        ends: Vec<SignInId>,
        /// The member's next version, which knows that the member signed in.
        member: Option<Box<Member>>,
    },
    /// Sessions or links end. Those that have ended already are left alone.
    SignInsEnded(Vec<SignInId>),
    /// The next version of a worksheet.
    WorksheetWritten {
        /// The stored version, which must still be the newest. 0 if there is none.
        expected: u64,
        /// The worksheet from now on.
        after: Box<Worksheet>,
    },
    /// The current settings, as JSON.
    SettingsRecorded(Vec<u8>),
    /// A new account.
    AccountCreated(Account),
    /// An account's new name and form settings.
    AccountChanged(Account),
    /// A new key.
    KeyCreated {
        /// The key. The store keeps only what it needs to find the key and to sign with it.
        key: ApiKey,
        /// What is kept about it.
        record: KeyRecord,
    },
    /// A new key in place of an old one.
    KeyRolled {
        /// The old key.
        old: KeyId,
        /// When the old one ends.
        ends_at: Timestamp,
        /// The new key.
        key: ApiKey,
        /// What is kept about it.
        record: KeyRecord,
    },
    /// The addresses from which a key may be used.
    KeyRestricted {
        /// The key.
        id: KeyId,
        /// The addresses. Empty for all.
        addresses: Vec<ipnet::IpNet>,
    },
    /// A key is refused from now on.
    KeyRevoked {
        /// The key to revoke.
        id: KeyId,
        /// When it was revoked.
        at: Timestamp,
    },
}

/// The erasure of an associated person, with the next version of the business.
#[derive(Debug, Clone, Copy)]
pub struct PersonErased {
    /// What remains of the person. The store sets its epoch.
    pub person: ErasedPerson,
    /// Whether the erasure must still be scheduled. It may have been cancelled in the meantime.
    pub is_scheduled: bool,
    /// A hold that is active at this moment prevents it. `None` if the person was erased before.
    pub unless_held: Option<Timestamp>,
}

/// Where an engine found a record. It only saves that engine a search, and it may be out of date.
pub type Hint = Option<NonZeroI64>;

/// The stored version of a customer that a change is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The stored version, which must still be the newest at the commit.
    pub version: u64,
    hint: Hint,
}

impl Basis {
    /// A version, with a hint that helps the engine that read it at the commit.
    #[must_use]
    pub const fn new(version: u64, hint: Hint) -> Self {
        Self { version, hint }
    }

    /// The engine's hint.
    #[must_use]
    pub const fn hint(self) -> Hint {
        self.hint
    }
}

/// A file that becomes evidence of a data subject. It may already be evidence of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDocument {
    /// The id of the file.
    pub file: FileId,
    /// The customer or one of its persons. The file's key is also sealed under the key of this data subject.
    pub subject: PersonId,
}

/// A link to a KYC session, found by its token.
#[derive(Debug)]
pub struct NewLink {
    /// The token. The store keeps only what it needs to find it.
    pub token: zeroize::Zeroizing<String>,
    /// The session that the link opens.
    pub session: SessionId,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A file that is being stored.
#[derive(Debug)]
pub struct NewFile {
    /// The new id of the file.
    pub id: FileId,
    /// When it was received.
    pub uploaded_at: Timestamp,
    /// The size in bytes.
    pub size: u64,
    /// How much its account may store, this file included.
    pub room: Room,
    /// The sealed key and details of the file.
    pub sealed: SealedFile,
    /// The fingerprint of the attempt, if the request carried an `Idempotency-Key`.
    pub ticket: Option<Ticket>,
}
