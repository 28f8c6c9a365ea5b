//! Lists: pages, cursors, and the search by e-mail.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;

fn emails(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["email"].as_str().expect("an e-mail").to_owned())
        .collect()
}

#[tokio::test]
async fn pages_are_newest_first_and_lead_to_each_other() {
    let app = TestApp::start().await;
    let mut expected = Vec::new();
    for n in 0..25 {
        let email = format!("{n}@example.com");
        app.post("/v0/customers", &json!({ "email": email, "type": "individual" })).await.expect(201);
        expected.insert(0, email);
    }
    let (mut path, mut found, mut pages) = ("/v0/customers?limit=10".to_owned(), Vec::new(), 0);
    loop {
        let answer = app.get(&path).await;
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        found.extend(emails(&page));
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else {
            assert_eq!(link, "");
            break;
        };
        path = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect("a link").to_owned();
        assert!(path.contains(cursor));
    }
    assert_eq!((found, pages), (expected, 3));
    assert_eq!(emails(&app.get("/v0/customers?limit=25").await.expect(200)).len(), 25);
    assert_eq!(app.get("/v0/customers").await.expect(200)["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_page_ends_at_one_mebibyte() {
    let app = TestApp::start().await;
    let long = json!({
        "account_purpose": "other",
        "account_purpose_other": "\u{1f600}".repeat(1_024),
        "source_of_funds_description": "\u{1f600}".repeat(2_000),
    });
    let mut expected = Vec::new();
    for _ in 0..100 {
        let id = app.given("individual").await;
        app.put(&id, &long).await.expect(200);
        expected.insert(0, id);
    }
    let (mut path, mut found, mut sizes) =
        ("/v0/customers?limit=1000&expand=profile".to_owned(), Vec::new(), Vec::new());
    loop {
        let answer = app.get(&path).await;
        let link = answer.header("link").to_owned();
        sizes.push(answer.header("content-length").parse::<usize>().expect("a number"));
        let page = answer.expect(200);
        let items = page["items"].as_array().expect("items");
        found.extend(items.iter().map(|item| item["customer_id"].as_str().expect("an id").to_owned()));
        if page["next_cursor"].is_null() {
            break;
        }
        path = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect("a link").to_owned();
    }
    assert_eq!(found, expected);
    assert!(sizes.len() == 2 && sizes[0] > 1_000_000 && sizes.iter().all(|size| *size < 1_049_000), "{sizes:?}");
}

#[tokio::test]
async fn an_email_finds_its_customer_trimmed_and_case_folded() {
    let app = TestApp::start().await;
    app.post("/v0/customers", &json!({ "email": " Zoë+x@Example.com", "type": "individual" })).await.expect(201);
    for (query, count) in [
        ("zo%C3%AB%2Bx@example.com", 1),
        ("ZO%C3%8B%2BX@EXAMPLE.COM", 1),
        ("%20zo%C3%AB%2Bx@example.com%20", 1),
        ("zo%C3%AB+x@example.com", 1),
        ("zoe%2Bx@example.com", 0),
        ("nobody@example.com", 0),
        ("", 0),
    ] {
        assert_eq!(emails(&app.get(&format!("/v0/customers?email={query}")).await.expect(200)).len(), count, "{query}");
    }
}

#[tokio::test]
async fn an_unknown_parameter_is_named_and_nothing_is_done() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let customer = format!("/v0/customers/{id}");
    for (path, pointers) in [
        ("/v0/customers?emial=a@example.com", &["/emial unknown_property"][..]),
        (
            "/v0/customers?limit=0&Limit=1&a/b=2",
            &["/Limit unknown_property", "/a~1b unknown_property", "/limit out_of_range"],
        ),
        (&format!("{customer}?expnd=profile"), &["/expnd unknown_property"]),
        ("/v0/events?since=1", &["/since unknown_property"]),
        ("/v0/requirements?type=individual&contry=FR", &["/contry unknown_property"]),
        ("/v0/webhooks?x", &["/x unknown_property"]),
        ("/v0/sandbox/clock?x=1", &["/x unknown_property"]),
    ] {
        let mut named = app.get(path).await.violations();
        named.sort();
        assert_eq!(named, pointers, "{path}");
    }
    let put = app.request(Method::PUT, &format!("{customer}?dry_run=1")).json(&json!({ "first_name": "Ada" }));
    assert_eq!(TestApp::send(put).await.violations(), ["/dry_run unknown_property"]);
    assert_eq!(app.get(&customer).await.header("etag"), "\"v1\"");
}

#[tokio::test]
async fn an_extra_slash_is_pointed_out() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    for (path, told) in [
        ("/v0/customers/".to_owned(), true),
        (format!("/v0/customers/{id}/"), true),
        ("/v0/nothing/".to_owned(), false),
        ("/v0/customers//".to_owned(), false),
    ] {
        let problem = app.get(&path).await.problem(404, "not_found");
        assert_eq!(problem["detail"].as_str().expect("a text").contains("slash"), told, "{path}");
    }
}

