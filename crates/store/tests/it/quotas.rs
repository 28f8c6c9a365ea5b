//! Limits on how much data an account can store.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::{Clock, Timestamp};
use dossier_core::customer::Condition;
use dossier_core::file::{FileName, MAX_FILE, UNATTACHED_SECONDS};
use dossier_core::quota::{OverQuota, Quota, Quotas, Room, Used};
use dossier_core::store::StoreError;
use dossier_core::use_cases::remove_document::remove_document;
use dossier_core::use_cases::upload_file::{Upload, UploadError};
use dossier_core::use_cases::write_customer::UpdateError;

use crate::behaviours::{LETTER, given, keyed_put, naming, put, uploaded};
use crate::engines::{Engine, caller};

const DAY: i64 = 24 * 60 * 60;

/// Noon of a day, counted from 2026-01-01.
pub(crate) struct NoonOf(pub(crate) i64);

impl Clock for NoonOf {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_767_268_800_000_000).plus_seconds(self.0 * DAY)
    }
}

pub(crate) async fn new_idempotency_keys_are_limited_per_day(mut engine: Engine) {
    let mut services = engine.services();
    services.clock = Arc::new(NoonOf(1));
    services.quotas = Quotas { idempotency_keys: Some(3), ..Quotas::default() };
    let (mine, other) = (caller(&services).await, caller(&services).await);
    let id = given(&services, &mine, "a@example.com", "individual").await;
    let of_other = given(&services, &other, "a@example.com", "individual").await;
    let body = |number: usize| format!(r#"{{"first_name":"A{number}"}}"#);
    let at_once = (0..8).map(|number| {
        let (services, mine) = (&services, &mine);
        async move { keyed_put(services, mine, id, &body(number), Some(&format!("k{number}"))).await.is_ok() }
    });
    let taken = futures_util::future::join_all(at_once).await;
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 3);
    let first = taken.iter().position(|taken| *taken).expect("three");
    let refused = keyed_put(&services, &mine, id, &body(9), Some("k9")).await;
    let over = OverQuota { quota: Quota::IdempotencyKeys, most: 3 };
    assert!(matches!(refused, Err(UpdateError::Store(StoreError::OverQuota(found))) if found == over), "{refused:?}");
    let stored = crate::behaviours::read(&services, mine.scope, id).await;
    assert_eq!(stored.version, 4, "refused changes are not written");
    let again = keyed_put(&services, &mine, id, &body(first), Some(&format!("k{first}"))).await;
    assert!(again.expect("a known key is answered").replayed);
    put(&services, &mine, id, &body(10)).await.expect("a request without a key is not counted");
    keyed_put(&services, &other, of_other, &body(1), Some("k")).await.expect("another account has its own");
    services.clock = Arc::new(NoonOf(2));
    for key in ["l1", "l2", "l3"] {
        keyed_put(&services, &mine, id, &body(11), Some(key)).await.expect("another day has its own");
    }
    services.clock = Arc::new(NoonOf(1));
    let late = keyed_put(&services, &mine, id, &body(12), Some("m")).await;
    assert!(late.is_err(), "a clock that goes back opens no second quota");
    services.quotas = Quotas::default();
    keyed_put(&services, &mine, id, &body(13), Some("n")).await.expect("there is no quota");
}

pub(crate) async fn files_and_bytes_of_an_account_are_limited(mut engine: Engine) {
    let mut services = engine.services();
    services.clock = Arc::new(NoonOf(1));
    let (mine, other) = (caller(&services).await, caller(&services).await);
    let letter = LETTER.len() as u64;
    services.quotas.of_account = Room { files: Some(3), bytes: None };
    let mut begun = Vec::new();
    for _ in 0..5 {
        let mut upload = Upload::begin(&services, &mine, FileName::stored("a.pdf".into()), None).await.expect("room");
        upload.write(LETTER).await.expect("taken");
        begun.push(upload);
    }
    let ended = futures_util::future::join_all(begun.into_iter().map(Upload::finish)).await;
    assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 3, "there was room when each began");
    let used = services.store.account_files(mine.scope).await.expect("counted");
    assert_eq!(used, Used { files: 3, bytes: 3 * letter });
    assert_eq!(contents(&engine, mine.scope), 3, "a file that is refused at the end takes no room either");
    let over = |quota, most| OverQuota { quota, most };
    let refusal = async |services: &_| {
        let begun = Upload::begin(services, &mine, FileName::stored("a.pdf".into()), None).await;
        let Err(UploadError::Store(StoreError::OverQuota(over))) = begun else { panic!("there is no room") };
        over
    };
    assert_eq!(refusal(&services).await, over(Quota::FilesOfAccount, 3));
    uploaded(&services, &other).await;
    // Collecting unattached files makes room again.
    services.clock = Arc::new(NoonOf(2 + UNATTACHED_SECONDS / DAY));
    services.store.collect_files(services.clock.now()).await.expect("collected");
    assert_eq!(services.store.account_files(mine.scope).await.expect("counted"), Used::default());
    services.quotas.of_account = Room { files: None, bytes: Some(MAX_FILE + letter) };
    uploaded(&services, &mine).await;
    uploaded(&services, &mine).await;
    assert_eq!(refusal(&services).await, over(Quota::BytesOfAccount, MAX_FILE + letter));
}

