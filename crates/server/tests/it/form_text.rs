//! The English text of the form as snapshots, so that a change of wording is reviewed as text: its pages, and every
//! message. After an intended change, run the tests with `INSTA_UPDATE=always` and read the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use serde_json::json;

use crate::app::TestApp;
use crate::form::Browser;

/// The text of the visited pages, one after the other.
#[derive(Default)]
struct Pages(String);

impl Pages {
    fn add(&mut self, name: &str, html: &str) {
        write!(self.0, "=== {name}\n\n{}\n\n", visible(html)).expect("a string takes everything");
    }

    async fn visit(&mut self, name: &str, browser: &Browser, path: &str) {
        self.add(name, &browser.get(path).await.text);
    }

    async fn open(&mut self, name: &str, app: &TestApp, link: &str) {
        self.add(name, &TestApp::send(app.client.get(link).header("accept-language", "en")).await.text);
    }
}

/// The text of the page's body, with a line for each block. Only the first option of a list is included.
fn visible(html: &str) -> String {
    const BLOCKS: &[&str] = &[
        "br",
        "p",
        "h1",
        "h2",
        "h3",
        "li",
        "label",
        "legend",
        "dt",
        "dd",
        "button",
        "summary",
        "div",
        "section",
        "fieldset",
        "form",
        "option",
        "ol",
        "ul",
        "main",
        "nav",
        "header",
        "footer",
        "blockquote",
    ];
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let body = body.split_once('>').map_or(body, |(_, body)| body);
    let (mut text, mut options) = (String::new(), 0);
    for piece in body.split('<').skip(1) {
        let Some((tag, after)) = piece.split_once('>') else { continue };
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        match name {
            "select" => options = 0,
            "option" if !tag.starts_with('/') => options += 1,
            _ => {}
        }
        if BLOCKS.contains(&name) {
            text.push('\n');
        } else if name == "small" {
            text.push(' ');
        }
        if name != "option" || options == 1 {
            text.push_str(after);
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(steady).collect::<Vec<_>>().join("\n")
}

/// A line without the parts that differ from run to run.
fn steady(line: &str) -> String {
    let varying = ["This link works until ", "Saved from another device on ", "Reference: "];
    let found = varying.into_iter().find_map(|moment| Some(format!("{}{moment}…", line.split_once(moment)?.0)));
    found.unwrap_or_else(|| line.to_owned())
}

#[tokio::test]
async fn the_pages_of_the_form_read_as_reviewed() {
    let app = TestApp::start().await;
    let mut pages = Pages::default();
    a_person(&app, &mut pages).await;
    a_business(&app, &mut pages).await;
    without_a_form(&app, &mut pages).await;
    insta::assert_snapshot!("form", pages.0);
}

async fn a_person(app: &TestApp, pages: &mut Pages) {
    let (id, link) = app.invited("individual").await;
    pages.open("the link", app, &link).await;
    let browser = Browser::enter(app, &link).await;
    pages.visit("overview", &browser, "").await;
    for step in ["details", "address", "identity"] {
        pages.visit(&format!("{step}, nothing given"), &browser, &format!("/{step}?check")).await;
    }
    let wrong = [("/birth_date", "1990-02-30"), ("/nationality", "ZZ")];
    browser.types("details", &wrong).await;
    pages.visit("details, with a day that does not exist", &browser, "/details").await;
    pages.visit("review, nothing given", &browser, "/review").await;
    browser.completes_but(&[]).await;
    pages.visit("review, complete", &browser, "/review").await;
    browser.submits().await;
    pages.open("submitted", app, &link).await;
    let again = json!({
        "customer_id": id, "action": "kyc.status.request_resubmission",
        "requirements": ["/birth_date", "id_document_front"], "comment": "The picture is blurred.",
    });
    app.post("/v0/customers/simulate", &again).await.expect(200);
    let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
    let newer = customer["kycs"]["kyc_flow_link"].as_str().expect("a link");
    pages.open("an older link", app, &link).await;
    pages.open("the link, asked again", app, newer).await;
    let browser = Browser::enter(app, newer).await;
    pages.visit("overview, asked again", &browser, "").await;
    pages.visit("details, asked again", &browser, "/details").await;
    pages.visit("identity, asked again", &browser, "/identity").await;
    pages.add("left", &browser.post("/leave", &[]).await.text);
    pages.visit("without a pass", &browser, "").await;
}

async fn a_business(app: &TestApp, pages: &mut Pages) {
    let (_, link) = app.invited("corporate").await;
    pages.open("the link of a business", app, &link).await;
    let browser = Browser::enter(app, &link).await;
    pages.visit("people, none listed", &browser, "/people?check").await;
    let added = browser.post("/people", &[("do", "add")]).await;
    let person = added.header("location").rsplit('/').next().expect("a step").to_owned();
    pages.visit("a person, nothing given", &browser, &format!("/{person}?check")).await;
    let place = format!("/associated_persons/{}/has_control", person.trim_start_matches("person-"));
    browser.types(&person, &[(&place, "yes")]).await;
    pages.visit("a person who controls the business, nothing else given", &browser, &format!("/{person}?check")).await;
    for step in ["details", "address", "documents"] {
        pages.visit(&format!("{step} of a business, nothing given"), &browser, &format!("/{step}?check")).await;
    }
    pages.visit("nowhere", &browser, "/nowhere").await;
}

async fn without_a_form(app: &TestApp, pages: &mut Pages) {
    for action in ["session.expire", "kyc.status.approve", "kyc.status.reject"] {
        let (id, link) = app.invited("individual").await;
        app.simulate(&id, action).await.expect(200);
        pages.open(action, app, &link).await;
    }
    let (id, link) = app.invited("individual").await;
    for action in ["kyc.status.request_resubmission", "kyc.status.abandon"] {
        app.simulate(&id, action).await.expect(200);
    }
    pages.open("kyc.status.abandon", app, &link).await;
    pages.open("an unknown link", app, &format!("{}/kyc/dsl_test_nothing", app.url)).await;
}

/// What the messages say about, for each of their variables.
const SAMPLES: &[(&str, &str)] = &[
    ("all", "5"),
    ("at", "7"),
    ("calendar", "other"),
    ("company", "Harbour Bank"),
    ("country", "other"),
    ("date", "3 May 2026"),
    ("day", "3"),
    ("document", "other"),
    ("done", "2"),
    ("field", "Nationality"),
    ("kind", "other"),
    ("legal", "Harbour Bank plc"),
    ("mask", "A••••••"),
    ("minutes", "10"),
    ("month", "May"),
    ("most", "128"),
    ("name", "Ada Lovelace"),
    ("named", "75"),
    ("number", "2"),
    ("percent", "40"),
    ("reference", "7F3A-91C2"),
    ("share", "25"),
    ("time", "12:30"),
    ("title", "Your details"),
    ("why", "the file is empty"),
    ("year", "2026"),
];

/// The keys of a file of messages, each with its variants: the variable that decides, and its values.
fn keys_and_variants(text: &str) -> Vec<(&str, &str, Vec<&str>)> {
    let mut keys: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, value)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}'])) {
            let variable = value.trim().strip_prefix("{ $").and_then(|rest| rest.strip_suffix(" ->"));
            keys.push((key, variable.unwrap_or_default(), Vec::new()));
        } else if let Some((variant, _)) = line.trim_start_matches([' ', '*', '[']).split_once("] ") {
            keys.last_mut().expect("a message").2.push(variant);
        }
    }
    keys
}

