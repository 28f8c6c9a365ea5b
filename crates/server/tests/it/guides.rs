//! The guides at `/docs`: every link works, every page can be reached, and everything can be found.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::{Answered, TestApp};

/// The text between the quotes after each occurrence of this beginning.
fn attributes<'a>(page: &'a str, beginning: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(beginning).skip(1).filter_map(|rest| rest.split('"').next())
}

/// Every page that can be reached from `/docs`, by its path.
async fn reached(app: &TestApp) -> BTreeMap<String, Answered> {
    let (mut pages, mut open) = (BTreeMap::new(), vec!["/docs".to_owned()]);
    while let Some(path) = open.pop() {
        let page = app.get(&path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        if path.starts_with("/docs") && !path.ends_with(".png") || path.starts_with("/problems") {
            let links = attributes(&page.text, "href=\"").chain(attributes(&page.text, "src=\""));
            let paths = links.filter(|link| link.starts_with('/')).map(|link| link.split('#').next().unwrap_or(link));
            open.extend(paths.filter(|path| !pages.contains_key(*path)).map(str::to_owned));
        }
        pages.insert(path, page);
    }
    pages
}

#[tokio::test]
async fn every_link_and_anchor_works_and_every_guide_can_be_reached() {
    let app = TestApp::start().await;
    let pages = reached(&app).await;
    let guides: BTreeSet<&str> = pages.keys().filter_map(|path| path.strip_prefix("/docs/")).collect();
    for expected in ["readme", "kyc", "operations", "reporting", "changelog", "reference", "pictures/link.png"] {
        assert!(guides.contains(expected), "{expected} cannot be reached: {guides:?}");
    }
    // Those of the repository, the reference, and the pictures.
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository");
    for file in std::fs::read_dir(root.join("docs")).expect("a folder") {
        let name = file.expect("an entry").file_name().to_string_lossy().into_owned();
        let guide = name.strip_suffix(".md").filter(|name| *name != "README");
        assert!(guide.is_none_or(|guide| guides.contains(guide)), "{name} cannot be reached");
    }
    let mut anchors = 0;
    for (path, page) in &pages {
        let ids: Vec<&str> = attributes(&page.text, " id=\"").collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id is used twice in {path}");
        let text = page.text.replace(&app.url, "");
        for link in attributes(&text, "href=\"").filter(|link| !link.contains("://") && link.contains('#')) {
            let (to, anchor) = link.split_once('#').expect("an anchor");
            let target = if to.is_empty() { page } else { &pages[to] };
            let found = attributes(&target.text, " id=\"").any(|id| id == anchor);
            assert!(found, "{link} in {path} leads nowhere");
            anchors += 1;
        }
    }
    assert!(anchors > 500, "{anchors} anchors");
}

#[tokio::test]
async fn guides_load_nothing_from_elsewhere_and_need_no_scripts() {
    let app = TestApp::start().await;
    for (path, page) in reached(&app).await {
        if page.header("content-type").starts_with("text/html") {
            let policy = page.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert!(!attributes(&page.text, "src=\"").any(|url| url.contains("//")), "{path}");
            assert!(!page.text.contains("<script>") && !page.text.contains("style=\""), "{path}");
        }
    }
    let picture = app.get("/docs/pictures/link.png").await;
    assert_eq!(picture.header("content-type"), "image/png");
    let people = app.client.get(format!("{}/docs/nothing", app.url)).header("accept", "text/html");
    let lost = TestApp::send(people).await;
    assert!(lost.status.as_u16() == 404 && lost.text.contains("href=\"/docs\""), "{}", lost.text);
    for path in ["/docs/nothing", "/docs/pictures/nothing.png", "/docs/pictures/../form.md"] {
        app.get(path).await.problem(404, "not_found");
    }
}

/// What people look for, and where they must find it first.
#[tokio::test]
async fn the_search_finds_guides_settings_operations_schemas_and_problems() {
    let app = TestApp::start().await;
    let cases = [
        ("rate_per_key", "/docs/operations#limits"),
        ("key rotation", "/docs/operations#rotation"),
        ("back up and restore", "/docs/backups"),
        ("Create a customer", "/docs/reference#createCustomer"),
        ("SandboxClock", "/docs/reference#schema-SandboxClock"),
        ("storage_full", "/problems/storage_full"),
        ("unknown_country", "/problems#violation-unknown_country"),
        ("tls proxy", "/docs/operations#two-hosts-behind-a-tls-proxy"),
    ];
    for (query, expected) in cases {
        let page = app.get(&format!("/docs/search?q={}", query.replace(' ', "+"))).await;
        assert_eq!(page.status.as_u16(), 200, "{query}");
        let results = page.text.split("<ol class=\"results\">").nth(1).expect("results");
        let found: Vec<&str> = attributes(results, "<a href=\"").collect();
        assert!(found.iter().take(3).any(|url| *url == expected), "{query}: {found:?}");
        assert!(page.text.contains(&format!("value=\"{query}\"")), "the words can be changed");
    }
    let nothing = app.get("/docs/search?q=%3Cscript%3Ezzz").await;
    assert!(nothing.text.contains("Nothing has all of these words.") && !nothing.text.contains("<script>z"));
    assert!(app.get("/docs/search").await.text.contains("Type one word or more"));
}

#[tokio::test]
async fn a_slash_too_much_leads_to_the_page_and_no_page_of_the_form_is_shown_to_staff() {
    let app = TestApp::start().await;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let ask = |path: &str| TestApp::send(browser.get(format!("{}{path}", app.url)).header("Accept", "text/html"));
    for (path, expected) in
        [("/docs/", "/docs"), ("/docs/console/", "/docs/console"), ("/desk/", "/desk"), ("/console/", "/console")]
    {
        let answer = ask(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (308, expected), "{path}");
    }
    for path in ["/desk/sandbox/nope", "/console/sandbox/nope", "/docs/a/b", "/docs//", "/console//example.com/x"] {
        let answer = ask(path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        assert!(answer.text.contains("There is no such page") && !answer.text.contains("your link"), "{}", answer.text);
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
    }
    let program = TestApp::send(browser.get(format!("{}/docs/", app.url)).header("Accept", "application/json")).await;
    program.problem(404, "not_found");
}
