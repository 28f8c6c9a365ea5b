//! What storage promises. There is one trait; each engine implements it with its own SQL, and one suite of behaviours
//! runs against all of them.

use std::sync::Arc;

use async_trait::async_trait;

use crate::account::Account;
use crate::api_key::{ApiKey, KeyRecord};
use crate::audit::{AuditFilter, AuditPage, AuditReport, OpenedEntry};
use crate::caller::Scope;
use crate::change::Change;
use crate::clock::Timestamp;
use crate::customer::{Customer, CustomerType, Summary};
use crate::event::StoredEvent;
use crate::file::{ByteRange, File, FileReader, FileWriter};
use crate::idempotency::{Attempt, Replay};
use crate::ids::{AccountId, CustomerId, FileId, KeyId, PersonId, SessionId, WebhookId};
use crate::parse::Email;
use crate::quota::{OverQuota, Used};
use crate::webhook::{Attempted, Delivery, Due, Endpoint, Message};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique value (an e-mail) belongs to another record of the scope, this one. Nothing was written.
    #[error("the value belongs to another record")]
    Taken(CustomerId),
    /// The record was sealed as often as its key allows. Nothing was written.
    #[error("the record has been changed too often for its key")]
    Exhausted,
    /// A quota is used up. Nothing was written.
    #[error(transparent)]
    OverQuota(#[from] OverQuota),
    /// The disk is full. Nothing was written, reads go on, and writes will work again when there is room.
    #[error("no space is left to write")]
    Full,
    /// More writers wait than the store lets wait. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
    /// The place where files or records lie cannot be reached, or another program has locked it. Nothing was written
    /// that counts.
    #[error("what is stored cannot be reached: {0}")]
    Unavailable(String),
    /// What is stored cannot be opened or decoded.
    #[error("a stored record cannot be read: {0}")]
    Corrupt(String),
    /// The outcome is not known; repeating the request is safe.
    #[error("the outcome of the write is unknown: {0}")]
    Unknown(String),
}

/// What a link, or a pass of the hosted form, leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Where the customer lies.
    pub scope: Scope,
    /// The customer.
    pub customer: CustomerId,
    /// The session that it was made for.
    pub session: SessionId,
    /// When the pass was last used; of a link, and of a pass of an older version, `None`.
    pub used_at: Option<Timestamp>,
}

/// A part of a list.
#[derive(Debug)]
pub struct Page {
    /// The customers on it.
    pub summaries: Vec<Summary>,
    /// Whether others come after it.
    pub more: bool,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is durable, whole.
    Done,
    /// Another change of the same record came first; nothing was written.
    VersionMoved,
    /// Another request with the same `Idempotency-Key` came first; nothing was written.
    AnswerTaken,
}

/// A stored customer that is still sealed: what is plain of it decides whether opening it is worth the while.
pub trait Record: Send + Sync {
    /// Individual or business, by which a body is read.
    fn kind(&self) -> CustomerType;

    /// The version, by which a condition is judged.
    fn version(&self) -> u64;

    /// The whole customer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it cannot be opened or decoded.
    fn open(self: Box<Self>) -> Result<Customer, StoreError>;
}

/// Two data subjects of different customers that have the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SameNumber {
    /// The customer's own.
    pub subject: PersonId,
    /// The other customer,
    pub other: CustomerId,
    /// and whose number it is there.
    pub other_subject: PersonId,
}

/// What was deleted because nobody needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files that nobody attached in time.
    pub expired: u64,
    /// Stored content that no file named.
    pub orphans: u64,
}

/// How far a long piece of work has come: done, of how many.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// Storage. Every method that touches a tenant's records takes its scope; a foreign id is an unknown id.
#[async_trait]
pub trait Store: Send + Sync {
    /// The newest version of a customer, still sealed. `None` means unknown or another scope's: callers cannot tell.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the row is there but cannot be read.
    async fn record(&self, scope: Scope, id: CustomerId) -> Result<Option<Box<dyn Record>>, StoreError>;

