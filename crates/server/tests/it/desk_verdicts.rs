//! Verdicts at the desk: what they are about, when they are void, and what stays around them.

use dossier_core::desk::Role;
use dossier_core::ids::CustomerId;
use serde_json::json;

use crate::app::TestApp;
use crate::desk::{Browser, requirements, submitted, version};
use crate::samples;

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_on_an_answer_that_changed_since_is_not_kept() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    let seen = version(&ada.get(&path).await.text);
    app.patch(&id, &json!({ "nationality": "DE" })).await.expect(200);
    let verdicts = format!("{path}/verdicts");
    let given = [("requirement", "nationality"), ("verdict", "matches"), ("version", seen.as_str())];
    let form = ada.post(&verdicts, &given).await;
    assert_eq!(form.status, 412, "{}", form.text);
    let way = format!("{path}?claim=nationality&amp;#claim-nationality");
    assert!(form.text.contains(&way), "{}", form.text);
    assert!(form.text.contains("This answer changed while the page was open"), "{}", form.text);
    let script = ada.script(&verdicts, &given).await;
    assert_eq!(script.status, 412, "{}", script.text);
    assert!(script.text.starts_with("<article") && script.text.contains("Germany"), "the new one: {}", script.text);
    assert!(!script.text.contains("aria-pressed=\"true\""), "{}", script.text);
    let fresh = version(&script.text);
    assert_ne!(fresh, seen);
    let unchanged = [("requirement", "birth_date"), ("verdict", "matches"), ("version", seen.as_str())];
    assert_eq!(ada.post(&verdicts, &unchanged).await.status, 303, "what did not change can be judged");
    let now = [("requirement", "nationality"), ("verdict", "matches"), ("version", fresh.as_str())];
    assert_eq!(ada.script(&verdicts, &now).await.status, 200);
    let future = [("requirement", "nationality"), ("verdict", "differs"), ("version", "99999999")];
    assert_eq!(ada.post(&verdicts, &future).await.status, 412, "no page showed this version");
    let without = [("requirement", "nationality"), ("verdict", "differs")];
    assert_eq!(ada.post(&verdicts, &without).await.status, 412, "a form that names no version has seen nothing");
}

/// The customer replaces the passport after everything was compared with the old one.
#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_void_once_the_evidence_is_replaced() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    ada.judge(&id, "matches").await;
    let before = ada.get(&path).await.text;
    let seen = version(&before);
    let known = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
    let passport = app.upload("passport.png", &samples::png(700, 500, 100)).await.expect(200);
    let documents = known["documents"].as_array().expect("a list").iter().map(|one| match one["purpose"].as_str() {
        Some("id_document") => json!({ "file_id": passport["id"], "purpose": "id_document", "doc_side": "front" }),
        _ => json!({ "file_id": one["file_id"], "purpose": one["purpose"] }),
    });
    app.put(&id, &json!({ "documents": documents.collect::<Vec<_>>() })).await.expect(200);
    let stale = [("requirement", "legal_name"), ("verdict", "matches"), ("version", seen.as_str())];
    assert_eq!(ada.post(&format!("{path}/verdicts"), &stale).await.status, 412, "the page showed the old passport");
    let after = ada.get(&path).await.text;
    let judged = |page: &str, claim: &str| {
        let claim = page.split("<article").find(|one| one.contains(&format!("id=\"claim-{claim}\""))).expect("a claim");
        claim.split_once('>').expect("a tag").0.contains("data-verdict")
    };
    for (claim, is_judged) in [("legal_name", false), ("birth_date", false), ("residential_address", true)] {
        assert!(judged(&before, claim), "{claim}");
        assert_eq!(judged(&after, claim), is_judged, "{claim}");
    }
    let approve = ada.decide(&id, &[("outcome", "approve"), ("step", "confirm")]).await;
    assert_eq!(approve.status, 400, "nobody compared the name with the new passport");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_change_replaced_is_shown_however_many_looks_follow() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    ada.judge(&id, "matches").await;
    ada.decide(&id, &[("outcome", "approve"), ("step", "confirm")]).await;
    assert_eq!(app.stands(&id).await, "approved/submission_accepted");
    let old = app.profile(&id).await["first_name"].as_str().expect("a name").to_owned();
    app.patch(&id, &json!({ "first_name": "Grace" })).await.expect(200);
    let path = format!("/desk/sandbox/customers/{id}");
    for _ in 0..101 {
        ada.get(&path).await;
    }
    let page = ada.get(&path).await.text;
    assert!(page.contains(&format!("<del>{old}</del>")), "{page}");
}

/// What is typed or filtered at the desk stays: a note as long as browsers allow, and the filter of the queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_keeps_its_lines_and_leads_back_into_the_filter() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    let page = ada.get(&format!("{path}?reason=submitted")).await.text;
    for action in ["notes", "verdicts"] {
        assert!(page.contains(&format!("/{action}?reason=submitted\"")), "{action}: {page}");
    }
    let note = "a\r\n".repeat(2_000);
    let added = ada.post(&format!("{path}/notes?reason=submitted"), &[("text", note.trim_end())]).await;
    assert_eq!(added.status, 303, "{}", added.text);
    assert_eq!(added.header("location"), format!("{path}?reason=submitted#notes"));
}

