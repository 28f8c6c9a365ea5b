//! Files: attaching, collecting, and finding equal contents and numbers.

use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::customer::Profile;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::{Collected, StoreError};
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Code;

use crate::behaviours::{LETTER, content, given, naming, put, read, uploaded};
use crate::engines::{Engine, caller};

pub(crate) async fn a_file_is_attached_with_the_change_that_names_it(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    let file = uploaded(&services, &caller).await;
    let person = format!(
        r#"{{"associated_persons":[{{"first_name":"Ada","documents":[
            {{"file_id":"{file}","purpose":"id_document"}}]}}]}}"#
    );
    let refused = person.replace("Ada\"", "Ada\",\"nationality\":\"ZZ\"");
    assert!(put(&services, &caller, id, &refused).await.is_err());
    let known = services.store.files(caller.scope, &[file], None).await.expect("readable");
    assert_eq!(known[0].attachments, [], "a refused change attaches nothing");
    put(&services, &caller, id, &person).await.expect("updated");
    // It opens under the person's key, also when the person is gone, and after a restart.
    put(&services, &caller, id, r#"{"associated_persons":[{"first_name":"Bob"}]}"#).await.expect("updated");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let known = services.store.files(caller.scope, &[file], None).await.expect("readable");
    assert_eq!(known[0].first().map(|attachment| attachment.customer), Some(id));
    assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
    let listed = services.store.list_files(caller.scope, Some(id), None, 10).await.expect("a list");
    assert_eq!(listed, known);
    assert!(services.store.list_files(caller.scope, Some(id), Some(file), 10).await.expect("a list").is_empty());
    let live = Scope { environment: Environment::Production, ..caller.scope };
    assert!(services.store.files(live, &[file], None).await.expect("readable").is_empty());
}

pub(crate) async fn unattached_files_are_collected_and_evidence_never_is(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let (kept, forgotten) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    put(&services, &caller, id, &naming(kept)).await.expect("updated");
    let hours = |hours: i64| Timestamp::from_micros(2_000_000).plus_seconds(hours * 60 * 60);
    let nothing = Collected::default();
    assert_eq!(services.store.collect_files(hours(71)).await.expect("collected"), nothing);
    assert!(content(&services, caller.scope, forgotten).await.is_ok());
    let one = Collected { expired: 1, ..nothing };
    assert_eq!(services.store.collect_files(hours(73)).await.expect("collected"), one);
    assert!(services.store.files(caller.scope, &[forgotten], None).await.expect("readable").is_empty());
    let refused = put(&services, &caller, id, &naming(forgotten)).await;
    assert!(matches!(refused, Err(UpdateError::Invalid(violations)) if violations.0[0].code == Code::UnknownFile));
    // The key of that day is deleted with the last file that needed it, so nothing from a backup opens.
    assert_eq!(services.store.collect_files(hours(24 * 5)).await.expect("collected"), nothing);
    assert_eq!(engine.rows("staging_keys").await, 0);

    // Content without a row is left alone while it could still be recorded, and deleted a day later.
    let scope_folder = engine.path().join(format!("files/sandbox/{}", caller.scope.account));
    let orphan = scope_folder.join(CustomerId::from_bytes([9; 16]).to_string());
    std::fs::write(&orphan, b"sealed").expect("written");
    std::fs::write(scope_folder.join("not ours"), b"x").expect("written");
    let written = std::fs::metadata(&orphan).and_then(|metadata| metadata.modified()).expect("a time");
    let since = written.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let now = Timestamp::from_micros(i64::try_from(since.as_micros()).expect("this century"));
    assert_eq!(services.store.collect_files(now.plus_seconds(60)).await.expect("collected"), nothing);
    let collected = services.store.collect_files(now.plus_seconds(25 * 60 * 60)).await.expect("collected");
    assert_eq!(collected, Collected { orphans: 1, ..nothing });
    assert!(!orphan.exists() && scope_folder.join("not ours").exists());
    assert_eq!(content(&services, caller.scope, kept).await.expect("opens"), LETTER);
}