    /// A version of a customer that the engine has at hand without asking anybody, if it has one. It may not be the
    /// newest, so it is good only for its type, which never changes, and for computing a new version, which
    /// [`Store::commit`] refuses unless it is; whatever else comes of it is decided again by [`Store::record`].
    fn recent_record(&self, _scope: Scope, _id: CustomerId) -> Option<Box<dyn Record>> {
        None
    }

    /// The newest version of a customer, whole.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the row is there but cannot be opened or decoded.
    async fn customer(&self, scope: Scope, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.record(scope, id).await?.map(|record| record.open()).transpose()
    }

    /// What lists and plain reads show of a customer.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn summary(&self, scope: Scope, id: CustomerId) -> Result<Option<Summary>, StoreError>;

    /// The customer that has this e-mail, as [`Email::folded`] compares. They are several when their addresses counted
    /// as different when they were created.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn summaries_by_email(&self, scope: Scope, email: &Email) -> Result<Vec<Summary>, StoreError>;

    /// At most `limit` customers, newest first, beginning after the given one.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn summaries(&self, scope: Scope, after: Option<CustomerId>, limit: usize) -> Result<Page, StoreError>;

    /// The pointers of the fields that changed after a version, each once, in the order of their first change.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn changed_since(&self, scope: Scope, id: CustomerId, version: u64) -> Result<Vec<String>, StoreError>;

    /// What is known of a request that carries an `Idempotency-Key`.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn replay(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay, StoreError>;

    /// What is known of an upload that carries an `Idempotency-Key`: remembered as long as the file is.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn replay_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError>;

    /// A place for the content of a new file; the change [`Effect::FileUploaded`](crate::change::Effect) notes it.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`].
    async fn new_file(&self, scope: Scope, id: FileId, now: Timestamp) -> Result<Box<dyn FileWriter>, StoreError>;

    /// Deletes the content of a file that was written and whose change was refused. What a row names stays. What cannot
    /// be deleted now is left for [`Store::collect_files`].
    async fn discard_file(&self, scope: Scope, id: FileId);

    /// Those of the files that the scope has, in no order. Of a file with very many attachments the first hundred are
    /// read: those to `of`, then the oldest.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn files(&self, scope: Scope, ids: &[FileId], of: Option<CustomerId>) -> Result<Vec<File>, StoreError>;

    /// The files of an account, attached or not.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn account_files(&self, scope: Scope) -> Result<Used, StoreError>;

    /// The files that are evidence of a customer or its persons, or ever were.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn evidence(&self, scope: Scope, customer: CustomerId) -> Result<Used, StoreError>;

    /// At most `limit` files, newest first, beginning before the given one; of one customer when one is given.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn list_files(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError>;

    /// The content of a file, or a part of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it is missing or was altered.
    async fn file_content(
        &self,
        scope: Scope,
        file: &File,
        range: ByteRange,
    ) -> Result<Box<dyn FileReader>, StoreError>;

    /// Deletes files that nobody attached in time, the staging keys that only they needed, and stored content that no
    /// file names. Called now and then.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`]; what was not deleted is deleted the next time.
    async fn collect_files(&self, now: Timestamp) -> Result<Collected, StoreError>;

    /// Makes a change durable: on return of [`Committed::Done`] it survives power loss, whole.
    ///
    /// # Errors
    ///
    /// [`StoreError::Taken`] when a unique value belongs to another record, [`StoreError::Full`] and
    /// [`StoreError::Busy`] when nothing could be written, [`StoreError::Unknown`] when the outcome cannot be known.
    async fn commit(&self, change: Change) -> Result<Committed, StoreError>;

    /// What a link leads to, by its token, or a pass of the hosted form.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn link(&self, token: &str) -> Result<Option<Link>, StoreError>;

