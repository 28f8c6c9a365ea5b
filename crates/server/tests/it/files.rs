//! Files: uploaded, attached, read, and refused.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{BOUNDARY, TestApp, form};
use crate::samples::{deflated, jpeg, locked_pdf, noise, pdf, png, png_of};

const MIB: usize = 1_024 * 1_024;

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_file_is_uploaded_attached_and_read_back_after_a_restart() {
    let app = TestApp::start().await;
    let content = png(640, 480, 200_000);
    let answer = app.upload("../../pass\u{202e}port.png", &content).await.expect(200);
    assert_eq!((&answer["name"], &answer["type"]), (&json!("pass\u{fffd}port.png"), &json!("image/png")));
    assert_eq!(answer.as_object().map(serde_json::Map::len), Some(3), "{answer}");
    let file = id_of(&answer);

    let viewer = app.viewer().await;
    let look = |url: String| app.client.get(url).header("Api-Key", &viewer);
    let known = TestApp::send(look(format!("{}/v0/files/{file}", app.url))).await.expect(200);
    assert_eq!((&known["size"], &known["state"]), (&json!(content.len()), &json!("unattached")));
    assert_eq!((&known["customer_id"], &known["attached_at"]), (&Value::Null, &Value::Null));

    let customer = app.given("individual").await;
    let document = json!({ "file_id": file.to_uppercase(), "purpose": "id_document", "doc_side": "front" });
    app.put(&customer, &json!({ "documents": [document] })).await.expect(200);
    let app = app.restart().await;
    let answer = app.content(&file, "").await;
    assert!(answer.status == 200 && answer.bytes == content);
    assert_eq!(answer.header("content-type"), "image/png");
    assert_eq!(answer.header("content-length"), content.len().to_string());
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "sandbox; default-src 'none'");
    let disposition = "attachment; filename=\"pass_port.png\"; filename*=UTF-8''pass%EF%BF%BDport.png";
    assert_eq!(answer.header("content-disposition"), disposition);

    let shown = app.get(&format!("/v0/customers/{customer}?expand=documents")).await.expect(200);
    let document = &shown["documents"][0];
    let expected = json!({
        "file_id": file, "person_id": null, "purpose": "id_document", "doc_side": "front", "description": null,
        "name": "pass\u{fffd}port.png", "type": "image/png", "size": content.len(), "state": "attached",
        "uploaded_at": document["uploaded_at"], "attached_at": document["attached_at"],
    });
    assert_eq!(document, &expected);
    assert!(document["attached_at"].is_string());
    let listed = app.get("/v0/customers?expand=documents,profile").await.expect(200);
    assert_eq!(listed["items"][0]["documents"], shown["documents"]);
    assert!(listed["items"][0]["profile"].is_object());
}

#[tokio::test]
async fn ranges_and_entity_tags() {
    let app = TestApp::start().await;
    // Three segments and a bit; the second and the third begin within.
    let content = jpeg(800, 600, &[], 3 * 65_536);
    let size = content.len();
    let file = id_of(&app.upload("scan.jpeg", &content).await.expect(200));
    for (range, expected) in [
        ("bytes=0-0", Some(0..1)),
        ("bytes=0-65535", Some(0..65_536)),
        ("bytes=65479-65481", Some(65_479..65_482)),
        ("bytes=65480-65480", Some(65_480..65_481)),
        ("bytes=100000-199999", Some(100_000..size.min(200_000))),
        ("bytes=5-", Some(5..size)),
        ("bytes=-5", Some(size - 5..size)),
        ("bytes=-99999999", Some(0..size)),
        ("bytes=10-99999999", Some(10..size)),
        ("bytes=0-1,5-6", None),
        ("bytes=6-5", None),
        ("items=0-1", None),
        ("bytes=x-1", None),
        ("bytes=-", None),
    ] {
        let answer = app.content(&file, range).await;
        match expected {
            Some(expected) => {
                assert_eq!(answer.status, 206, "{range}");
                let header = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
                assert_eq!(answer.header("content-range"), header, "{range}");
                assert!(answer.bytes == content[expected], "{range}");
            }
            None => assert!(answer.status == 200 && answer.bytes == content, "{range}"),
        }
    }
    for outside in [format!("bytes={size}-"), format!("bytes={}-{}", size + 5, size + 9), "bytes=-0".to_owned()] {
        let answer = app.content(&file, &outside).await;
        assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
        answer.problem(416, "range_not_satisfiable");
    }
    let viewer = app.viewer().await;
    let url = format!("{}/v0/files/{file}/content", app.url);
    let get = |name: &str, value: &str| app.client.get(&url).header("Api-Key", &viewer).header(name, value);
    let tag = app.content(&file, "bytes=0-0").await.header("etag").to_owned();
    assert_eq!(TestApp::send(get("If-None-Match", &tag)).await.status, 304);
    assert_eq!(TestApp::send(get("If-None-Match", "\"other\"")).await.status, 200);
    assert_eq!(TestApp::send(get("If-Range", &tag).header("Range", "bytes=0-0")).await.status, 206);
    assert_eq!(TestApp::send(get("If-Range", "\"other\"").header("Range", "bytes=0-0")).await.status, 200);
    let head = TestApp::send(app.client.head(&url).header("Api-Key", &viewer)).await;
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, &*size.to_string()));
    let reads = app.audited("file.read").await;
    assert!(reads > 10, "every read is audited, but no request that returned no content: {reads}");
    assert_eq!(TestApp::send(app.client.head(&url).header("Api-Key", &viewer)).await.status, 200);
    assert_eq!(app.audited("file.read").await, reads);
}