/// Browsers refuse longer notes themselves. One that gets here anyway is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_note_is_shown_again_with_what_is_wrong() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    let long = format!("<b>{}", "a".repeat(4_000));
    for (text, expected) in [(long.as_str(), "at most 4000 characters"), (" ", "needs some text")] {
        let refused = ada.post(&format!("{path}/notes?reason=submitted"), &[("text", text)]).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains(expected), "{}", refused.text);
        assert!(refused.text.contains(&format!(">{}</textarea>", text.replace('<', "&lt;").replace('>', "&gt;"))));
        assert!(refused.text.contains(&format!("action=\"{path}/notes?reason=submitted\"")), "{}", refused.text);
    }
    assert!(!ada.get(&path).await.text.contains("aaaa"), "nothing was stored");
}

/// The page that says who holds a case leads to the customer, where the case can be taken over.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_leads_back_to_the_customer_unless_that_is_refused_too() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let (ada, bob) =
        (Browser::with(&app, "Ada", &[Role::Analyst]).await, Browser::with(&app, "Bob", &[Role::Approver]).await);
    let path = format!("/desk/sandbox/customers/{id}");
    ada.post(&format!("{path}/take"), &[]).await;
    let held = bob.post(&format!("{path}/take"), &[]).await;
    assert_eq!(held.status, 409);
    let link = format!("href=\"{path}\"");
    assert!(held.text.contains("Ada") && held.text.contains(&link), "{}", held.text);
    let unknown = bob.get(&format!("/desk/sandbox/customers/{}", CustomerId::from_bytes([7; 16]))).await;
    assert_eq!(unknown.status, 404);
    assert!(!unknown.text.contains("/customers/"), "{}", unknown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_leaves_what_a_machine_found_beside_the_claim() {
    let app = TestApp::start().await;
    submitted(&app).await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let page = ada.get(&format!("/desk/sandbox/customers/{id}")).await.text;
    let found = "Another customer has the same number.";
    let article =
        page.split("<article").skip(1).find(|claim| claim.contains(found)).expect("the claim with the number");
    let requirement = requirements(article).remove(0);
    let fields = [("requirement", requirement.as_str()), ("verdict", "matches"), ("version", &version(&page))];
    let claim = ada.script(&format!("/desk/sandbox/customers/{id}/verdicts"), &fields).await.text;
    assert!(claim.starts_with("<article") && claim.contains(found), "{claim}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_says_where_it_was_raised_and_line_breaks_are_not_hidden_characters() {
    const INVISIBLE: &str = "The text contains invisible characters.";
    let app = TestApp::start().await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let page = |id: String| {
        let ada = &ada;
        async move { ada.get(&format!("/desk/sandbox/customers/{id}")).await.text }
    };
    let person = app.given("individual").await;
    let texts = json!({
        "first_name": "می\u{200c}خواهم", "source_of_funds_description": "Salary.\nRent.\tGifts.",
    });
    app.put(&person, &texts).await.expect(200);
    let text = page(person.clone()).await;
    assert!(!text.contains(INVISIBLE) && !text.contains('⟦'), "{text}");
    app.patch(&person, &json!({ "source_of_funds_description": "Sal\u{200b}ary" })).await.expect(200);
    let text = page(person.clone()).await;
    let place = format!("{INVISIBLE} Source of funds description: <bdi>Sal⟦U+200B⟧ary</bdi>");
    assert!(text.contains(&place), "{text}");

    let tax = json!({ "type": "ssn", "number": "12\u{200b}34567", "issuing_country": "US" });
    app.put(&person, &json!({ "identifying_information": { "tax_number": tax } })).await.expect(200);
    let text = page(person.clone()).await;
    assert!(text.contains(&format!("{INVISIBLE} Number</li>")) && !text.contains("34567"), "{text}");

    let company = app.given("corporate").await;
    let owner = |name: &str| {
        let document = json!({ "type": "passport", "number": name, "issuing_country": "FR" });
        json!({
            "first_name": name, "last_name": "Rossi", "ownership_percentage": "50",
            "identifying_information": { "id_document": document },
            "residential_address": { "country": "IT", "city": "Roma", "street_line_1": "Via 1", "postal_code": "1" },
        })
    };
    app.put(&company, &json!({ "associated_persons": [owner("Sofia"), owner("Bruno")] })).await.expect(200);
    let text = page(company).await;
    for name in ["Sofia", "Bruno"] {
        let whose = format!(" · <bdi>{name} Rossi</bdi></li>");
        assert!(text.contains(&whose), "the flag names {name}: {text}");
    }

    let noted = [("text", "One.\r\nTwo.")];
    ada.post(&format!("/desk/sandbox/customers/{person}/notes"), &noted).await;
    assert!(page(person).await.contains("One.\nTwo."), "the lines of a note stay");
}
