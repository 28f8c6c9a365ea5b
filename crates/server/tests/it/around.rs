//! The pages around the form: the bare host, incomplete links and unknown addresses. People get pages in their
//! language, programs get problems.

use reqwest::Method;

use crate::app::{Answered, TestApp};
use crate::form::Browser;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn asks(app: &TestApp, method: Method, path: &str, fields: &[(&str, &str)]) -> Answered {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let request = client.request(method, format!("{}{path}", app.url));
    TestApp::send(fields.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn lost_people_get_pages_and_programs_get_problems() {
    let app = TestApp::start().await;
    let long = format!("/kyc/dsl_test_{}", "a".repeat(30));
    for (path, of_person, status, title) in [
        ("/", BROWSER, 200, "Open the link from your message"),
        ("/", "*/*", 200, "Open the link from your message"),
        ("/?utm=x", BROWSER, 200, "Open the link from your message"),
        ("/kyc", BROWSER, 404, "This link does not work"),
        ("/kyc/", BROWSER, 404, "This link does not work"),
        ("/kyc/dsl_", BROWSER, 404, "This link does not work"),
        (&long, BROWSER, 404, "This link does not work"),
        ("/kyc/dsl_test_x/y", BROWSER, 404, "This link does not work"),
        ("/form", BROWSER, 404, "This link does not work"),
        ("/form/", BROWSER, 404, "This link does not work"),
        ("/form/0190a6f0-7b1e", BROWSER, 403, "Open your link again"),
        ("/form/x/y/z/a/b/c/d", BROWSER, 404, "This link does not work"),
        ("/nowhere", BROWSER, 404, "Page not found"),
    ] {
        let page = asks(&app, Method::GET, path, &[("accept", of_person), ("accept-language", "en")]).await;
        assert_eq!(page.status.as_u16(), status, "{path}");
        assert!(page.text.contains(&format!("<h1>{title}</h1>")), "{path}: {}", page.text);
        assert!(page.text.contains("name=\"link\"") || status == 404, "{path} has a field for the link");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(page.header("cache-control"), "no-store");
    }
    for (method, path, accept) in [
        (Method::GET, "/", "application/json"),
        (Method::GET, "/kyc", "application/json"),
        (Method::GET, "/kyc/", "*/*"),
        (Method::GET, "/form", "application/json, text/plain, */*"),
        (Method::GET, "/nowhere", "application/json"),
        (Method::GET, "/nowhere", "*/*"),
        (Method::GET, "/v0/nowhere", BROWSER),
        (Method::GET, "/v0", BROWSER),
        (Method::POST, "/nowhere", BROWSER),
        (Method::DELETE, "/kyc", BROWSER),
        (Method::GET, "/problems/nothing", "application/json"),
    ] {
        asks(&app, method, path, &[("accept", accept)]).await.problem(404, "not_found");
    }
    asks(&app, Method::PUT, "/", &[]).await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn pages_for_lost_visitors_are_in_their_language() {
    let app = TestApp::start().await;
    for (path, fields, text) in [
        ("/", [("accept-language", "de-CH, en;q=0.5"), ("cookie", "")], "Öffnen Sie den Link aus Ihrer Nachricht"),
        ("/kyc", [("accept-language", "es"), ("cookie", "")], "Este enlace no funciona"),
        ("/?lang=fr", [("accept-language", "de"), ("cookie", "")], "Ouvrez le lien de votre message"),
        ("/nowhere", [("accept-language", "de"), ("cookie", "dossier-language=tr")], "<html lang=\"tr\""),
        ("/form", [("accept-language", "ar"), ("cookie", "")], "<html lang=\"ar\" dir=\"rtl\">"),
    ] {
        let page = asks(&app, Method::GET, path, &[fields[0], fields[1], ("accept", BROWSER)]).await;
        assert!(page.text.contains(text), "{path} {fields:?}: {}", page.text);
    }
    let page = asks(&app, Method::GET, "/?lang=fr", &[("accept", BROWSER)]).await;
    assert!(page.header("set-cookie").starts_with("dossier-language=fr; "), "a chosen language is remembered");
}

#[tokio::test]
async fn a_link_with_extra_characters_leads_to_the_link() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let path = link.strip_prefix(&app.url).expect("a path").to_owned();
    for (extra, query) in
        [(".", ""), ("/", ""), (",", ""), ("%3E", ""), (")", "?lang=de"), ("/more", ""), ("%20now", "")]
    {
        let request = format!("{path}{extra}{query}");
        let answer = asks(&app, Method::GET, &request, &[("accept", BROWSER)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, &*format!("{path}{query}")), "{extra}");
    }
}

#[tokio::test]
async fn a_pasted_link_works_however_it_was_broken() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let path = link.strip_prefix(&app.url).expect("a path").to_owned();
    let paste = async |text: &str| {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("link", text).finish();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let request = client.post(&app.url).header("content-type", "application/x-www-form-urlencoded");
        TestApp::send(request.body(body)).await
    };
    let (head, tail) = link.split_at(link.len() - 20);
    for text in [
        link.clone(),
        format!("  {link}\r\n"),
        format!("Please open {link}, and go on."),
        format!("{head}\r\n{tail}"),
        format!("> {head}\n  {tail}"),
        path.rsplit('/').next().expect("a token").to_owned(),
    ] {
        let answer = paste(&text).await;
        let to = answer.header("location").to_owned();
        assert_eq!((answer.status.as_u16(), to), (303, path.clone()), "{text}");
    }
    for text in ["", head, "https://example.com/", "<script>\"&", &"ä".repeat(1_000)] {
        let page = paste(text).await;
        assert_eq!(page.status.as_u16(), 422, "{text}");
        assert!(
            page.text.contains("This is not a complete link") && !page.text.contains("<script>\""),
            "{}",
            page.text
        );
        let kept = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(page.text.contains(&format!("value=\"{kept}\"")), "what was pasted is there again: {}", page.text);
    }
    paste(&"x".repeat(20_000)).await.problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_browser_in_an_open_form_is_offered_the_way_back() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let form = browser.base.strip_prefix(&app.url).expect("a path").to_owned();
    let offered = async |path: &str, cookie: &str| {
        let page = asks(&app, Method::GET, path, &[("accept", BROWSER), ("cookie", cookie)]).await;
        page.text.contains(&format!("href=\"{form}\""))
    };
    for path in ["/", "/kyc", "/kyc/dsl_test_cut", "/nowhere"] {
        assert!(offered(path, &browser.cookie).await, "{path}");
        assert!(!offered(path, "").await, "{path}");
    }
    let forged = browser.cookie.replace("dss_test_", "dss_test_x");
    assert!(!offered("/", &forged).await);
    let left = browser.post("/leave", &[]).await;
    assert!(left.text.contains("Continue now") && left.text.contains("name=\"link\""), "{}", left.text);
    let token = link.rsplit('/').next().expect("a token");
    assert!(!left.text.contains(token), "the next user of the device does not get in");
    assert!(!offered("/", &browser.cookie).await, "the pass has ended");
}