impl TestApp {
    pub(crate) async fn audited(&self, action: &str) -> usize {
        let scope =
            dossier::cli::context::ScopeArgs { account: None, environment: dossier_core::caller::Environment::Sandbox };
        let list = dossier::cli::audit::List { scope, query: Default::default(), before: None, limit: 1_000 };
        let listed = self.command(list).await.expect("the trail");
        listed.as_array().expect("entries").iter().filter(|entry| entry["action"] == action).count()
    }
}

#[tokio::test]
async fn a_file_may_be_named_again_and_foreign_files_are_unknown() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.given("individual").await, app.given("individual").await);
    let (mine, free) = (app.given_file().await, app.given_file().await);
    let naming =
        |files: &[&str]| json!({ "documents": files.iter().map(|id| json!({ "file_id": id })).collect::<Vec<_>>() });
    app.put(&ada, &naming(&[&mine])).await.expect(200);
    let unknown = "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e";
    let refused = app.put(&bob, &naming(&[&mine, &free, unknown, "nonsense", &mine])).await.violations();
    assert_eq!(refused, ["/documents/2/file_id unknown_file", "/documents/3/file_id unknown_file"]);
    // The refused request changed nothing: one file is still unattached, and the other is still Ada's.
    let viewer = app.viewer().await;
    let shown = async |file: &str| {
        let request = app.client.get(format!("{}/v0/files/{file}", app.url)).header("Api-Key", &viewer);
        TestApp::send(request).await.expect(200)
    };
    assert_eq!(shown(&free).await["attachments"], json!([]));
    assert_eq!(shown(&mine).await["attachments"].as_array().map(Vec::len), Some(1));
    app.patch(&bob, &naming(&[&mine])).await.expect(200);
    app.put(&ada, &naming(&[&free])).await.expect(200);
    let both = shown(&mine).await;
    let customers: Vec<_> =
        both["attachments"].as_array().expect("two").iter().map(|one| &one["customer_id"]).collect();
    assert_eq!(customers, [&json!(ada), &json!(bob)]);
    assert_eq!((&both["customer_id"], &both["attachments"][1]["person_id"]), (&json!(ada), &json!(null)));

    // It is unknown to another account and to the other environment.
    let other = app.command(dossier::cli::accounts::Create { name: "other".into() }).await.expect("an account");
    let other = other["account_id"].as_str().expect("an id").to_owned();
    use dossier_core::api_key::KeyScope::{CustomersRead, CustomersWrite, FilesRead, FilesWrite, PiiReveal};
    use dossier_core::caller::Environment::{Production, Sandbox};
    let scopes = [CustomersRead, CustomersWrite, FilesRead, FilesWrite, PiiReveal];
    for (account, environment) in [(Some(other.as_str()), Sandbox), (None, Production)] {
        let key = app.new_key(account, environment, &scopes, None).await["key"].as_str().expect("a key").to_owned();
        let send = |method: Method, path: String| {
            app.client.request(method, format!("{}{path}", app.url)).header("Api-Key", &key)
        };
        for path in [format!("/v0/files/{mine}"), format!("/v0/files/{mine}/content")] {
            TestApp::send(send(Method::GET, path)).await.problem(404, "not_found");
        }
        let created = json!({ "email": "a@example.com", "type": "individual" });
        let theirs = TestApp::send(send(Method::POST, "/v0/customers".into()).json(&created)).await.expect(201);
        let id = theirs["customer_id"].as_str().expect("an id");
        let put = send(Method::PUT, format!("/v0/customers/{id}")).json(&naming(&[&free]));
        assert_eq!(TestApp::send(put).await.violations(), ["/documents/0/file_id unknown_file"]);
        let delete = send(Method::DELETE, format!("/v0/customers/{ada}/documents/{mine}"));
        TestApp::send(delete).await.problem(404, "not_found");
    }
    // Without the scope nothing is returned.
    app.get(&format!("/v0/files/{mine}")).await.problem(403, "insufficient_scope");
    app.get(&format!("/v0/files/{mine}/content")).await.problem(403, "insufficient_scope");
    for path in [format!("/v0/files/{unknown}"), "/v0/files/nonsense".into(), "/v0/files/nonsense/content".into()] {
        let viewer = app.viewer().await;
        let request = app.client.get(format!("{}{path}", app.url)).header("Api-Key", viewer);
        TestApp::send(request).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn documents_are_renamed_by_naming_them_again_and_removed_one_by_one() {
    let app = TestApp::start().await;
    let business = app.given("corporate").await;
    let (own, persons) = (app.given_file().await, app.given_file().await);
    let body = json!({
        "documents": [{ "file_id": own, "purpose": "other" }],
        "associated_persons": [
            { "first_name": "Ada", "documents": [{ "file_id": persons, "purpose": "id_document" }] },
        ],
    });
    app.put(&business, &body).await.expect(200);
    let again =
        json!({ "documents": [{ "file_id": own, "purpose": "business_formation", "description": "The deed" }] });
    let before = app.put(&business, &again).await;
    assert_eq!(before.header("etag"), "\"v3\"");
    let path = format!("/v0/customers/{business}?expand=documents");
    let shown = app.get(&path).await.expect(200)["documents"].clone();
    assert_eq!(shown.as_array().map(Vec::len), Some(2));
    assert_eq!((&shown[0]["purpose"], &shown[0]["description"]), (&json!("business_formation"), &json!("The deed")));
    assert!(shown[0]["person_id"].is_null() && shown[1]["person_id"].is_string(), "{shown}");

    let remove = |file: &str| app.request(Method::DELETE, &format!("/v0/customers/{business}/documents/{file}"));
    let stale = TestApp::send(remove(&persons).header("If-Match", "\"v2\"")).await;
    assert_eq!(stale.problem(412, "precondition_failed")["changed"], json!(["/documents/0"]));
    let removed = TestApp::send(remove(&persons).header("If-Match", "\"v3\"")).await;
    assert_eq!((removed.status.as_u16(), removed.header("etag"), &*removed.text), (204, "\"v4\"", ""));
    TestApp::send(remove(&persons)).await.problem(404, "not_found");
    TestApp::send(remove("nonsense")).await.problem(404, "not_found");
    TestApp::send(remove(&own)).await.expect(204);
    assert_eq!(app.get(&path).await.expect(200)["documents"], json!([]));
    // Former evidence stays with the customer, and can be named again, even by another customer.
    let other = app.given("corporate").await;
    let naming = json!({ "documents": [{ "file_id": own }] });
    app.put(&other, &naming).await.expect(200);
    app.put(&business, &naming).await.expect(200);
    assert!(app.get(&path).await.expect(200)["documents"][0]["attached_at"].is_string());
    assert_eq!(app.content(&persons, "").await.status, 200);
}

#[tokio::test]
async fn the_same_upload_with_a_key_has_one_effect() {
    let app = TestApp::start().await;
    let content = png(320, 200, 100);
    let send = |key: &'static str, name: &str, content: &[u8]| {
        TestApp::send(app.upload_request(form(name, content)).header("Idempotency-Key", key))
    };
    let first = send("k", "a.png", &content).await;
    let again = send("k", "a.png", &content).await;
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    assert_eq!(first.text, again.text);
    send("k", "b.png", &content).await.problem(409, "idempotency_key_reused");
    send("k", "a.png", &png(320, 200, 101)).await.problem(409, "idempotency_key_reused");
    assert_ne!(send("l", "a.png", &content).await.text, first.text);
    send("no spaces", "a.png", &content).await.problem(400, "invalid_header");
    // Refused and repeated uploads leave no files.
    let stored = walk(&app.folder.path().join("data/files"));
    assert_eq!(stored.len(), 2, "{stored:?}");
}