pub(crate) async fn equal_numbers_and_contents_are_found_in_their_scope_only(mut engine: Engine) {
    let services = engine.services();
    let (mine, others) = (caller(&services).await, caller(&services).await);
    let document = |number: &str| {
        format!(
            r#"{{"identifying_information":{{"id_document":
                {{"number":"{number}","type":"passport","issuing_country":"FR"}}}}}}"#
        )
    };
    let ada = given(&services, &mine, "a@example.com", "individual").await;
    let bob = given(&services, &mine, "b@example.com", "individual").await;
    let firm = given(&services, &mine, "c@example.com", "corporate").await;
    let elsewhere = given(&services, &others, "a@example.com", "individual").await;
    let person = format!(r#"{{"associated_persons":[{{"first_name":"Ada",{}]}}"#, &document("12 AB-34")[1..]);
    for (caller, id, body) in [
        (&mine, ada, document("12ab34")),
        (&mine, bob, document("99XX99")),
        (&mine, firm, person),
        (&others, elsewhere, document("12AB34")),
    ] {
        put(&services, caller, id, &body).await.expect("updated");
    }
    let store = &services.store;
    let same = async |id: CustomerId| {
        let found = store.same_numbers(mine.scope, id).await.expect("readable");
        found.iter().map(|same| (same.subject, same.other, same.other_subject)).collect::<Vec<_>>()
    };
    let Profile::Business(business) = read(&services, mine.scope, firm).await.profile else { panic!("a business") };
    let person = business.associated_persons.expect("persons").0[0].person_id().expect("an id");
    let own = PersonId::of_customer(ada);
    assert_eq!(same(ada).await, [(own, firm, person)], "in any spelling");
    assert_eq!(same(firm).await, [(person, ada, own)]);
    assert_eq!(
        (same(bob).await, store.same_numbers(others.scope, elsewhere).await.expect("readable").len()),
        (vec![], 0)
    );
    // Changing something else keeps the match; changing the number ends it. A placeholder matches nothing.
    put(&services, &mine, ada, r#"{"first_name":"Ada"}"#).await.expect("updated");
    assert_eq!(same(firm).await.len(), 1);
    for number in ["78", "0000", "-"] {
        put(&services, &mine, ada, &document(number)).await.expect("updated");
        put(&services, &mine, bob, &document(number)).await.expect("updated");
        assert_eq!((same(firm).await.len(), same(bob).await.len()), (0, usize::from(number == "78")), "{number}");
    }

    let files = [uploaded(&services, &mine).await, uploaded(&services, &mine).await];
    let stranger = uploaded(&services, &others).await;
    let equal = async |scope, file| store.same_content(scope, file).await.expect("readable");
    assert_eq!(equal(mine.scope, files[0]).await, files[1..]);
    assert_eq!(equal(mine.scope, files[1]).await, files[..1]);
    assert_eq!(equal(others.scope, stranger).await, []);
    store.collect_files(services.clock.now().plus_seconds(100 * 60 * 60)).await.expect("collected");
    assert_eq!((engine.rows("files").await, engine.rows("contents").await), (0, 0));
    // Fingerprints that are computed again from the records are the same.
    drop(services);
    engine.execute("DELETE FROM numbers; DELETE FROM chores").await;
    engine.reopen().await;
    let filled = engine.store().same_numbers(mine.scope, bob).await.expect("readable");
    assert_eq!((filled.len(), engine.rows("chores").await, engine.rows("numbers").await), (0, 1, 2));
}

pub(crate) async fn content_in_another_place_does_not_open(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let (one, other) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    let place = |id: FileId| engine.path().join(format!("files/sandbox/{}/{id}", caller.scope.account));
    let (left, right) = (std::fs::read(place(one)).expect("content"), std::fs::read(place(other)).expect("content"));
    std::fs::write(place(one), &right).expect("written");
    std::fs::write(place(other), &left).expect("written");
    assert!(matches!(content(&services, caller.scope, one).await, Err(StoreError::Corrupt(_))));
    std::fs::write(place(one), &left).expect("written");
    assert_eq!(content(&services, caller.scope, one).await.expect("opens"), LETTER);
    // Nor does a row with another file's key.
    engine.execute("UPDATE files SET key = (SELECT key FROM files ORDER BY file_id LIMIT 1)").await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert!(services.store.files(caller.scope, &[one], None).await.is_ok());
    assert!(matches!(services.store.files(caller.scope, &[other], None).await, Err(StoreError::Corrupt(_))));
}
