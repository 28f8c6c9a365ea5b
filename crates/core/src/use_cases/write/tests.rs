//! Tests of the write loop, with a store whose results each test scripts.

use std::collections::{BTreeSet, VecDeque};
use std::future::ready;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;

use super::*;
use crate::account::Account;
use crate::api_key::{ApiKey, KeyRecord};
use crate::audit::action::Action;
use crate::audit::read::{AuditFilter, AuditPage, AuditReport, OpenedEntry};
use crate::caller::Environment;
use crate::change::Basis;
use crate::clock::{Clock, Timestamp};
use crate::customer::record::Customer;
use crate::customer::summary::Summary;
use crate::desk::member::Member;
use crate::desk::sign_in::SignIn;
use crate::desk::worksheet::Worksheet;
use crate::erasure::{Erasure, LedgerEntry, Outline, PersonErasure, Tombstone};
use crate::event::StoredEvent;
use crate::file::record::File;
use crate::ids::testing::Dice;
use crate::ids::{AccountId, CustomerId, FileId, KeyId, MemberId, PersonId, WebhookId};
use crate::kyc::policy::Policy;
use crate::look::{CountedLook, LookPlace};
use crate::parse::leaf::Email;
use crate::quota::{Quotas, Used};
use crate::retention::hold::Hold;
use crate::sandbox_clocks::Emptying;
use crate::store::Store;
use crate::store::answers::AnswerStore;
use crate::store::audit::{AuditStore, Progress};
use crate::store::customers::{CustomerStore, Freshness, Page, Record, SameNumber};
use crate::store::desk::{DeskStore, DeskUse, Waiting};
use crate::store::erasures::ErasureStore;
use crate::store::events::EventStore;
use crate::store::files::{ByteRange, Collected, FileReader, FileStore, FileWriter};
use crate::store::holds::HoldStore;
use crate::store::keys::KeyStore;
use crate::store::links::{Link, LinkStore};
use crate::store::looks::LookStore;
use crate::store::person_erasures::PersonErasureStore;
use crate::store::queue::QueueStore;
use crate::store::sandbox::SandboxStore;
use crate::store::webhooks::WebhookStore;
use crate::turns::Turns;
use crate::webhook::delivery::{Delivery, Due, FinishedAttempt, Message};
use crate::webhook::endpoint::Endpoint;

/// A store with scripted results of commits and replays. It keeps what was committed.
#[derive(Default)]
struct Scripted {
    endings: Mutex<VecDeque<Committed>>,
    known: Mutex<VecDeque<Replay>>,
    committed: Mutex<Vec<Change>>,
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
        record(Scope, CustomerId, Freshness) -> Option<Box<dyn Record>>;
        summary(Scope, CustomerId) -> Option<Summary>;
        summaries_by_email(Scope, &Email) -> Vec<Summary>;
        summaries(Scope, Option<CustomerId>, usize) -> Page;
        changed_since(Scope, CustomerId, u64) -> Vec<String>;
        customer_of_case(&str) -> Option<(Scope, CustomerId)>;
        same_numbers(Scope, CustomerId) -> Vec<SameNumber>;
    }
    DeskStore {
        members(AccountId) -> Vec<Member>;
        member(AccountId, MemberId) -> Option<Member>;
        sign_in(&str) -> Option<SignIn>;
        sign_ins(AccountId, Timestamp) -> Vec<SignIn>;
        record_desk_use(DeskUse, Timestamp) -> ();
        delete_expired_sign_ins(Timestamp) -> ();
        worksheet(Scope, CustomerId) -> Worksheet;
        waiting(Scope) -> Vec<Waiting>;
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
        account(AccountId) -> Option<Account>;
        accounts() -> Vec<Account>;
    }
    LinkStore {
        link(&str) -> Option<Link>;
        record_pass_use(&str, Timestamp) -> ();
    }
    LookStore {
        record_looks(Vec<CountedLook>) -> ();
        looks(Scope, CustomerId, Option<LookPlace>, usize) -> Vec<(LookPlace, CountedLook)>;
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
        forget_deliveries(Timestamp) -> u64;
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_763_899_200_000_000)
    }
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

const TICKET: Ticket = Ticket { key_hash: [1; 32], fingerprint: [2; 32] };
const SCOPE: Scope = Scope { account: AccountId::from_bytes([3; 16]), environment: Environment::Sandbox };
const KEYED: Option<Attempt<'_>> = Some(Attempt { key: "k", route: "POST /", content: [b"", b"", b""] });

struct Run {
    result: Result<Answer, Refusal>,
    /// How often the loop loaded, which is also the last version that it loaded.
    loaded: u64,
    committed: Vec<Change>,
}