pub(crate) fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// A table of forms with the status for each.
#[tokio::test]
async fn forms_that_are_not_one_file_are_refused() {
    let app = TestApp::start().await;
    let file = png(320, 200, 50);
    let text = |bytes: &[u8]| bytes.to_vec();
    let part = |header: &str, content: &[u8]| {
        let head = format!("--{BOUNDARY}\r\n{header}\r\n\r\n");
        [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
    };
    const GOOD: &str = "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"";
    let good = part(GOOD, &file);
    let with = |extra: &str| part(&format!("{GOOD}\r\n{extra}"), &file);
    let bare = |body: &str| body.replace('|', "\r\n").replace("BB", &format!("--{BOUNDARY}")).into_bytes();
    let second = [&good[..good.len() - 4], b"\r\n", &good[BOUNDARY.len() + 4..]].concat();
    let twenty_thousand: Vec<u8> =
        (0..20_000).flat_map(|_| bare("BB|Content-Disposition: form-data; name=\"x\"|||")).collect();
    let nearly = format!("\r\n--{}", &BOUNDARY[..BOUNDARY.len() - 1]).repeat(400_000);
    let inside = [&file[..8], b"\r\n--", &file[8..]].concat();
    let quoted = BOUNDARY;
    let padded = [format!("--{BOUNDARY} \t").as_bytes(), &good[BOUNDARY.len() + 2..]].concat();
    for (what, body, status) in [
        ("as it should be", good.clone(), 200),
        ("a line break in front", [b"\r\n", &good[..]].concat(), 200),
        ("no line break at the end", good[..good.len() - 2].to_vec(), 200),
        ("padding after the boundary", padded, 200),
        (
            "a bare Blob",
            part(
                "Content-Disposition: form-data; name=\"file\"; filename=\"blob\"\r\nContent-Type: \
                    application/octet-stream",
                &file,
            ),
            200,
        ),
        (
            "lower-case header names",
            part("content-disposition: form-data; name=\"file\"; filename=\"a.png\"", &file),
            200,
        ),
        ("unquoted values", part("Content-Disposition: form-data; name=file; filename=a.png", &file), 200),
        (
            "an extended name",
            part("Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''caf%C3%A9.png", &file),
            200,
        ),
        (
            "both names",
            part("Content-Disposition: form-data; name=\"file\"; filename=\"a\"; filename*=UTF-8''b", &file),
            200,
        ),
        (
            "an extended name in Latin-1",
            part("Content-Disposition: form-data; name=\"file\"; filename*=ISO-8859-1''caf%E9", &file),
            200,
        ),
        (
            "an extended name, cut",
            part("Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''caf%C3%A", &file),
            200,
        ),
        ("an empty body", Vec::new(), 400),
        ("only the end", bare("BB--|"), 400),
        ("never closed", good[..good.len() - BOUNDARY.len() - 8].to_vec(), 400),
        ("another boundary", bare("--other|x||y|--other--|"), 400),
        ("a preamble", [b"Hello\r\n", &good[..]].concat(), 400),
        ("a preamble of 1 MiB", [vec![b'x'; MIB], text(b"\r\n"), good.clone()].concat(), 400),
        ("an epilogue", [&good[..], b"Hello"].concat(), 400),
        ("an epilogue of 1 MiB", [good.clone(), vec![b'x'; MIB]].concat(), 400),
        ("two files", second, 400),
        ("20,000 empty parts", twenty_thousand, 400),
        ("another name", part("Content-Disposition: form-data; name=\"photo\"; filename=\"a.png\"", &file), 400),
        ("an empty name", part("Content-Disposition: form-data; name=\"\"; filename=\"a.png\"", &file), 400),
        ("no name", part("Content-Disposition: form-data; filename=\"a.png\"", &file), 400),
        (
            "the name twice",
            part("Content-Disposition: form-data; name=\"file\"; name=\"file\"; filename=\"a.png\"", &file),
            400,
        ),
        (
            "a name of 1 KiB",
            part(&format!("Content-Disposition: form-data; name=\"{}\"; filename=\"a.png\"", "f".repeat(1_024)), &file),
            400,
        ),
        ("file[]", part("Content-Disposition: form-data; name=\"file[]\"; filename=\"a.png\"", &file), 400),
        ("text, not a file", part("Content-Disposition: form-data; name=\"file\"", &file), 400),
        (
            "a file name of 255 bytes",
            part(&format!("Content-Disposition: form-data; name=\"file\"; filename=\"{}\"", "n".repeat(255)), &file),
            200,
        ),
        (
            "a file name of 256 bytes",
            part(&format!("Content-Disposition: form-data; name=\"file\"; filename=\"{}\"", "n".repeat(256)), &file),
            200,
        ),
        ("a part header of 9 KiB", with(&format!("X-Long: {}", "x".repeat(9 * 1_024))), 400),
        ("a part header of 7 KiB", with(&format!("X-Long: {}", "x".repeat(7 * 1_024))), 200),
        ("33 header lines", with(&vec!["X-A: b"; 32].join("\r\n")), 400),
        ("a header line without a colon", with("Hello"), 400),
        ("a header line with a NUL", with("X-A: \0"), 400),
        ("a folded header line", with("X-A: b\r\n c: d"), 400),
        ("a bare line feed", with("X-A: b\nX-C: d"), 400),
        ("no Content-Disposition", part("Content-Type: image/png", &file), 400),
        ("no header", bare("BB||x|BB--|"), 400),
        ("two Content-Dispositions", with(GOOD), 400),
        ("an attachment", part("Content-Disposition: attachment; name=\"file\"; filename=\"a.png\"", &file), 400),
        ("a part that contains parts", with("Content-Type: multipart/mixed; boundary=x"), 400),
        ("base64", with("Content-Transfer-Encoding: base64"), 400),
        ("quoted-printable", with("Content-Transfer-Encoding: quoted-printable"), 400),
        ("binary", with("Content-Transfer-Encoding: binary"), 200),
        ("a charset part", bare("BB|Content-Disposition: form-data; name=\"_charset_\"||utf-8|BB--|"), 400),
        ("nearly the boundary, 8 MiB of it", part(GOOD, &pdf(nearly.as_bytes())), 200),
        ("something like a boundary in the data", part(GOOD, &inside), 400),
        ("a boundary that continues", bare(&format!("BB|{GOOD}||x|BBx")), 400),
        ("a quoted boundary", good.clone(), 200),
    ] {
        let mut request = app.upload_request(body);
        if what == "a quoted boundary" {
            request = app.request(Method::POST, "/v0/files").body(good.clone());
            request =
                request.header("content-type", format!("Multipart/Form-Data; charset=utf-8; boundary=\"{quoted}\""));
        }
        let answer = TestApp::send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
        if status != 200 {
            let code = answer.json()["code"].clone();
            assert!(code == "malformed_multipart" || code == "damaged_file", "{what}: {code}");
        }
    }
    for (content_type, status) in [
        ("application/json".to_owned(), 415),
        ("application/x-www-form-urlencoded".to_owned(), 415),
        ("multipart/mixed; boundary=x".to_owned(), 415),
        ("image/png".to_owned(), 415),
        ("multipart/form-data".to_owned(), 400),
        ("multipart/form-data; boundary=".to_owned(), 400),
        (format!("multipart/form-data; boundary={}", "b".repeat(71)), 400),
        (format!("multipart/form-data; boundary={}", "b".repeat(200)), 400),
        ("multipart/form-data; boundary=\"with \"".to_owned(), 400),
        ("multipart/form-data; boundary=a; boundary=b".to_owned(), 400),
        ("multipart/form-data; boundary=a\u{7f}".to_owned(), 400),
    ] {
        let Ok(value) = reqwest::header::HeaderValue::from_bytes(content_type.as_bytes()) else { continue };
        let request = app.request(Method::POST, "/v0/files").header("content-type", value).body(good.clone());
        let answer = TestApp::send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{content_type}: {}", answer.text);
    }
    let none = TestApp::send(app.request(Method::POST, "/v0/files").body(good.clone())).await;
    none.problem(415, "unsupported_media_type");
    let packed = app.upload_request(good.clone()).header("Content-Encoding", "gzip");
    TestApp::send(packed).await.problem(415, "unsupported_media_type");
    let stored = walk(&app.folder.path().join("data/files"));
    let taken = app.audited("file.uploaded").await;
    assert_eq!(stored.len(), taken, "refused uploads leave no files");
}

/// A table of files with the response to each.
#[tokio::test]
async fn files_are_taken_by_their_structure_whatever_their_name() {
    let app = TestApp::start().await;
    let header = |width: u32, height: u32| [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let (picture, photo, letter) = (png(320, 200, 500), jpeg(320, 200, &[], 500), pdf(b"text"));
    let zip = b"PK\x03\x04 and so on PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let with_chunk = |kind: &[u8; 4], data: &[u8]| {
        png_of(&[(b"IHDR", &header(320, 200)), (kind, data), (b"IDAT", &deflated(&[0; 961 * 200])), (b"IEND", b"")])
    };
    let mut wrong_checksum = picture.clone();
    wrong_checksum[40] ^= 1;
    let scans: Vec<u8> = (0..10_000).flat_map(|_| *b"\xff\xda\0\x08\x01\x01\0\0\x3f\0x").collect();
    let many_scans = [&photo[..photo.len() - 2], &scans, b"\xff\xd9"].concat();
    let gain_map = [&photo[..], &jpeg(320, 200, &[], 100)].concat();
    let largest = pdf(&noise(10 * MIB - pdf(b"").len()));
    assert_eq!(largest.len(), 10 * MIB);
    let (taken, damaged, other, large) =
        ((200, ""), (400, "damaged_file"), (415, "unsupported_file_type"), (413, "payload_too_large"));
    for (what, content, expected) in [
        ("a PNG", picture.clone(), taken),
        ("a JPEG", photo.clone(), taken),
        ("a PDF", letter.clone(), taken),
        ("nothing", Vec::new(), damaged),
        ("one byte", b"x".to_vec(), other),
        ("the PNG signature", picture[..8].to_vec(), damaged),
        ("the JPEG signature", photo[..3].to_vec(), damaged),
        ("the PDF signature", letter[..8].to_vec(), damaged),
        ("a PNG, cut", picture[..picture.len() - 1].to_vec(), damaged),
        ("a PNG without its end", picture[..picture.len() - 12].to_vec(), damaged),
        ("a JPEG, cut", photo[..photo.len() - 2].to_vec(), damaged),
        ("a PDF, cut", letter[..letter.len() - 7].to_vec(), damaged),
        ("a JPEG and a ZIP", [&photo[..], zip].concat(), damaged),
        ("a PNG and a ZIP", [&picture[..], zip].concat(), damaged),
        ("a PDF and a ZIP", [&letter[..], zip].concat(), damaged),
        ("a PDF and HTML", [&letter[..], b"<html><script>alert(1)</script>"].concat(), damaged),
        ("a PDF and a lot of nothing", [letter.clone(), vec![0; 4_096]].concat(), damaged),
        ("a PDF with white space after it", [&letter[..], b"\r\n\r\n"].concat(), taken),
        ("HTML and a PDF", [b"<html>", &letter[..]].concat(), other),
        ("a PDF header at byte 1,020", [vec![b' '; 1_020], letter.clone()].concat(), taken),
        ("a PDF header at byte 1,025", [vec![b' '; 1_025], letter.clone()].concat(), other),
        ("a PDF without a table", b"%PDF-1.4\n%%EOF".to_vec(), damaged),
        ("a PDF whose table is elsewhere", b"%PDF-1.4\nstartxref\n99999\n%%EOF".to_vec(), damaged),
        ("a PDF without a version", b"%PDF-x.y\nstartxref\n0\n%%EOF".to_vec(), damaged),
        ("two PDF headers", pdf(b"%PDF-1.4"), taken),
        (
            "a PDF with JavaScript, which is never run here",
            pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
            taken,
        ),
        ("a PDF with a password", locked_pdf(), taken),
        ("a JPEG with a script in a comment", jpeg(320, 200, &[(0xfe, b"<script>alert(1)</script>")], 500), taken),
        ("a JPEG with a position", jpeg(320, 200, &[(0xe1, b"Exif\0\0MM\0*\0\0\0\x08GPS")], 500), taken),
        ("a PNG with HTML in a text", with_chunk(b"tEXt", b"Comment\0<html><script>"), taken),
        ("a PNG with packed text", with_chunk(b"zTXt", b"Comment\0\0bomb"), taken),
        ("an animated PNG", with_chunk(b"acTL", &[0, 0, 0x27, 0x10, 0, 0, 0, 0]), damaged),
        ("a PNG with an unknown critical chunk", with_chunk(b"EVIL", b"x"), damaged),
        ("a PNG with two headers", with_chunk(b"IHDR", &header(320, 200)), damaged),
        ("a PNG with a wrong checksum", wrong_checksum, damaged),
        ("a PNG without data", png_of(&[(b"IHDR", &header(320, 200)), (b"IEND", b"")]), damaged),
        (
            "a PNG that begins with data",
            png_of(&[(b"IDAT", b"x"), (b"IHDR", &header(320, 200)), (b"IEND", b"")]),
            damaged,
        ),
        ("a PNG of 65,535 pixels a side", png(65_535, 65_535, 100), damaged),
        ("a PNG of 0 pixels", png(0, 20, 100), damaged),
        ("a PNG of 50 megapixels", png(10_000, 5_000, 100), taken),
        ("a PNG of more than 50 megapixels", png(10_000, 5_001, 100), damaged),
        ("a JPEG of 65,500 pixels a side", jpeg(65_500, 65_500, &[], 100), damaged),
        ("a JPEG of 0 pixels", jpeg(30, 0, &[], 100), damaged),
        ("a JPEG of 10,000 scans", many_scans, damaged),
        ("a JPEG with a gain map after it", gain_map.clone(), taken),
        ("a JPEG with zeros after it", [&photo[..], &[0; 100]].concat(), taken),
        ("a JPEG with its maker's block after it", [&photo[..], b"SEFH\x6b\0\0\0\x01\0\0\0SEFT"].concat(), taken),
        ("a JPEG with half a picture after it", gain_map[..gain_map.len() - 2].to_vec(), taken),
        (
            "a JPEG whose segment is too long",
            jpeg(320, 200, &[], 0)[..2].iter().chain(b"\xff\xe1\xff\xff and the end").copied().collect(),
            damaged,
        ),
        ("a JPEG whose segment has no length", [&photo[..2], b"\xff\xe1\0\x01", &photo[2..]].concat(), damaged),
        ("a JPEG without a frame", b"\xff\xd8\xff\xda\0\x08\x01\x01\0\0\x3f\0data\xff\xd9".to_vec(), damaged),
        ("a GIF with a script", b"GIF89a=1;alert(1)//".to_vec(), other),
        ("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), other),
        ("HTML", b"<!doctype html><html><body>x".to_vec(), other),
        ("UTF-16 HTML", b"\xff\xfe<\0h\0t\0m\0l\0>\0".to_vec(), other),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), other),
        ("WebP", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), other),
        ("TIFF", b"II*\0\x08\0\0\0 and so on".to_vec(), other),
        ("a ZIP", zip.to_vec(), other),
        ("a TAR", [b"passport.jpg".to_vec(), vec![0; 1_000]].concat(), other),
        (
            "the EICAR test file",
            b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*".to_vec(),
            other,
        ),
        ("10 MiB", largest.clone(), taken),
        ("10 MiB and a byte", pdf(&noise(10 * MIB + 1 - pdf(b"").len())), large),
    ] {
        let answer = app.upload("innocent.pdf", &content).await;
        assert_eq!(answer.status.as_u16(), expected.0, "{what}: {}", answer.text);
        if expected.0 != 200 {
            assert_eq!(answer.json()["code"], expected.1, "{what}");
        }
    }
    let said =
        app.upload("photo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").await.problem(415, "unsupported_file_type");
    assert!(said["message"].as_str().is_some_and(|text| text.contains("HEIC")), "{said}");
    assert_eq!(said["accepted"], json!(["image/jpeg", "image/png", "application/pdf"]));
    // The name keeps its extension, but a download gets the right one.
    let file = id_of(&app.upload("invoice.pdf.exe", &photo).await.expect(200));
    let saved = app.content(&file, "").await;
    assert!(saved.header("content-disposition").contains("filename=\"invoice.pdf.exe.jpg\""));
    // The same content uploaded twice makes two files.
    assert_ne!(id_of(&app.upload("a", &photo).await.expect(200)), id_of(&app.upload("a", &photo).await.expect(200)));
    let stored = walk(&app.folder.path().join("data/files"));
    assert_eq!(stored.len(), app.audited("file.uploaded").await, "refused uploads leave no files");
}

