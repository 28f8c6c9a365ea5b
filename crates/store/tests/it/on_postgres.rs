//! What is specific to PostgreSQL: its statements, its guarantees, and many processes on one database.

use std::num::NonZeroI64;
use std::sync::Arc;
use std::time::Duration;

use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::change::Basis;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Condition, Customer, Profile, Versions};
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::services::Services;
use dossier_core::store::{Committed, Freshness};
use dossier_core::use_cases::create_customer::create_customer;
use dossier_core::use_cases::update_customer::{Method, Update, update};
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_store::blobs::Folder;
use dossier_store::postgres::{self, PostgresStore};
use dossier_store::vault::RootKey;

use crate::behaviours;
use crate::cluster::Cluster;
use crate::engines::Engine;

/// What some engines that speak the protocol of PostgreSQL lack or do differently; `docs/operations.md` names them.
const NOT_PORTABLE: &[&str] = &[
    "ADVISORY",
    "LISTEN",
    "NOTIFY",
    "LOCK TABLE",
    "SKIP LOCKED",
    "NOWAIT",
    "SERIAL",
    "IDENTITY",
    "NEXTVAL",
    "SEQUENCE",
    "SAVEPOINT",
    "TRIGGER",
    "FUNCTION",
    "RULE",
    "INHERITS",
    "CTID",
    "XMIN",
    "TEMPORARY",
    "DEFERRABLE",
    "REFERENCES",
    "MERGE INTO",
    "COPY ",
    "CURSOR",
    "JSONB",
    "INSTR",
    "REGEXP",
];

fn code(sql: &str) -> String {
    let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.collect::<Vec<_>>().join("\n").to_uppercase()
}

#[test]
fn statements_are_portable() {
    for (module, name, sql) in postgres::all_statements() {
        for word in NOT_PORTABLE {
            assert!(!code(sql).contains(word), "{module}::{name} has {word}");
        }
    }
    for sql in postgres::migrations() {
        let code = code(sql);
        for word in NOT_PORTABLE {
            assert!(!code.contains(word), "a migration has {word}: {sql}");
        }
        // An engine that distributes rows by account can only enforce uniqueness within an account.
        let unique = code.contains("UNIQUE INDEX").then(|| code.split_once('(').map(|(_, columns)| columns.to_owned()));
        if let Some(Some(columns)) = unique {
            assert!(columns.starts_with("ACCOUNT_ID, ENVIRONMENT"), "{sql}");
        }
        if let Some((_, key)) = code.split_once("PRIMARY KEY (") {
            assert!(key.starts_with("ACCOUNT_ID, ENVIRONMENT"), "{sql}");
        }
    }
}

#[test]
fn no_statement_is_declared_twice() {
    let mut declared = std::collections::HashMap::new();
    for (module, name, sql) in postgres::all_statements() {
        let same = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(before) = declared.insert(same, format!("{module}::{name}")) {
            panic!("{module}::{name} is {before}");
        }
    }
}