#[tokio::test]
async fn parameters() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "middle_name": "M" })).await.expect(200);
    for (query, expected) in [
        ("limit=0", &["/limit out_of_range"][..]),
        ("limit=1001", &["/limit out_of_range"]),
        ("limit=-1", &["/limit out_of_range"]),
        ("limit=x", &["/limit out_of_range"]),
        ("limit=", &["/limit out_of_range"]),
        ("limit=1&limit=2", &["/limit duplicate_key"]),
        ("cursor=x", &["/cursor invalid_cursor"]),
        ("cursor=", &["/cursor invalid_cursor"]),
        ("expand=everything", &["/expand unknown_value"]),
        ("expand=everything,bogus", &["/expand unknown_value"]),
        ("limit=0&cursor=x&expand=y", &["/limit out_of_range", "/cursor invalid_cursor", "/expand unknown_value"]),
    ] {
        assert_eq!(app.get(&format!("/v0/customers?{query}")).await.violations(), expected, "{query}");
    }
    for query in ["limit=1", "limit=1000", "cursor=AAAAAAAAAAAAAAAAAAAAAA"] {
        app.get(&format!("/v0/customers?{query}")).await.expect(200);
    }
    let page = app.get("/v0/customers?expand=profile").await.expect(200);
    assert_eq!(page["items"][0]["profile"], json!({ "middle_name": "M" }));
    assert_eq!(app.get(&format!("/v0/customers/{id}?expand=x")).await.violations(), ["/expand unknown_value"]);
}

/// Responses show milliseconds, so what happened in the same one cannot be told apart by a filter.
async fn next_millisecond() {
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_filtered_and_counted() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for n in 0..6 {
        let kind = if n % 3 == 0 { "corporate" } else { "individual" };
        let body = json!({ "email": format!("{n}@example.com"), "type": kind });
        let id = app.post("/v0/customers", &body).await.expect(201)["customer_id"].as_str().expect("an id").to_owned();
        ids.push(id);
        next_millisecond().await;
    }
    for (n, steps) in [(1, &["approve"][..]), (2, &["reject"]), (3, &["approve"]), (4, &[])] {
        app.post(&format!("/v0/customers/{}/kycs", ids[n]), &json!({})).await.expect(201);
        for step in steps {
            let body = json!({ "action": format!("kyc.status.{step}"), "customer_id": ids[n] });
            app.post("/v0/customers/simulate", &body).await.expect(200);
        }
        next_millisecond().await;
    }
    let whole = app.get("/v0/customers").await.expect(200);
    let created = |n: usize| whole["items"][5 - n]["created_at"].as_str().expect("a time").to_owned();
    let updated = |n: usize| whole["items"][5 - n]["updated_at"].as_str().expect("a time").to_owned();
    for (query, expected) in [
        ("status=approved".to_owned(), &[3, 1][..]),
        ("status=not_started".to_owned(), &[5, 0]),
        ("status=pending".to_owned(), &[4]),
        ("status=rejected&type=individual".to_owned(), &[2]),
        ("status=rejected&type=corporate".to_owned(), &[]),
        ("type=corporate".to_owned(), &[3, 0]),
        (format!("created_from={}&created_before={}", created(2), created(4)), &[3, 2]),
        (format!("updated_from={}", updated(3)), &[4, 3]),
        (format!("updated_before={}&type=individual", updated(1)), &[5]),
    ] {
        let expected: Vec<_> = expected.iter().map(|n| format!("{n}@example.com")).collect();
        for limit in [1, 2, 100] {
            let (mut path, mut found) = (format!("/v0/customers?{query}&limit={limit}&count=true"), Vec::new());
            loop {
                let answer = app.get(&path).await;
                let link = answer.header("link").to_owned();
                let page = answer.expect(200);
                crate::described::fits("CustomerList", &page);
                if path.contains("count") {
                    assert_eq!(page["total"], expected.len(), "{query}");
                }
                found.extend(emails(&page));
                let Some(next) = link.strip_prefix('<').and_then(|rest| rest.split('>').next()) else { break };
                assert!(found.len() < 7, "{query}: the pages do not end");
                path = next.to_owned();
            }
            assert_eq!(found, expected, "{query}, {limit} at a time");
        }
    }
    assert_eq!(app.get("/v0/customers?count=true&limit=1").await.expect(200)["total"], 6);
    assert!(app.get("/v0/customers").await.expect(200).get("total").is_none(), "nobody asked for it");
    let wrong = "/v0/customers?status=sleeping&type=robot&created_from=yesterday&count=maybe";
    let problem = app.get(wrong).await.problem(400, "invalid_parameters");
    let pointers: Vec<_> =
        problem["errors"].as_array().expect("errors").iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!(pointers, ["/status", "/type", "/created_from", "/count"]);
    app.get("/v0/customers?status=approved&email=a@example.com").await.problem(400, "invalid_parameters");

    let listed = |more: &[&str]| {
        let arguments = [&["customers", "list"], more, &["--data-dir", "data"]].concat();
        crate::command_line::json_of(app.folder.path(), &arguments)
    };
    let approved = listed(&["--status", "approved", "--limit", "1"]);
    assert_eq!(approved[0]["email"], "3@example.com", "{approved}");
    assert_eq!(listed(&["--type", "corporate", "--count"]), json!({ "total": 2 }));
}