/// Sends a body in these pieces.
fn raw_upload(app: &TestApp, length: &str, pieces: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).expect("a connection");
    stream.set_nodelay(true).expect("an option");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("an option");
    let head = format!(
        "POST /v0/files HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nContent-Type: multipart/form-data; \
            boundary={BOUNDARY}\r\n{length}\r\nConnection: close\r\n\r\n",
        app.key
    );
    stream.write_all(head.as_bytes()).expect("written");
    for piece in pieces {
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_in_any_pieces_of_any_length() {
    let app = TestApp::start().await;
    let body = form("a.png", &png(320, 200, 50));
    let exact = format!("Content-Length: {}", body.len());
    for at in 1..body.len() {
        let answer = raw_upload(&app, &exact, &[&body[..at], &body[at..]]);
        assert!(answer.contains("200 OK"), "{at}: {answer}");
    }
    let chunks: Vec<Vec<u8>> = body.iter().map(|byte| [b"1\r\n", &[*byte][..], b"\r\n"].concat()).collect();
    let mut chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    chunks.push(b"0\r\n\r\n");
    assert!(raw_upload(&app, "Transfer-Encoding: chunked", &chunks).contains("200 OK"));
    // Too large: refused before it is read although the client keeps sending, or once it is seen if not announced.
    let huge = form("a.pdf", &pdf(&noise(12 * MIB)));
    let announced = format!("Content-Length: {}", huge.len());
    assert!(raw_upload(&app, &announced, &[&huge]).contains("413 Payload Too Large"));
    let chunked = [format!("{:x}\r\n", huge.len()).as_bytes(), &huge, b"\r\n0\r\n\r\n"].concat();
    assert!(raw_upload(&app, "Transfer-Encoding: chunked", &[&chunked]).contains("413 Payload Too Large"));
    let asking = format!("{announced}\r\nExpect: 100-continue");
    let answer = raw_upload(&app, &asking, &[]);
    assert!(answer.starts_with("HTTP/1.1 413"), "not asked to continue: {answer}");
    // Shorter than announced: never a file.
    let before = app.audited("file.uploaded").await;
    for cut in (0..20).map(|part| body.len() * part / 20) {
        let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).expect("a connection");
        let head = format!(
            "POST /v0/files HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nContent-Type: multipart/form-data; \
                boundary={BOUNDARY}\r\n{exact}\r\n\r\n",
            app.key
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..cut])).expect("written");
        drop(stream);
    }
    let longer = format!("Content-Length: {}", body.len() + 10);
    let padded = [&body[..], b"0123456789"].concat();
    assert!(raw_upload(&app, &longer, &[&padded]).contains("400 Bad Request"));
    assert!(raw_upload(&app, &format!("Content-Length: {}", body.len() - 9), &[&body]).contains("400 Bad Request"));
    assert_eq!(app.audited("file.uploaded").await, before);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(walk(&app.folder.path().join("data/files/incoming")).len(), 0, "nothing half-written is left");
}