/// The number of contents that are stored for a sandbox.
fn contents(engine: &Engine, scope: Scope) -> usize {
    let folder = engine.path().join(format!("files/sandbox/{}", scope.account));
    std::fs::read_dir(folder).expect("a folder").count()
}

pub(crate) async fn a_repeated_upload_takes_no_room_and_needs_none(mut engine: Engine) {
    let mut services = engine.services();
    let caller = caller(&services).await;
    let upload = async |services: &_, key: &str, content: &[u8]| {
        let mut upload = Upload::begin(services, &caller, FileName::stored("a.pdf".into()), Some(key)).await?;
        upload.write(content).await?;
        upload.finish().await
    };
    let at_once = futures_util::future::join_all((0..8).map(|_| upload(&services, "k", LETTER))).await;
    let first = at_once[0].as_ref().expect("stored").file.id;
    assert!(at_once.iter().all(|one| one.as_ref().is_ok_and(|one| one.file.id == first)));
    assert_eq!(contents(&engine, caller.scope), 1);
    services.quotas.of_account = Room { files: Some(1), bytes: None };
    assert!(upload(&services, "k", LETTER).await.expect("the same answer").replayed);
    let other = [LETTER, b"\n"].concat();
    assert!(matches!(upload(&services, "k", &other).await, Err(UploadError::KeyReused(_))));
    let refused = upload(&services, "l", LETTER).await;
    assert!(matches!(refused, Err(UploadError::Store(StoreError::OverQuota(_)))));
    assert_eq!(contents(&engine, caller.scope), 1);
}

pub(crate) async fn files_of_a_customer_are_limited_including_removed_ones(mut engine: Engine) {
    let mut services = engine.services();
    let caller = caller(&services).await;
    let letter = LETTER.len() as u64;
    let (ada, bob) = (
        given(&services, &caller, "a@example.com", "individual").await,
        given(&services, &caller, "b@example.com", "individual").await,
    );
    services.quotas.of_customer = Room { files: Some(2), bytes: Some(2 * letter) };
    let mut files = Vec::new();
    for _ in 0..3 {
        files.push(uploaded(&services, &caller).await);
    }
    for file in &files[..2] {
        put(&services, &caller, ada, &naming(*file)).await.expect("room");
    }
    remove_document(&services, &caller, ada, files[0], &Condition::default()).await.expect("removed");
    let refused = put(&services, &caller, ada, &naming(files[2])).await;
    let over = OverQuota { quota: Quota::FilesOfCustomer, most: 2 };
    assert!(matches!(refused, Err(UpdateError::Store(StoreError::OverQuota(found))) if found == over), "{refused:?}");
    put(&services, &caller, ada, &naming(files[0])).await.expect("it was evidence before");
    put(&services, &caller, bob, &naming(files[2])).await.expect("another customer has its own");
    services.quotas.of_customer = Room { files: None, bytes: Some(2 * letter) };
    let refused = put(&services, &caller, ada, &naming(files[2])).await;
    let over = OverQuota { quota: Quota::BytesOfCustomer, most: 2 * letter };
    assert!(matches!(refused, Err(UpdateError::Store(StoreError::OverQuota(found))) if found == over), "{refused:?}");
    let used = services.store.evidence(caller.scope, ada).await.expect("counted");
    assert_eq!(used, Used { files: 2, bytes: 2 * letter });
}