#[test]
fn every_english_message_of_the_form_reads_as_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/form/languages");
    let files = ["en.ftl", "common.ftl"].map(|name| fs::read_to_string(folder.join(name)).expect("messages"));
    let mut bundle = FluentBundle::new(vec!["en".parse().expect("a tag")]);
    bundle.set_use_isolating(false);
    for file in &files {
        bundle.add_resource_overriding(FluentResource::try_new(file.clone()).expect("messages"));
    }
    let mut text = String::new();
    for (key, variable, variants) in files.iter().flat_map(|file| keys_and_variants(file)) {
        let variants = if variants.is_empty() { vec![""] } else { variants };
        for variant in variants {
            let mut arguments: FluentArgs<'_> = SAMPLES.iter().copied().collect();
            arguments.set("count", 2);
            // English has one form for 1, and another for every other number.
            match variant {
                "" => {}
                "one" => arguments.set(variable, 1),
                "other" if variable == "count" => {}
                number if number.parse::<u8>().is_ok() => arguments.set(variable, number.parse::<u8>().expect("one")),
                word => arguments.set(variable, word),
            }
            let pattern = bundle.get_message(key).and_then(|message| message.value()).expect("a message");
            let mut errors = Vec::new();
            let rendered = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
            assert!(errors.is_empty(), "{key}: {errors:?}; is a variable missing among the samples?");
            let name = if variant.is_empty() { key.to_owned() } else { format!("{key}, {variable} {variant}") };
            writeln!(text, "{name}: {rendered}").expect("a string takes everything");
        }
    }
    insta::assert_snapshot!("messages", text);
}