    /// Notes that a pass of the hosted form is used at this moment.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`].
    async fn pass_used(&self, pass: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Customers whose newest link has run out and was not ended, some of them; `now` is the machine's.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;

    /// Customers about whose case at a provider something is to be done, some of them; `now` is the machine's.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;

    /// The customer whose case has this id at a provider.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn customer_of_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError>;

    /// Other customers of the scope with a data subject that has the same number as one of this customer's, some of
    /// them.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn same_numbers(&self, scope: Scope, id: CustomerId) -> Result<Vec<SameNumber>, StoreError>;

    /// Other files of the scope with the same content, some of them, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn same_content(&self, scope: Scope, id: FileId) -> Result<Vec<FileId>, StoreError>;

    /// At most `limit` customers that wait for a decision, longest first.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError>;

    /// How many seconds the sandbox clocks are ahead, of accounts that have put theirs forward.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError>;

    /// At most `limit` events of a scope, oldest first, after the given position.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// The position of a scope's newest event; 0 when it has none.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn newest_event(&self, scope: Scope) -> Result<u64, StoreError>;

    /// Changes whenever events were announced, by this process at least.
    fn announced(&self) -> tokio::sync::watch::Receiver<()>;

    /// The webhook endpoints of a scope, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn endpoints(&self, scope: Scope) -> Result<Vec<Endpoint>, StoreError>;

    /// At most `limit` deliveries to an endpoint, newest first, beginning before the given one.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Takes at most `limit` deliveries that are due, none to the endpoints that are busy, and keeps them from
    /// everybody else until the lease ends. Of one customer and endpoint only the oldest is ever due. `now` is the
    /// machine's.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`].
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<Due>, StoreError>;

    /// What is to be sent for a delivery, signed as of now. `None` when its endpoint is gone or disabled.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn message(&self, due: &Due, now: Timestamp) -> Result<Option<Message>, StoreError>;

    /// Notes what came of attempts, and answers those that disabled an endpoint that was enabled until then. The next
    /// delivery of the same customer and endpoint becomes due when one has ended.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`]; what was not noted is attempted again after its lease.
    async fn attempted(&self, attempts: Vec<Attempted>) -> Result<Vec<Attempted>, StoreError>;

    /// Forgets deliveries that ended before the given moment; says how many. Called now and then.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`].
    async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// The record of a presented key, whatever its state, at most a second old.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError>;

    /// The keys of a scope, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError>;

    /// Notes when keys were last used. Not part of any change: losing it in a crash harms nothing.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`].
    async fn keys_used(&self, used: Vec<(Scope, KeyId, Timestamp)>) -> Result<(), StoreError>;

    /// One account; `None` when there is none with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when its name or look cannot be opened.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// All accounts, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// The settings that were recorded last in a scope, as JSON; `None` before the first time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when they cannot be opened.
    async fn recorded_settings(&self, scope: Scope) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` entries of a scope's audit trail that a filter accepts, newest first, beginning before the given
    /// number. A read looks through so many entries and no more, so a page with few or none may have others after it.
    /// With a customer in the filter, `before` is the number of an entry about it; otherwise the answer is `None`.
    ///
    /// # Errors
    ///
    /// As [`Store::customer`].
    async fn audit(
        &self,
        scope: Scope,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<AuditPage>, StoreError>;

    /// One entry of a scope's audit trail with its details, as far as the keys of its data subjects are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when its details cannot be opened although their keys are there.
    async fn audit_entry(&self, scope: Scope, seq: u64) -> Result<Option<OpenedEntry>, StoreError>;

    /// Checks every chain of the audit trail from its first entry to its sealed end.
    ///
    /// # Errors
    ///
    /// Only when the trail cannot be read at all; what is wrong in it is in the report.
    async fn verify_audit(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError>;

    /// Forgets answers that were kept before the given moment; says how many. Called now and then.
    ///
    /// # Errors
    ///
    /// As [`Store::commit`].
    async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Whether reads and writes work, for the readiness check.
    ///
    /// # Errors
    ///
    /// What does not work.
    async fn ready(&self) -> Result<(), StoreError>;
}
