//! Files as evidence of several data subjects at once, until the last of them is erased.

use dossier_core::caller::Caller;
use dossier_core::customer::Condition;
use dossier_core::ids::{FileId, PersonId};
use dossier_core::quota::Room;
use dossier_core::services::Services;
use dossier_core::store::{Collected, StoreError};
use dossier_core::use_cases::remove_document::remove_document;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Code;

use crate::behaviours::{LETTER, content, given, naming, put, read, uploaded};
use crate::engines::{Engine, caller};
use crate::erasure::{erase, persons};
use crate::row_seals::Sql;

async fn subjects(services: &Services, caller: &Caller, file: FileId) -> Vec<PersonId> {
    let found = services.store.files(caller.scope, &[file], None).await.expect("readable");
    found.iter().flat_map(|file| &file.attachments).map(|attachment| attachment.subject).collect()
}

fn director(name: &str, file: FileId) -> String {
    let document = format!(r#"{{"file_id":"{file}","purpose":"id_document"}}"#);
    format!(r#"{{"associated_persons":[{{"first_name":"{name}","documents":[{document}]}}]}}"#)
}

fn is_unknown<T>(outcome: &Result<T, UpdateError>) -> bool {
    matches!(outcome, Err(UpdateError::Invalid(violations)) if violations.0[0].code == Code::UnknownFile)
}

pub(crate) async fn a_file_is_evidence_of_each_data_subject_that_it_was_named_for(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let ada = given(&services, &caller, "a@example.com", "individual").await;
    let firm = given(&services, &caller, "b@example.com", "corporate").await;
    let (file, other) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    put(&services, &caller, firm, &director("Ada", file)).await.expect("the director's");
    put(&services, &caller, ada, &naming(file)).await.expect("the same person's as a customer");
    put(&services, &caller, firm, &naming(file)).await.expect("the firm's own as well");
    let person = persons(&services, &caller, firm).await[0];
    let all = [person, PersonId::of_customer(ada), PersonId::of_customer(firm)];
    let found = subjects(&services, &caller, file).await;
    assert!(found.len() == 3 && all.iter().all(|subject| found.contains(subject)), "{found:?}");
    // Naming the file again, removing the document or dropping the person ends no use.
    put(&services, &caller, ada, &format!(r#"{{"documents":[{{"file_id":"{file}","purpose":"other"}}]}}"#))
        .await
        .expect("renamed");
    remove_document(&services, &caller, ada, file, &Condition::default()).await.expect("removed");
    put(&services, &caller, firm, r#"{"associated_persons":[{"first_name":"Bob"}]}"#).await.expect("dropped");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert_eq!(subjects(&services, &caller, file).await, found);
    assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
    for customer in [ada, firm] {
        let listed = services.store.list_files(caller.scope, Some(customer), None, 10).await.expect("a list");
        assert_eq!(listed.iter().map(|file| file.id).collect::<Vec<_>>(), [file]);
    }
    // An unattached file still expires; evidence never does.
    let much_later = services.clock.now().plus_seconds(1_000 * 60 * 60);
    let collected = services.store.collect_files(much_later).await.expect("collected");
    assert_eq!(collected.expired, 1);
    assert!(services.store.files(caller.scope, &[other], None).await.expect("readable").is_empty());
    assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
}

pub(crate) async fn erasing_one_data_subject_leaves_a_file_to_the_others(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let ada = given(&services, &caller, "a@example.com", "individual").await;
    let firm = given(&services, &caller, "b@example.com", "corporate").await;
    let third = given(&services, &caller, "c@example.com", "individual").await;
    let file = uploaded(&services, &caller).await;
    put(&services, &caller, ada, &naming(file)).await.expect("attached");
    put(&services, &caller, firm, &director("Ada", file)).await.expect("attached");
    let person = persons(&services, &caller, firm).await[0];
    let stored = engine.path().join(format!("files/sandbox/{}/{file}", caller.scope.account));
    assert!(stored.exists());
    drop(services);

    engine.close();
    erase(&engine, PersonId::of_customer(ada)).await;
    engine.open().await;
    let services = engine.services();
    assert_eq!(subjects(&services, &caller, file).await, [person]);
    assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
    // The key is available through any remaining data subject.
    put(&services, &caller, third, &naming(file)).await.expect("attached");
    drop(services);

    engine.close();
    erase(&engine, person).await;
    engine.open().await;
    let services = engine.services();
    assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
    assert_eq!(services.store.collect_files(services.clock.now()).await.expect("collected"), Collected::default());
    drop(services);

    engine.close();
    erase(&engine, PersonId::of_customer(third)).await;
    engine.open().await;
    let services = engine.services();
    assert!(services.store.files(caller.scope, &[file], None).await.expect("readable").is_empty());
    assert!(services.store.list_files(caller.scope, None, None, 10).await.expect("a list").is_empty());
    let last = given(&services, &caller, "d@example.com", "individual").await;
    assert!(is_unknown(&put(&services, &caller, last, &naming(file)).await));
    let collected = services.store.collect_files(services.clock.now()).await.expect("collected");
    assert_eq!(collected, Collected { expired: 1, ..Collected::default() });
    assert!(!stored.exists(), "the content goes with the last key");
    assert_eq!((engine.rows("files").await, engine.rows("contents").await), (0, 0));
}

pub(crate) async fn a_file_that_many_customers_name_at_once_is_evidence_of_each(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut customers = Vec::new();
    for n in 0..8 {
        customers.push(given(&services, &caller, &format!("{n}@example.com"), "individual").await);
    }
    let mut files = Vec::new();
    for _ in 0..10 {
        let file = uploaded(&services, &caller).await;
        let body = naming(file);
        let puts = customers.iter().map(|id| put(&services, &caller, *id, &body));
        for outcome in futures_util::future::join_all(puts).await {
            outcome.expect("attached");
        }
        let mut found = subjects(&services, &caller, file).await;
        found.sort_unstable();
        let mut all: Vec<_> = customers.iter().map(|id| PersonId::of_customer(*id)).collect();
        all.sort_unstable();
        assert_eq!(found, all);
        files.push(file);
    }
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    drop(services);
    // Each of them alone can open it.
    engine.close();
    for (keeper, file) in customers.iter().zip(&files) {
        let (keeper, file) = (Sql(&engine).id(keeper.as_bytes()), Sql(&engine).id(file.as_bytes()));
        engine.execute(&format!("DELETE FROM file_uses WHERE file_id = {file} AND customer_id <> {keeper}")).await;
    }
    engine.open().await;
    let services = engine.services();
    for file in files {
        assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
    }
}

pub(crate) async fn a_file_that_is_named_while_its_last_data_subject_is_erased_is_whole_or_unknown(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut kept = 0;
    for round in 0..12 {
        let first = given(&services, &caller, &format!("{round}@example.com"), "individual").await;
        let second = given(&services, &caller, &format!("{round}@example.org"), "individual").await;
        let file = uploaded(&services, &caller).await;
        put(&services, &caller, first, &naming(file)).await.expect("attached");
        let body = naming(file);
        let erasing = async {
            // At another point of the write each time.
            tokio::time::sleep(std::time::Duration::from_micros(300 * round)).await;
            erase(&engine, PersonId::of_customer(first)).await;
            services.store.collect_files(services.clock.now()).await.expect("collected")
        };
        let (named, _) = tokio::join!(put(&services, &caller, second, &body), erasing);
        match named {
            Ok(_) => {
                assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
                assert_eq!(subjects(&services, &caller, file).await, [PersonId::of_customer(second)]);
                kept += 1;
            }
            Err(UpdateError::Store(StoreError::Corrupt(why))) => panic!("{why}"),
            refused => {
                assert!(is_unknown(&refused), "{refused:?}");
                let names = read(&services, caller.scope, second).await.profile.files();
                assert!(
                    names.is_empty()
                        && services.store.files(caller.scope, &[file], None).await.expect("read").is_empty()
                );
            }
        }
    }
    assert!(kept > 0, "no round wrote before the erasure");
    drop(services);
    engine.close();
}

pub(crate) async fn a_customers_own_use_of_a_file_is_read_among_very_many(mut engine: Engine) {
    let mut services = engine.services();
    let caller = caller(&services).await;
    let file = uploaded(&services, &caller).await;
    let mut last = None;
    for number in 0..103 {
        let id = given(&services, &caller, &format!("{number}@example.com"), "individual").await;
        put(&services, &caller, id, &naming(file)).await.expect("attached");
        last = Some(id);
    }
    let last = last.expect("a customer");
    let subject = PersonId::of_customer(last);
    let found = services.store.files(caller.scope, &[file], Some(last)).await.expect("readable").remove(0);
    assert!(found.attached_at(subject).is_some());
    assert!(found.attachments.len() == 100 && found.attachments.is_sorted_by_key(|one| one.at));
    let listed = services.store.list_files(caller.scope, Some(last), None, 10).await.expect("a list").remove(0);
    assert!(listed.attached_at(subject).is_some());
    // A file counts once, however often it is named.
    services.quotas.of_customer = Room { files: Some(1), bytes: None };
    put(&services, &caller, last, &format!(r#"{{"documents":[{{"file_id":"{file}","purpose":"other"}}]}}"#))
        .await
        .expect("it has it already");
}

pub(crate) async fn the_collection_skips_altered_rows(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let ada = given(&services, &caller, "a@example.com", "individual").await;
    let kept = uploaded(&services, &caller).await;
    let row = format!("file_id = {}", Sql(&engine).id(kept.as_bytes()));
    engine.execute(&format!("CREATE TABLE staged AS SELECT * FROM files WHERE {row}")).await;
    put(&services, &caller, ada, &naming(kept)).await.expect("attached");
    let (altered, forgotten) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    let elsewhere = uploaded(&services, &caller).await;
    drop(services);

    // One file gets its own row from before it was attached. Another row is altered.
    engine.close();
    engine.execute(&format!("DELETE FROM files WHERE {row}")).await;
    engine.execute("INSERT INTO files SELECT * FROM staged").await;
    engine.execute("DROP TABLE staged").await;
    let row = format!("file_id = {}", Sql(&engine).id(altered.as_bytes()));
    engine.execute(&format!("UPDATE files SET uploaded_at = uploaded_at - 1 WHERE {row}")).await;
    let row = format!("file_id = {}", Sql(&engine).id(elsewhere.as_bytes()));
    engine.execute(&format!("UPDATE files SET environment = 7 WHERE {row}")).await;
    engine.open().await;
    let services = engine.services();
    let much_later = services.clock.now().plus_seconds(1_000 * 60 * 60);
    for expected in [1, 0] {
        let collected = services.store.collect_files(much_later).await.expect("collected");
        assert_eq!(collected.expired, expected);
    }
    let stored = |file: FileId| engine.path().join(format!("files/sandbox/{}/{file}", caller.scope.account));
    assert!(stored(kept).exists() && stored(altered).exists() && !stored(forgotten).exists());
}