/// A connection to a database in which a store has created its tables.
async fn client_of_a_new_store(cluster: &Cluster) -> tokio_postgres::Client {
    let url = cluster.database().await;
    let (folder, root) = (tempfile::tempdir().expect("a temporary folder"), RootKey::random());
    let blobs = Arc::new(Folder::open(folder.path().join("files")).expect("a folder"));
    let keyring = folder.path().join("keyring.json");
    PostgresStore::open(&url, &keyring, &root, blobs, Timestamp::from_micros(0), None).await.expect("the store opens");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn every_statement_is_prepared() {
    let cluster = Cluster::any().await;
    let client = client_of_a_new_store(&cluster).await;
    let mut count = 0;
    for (module, name, sql) in postgres::all_statements() {
        if let Err(error) = client.prepare(sql).await {
            panic!("{module}::{name}: {error:?}");
        }
        count += 1;
    }
    assert!(count > 80, "{count} statements");
}

/// Tables with rows for each customer, file or event.
async fn growing_tables(client: &tokio_postgres::Client) -> Vec<String> {
    let sql = "SELECT DISTINCT table_name::text FROM information_schema.columns WHERE table_schema = current_schema()
        AND column_name IN ('customer_id', 'file_id', 'event', 'key_hash') AND table_name <> 'audit_heads' ORDER BY 1";
    let rows = client.query(sql, &[]).await.expect("the tables");
    let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(tables.len() >= 12, "{tables:?}");
    tables
}

#[tokio::test]
async fn the_planner_knows_how_large_each_growing_table_is() {
    let cluster = Cluster::any().await;
    let client = client_of_a_new_store(&cluster).await;
    let analysed = |table: &str| postgres::all_statements().any(|(_, _, sql)| sql == format!("ANALYZE {table}"));
    for table in growing_tables(&client).await {
        assert!(analysed(&table), "nothing analyses {table}; its statements would keep the plans of an empty table");
    }
}

/// Statements that read a whole table on purpose: rarely, for an operator, or a small one.
const WHOLE: &[&str] = &["rotate::LEFT"];

#[tokio::test]
async fn every_statement_finds_its_rows_by_a_key_even_when_the_tables_are_empty() {
    let cluster = Cluster::any().await;
    let client = client_of_a_new_store(&cluster).await;
    for setting in postgres::SESSION {
        client.batch_execute(setting).await.expect("a setting");
    }
    let (mut explained, tables) = (0, growing_tables(&client).await);
    for (module, name, sql) in postgres::all_statements() {
        let verb = sql.split_whitespace().next().unwrap_or_default();
        if !["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"].contains(&verb)
            || WHOLE.contains(&&*format!("{module}::{name}"))
        {
            continue;
        }
        let places = (1..).take_while(|place| sql.contains(&format!("${place}"))).map(|_| "NULL").collect::<Vec<_>>();
        let arguments = if places.is_empty() { String::new() } else { format!("({})", places.join(", ")) };
        client.batch_execute(&format!("PREPARE s AS {sql}")).await.expect("prepared");
        let plan = client.simple_query(&format!("EXPLAIN EXECUTE s{arguments}")).await.expect("explained");
        for line in &plan {
            let tokio_postgres::SimpleQueryMessage::Row(row) = line else { continue };
            let line = row.get(0).unwrap_or_default();
            for table in &tables {
                let scanned =
                    line.split_once("Seq Scan on ").is_some_and(|(_, rest)| rest.split(' ').next() == Some(table));
                assert!(!scanned, "{module}::{name}: {line}");
            }
        }
        client.batch_execute("DEALLOCATE s").await.expect("forgotten");
        explained += 1;
    }
    assert!(explained > 80, "{explained} statements");
}

#[tokio::test]
async fn a_database_that_could_lose_acknowledged_writes_is_refused() {
    let cluster = Cluster::own(&[]).await;
    let (folder, root) = (tempfile::tempdir().expect("a temporary folder"), RootKey::random());
    let url = cluster.database().await;
    let open = async || {
        let blobs = Arc::new(Folder::open(folder.path().join("files")).expect("a folder"));
        let keyring = folder.path().join("keyring.json");
        PostgresStore::open(&url, &keyring, &root, blobs, Timestamp::from_micros(0), None).await.map(drop)
    };
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        cluster.run(&format!("ALTER SYSTEM SET {setting} = off")).await.expect("a statement");
        cluster.run("SELECT pg_reload_conf()").await.expect("a statement");
        // The setting reaches the sessions a moment later.
        let mut refused = open().await;
        for _ in 0..100 {
            if refused.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            refused = open().await;
        }
        let said = refused.expect_err("a refusal").to_string();
        assert!(said.contains(&format!("{setting} is off")), "{said}");
        cluster.run(&format!("ALTER SYSTEM RESET {setting}")).await.expect("a statement");
        cluster.run("SELECT pg_reload_conf()").await.expect("a statement");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    open().await.expect("it opens with all of them on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_pooler_nothing_is_prepared_and_everything_works() {
    behaviours::a_customer_is_read_back_as_written(Engine::pooled().await).await;
    behaviours::a_refused_change_in_a_batch_harms_no_other(Engine::pooled().await).await;
    behaviours::a_file_is_attached_with_the_change_that_names_it(Engine::pooled().await).await;
    behaviours::a_delivery_waits_for_the_one_before_it_and_a_claim_is_a_lease(Engine::pooled().await).await;
    behaviours::rotation_may_be_repeated_and_runs_beside_writers(Engine::pooled().await).await;
}

/// Two stores on one database, like two processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn background_work_is_divided_and_taken_over() {
    let mut engine = Engine::postgres().await;
    let services = engine.services();
    let mut endpoints = Vec::new();
    for _ in 0..12 {
        let (caller, endpoint) = behaviours::subscriber(&services).await;
        behaviours::given(&services, &caller, "a@example.com", "individual").await;
        endpoints.push(endpoint);
    }
    let due = async |store: &dyn dossier_store::Engine| {
        let now = Timestamp::from_micros(i64::MAX / 2);
        let claimed = store.claim_deliveries(now, 0, &[], 64).await.expect("claimed");
        claimed.into_iter().map(|due| due.endpoint).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(due(engine.store()).await.len(), 12, "alone it works on everything");
    let other = engine.another().await;
    // The first one releases half of its shards when it next renews its leases.
    let mut shares = (0, 0);
    for _ in 0..80 {
        let (mine, theirs) = (due(engine.store()).await, due(&*other).await);
        assert!(mine.is_disjoint(&theirs), "nothing is done twice");
        shares = (mine.len(), theirs.len());
        if shares.0 + shares.1 == 12 && shares.1 > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(shares.0 > 0 && shares.1 > 0 && shares.0 + shares.1 == 12, "{shares:?}");
    // One ends in an orderly way, so the other need not wait for its leases.
    other.hand_over_work().await;
    drop(other);
    for _ in 0..80 {
        if due(engine.store()).await.len() == 12 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the remaining work is not taken over");
}

/// Two processes on one database, and a caller that both know.
async fn two_processes(engine: &mut Engine) -> (Services, Services, Caller) {
    let mine = engine.services();
    let other = engine.another().await;
    let theirs = engine.services_of(other);
    let caller = crate::engines::caller(&mine).await;
    (mine, theirs, caller)
}

/// Once no other process has written for a while, a process assumes that none will. Each of these cases proves it
/// wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_assumption_is_detected() {
    let mut engine = Engine::postgres().await;
    let (mine, theirs, caller) = two_processes(&mut engine).await;
    let (id, quiet) = (
        behaviours::given(&mine, &caller, "a@example.com", "individual").await,
        behaviours::given(&mine, &caller, "b@example.com", "individual").await,
    );
    let alone_for_a_while = async || {
        for name in ["A", "B", "C"] {
            let body = format!(r#"{{"first_name":"{name}"}}"#);
            behaviours::put(&mine, &caller, quiet, &body).await.expect("updated");
        }
    };
    let read = async || behaviours::read_to_change(&mine, caller.scope, id).await;
    let commit = async |before: &(Basis, Customer), name: &str| {
        mine.store.commit(behaviours::changed(&caller, before, name)).await.expect("an outcome")
    };

    alone_for_a_while().await;
    let stale = read().await;
    behaviours::put(&theirs, &caller, id, r#"{"last_name":"Theirs"}"#).await.expect("updated");
    assert_eq!(commit(&stale, "X").await, Committed::VersionMoved, "another process changed it");

    alone_for_a_while().await;
    let stale = read().await;
    behaviours::put(&mine, &caller, id, r#"{"middle_name":"Mine"}"#).await.expect("updated");
    assert_eq!(commit(&stale, "X").await, Committed::VersionMoved, "this one did");

    alone_for_a_while().await;
    let (basis, found) = read().await;
    let misplaced = (Basis::new(basis.version, NonZeroI64::new(1)), found);
    assert_eq!(commit(&misplaced, "Y").await, Committed::Done, "its newest entry is a different one");

    alone_for_a_while().await;
    behaviours::put(&theirs, &caller, quiet, r#"{"last_name":"Theirs"}"#).await.expect("updated");
    assert_eq!(commit(&read().await, "Z").await, Committed::Done, "only the chain has moved");

    alone_for_a_while().await;
    let (_, endpoint) = behaviours::subscribed(&theirs, caller.clone()).await;
    for name in ["1", "2", "3", "Last"] {
        let body = format!(r#"{{"last_name":"{name}"}}"#);
        behaviours::put(&mine, &caller, id, &body).await.expect("updated");
    }
    let deliveries = mine.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
    assert_eq!(deliveries.len(), 4, "another process created an endpoint");

    let Profile::Individual(individual) = read().await.1.profile else { panic!("an individual") };
    let names = [individual.first_name, individual.middle_name, individual.last_name];
    assert_eq!(serde_json::to_value(names).expect("JSON"), serde_json::json!(["Z", "Mine", "Last"]));
    assert_eq!(mine.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_gets_every_event_from_its_first_on() {
    let mut engine = Engine::postgres().await;
    let services = engine.services();
    let caller = crate::engines::caller(&services).await;
    let id = behaviours::given(&services, &caller, "a@example.com", "individual").await;
    let change = async |name: &str| {
        let body = format!(r#"{{"first_name":"{name}"}}"#);
        behaviours::put(&services, &caller, id, &body).await.expect("updated");
    };
    // Change it until the process assumes that the scope has no endpoint.
    for name in ["A", "B", "C"] {
        change(name).await;
    }
    let (_, endpoint) = behaviours::subscribed(&services, caller.clone()).await;
    let told = async || services.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log").len();
    change("D").await;
    change("E").await;
    assert_eq!(told().await, 2);
}

/// A cached record may be old. Each of these cases would go wrong if anything but a commit depended on one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_commits_depend_on_cached_records() {
    let mut engine = Engine::postgres().await;
    let (mine, theirs, caller) = two_processes(&mut engine).await;
    let id = behaviours::given(&mine, &caller, "a@example.com", "individual").await;
    let (mine_again, if_match) = (r#"{"first_name":"Mine"}"#, |version| Some(Versions::These(vec![version])));
    // Returns the version in the cache of this process, and the newest one.
    let overtaken = async || {
        let remembered =
            behaviours::put(&mine, &caller, id, mine_again).await.expect("updated").version.expect("of a customer");
        let record = mine.store.record(caller.scope, id, Freshness::Any).await.expect("readable").expect("there");
        assert_eq!((record.basis().version, record.is_newest()), (remembered, false), "what was just written");
        let newest = behaviours::put(&theirs, &caller, id, r#"{"first_name":"Theirs"}"#)
            .await
            .expect("updated")
            .version
            .expect("of a customer");
        assert_eq!(newest, remembered + 1);
        (remembered, newest)
    };
    let put = async |key, if_match| {
        let condition = Condition { if_match, if_none_match: None };
        let (body, method) = (mine_again.as_bytes(), Method::Put);
        let asked = Update { id: Some(id), method, body, representation: false, condition, idempotency_key: key };
        update(&mine, &caller, asked).await
    };

    let (_, newest) = overtaken().await;
    let answer = put(None, None).await.expect("updated");
    assert_eq!(answer.version, Some(newest + 1), "what it remembers has the same name already");

    let (_, newest) = overtaken().await;
    let answer = put(Some("key"), None).await.expect("updated");
    assert_eq!(answer.version, Some(newest + 1), "so it has, and the answer is to be kept");

    let (remembered, newest) = overtaken().await;
    let refused = put(None, if_match(remembered)).await;
    assert!(matches!(refused, Err(UpdateError::ConditionFailed { version, .. }) if version == newest), "{refused:?}");

    let (_, newest) = overtaken().await;
    let answer = put(None, if_match(newest)).await.expect("the client knows more than the process");
    assert_eq!(answer.version, Some(newest + 1));

    overtaken().await;
    behaviours::put(&mine, &caller, id, r#"{"last_name":"Mine"}"#).await.expect("updated");
    let Profile::Individual(individual) = behaviours::read(&mine, caller.scope, id).await.profile else {
        panic!("an individual")
    };
    let names = serde_json::to_value([individual.first_name, individual.last_name]).expect("JSON");
    assert_eq!(names, serde_json::json!(["Theirs", "Mine"]), "neither is lost");
}

/// A commit may be sent before the previous one has ended, and assumes that it succeeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consecutive_commits_are_written_despite_other_writers() {
    let mut engine = Engine::postgres().await;
    let (mine, theirs, caller) = two_processes(&mut engine).await;
    // The same commits write the chains of both environments.
    let production = Scope { environment: Environment::Production, ..caller.scope };
    let callers = [caller.clone(), Caller { scope: production, ..caller }];
    let mut customers = Vec::new();
    for number in 0..64 {
        let caller = &callers[number % 2];
        let id = behaviours::given(&mine, caller, &format!("{number}@example.com"), "individual").await;
        customers.push((caller, id));
    }
    let put_all = async |round: usize| {
        let body = format!(r#"{{"first_name":"Mine {round}"}}"#);
        let all = customers.iter().map(|(caller, id)| behaviours::put(&mine, caller, *id, &body));
        for done in futures_util::future::join_all(all).await {
            done.expect("updated");
        }
    };
    let come_between = async |at: usize| {
        let (caller, id) = customers[at];
        behaviours::put(&theirs, caller, id, r#"{"last_name":"Theirs"}"#).await.expect("updated");
    };
    for round in 0..16 {
        match round {
            // No other process writes, so that the commits become consecutive.
            0..4 | 8..12 => put_all(round).await,
            4..8 => drop(futures_util::join!(put_all(round), come_between(4 * round), come_between(4 * round + 1))),
            // In one environment only. This process does not know it yet when it writes to both.
            _ => {
                come_between(2 * round + 10).await;
                put_all(round).await;
            }
        }
    }
    let mut changed_by_them = 0;
    for (caller, id) in customers {
        let customer = behaviours::read(&mine, caller.scope, id).await;
        let Profile::Individual(individual) = customer.profile else { panic!("an individual") };
        assert_eq!(serde_json::to_value(&individual.first_name).expect("JSON"), "Mine 15");
        let by_them = u64::from(individual.last_name.is_some());
        assert_eq!(customer.version, 1 + 16 + by_them);
        changed_by_them += by_them;
    }
    assert_eq!(changed_by_them, 12);
    assert_eq!(mine.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

/// A failover that lost commits, or a recovery while a process runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_continues_and_keeps_its_ends_if_the_database_is_reset() {
    let mut engine = Engine::postgres().await;
    let services = engine.services();
    let caller = crate::engines::caller(&services).await;
    let id = behaviours::given(&services, &caller, "a@example.com", "individual").await;
    let tables = ["audit", "audit_heads", "customers", "events"];
    for table in tables {
        engine.execute(&format!("CREATE TABLE old_{table} AS SELECT * FROM {table}")).await;
    }
    for name in ["A", "B", "C", "D"] {
        behaviours::put(&services, &caller, id, &format!(r#"{{"first_name":"{name}"}}"#)).await.expect("updated");
    }
    let known = engine.store().tips().all()[&caller.scope];
    for table in tables {
        engine.execute(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM old_{table}")).await;
    }
    for number in 0..2 * known.entry {
        behaviours::given(&services, &caller, &format!("{number}@example.com"), "individual").await;
    }
    assert!(engine.rows("audit").await > known.entry);
    assert_eq!(engine.store().tips().all()[&caller.scope], known);
    let key = engine.anchor_key();
    let text = key.write(&engine.store().tips().all(), Timestamp::from_micros(0));
    let anchor = key.read("the anchor", &text).expect("an anchor");
    let report = dossier_store::anchor::check(engine.store(), &anchor).await.expect("a report");
    assert!(report.findings[0].contains("the entry differs from the one the anchor had"), "{report:?}");
}

/// A commit that waits for its standby reports success when it is cancelled. No timeout of ours may cause that.
async fn waits_for_its_standby(commit: impl AsyncFn(&Services, &Caller, CustomerId) -> bool) {
    let cluster = Cluster::own(&[]).await;
    let mut engine = Engine::postgres_in(cluster).await;
    let services = engine.services();
    let caller = crate::engines::caller(&services).await;
    let id = behaviours::given(&services, &caller, "a@example.com", "individual").await;
    for name in ["A", "B", "C"] {
        let body = format!(r#"{{"first_name":"{name}"}}"#);
        behaviours::put(&services, &caller, id, &body).await.expect("updated");
    }
    for sql in ["ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()"] {
        engine.execute(sql).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!commit(&services, &caller, id).await, "no standby has received it");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(engine.rows("pg_stat_activity WHERE wait_event = 'SyncRep'").await, 1, "it still waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_waits_for_its_standby_whatever_the_time() {
    waits_for_its_standby(async |services, caller, _| {
        let body = br#"{"email":"b@example.com","type":"individual"}"#;
        create_customer(services, caller, Request::unkeyed(body)).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_of_one_statement_waits_for_its_standby_whatever_the_time() {
    waits_for_its_standby(async |services, caller, id| {
        behaviours::put(services, caller, id, r#"{"first_name":"D"}"#).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_database_and_a_keyring_that_do_not_belong_together_are_refused() {
    let engine = Engine::postgres().await;
    drop(engine);
    let cluster = Cluster::any().await;
    let (one, other) = (cluster.database().await, cluster.database().await);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = async |url: &str, keyring: &str, root: &RootKey| {
        let blobs = Arc::new(Folder::open(folder.path().join("files")).expect("a folder"));
        let opened =
            PostgresStore::open(url, &folder.path().join(keyring), root, blobs, Timestamp::from_micros(0), None).await;
        opened.map(drop).map_err(|error| error.to_string())
    };
    let root = RootKey::random();
    open(&one, "one", &root).await.expect("a new installation");
    open(&other, "other", &root).await.expect("another");
    for (keyring, root, said) in [
        ("none", &root, "its keyring is missing"),
        ("other", &root, "to another installation"),
        ("one", &RootKey::random(), "the root key does not open the keyring"),
    ] {
        let refused = open(&one, keyring, root).await.expect_err("a refusal");
        assert!(refused.contains(said), "{refused}");
    }
    let refused = open("postgres://user:geheim@127.0.0.1:1/none", "one", &root).await.expect_err("no server");
    assert!(!refused.contains("geheim"), "{refused}");
    let refused = open("postgres:geheim//", "one", &root).await.expect_err("no URL");
    assert!(!refused.contains("geheim"), "{refused}");
}

#[tokio::test]
async fn an_upgrade_changes_no_table_before_other_processes_have_ended() {
    let cluster = Cluster::any().await;
    let (folder, root) = (tempfile::tempdir().expect("a temporary folder"), RootKey::random());
    let url = cluster.database().await;
    let open = async || {
        let blobs = Arc::new(Folder::open(folder.path().join("files")).expect("a folder"));
        let keyring = folder.path().join("keyring");
        PostgresStore::open(&url, &keyring, &root, blobs, Timestamp::from_micros(0), None).await.map(drop)
    };
    open().await.expect("a new database");
    // The state that the last version but one left.
    for sql in [
        "ALTER TABLE files ADD COLUMN customer_id UUID, ADD COLUMN subject_id UUID, ADD COLUMN attached_at BIGINT",
        "DROP TABLE file_uses, numbers, contents, chores",
        "DELETE FROM migrations WHERE number >= 10",
        "INSERT INTO processes VALUES (gen_random_uuid(), now() + INTERVAL '1 hour')",
    ] {
        crate::cluster::run(&url, sql).await.expect("a statement");
    }
    let refused = open().await.expect_err("another process uses it").to_string();
    assert!(refused.contains("still use it"), "{refused}");
    let tables = "SELECT CAST(count(*) AS TEXT) FROM information_schema.tables
        WHERE table_schema = current_schema() AND table_name = 'file_uses'";
    assert_eq!(crate::cluster::run(&url, tables).await.expect("a count").as_deref(), Some("0"));
    crate::cluster::run(&url, "DELETE FROM processes; UPDATE migration_lease SET until = now()").await.expect("ended");
    open().await.expect("it is alone");
    assert_eq!(crate::cluster::run(&url, tables).await.expect("a count").as_deref(), Some("1"));
}