/// A client that stops sending gets a response after ten seconds, wherever it stops, and what it sent is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stalls_is_ended() {
    let app = TestApp::start().await;
    let body = form("a.png", &png(320, 200, 200_000));
    let stalls = [20, 60, body.len() / 2, body.len() - 10].map(|at| {
        let (url, key, body) = (app.url.clone(), app.key.clone(), body.clone());
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("a connection");
            stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("an option");
            let head = format!(
                "POST /v0/files HTTP/1.1\r\nHost: x\r\nApi-Key: {key}\r\nContent-Type: multipart/form-data; \
                    boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..at])).expect("written");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).expect("an answer and the end");
            String::from_utf8_lossy(&answer).into_owned()
        })
    });
    for stall in stalls {
        let answer = stall.await.expect("no panic");
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    }
    assert!(walk(&app.folder.path().join("data/files")).is_empty());
}

#[tokio::test]
async fn content_is_sealed_at_rest_and_damage_is_never_sent() {
    let app = TestApp::start().await;
    let marker = b"ZqMarkerOfContent";
    let content = pdf(&[noise(150_000), marker.to_vec(), noise(150_000)].concat());
    let file = id_of(&app.upload("ZqMarkerOfName.pdf", &content).await.expect(200));
    let path = walk(&app.folder.path().join("data/files")).pop().expect("the content");
    let sealed = fs::read(&path).expect("the content");
    let finds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(!finds(&sealed, marker) && !finds(&sealed, b"%PDF"));
    for name in ["dossier.db", "dossier.db-wal"] {
        let database = fs::read(app.folder.path().join("data").join(name)).expect("the database");
        assert!(!finds(&database, b"ZqMarker"), "{name}");
    }
    // Damage in a segment that is opened before the response begins is a 500 that hides the cause.
    let mut altered = sealed.clone();
    altered[100] ^= 1;
    fs::write(&path, &altered).expect("written");
    app.content(&file, "").await.problem(500, "internal_error");
    // Damage further on cuts off the response: what arrived is intact but incomplete.
    let mut altered = sealed.clone();
    altered[200_000] ^= 1;
    fs::write(&path, &altered).expect("written");
    let url = format!("{}/v0/files/{file}/content", app.url);
    let response = app.client.get(url).header("Api-Key", app.viewer().await).send().await.expect("a response");
    assert!(response.status() == 200 && response.bytes().await.is_err());
    assert_eq!(app.content(&file, "bytes=0-65535").await.bytes, content[..65_536]);
    // Cut off, or gone.
    fs::write(&path, &sealed[..sealed.len() - 1]).expect("written");
    assert_eq!(app.content(&file, "bytes=0-65535").await.bytes, content[..65_536]);
    app.content(&file, "bytes=-1").await.problem(500, "internal_error");
    fs::remove_file(&path).expect("removed");
    app.content(&file, "").await.problem(500, "internal_error");
    fs::write(&path, &sealed).expect("written");
    assert!(app.content(&file, "").await.bytes == content);
}