/// Runs the loop. Each load finds the next version, from 1.
fn run(
    store: Scripted,
    request: Option<Attempt<'_>>,
    mut compute: impl FnMut(u64) -> Result<Outcome<Answer>, Refusal>,
) -> Run {
    let store = Arc::new(store);
    let services = Services {
        store: Arc::clone(&store) as Arc<dyn Store>,
        clock: Arc::new(Noon),
        sandboxes: Default::default(),
        closed: Default::default(),
        random: Arc::new(Dice::new(1)),
        turns: Turns::default(),
        policy: Policy::baseline(String::new()),
        quotas: Quotas::default(),
        scanning: None,
    };
    let mut loaded = 0;
    let load = || {
        loaded += 1;
        ready(Ok(loaded))
    };
    let caller = caller();
    let result = at_once(write(&services, &caller, request, load, &mut compute));
    let committed = std::mem::take(&mut *store.committed.lock().expect("unpoisoned"));
    Run { result, loaded, committed }
}

/// The result of a future that never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the future waits"),
    }
}

fn caller() -> Caller {
    Caller::system(SCOPE, "this")
}

fn answer(version: u64) -> Answer {
    Answer::about(CustomerId::from_bytes([4; 16]), version, b"{}".to_vec())
}

/// A change whose audit entry and answer name the version that was loaded.
#[allow(clippy::unnecessary_wraps)]
fn next_version(version: u64) -> Result<Outcome<Answer>, Refusal> {
    let mut audit = AuditEntry::new(&caller(), Noon.now(), Action::CustomerUpdated);
    audit.version = Some(version);
    Ok(Outcome::Change(Change::new(SCOPE, Effect::None, audit), answer(version)))
}

fn versions(committed: &[Change]) -> Vec<Option<u64>> {
    committed.iter().map(|change| change.audit.as_ref().and_then(|audit| audit.version)).collect()
}

#[test]
fn a_write_starts_over_from_the_version_that_was_committed_first() {
    let store = Scripted { endings: Mutex::new([Committed::VersionMoved; 2].into()), ..Scripted::default() };
    let run = run(store, None, next_version);
    assert_eq!(run.result.expect("written").version, Some(3));
    assert_eq!(versions(&run.committed), [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_request_gets_the_answer_of_its_repetition_that_committed_first() {
    let first = Answer { replayed: true, ..answer(9) };
    let store = Scripted {
        endings: Mutex::new([Committed::AnswerTaken].into()),
        known: Mutex::new([Replay::Fresh(TICKET), Replay::Answered(first)].into()),
        ..Scripted::default()
    };
    let run = run(store, KEYED, next_version);
    let answer = run.result.expect("answered");
    assert!(answer.replayed && answer.version == Some(9));
    assert_eq!((run.loaded, run.committed.len()), (1, 1));
}

#[test]
fn a_write_that_others_always_overtake_fails_as_busy() {
    let endings = Mutex::new([Committed::VersionMoved; 2 * MAX_ATTEMPTS].into());
    let run = run(Scripted { endings, ..Scripted::default() }, None, next_version);
    assert!(matches!(run.result, Err(Refusal::Store(StoreError::Busy))));
    assert_eq!((run.committed.len(), run.loaded), (MAX_ATTEMPTS, MAX_ATTEMPTS as u64));
}

#[test]
fn an_unkeyed_request_that_changes_nothing_commits_nothing() {
    let run = run(Scripted::default(), None, |version| Ok(Outcome::Unchanged(answer(version))));
    assert_eq!(run.result.expect("answered").version, Some(1));
    assert!(run.committed.is_empty());
}

#[test]
fn a_keyed_request_that_changes_nothing_commits_only_its_answer() {
    let run = run(Scripted::default(), KEYED, |version| Ok(Outcome::Unchanged(answer(version))));
    let [Change { effect: Effect::None, audit: None, events, answer: Some(kept), .. }] = &run.committed[..] else {
        panic!("{:?}", run.committed)
    };
    assert!(events.is_empty());
    assert_eq!((kept.ticket, kept.at, kept.request_id.as_str()), (TICKET, Noon.now(), "this"));
    assert_eq!((kept.answer.version, run.result.expect("answered").version), (Some(1), Some(1)));
}

#[test]
fn a_change_keeps_its_answer_only_for_a_keyed_request() {
    for (request, kept) in [(None, None), (KEYED, Some(1))] {
        let run = run(Scripted::default(), request, next_version);
        assert_eq!(run.committed[0].answer.as_ref().and_then(|kept| kept.answer.version), kept);
    }
}

#[test]
fn a_repeated_request_loads_and_computes_nothing() {
    for known in [Replay::Answered(answer(7)), Replay::OtherRequest("another".to_owned())] {
        let reused = matches!(known, Replay::OtherRequest(_));
        let store = Scripted { known: Mutex::new([known].into()), ..Scripted::default() };
        let run = run(store, KEYED, |_| panic!("a repeated request is not computed"));
        match run.result {
            Ok(answer) => assert!(!reused && answer.version == Some(7)),
            Err(error) => assert!(matches!(error, Refusal::KeyReused(first) if reused && first.0 == "another")),
        }
        assert_eq!((run.loaded, run.committed.len()), (0, 0));
    }
}

#[test]
fn a_record_that_may_be_old_is_loaded_again_before_anything_is_committed() {
    let run = run(Scripted::default(), KEYED, |version| match version {
        1 => Ok(Outcome::Again),
        newest => next_version(newest),
    });
    assert_eq!(run.result.expect("written").version, Some(2));
    assert_eq!(versions(&run.committed), [Some(2)]);
}
