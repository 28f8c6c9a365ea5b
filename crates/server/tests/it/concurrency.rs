//! Many writers: no update is lost, and the numbers of versions, audit entries and events match.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dossier::cli::audit;
use dossier::cli::context::ScopeArgs;
use dossier_core::caller::Environment;
use serde_json::{Value, json};

use crate::app::TestApp;

const WRITERS: usize = 200;
const PUTS: usize = 2_000;
const CUSTOMERS: usize = 20;
const FIELDS: [&str; 6] = [
    "first_name",
    "middle_name",
    "last_name",
    "most_recent_occupation",
    "expected_monthly_volume_usd",
    "account_purpose_other",
];

/// Ten writers share a customer, and one or two share a field. So the possible results are known whatever the order:
/// every field holds the last value of one of its writers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_writers_lose_no_update() {
    let app = Arc::new(TestApp::start().await);
    let mut ids = Vec::new();
    for _ in 0..CUSTOMERS {
        ids.push(app.given("individual").await);
    }
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (app, ids) = (Arc::clone(&app), ids.clone());
            tokio::spawn(async move {
                for round in 0..PUTS / WRITERS {
                    let customer = writer % CUSTOMERS;
                    let field = FIELDS[writer / CUSTOMERS % FIELDS.len()];
                    let value = format!("{writer}-{round}");
                    app.put(&ids[customer], &json!({ field: value })).await.expect(200);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no writer fails");
    }
    for (customer, id) in ids.iter().enumerate() {
        let answer = app.get(&format!("/v0/customers/{id}?expand=profile")).await;
        assert_eq!(answer.header("etag"), format!("\"v{}\"", 1 + PUTS / CUSTOMERS), "every PUT is a version");
        let profile = answer.json()["profile"].take();
        for (slot, field) in FIELDS.iter().enumerate() {
            let last = profile[field].as_str().expect("every field was written");
            let round = PUTS / WRITERS - 1;
            let owners: Vec<usize> =
                (0..WRITERS).filter(|w| w % CUSTOMERS == customer && w / CUSTOMERS % FIELDS.len() == slot).collect();
            assert!(
                owners.iter().any(|owner| last == format!("{owner}-{round}")),
                "{field}: {last} is not the last write of any writer"
            );
        }
    }
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let entries = app
        .command(audit::List { scope, query: Default::default(), before: None, limit: 10_000 })
        .await
        .expect("entries");
    let updates =
        entries.as_array().expect("entries").iter().filter(|entry| entry["action"] == "customer.updated").count();
    assert_eq!(updates, PUTS, "every change has one audit entry");
    let report = app.command(audit::Verify { records: true, anchors: Vec::new() }).await.expect("a report");
    assert_eq!(report["findings"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditional_writers_of_one_field_count_without_loss() {
    let app = Arc::new(TestApp::start().await);
    let id = app.given("individual").await;
    app.put(&id, &json!({ "expected_monthly_volume_usd": "0" })).await.expect(200);
    let path = format!("/v0/customers/{id}");
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let (app, id, path) = (Arc::clone(&app), id.clone(), path.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    loop {
                        let read = app.get(&format!("{path}?expand=profile")).await;
                        let tag = read.header("etag").to_owned();
                        let count: u64 = read.json()["profile"]["expected_monthly_volume_usd"]
                            .as_str()
                            .expect("text")
                            .parse()
                            .expect("a number");
                        let request =
                            app.request(reqwest::Method::PUT, &format!("/v0/customers/{id}")).header("If-Match", tag);
                        let body = json!({ "expected_monthly_volume_usd": (count + 1).to_string() });
                        if TestApp::send(request.json(&body)).await.status.is_success() {
                            break;
                        }
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no writer fails");
    }
    assert_eq!(app.profile(&id).await["expected_monthly_volume_usd"], Value::from("160"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_email_is_given_to_one_customer_however_many_ask() {
    let app = Arc::new(TestApp::start().await);
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                app.post("/v0/customers", &json!({ "email": "a@example.com", "type": "individual" })).await
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.expect("a response").status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [&[201][..], &[409; 31]].concat());
}

/// One writer of each customer counts in its first name, and many readers read them one by one and in lists. A read
/// sees every value that was acknowledged to any client before it began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_is_older_than_what_any_client_saw_before() {
    const COUNT: u64 = 300;
    let app = Arc::new(TestApp::start().await);
    let mut customers = Vec::new();
    for _ in 0..4 {
        let id = app.given("individual").await;
        app.put(&id, &json!({ "first_name": "0" })).await.expect(200);
        customers.push((id, AtomicU64::new(0)));
    }
    let customers = Arc::new(customers);
    let told = |customer: usize| customers[customer].1.load(Ordering::SeqCst);
    let mut tasks = Vec::new();
    for customer in 0..customers.len() {
        let (app, customers) = (Arc::clone(&app), Arc::clone(&customers));
        tasks.push(tokio::spawn(async move {
            let (id, told) = &customers[customer];
            for count in 1..=COUNT {
                app.put(id, &json!({ "first_name": count.to_string() })).await.expect(200);
                told.fetch_max(count, Ordering::SeqCst);
            }
        }));
    }
    for reader in 0..12 {
        let (app, customers) = (Arc::clone(&app), Arc::clone(&customers));
        tasks.push(tokio::spawn(async move {
            let floor = || customers.iter().map(|(_, told)| told.load(Ordering::SeqCst)).collect::<Vec<_>>();
            while floor().iter().any(|told| *told < COUNT) {
                let before = floor();
                let items = if reader % 3 == 0 {
                    let list = app.get("/v0/customers?limit=10").await.expect(200);
                    list["items"].as_array().expect("items").clone()
                } else {
                    vec![app.get(&format!("/v0/customers/{}", customers[reader % 4].0)).await.expect(200)]
                };
                for item in items {
                    let customer = customers.iter().position(|(id, _)| item["customer_id"] == **id).expect("known");
                    let count: u64 = item["first_name"].as_str().expect("a name").parse().expect("a number");
                    assert!(count >= before[customer], "{count} was read after {}", before[customer]);
                    customers[customer].1.fetch_max(count, Ordering::SeqCst);
                }
            }
        }));
    }
    for task in tasks {
        task.await.expect("no task fails");
    }
    assert!((0..4).all(|customer| told(customer) == COUNT));
}
