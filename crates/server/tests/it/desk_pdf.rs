//! The pages of PDF files at the desk: their frame, its policy, pdf.js, and what is recorded.

use std::io::Read as _;

use dossier::pages::pdfjs;
use dossier_core::desk::Role;
use flate2::read::GzDecoder;
use serde_json::json;

use crate::app::TestApp;
use crate::desk::Browser;
use crate::kyc::complete;
use crate::samples::pdf;

/// A customer, and a PDF that proves the address.
async fn with_pdf(app: &TestApp) -> (String, String) {
    let id = app.given("individual").await;
    let file = app.upload("bill.pdf", &pdf(b"bill")).await.expect(200)["id"].as_str().expect("an id").to_owned();
    let document = json!({ "file_id": file, "purpose": "proof_of_address" });
    app.put(&id, &json!({ "documents": [document] })).await.expect(200);
    (id, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_pdf_are_a_frame_with_a_policy_of_its_own() {
    let app = TestApp::start().await;
    let (id, file) = with_pdf(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let case = format!("/desk/sandbox/customers/{id}");
    let frame = ada.get(&format!("{case}/files/{file}/pages")).await;
    assert_eq!(frame.status, 200, "{}", frame.text);
    let (port, folder) = (app.url.rsplit(':').next().expect("a port"), pdfjs::folder());
    assert_eq!(
        frame.header("content-security-policy"),
        format!(
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
             connect-src http://localhost:{port}{case}/files/{file} http://localhost:{port}{folder}; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-same-origin"
        )
    );
    assert_eq!(frame.header("cache-control"), "no-store");
    for inline in ["<style", "style=", "onclick", "<script>"] {
        assert!(!frame.text.contains(inline), "{inline}: {}", frame.text);
    }
    assert!(frame.text.contains("<noscript>") && frame.text.contains(folder), "{}", frame.text);

    let page = ada.get(&case).await;
    assert!(page.header("content-security-policy").ends_with("frame-ancestors 'none'; frame-src 'self'"));
    assert!(page.text.contains(&format!("src=\"{case}/files/{file}/pages\"")), "{}", page.text);
    assert!(page.text.contains("Save the file"), "also without scripts: {}", page.text);
    // Frames are for pages that have one.
    let other = app.given("individual").await;
    let viewer = Browser::with(&app, "Charles", &[Role::Viewer]).await;
    for page in [
        ada.get("/desk/sandbox/queue").await,
        ada.get(&format!("/desk/sandbox/customers/{other}")).await,
        viewer.get(&case).await,
    ] {
        assert!(page.status == 200 && !page.header("content-security-policy").contains("frame-src"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pdf_files_of_the_customer_have_pages() {
    let app = TestApp::start().await;
    let (id, file) = with_pdf(&app).await;
    let (other, other_file) = with_pdf(&app).await;
    let unused = app.upload("unused.pdf", &pdf(b"unused")).await.expect(200)["id"].as_str().expect("an id").to_owned();
    let picture = app.given_file().await;
    let document = json!({ "file_id": picture, "purpose": "id_document" });
    app.put(&id, &json!({ "documents": [document] })).await.expect(200);
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    for (environment, customer, file, status) in [
        ("sandbox", id.as_str(), file.as_str(), 200),
        ("sandbox", &other, &other_file, 200),
        ("sandbox", &id, &other_file, 404),
        ("sandbox", &other, &file, 404),
        ("sandbox", &id, &unused, 404),
        ("sandbox", &id, &picture, 404),
        ("sandbox", &id, "x", 404),
        ("sandbox", "x", &file, 404),
        ("sandbox", &id, "019abc00-0000-7000-8000-000000000000", 404),
        ("production", &id, &file, 404),
    ] {
        let answer = ada.get(&format!("/desk/{environment}/customers/{customer}/files/{file}/pages")).await;
        assert_eq!(answer.status, status, "{environment} {customer} {file}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_a_pdf_is_one_look() {
    let app = TestApp::start().await;
    let (id, file) = with_pdf(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let content = format!("/desk/sandbox/customers/{id}/files/{file}");
    let reads = async || {
        let seen = app.seen(&id).await;
        seen.iter().filter(|row| row["audit_seq"].is_u64() && row["through"] == "file.read").count()
    };
    assert_eq!(ada.get(&format!("{content}/pages")).await.status, 200);
    assert_eq!(reads().await, 0, "the frame shows nothing of the file yet");
    let whole = ada.get(&content).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, "application/pdf"));
    assert_eq!(whole.header("accept-ranges"), "", "pdf.js cannot read it piece by piece, each of them a look");
    assert_eq!(whole.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(reads().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pdf_js_is_served_compressed_and_can_be_kept_forever() {
    let app = TestApp::start().await;
    let folder = pdfjs::folder();
    for (name, media_type, begins) in [
        ("pdf.min.mjs", "text/javascript; charset=utf-8", "/**"),
        ("pdf.worker.min.mjs", "text/javascript; charset=utf-8", "/**"),
        ("jbig2_nowasm_fallback.js", "text/javascript; charset=utf-8", "/* THIS"),
        ("openjpeg_nowasm_fallback.js", "text/javascript; charset=utf-8", "/* THIS"),
        ("FoxitSymbol.pfb", "application/octet-stream", ""),
        ("FoxitDingbats.pfb", "application/octet-stream", ""),
    ] {
        let answer = app.get(&format!("{folder}{name}")).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.header("content-type"), media_type, "{name}");
        assert_eq!(answer.header("content-encoding"), "gzip", "{name}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, "default-src 'none'; script-src 'self'", "{name}: the worker reaches nothing");
        let mut plain = Vec::new();
        GzDecoder::new(answer.bytes.as_slice()).read_to_end(&mut plain).expect("gzip");
        assert!(plain.starts_with(begins.as_bytes()), "{name}");
    }
    let other = folder.replace("pdfjs-", "pdfjs-0");
    for path in [format!("{folder}pdf.sandbox.min.mjs"), format!("{folder}VERSION"), format!("{other}pdf.min.mjs")] {
        assert_eq!(app.get(&path).await.status, 404, "{path}");
    }
}

/// The field whose evidence a page shows is in the URL for browsers without scripts.
#[tokio::test(flavor = "multi_thread")]
async fn every_claim_that_a_file_proves_leads_to_it() {
    let app = TestApp::start().await;
    for (kind, field, document) in [
        ("individual", "legal_name", "id_document_front"),
        ("individual", "birth_date", "id_document_front"),
        ("individual", "id_document", "id_document_front"),
        ("individual", "residential_address", "proof_of_address"),
        ("corporate", "registration_number", "business_formation"),
        ("corporate", "business_address", "business_proof_of_address"),
        ("corporate", "controller", "directors_registry"),
        ("corporate", "person_legal_name@", "person_id_document_front@"),
        ("corporate", "person_address@", "person_proof_of_address@"),
    ] {
        let id = app.given(kind).await;
        complete(&app, &id, &mut json!({})).await;
        let ada = Browser::with(&app, &format!("Ada {field}"), &[Role::Analyst]).await;
        let path = format!("/desk/sandbox/customers/{id}");
        let page = ada.get(&path).await.text;
        let claim = |id: &str| {
            let article = page.split("<article").skip(1).find(|one| one.contains(&format!("data-claim=\"{id}")));
            let article = article.unwrap_or_else(|| panic!("no {id}: {page}"));
            let value =
                |name: &str| article.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
            (value("data-claim").expect("an id").0.to_owned(), value("data-file").expect("a file").0.to_owned())
        };
        let ((field, file), (_, proof)) = (claim(field), claim(document));
        assert_eq!(file, proof, "{field}");
        let shown = ada.get(&format!("{path}?claim={}", field.replace('@', "%40"))).await.text;
        assert!(shown.contains(&format!("id=\"viewer\" data-file=\"{file}\"")), "{field}: {shown}");
    }
}
