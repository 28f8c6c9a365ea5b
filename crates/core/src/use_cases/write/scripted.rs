//! A store for tests of the write loop and of what goes through it. It has at most one customer, in memory.

use std::collections::{BTreeSet, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;

use crate::account::Account;
use crate::api_key::{ApiKey, KeyRecord};
use crate::audit::read::{AuditFilter, AuditPage, AuditReport, OpenedEntry};
use crate::caller::{Environment, Scope};
use crate::change::{Basis, Change, Effect};
use crate::clock::{Clock, Timestamp};
use crate::customer::numbers::Number;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::customer::summary::Summary;
use crate::desk::member::Member;
use crate::desk::sign_in::SignIn;
use crate::desk::worksheet::Worksheet;
use crate::erasure::{Erasure, LedgerEntry, Outline, PersonErasure, Tombstone};
use crate::event::StoredEvent;
use crate::file::record::File;
use crate::idempotency::{Attempt, Replay, Ticket};
use crate::ids::testing::Dice;
use crate::ids::{AccountId, CustomerId, FileId, KeyId, MemberId, PersonId, WebhookId};
use crate::kyc::policy::Policy;
use crate::look::{CountedLook, LookPlace};
use crate::parse::leaf::Email;
use crate::quota::{Quotas, Used};
use crate::requests::counts::{Counts, ErrorCount, ErrorKey, Step};
use crate::requests::logged::{LoggedRequest, RequestFilter, RequestPlace};
use crate::requests::tally::RequestBatch;
use crate::retention::hold::Hold;
use crate::sandbox_clocks::Emptying;
use crate::services::Services;
use crate::store::answers::AnswerStore;
use crate::store::audit::{AuditStore, Progress};
use crate::store::customers::{CustomerStore, Freshness, Page, Record, SameNumber};
use crate::store::desk::{DeskStore, DeskUse, Waiting};
use crate::store::erasures::ErasureStore;
use crate::store::error::StoreError;
use crate::store::events::EventStore;
use crate::store::files::{ByteRange, Collected, FileReader, FileStore, FileWriter};
use crate::store::holds::HoldStore;
use crate::store::keys::KeyStore;
use crate::store::links::{Link, LinkStore};
use crate::store::looks::LookStore;
use crate::store::person_erasures::PersonErasureStore;
use crate::store::queue::QueueStore;
use crate::store::requests::RequestStore;
use crate::store::sandbox::SandboxStore;
use crate::store::scans::{IsWanted, ScanStore, Scanned};
use crate::store::webhooks::WebhookStore;
use crate::store::{Committed, Store};
use crate::turns::Turns;
use crate::webhook::delivery::{AnnouncedEvent, AttemptCount, Delivery, Due, FinishedAttempt, Message};
use crate::webhook::endpoint::Endpoint;

pub(crate) const TICKET: Ticket = Ticket { key_hash: [1; 32], fingerprint: [2; 32] };
pub(crate) const SCOPE: Scope = Scope { account: AccountId::from_bytes([3; 16]), environment: Environment::Sandbox };

/// A store with scripted results of commits and replays. It keeps what was committed.
#[derive(Default)]
pub(crate) struct Scripted {
    pub(crate) endings: Mutex<VecDeque<Committed>>,
    pub(crate) known: Mutex<VecDeque<Replay>>,
    pub(crate) committed: Mutex<Vec<Change>>,
    /// The only customer. A commit of its next version replaces it.
    pub(crate) customer: Mutex<Option<Customer>>,
    /// The worksheet of the customer.
    pub(crate) worksheet: Mutex<Option<Worksheet>>,
}

/// Implements the port. The scripted methods are written out, and nothing calls the others.
macro_rules! scripted {
    ($($port:ident { $($name:ident($($type:ty),*) -> $out:ty;)* } $(+ { $($scripted:tt)* })?)*) => {
        $(
            #[async_trait]
            impl $port for Scripted {
                $(async fn $name(&self, $(_: $type),*) -> Result<$out, StoreError> { unreachable!() })*
                $($($scripted)*)?
            }
        )*
    };
}

scripted! {
    AnswerStore {
        forget_answers(Timestamp) -> u64;
    } + {
        async fn replay(&self, _: Scope, _: Attempt<'_>) -> Result<Replay, StoreError> {
            Ok(self.known.lock().expect("unpoisoned").pop_front().unwrap_or(Replay::Fresh(TICKET)))
        }
    }
    AuditStore {
        audit(Scope, &AuditFilter, Option<u64>, usize) -> Option<AuditPage>;
        audit_entry(Scope, u64) -> Option<OpenedEntry>;
        verify_audit(Progress<'_>) -> AuditReport;
        recorded_settings(Scope) -> Option<Vec<u8>>;
    }
    CustomerStore {
        summary(Scope, CustomerId) -> Option<Summary>;
        summaries_by_email(Scope, &Email) -> Vec<Summary>;
        summaries(Scope, Option<CustomerId>, usize) -> Page;
        changed_since(Scope, CustomerId, u64) -> Vec<String>;
        customer_of_case(&str) -> Option<(Scope, CustomerId)>;
        customers_with(Scope, &[Number]) -> Vec<CustomerId>;
        same_numbers(Scope, CustomerId) -> Vec<SameNumber>;
    } + {
        async fn record(&self, _: Scope, _: CustomerId, _: Freshness) -> Result<Option<Box<dyn Record>>, StoreError> {
            let found = self.customer.lock().expect("unpoisoned").clone();
            Ok(found.map(|customer| Box::new(Opened(customer)) as Box<dyn Record>))
        }
    }
    DeskStore {
        members(AccountId) -> Vec<Member>;
        member(AccountId, MemberId) -> Option<Member>;
        sign_in(&str) -> Option<SignIn>;
        sign_ins(AccountId, Timestamp) -> Vec<SignIn>;
        record_desk_use(DeskUse, Timestamp) -> ();
        delete_expired_sign_ins(Timestamp) -> ();
        waiting(Scope) -> Vec<Waiting>;
    } + {
        async fn worksheet(&self, _: Scope, customer: CustomerId) -> Result<Worksheet, StoreError> {
            Ok(self.worksheet.lock().expect("unpoisoned").clone().unwrap_or_else(|| Worksheet::empty(customer)))
        }
    }
    ErasureStore {
        erasure(Scope, CustomerId) -> Option<Erasure>;
        outline(Scope, CustomerId) -> Option<Outline>;
        due_erasures(Timestamp) -> Vec<(Scope, CustomerId)>;
        tombstone(Scope, CustomerId) -> Option<Tombstone>;
        tombstones(Scope, Option<CustomerId>, usize) -> Vec<Tombstone>;
        ledger(Option<LedgerEntry>, usize) -> Vec<LedgerEntry>;
        forget_erased(Timestamp) -> ();
        finish_erasures() -> ();
    }
    EventStore {
        events(Scope, u64, usize) -> Vec<StoredEvent>;
        events_of_entries(Scope, CustomerId, &[u64]) -> Vec<AnnouncedEvent>;
        newest_event(Scope) -> u64;
    } + {
        fn announced(&self) -> tokio::sync::watch::Receiver<()> {
            unreachable!()
        }
    }
    FileStore {
        replay_upload(Scope, Attempt<'_>) -> Replay<File>;
        new_file(Scope, FileId, Timestamp) -> Box<dyn FileWriter>;
        files(Scope, &[FileId], Option<CustomerId>) -> Vec<File>;
        account_files(Scope) -> Used;
        evidence(Scope, CustomerId) -> Used;
        list_files(Scope, Option<CustomerId>, Option<FileId>, usize) -> Vec<File>;
        file_content(Scope, &File, ByteRange) -> Box<dyn FileReader>;
        same_content(Scope, FileId) -> Vec<FileId>;
        collect_files(Timestamp) -> Collected;
    } + {
        async fn discard_file(&self, _: Scope, _: FileId) {
            unreachable!()
        }
    }
    HoldStore {
        holds(Scope, CustomerId) -> Vec<Hold>;
        held(Scope, Timestamp) -> BTreeSet<CustomerId>;
    }
    KeyStore {
        api_key(&ApiKey) -> Option<Arc<KeyRecord>>;
        api_keys(Scope) -> Vec<KeyRecord>;
        record_key_use(Vec<(Scope, KeyId, Timestamp)>) -> ();
        accounts() -> Vec<Account>;
    } + {
        async fn account(&self, _: AccountId) -> Result<Option<Account>, StoreError> {
            Ok(None)
        }
    }
    LinkStore {
        link(&str) -> Option<Link>;
        record_pass_use(&str, Timestamp) -> ();
    }
    LookStore {
        record_looks(Vec<CountedLook>) -> ();
        looks(Scope, CustomerId, Option<LookPlace>, usize) -> Vec<(LookPlace, CountedLook)>;
    }
    ScanStore {
        scan(Scope, Option<CustomerId>, usize, IsWanted) -> Scanned;
    }
    PersonErasureStore {
        person_erasure(Scope, CustomerId, PersonId) -> Option<PersonErasure>;
        business_without(Scope, CustomerId, &[PersonId]) -> Option<(Basis, Customer, bool)>;
        data_subjects(Scope, CustomerId) -> Vec<PersonId>;
        due_person_erasures(Timestamp) -> Vec<(Scope, CustomerId)>;
        persons_to_erase(Scope, CustomerId) -> Vec<PersonId>;
        ledger_of_persons(Option<LedgerEntry>, usize) -> Vec<LedgerEntry>;
    }
    QueueStore {
        review_queue(Scope, usize) -> Vec<CustomerId>;
        due_cases(Timestamp) -> Vec<(Scope, CustomerId)>;
        due_cases_of(Scope, Timestamp) -> Vec<CustomerId>;
        ended_links(Timestamp) -> Vec<(Scope, CustomerId)>;
    }
    RequestStore {
        record_requests(RequestBatch) -> ();
        requests(Scope, &RequestFilter, Option<RequestPlace>, usize) -> (Vec<LoggedRequest>, Option<RequestPlace>);
        request(Scope, &str) -> Option<LoggedRequest>;
        request_counts(Scope, Step, Timestamp, Timestamp) -> Vec<Counts>;
        request_errors(Scope, Timestamp) -> Vec<(ErrorKey, ErrorCount)>;
        forget_requests(Scope, Timestamp, Timestamp, usize) -> u64;
    }
    SandboxStore {
        sandbox_clocks() -> Vec<(AccountId, i64)>;
        sandboxes_to_empty() -> Vec<Emptying>;
        empty_portion(Emptying) -> u64;
        delete_unused_files(Scope, &[FileId]) -> ();
    }
    Store {
        ready() -> ();
    } + {
        async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
            if let (Effect::CustomerUpdated { basis, after, .. }, Some(stored)) =
                (&change.effect, &mut *self.customer.lock().expect("unpoisoned"))
            {
                assert_eq!(basis.version, stored.version, "nothing else writes");
                stored.clone_from(after);
            }
            self.committed.lock().expect("unpoisoned").push(change);
            Ok(self.endings.lock().expect("unpoisoned").pop_front().unwrap_or(Committed::Done))
        }
    }
    WebhookStore {
        endpoints(Scope) -> Vec<Endpoint>;
        deliveries(Scope, WebhookId, Option<u64>, usize) -> Vec<Delivery>;
        claim_deliveries(Timestamp, i64, &[WebhookId], usize) -> Vec<Due>;
        message(&Due, Timestamp) -> Option<Message>;
        record_attempts(Vec<FinishedAttempt>) -> Vec<FinishedAttempt>;
        sign(Scope, WebhookId, String, Vec<u8>, Timestamp) -> Option<Message>;
        attempts(Scope, &[u64]) -> Vec<crate::webhook::delivery::Attempt>;
        attempt_counts(Scope, Timestamp) -> Vec<AttemptCount>;
        forget_deliveries(Timestamp) -> u64;
    }
}

/// A record that was never sealed.
struct Opened(Customer);

impl Record for Opened {
    fn kind(&self) -> CustomerType {
        self.0.profile.kind()
    }

    fn basis(&self) -> Basis {
        Basis::new(self.0.version, None)
    }

    fn is_newest(&self) -> bool {
        true
    }

    fn open(self: Box<Self>) -> Result<Customer, StoreError> {
        Ok(self.0)
    }
}

pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_763_899_200_000_000)
    }
}

/// Services on a store, at noon.
pub(crate) fn services(store: &Arc<Scripted>) -> Services {
    Services {
        store: Arc::clone(store) as Arc<dyn Store>,
        clock: Arc::new(Noon),
        sandboxes: Default::default(),
        closed: Default::default(),
        random: Arc::new(Dice::new(1)),
        turns: Turns::default(),
        policy: Policy::baseline(String::new()),
        quotas: Quotas::default(),
        scanning: None,
    }
}

/// The result of a future that never waits.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the future waits"),
    }
}
