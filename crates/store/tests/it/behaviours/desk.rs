//! Worksheets: what reviewers note about a customer while they work, and who works on which case.

use std::collections::BTreeSet;
use std::sync::Arc;

use dossier_core::audit::{Action, AuditEntry, AuditFilter};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::change::{Change, Effect};
use dossier_core::desk::worksheet::MAX_NOTES;
use dossier_core::desk::{Note, Permission, Role, VerdictWord, Worksheet};
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::services::Services;
use dossier_core::store::{Committed, StoreError, Waiting};
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::simulate::simulate;
use dossier_core::use_cases::worksheet::{self, Seat};
use dossier_core::use_cases::{erase, session};

use crate::behaviours::members::{in_another_process, invited};
use crate::behaviours::sign_ins::{Hands, signed_in};
use crate::behaviours::{given, put, read};
use crate::engines::{Engine, caller};

const MINUTE: i64 = 60;
const WHY: &[u8] = br#"{"reason":"asked","requested_by":"Ada"}"#;

/// A customer that waits for a decision.
pub(crate) async fn waiting(services: &Services, caller: &Caller, email: &str) -> CustomerId {
    let id = given(services, caller, email, "individual").await;
    session::open(services, caller, Some(id), Request::unkeyed(b"")).await.expect("a session");
    let body = format!(r#"{{"action":"kyc.status.submit","customer_id":"{id}"}}"#);
    simulate(services, caller, Request::unkeyed(body.as_bytes())).await.expect("submitted");
    id
}

pub(crate) async fn seat(services: &Services, caller: &Caller, name: &str, role: Role) -> Seat {
    Seat::new(invited(services, caller, name, role).await, caller.clone())
}

async fn sheet(services: &Services, caller: &Caller, id: CustomerId) -> Worksheet {
    services.store.worksheet(caller.scope, id).await.expect("readable")
}

async fn holder(services: &Services, caller: &Caller, id: CustomerId) -> Option<String> {
    let sheet = sheet(services, caller, id).await;
    sheet.holder(services.now(caller.scope)).map(|holder| holder.member.name.clone())
}

/// The notes in the entries of an action, newest first.
async fn audited(services: &Services, scope: Scope, action: Action) -> Vec<Option<String>> {
    let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
    let page = services.store.audit(scope, &filter, None, 100).await.expect("readable").expect("a page");
    let mut notes = Vec::new();
    for row in page.rows {
        let entry = services.store.audit_entry(scope, row.seq).await.expect("readable").expect("an entry");
        notes.push(entry.detail.expose().note.clone());
    }
    notes
}

fn pointers<T: std::fmt::Debug>(refused: Result<T, DeskError>) -> Vec<String> {
    let Err(DeskError::Invalid(violations)) = refused else { panic!("{refused:?}") };
    violations.0.iter().map(|one| format!("{} {}", one.pointer, one.code.as_str())).collect()
}

fn is_held_by<T>(refused: &Result<T, DeskError>, name: &str) -> bool {
    matches!(refused, Err(DeskError::Held(holder)) if holder == name)
}

pub(crate) async fn a_case_is_taken_held_taken_over_with_a_reason_and_given_back(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = waiting(&services, &caller, "a@example.com").await;
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let bob = seat(&services, &caller, "bob", Role::Analyst).await;
    let cleo = seat(&services, &caller, "cleo", Role::Approver).await;
    let vera = seat(&services, &caller, "vera", Role::Viewer).await;
    let take = async |seat: &Seat, why: Option<&str>| worksheet::take(&services, seat, id, why).await;
    let refused = take(&vera, None).await.map(drop).expect_err("a viewer changes nothing");
    assert!(matches!(refused, DeskError::Forbidden(Permission::Work, Environment::Sandbox)));
    assert!(refused.to_string().contains("analyst or approver"), "{refused}");
    assert_eq!(take(&ada, None).await.expect("taken").version, 1);
    assert_eq!(take(&ada, None).await.expect("hers already").version, 1);
    assert!(is_held_by(&take(&bob, None).await, "ada") && is_held_by(&take(&cleo, None).await, "ada"));
    let refused = take(&bob, Some("she is ill")).await;
    assert!(matches!(refused, Err(DeskError::Forbidden(Permission::Decide, _))), "an analyst cannot: {refused:?}");
    assert_eq!(pointers(take(&cleo, Some(" \n")).await), ["/text required"]);
    take(&cleo, Some(" she is ill ")).await.expect("taken over");
    assert_eq!(holder(&services, &caller, id).await.as_deref(), Some("cleo"));
    let reasons = audited(&services, caller.scope, Action::CaseTaken).await;
    assert_eq!(reasons, [Some("she is ill".to_owned()), None]);
    worksheet::release(&services, &ada, id).await.expect("nothing to give back");
    assert_eq!(holder(&services, &caller, id).await.as_deref(), Some("cleo"));
    worksheet::release(&services, &cleo, id).await.expect("given back");
    assert_eq!(holder(&services, &caller, id).await, None);
    take(&bob, None).await.expect("free again");

    // Neither a customer that does not wait, nor an unknown one, nor one of another account can be taken.
    let other = crate::engines::caller(&services).await;
    let foreign = seat(&services, &other, "eve", Role::Approver).await;
    let idle = given(&services, &caller, "b@example.com", "individual").await;
    for (seat, id) in [(&ada, idle), (&ada, CustomerId::from_bytes([9; 16])), (&foreign, id)] {
        let refused = worksheet::take(&services, seat, id, None).await;
        assert!(matches!(refused, Err(DeskError::NotFound)), "{refused:?}");
    }
    assert!(!worksheet::renew(&services, &foreign, id).await.expect("not hers"));
    assert_eq!(holder(&services, &caller, id).await.as_deref(), Some("bob"));
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn a_hold_ends_after_fifteen_minutes_unless_an_open_page_renews_it(mut engine: Engine) {
    let mut services = engine.services();
    let hands = Hands::stop([&mut services]);
    let caller = caller(&services).await;
    let id = waiting(&services, &caller, "a@example.com").await;
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let bob = seat(&services, &caller, "bob", Role::Analyst).await;
    let take = async |seat: &Seat| worksheet::take(&services, seat, id, None).await;
    let renew = async |seat: &Seat| worksheet::renew(&services, seat, id).await.expect("readable");
    take(&ada).await.expect("taken");
    hands.advance(15 * MINUTE - 1);
    assert!(is_held_by(&take(&bob).await, "ada"));
    assert!(renew(&ada).await && !renew(&bob).await, "only the holder renews");
    let before = sheet(&services, &caller, id).await;
    hands.advance(15 * MINUTE - 1);
    assert!(is_held_by(&take(&bob).await, "ada"), "renewed");
    hands.advance(1);
    assert!(!renew(&ada).await, "too late");
    assert_eq!(take(&bob).await.expect("free").version, before.version + 1, "renewing is no change");
    assert!(!renew(&ada).await);
    hands.advance(15 * MINUTE - 1);
    assert!(is_held_by(&take(&ada).await, "bob"), "what a former holder renewed does not count");
    hands.advance(1);
    take(&ada).await.expect("free");
}

pub(crate) async fn a_verdict_is_about_one_answer_and_changes_no_version_and_sends_no_event(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = waiting(&services, &caller, "a@example.com").await;
    put(&services, &caller, id, r#"{"nationality":"FR"}"#).await.expect("updated");
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let bob = seat(&services, &caller, "bob", Role::Approver).await;
    let before = read(&services, caller.scope, id).await;
    let events = services.store.newest_event(caller.scope).await.expect("a number");
    let give = async |seat: &Seat, requirement: &str, verdict: Option<VerdictWord>| {
        worksheet::give_verdict(&services, seat, id, requirement, verdict, before.version).await
    };
    let found = async || {
        let (customer, sheet) = (read(&services, caller.scope, id).await, sheet(&services, &caller, id).await);
        let known = customer.judged(&services.policy.rules, services.now(caller.scope));
        let one = known.iter().find(|one| one.id == "nationality").expect("a requirement");
        sheet.verdict(one).map(|verdict| (verdict.verdict, verdict.by.name.clone()))
    };
    give(&ada, "nationality", Some(VerdictWord::Matches)).await.expect("given");
    assert_eq!(found().await, Some((VerdictWord::Matches, "ada".to_owned())));
    assert_eq!(
        holder(&services, &caller, id).await.as_deref(),
        Some("ada"),
        "a member who gives a verdict holds the case"
    );
    let again = give(&ada, "nationality", Some(VerdictWord::Matches)).await.expect("the same");
    assert_eq!(again.version, 1);
    assert!(is_held_by(&give(&bob, "nationality", None).await, "ada"));
    assert_eq!(pointers(give(&ada, "x", None).await), ["/requirement unknown_requirement"]);
    give(&ada, "nationality", Some(VerdictWord::Unsure)).await.expect("changed");
    give(&ada, "nationality", None).await.expect("taken back");
    assert_eq!(found().await, None);
    give(&ada, "nationality", Some(VerdictWord::Differs)).await.expect("given");
    assert_eq!(read(&services, caller.scope, id).await, before, "the record and its version");
    assert_eq!(services.store.newest_event(caller.scope).await.expect("a number"), events);
    let changed = services.store.changed_since(caller.scope, id, before.version).await.expect("pointers");
    assert_eq!(changed, Vec::<String>::new());
    let words = ["differs", "taken back", "unsure", "matches"].map(|word| Some(format!("nationality: {word}")));
    assert_eq!(audited(&services, caller.scope, Action::VerdictGiven).await, words);

    put(&services, &caller, id, r#"{"nationality":"DE"}"#).await.expect("updated");
    assert_eq!(found().await, None, "another answer");
    let unseen = give(&ada, "nationality", Some(VerdictWord::Matches)).await;
    assert!(matches!(unseen, Err(DeskError::AnswerChanged)), "{unseen:?}");
    give(&ada, "birth_date", Some(VerdictWord::Differs)).await.expect("given");
    let left = sheet(&services, &caller, id).await.details.verdicts;
    assert_eq!(left.keys().collect::<Vec<_>>(), ["birth_date"], "what is void goes with the next verdict");
    put(&services, &caller, id, r#"{"nationality":"FR"}"#).await.expect("updated");
    assert_eq!(found().await, None);
}

pub(crate) async fn notes_are_only_added_and_an_escalated_case_is_free(mut engine: Engine) {
    let (mut services, mut elsewhere) = (engine.services(), in_another_process(&mut engine).await);
    Hands::stop([&mut services, &mut elsewhere]);
    let caller = caller(&services).await;
    let id = waiting(&services, &caller, "a@example.com").await;
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let bob = seat(&services, &caller, "bob", Role::Analyst).await;
    let vera = seat(&services, &caller, "vera", Role::Auditor).await;
    let refused = worksheet::add_note(&services, &vera, id, "x").await;
    assert!(matches!(refused, Err(DeskError::Forbidden(Permission::Work, _))), "{refused:?}");
    for (text, code) in
        [(String::new(), "required"), ("\u{200b} \n".to_owned(), "required"), ("x".repeat(4_001), "too_long")]
    {
        assert_eq!(pointers(worksheet::add_note(&services, &ada, id, &text).await), [format!("/text {code}")]);
        assert_eq!(pointers(worksheet::escalate(&services, &ada, id, &text).await), [format!("/text {code}")]);
    }
    let mut expected = BTreeSet::new();
    for round in 0..10 {
        let (mine, theirs) = (format!("ada {round}"), format!("bob {round}"));
        let both = futures_util::join!(
            worksheet::add_note(&services, &ada, id, &mine),
            worksheet::add_note(&elsewhere, &bob, id, &theirs)
        );
        assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
        expected.extend([(mine, "ada".to_owned()), (theirs, "bob".to_owned())]);
    }
    let notes = sheet(&services, &caller, id).await.details.notes;
    let found: BTreeSet<_> = notes.iter().map(|note| (note.text.clone(), note.by.name.clone())).collect();
    assert_eq!((notes.len(), found), (20, expected), "no note is lost");

    worksheet::take(&services, &ada, id, None).await.expect("taken");
    assert!(is_held_by(&worksheet::escalate(&services, &bob, id, "a sanction?").await, "ada"));
    worksheet::escalate(&services, &ada, id, " a sanction? ").await.expect("escalated");
    let after = sheet(&services, &caller, id).await;
    assert_eq!(
        after.details.escalated.as_ref().map(|note| (&*note.text, &*note.by.name)),
        Some(("a sanction?", "ada"))
    );
    assert_eq!(holder(&services, &caller, id).await, None);
    assert_eq!(after.details.notes.len(), 20, "they are kept");
    let idle = given(&services, &caller, "b@example.com", "individual").await;
    worksheet::add_note(&services, &ada, idle, "x").await.expect("any customer can have notes");
    let refused = worksheet::escalate(&services, &ada, idle, "x").await;
    assert!(matches!(refused, Err(DeskError::NotFound)), "it waits for nothing: {refused:?}");

    let mut full = after.clone();
    full.version += 1;
    let note = Note { text: "x".to_owned(), by: ada.member.author(), at: services.now(caller.scope) };
    full.details.notes.resize(MAX_NOTES, note);
    assert_eq!(written(&services, &caller, &full).await.expect("written"), Committed::Done);
    assert_eq!(pointers(worksheet::add_note(&services, &ada, id, "y").await), ["/text too_many_items"]);
    drop(services);
    drop(elsewhere);
    engine.reopen().await;
    let services = engine.services();
    assert_eq!(sheet(&services, &caller, id).await, full);
}

/// Writes a worksheet over the version before.
async fn written(services: &Services, caller: &Caller, after: &Worksheet) -> Result<Committed, StoreError> {
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::NoteAdded);
    audit.customer = Some(after.customer);
    let effect = Effect::WorksheetWritten { expected: after.version - 1, after: Box::new(after.clone()) };
    services.store.commit(Change::new(caller.scope, effect, audit)).await
}

/// `DOSSIER_RACES` says how many races are run.
pub(crate) async fn members_who_ask_for_the_next_case_at_once_never_get_the_same(mut engine: Engine) {
    let races = std::env::var("DOSSIER_RACES").ok().map_or(500, |text| text.parse().expect("a number"));
    let (mut first, mut second) = (engine.services(), in_another_process(&mut engine).await);
    let hands = Hands::stop([&mut first, &mut second]);
    let (first, second) = (Arc::new(first), Arc::new(second));
    let caller = caller(&first).await;
    let (mut cases, mut seats) = (Vec::new(), Vec::new());
    for number in 0..8 {
        cases.push(waiting(&first, &caller, &format!("{number}@example.com")).await);
        seats.push(seat(&first, &caller, &format!("m{number}"), Role::Analyst).await);
    }
    for race in 0..races {
        // Sometimes there are fewer cases than members.
        let among: Vec<_> = cases.iter().copied().take(race % 8 + 1).collect();
        let asked = seats.iter().enumerate().map(|(number, seat)| {
            let services = Arc::clone(if number % 2 == 0 { &first } else { &second });
            let (seat, among) = (seat.clone(), among.clone());
            tokio::spawn(async move { worksheet::next(&services, &seat, among).await.expect("an answer") })
        });
        let mut got = Vec::new();
        for answer in futures_util::future::join_all(asked).await {
            got.push(answer.expect("no panic"));
        }
        let given: Vec<_> = got.iter().flatten().collect();
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len(), "race {race}: {got:?}");
        assert_eq!(given.len(), among.len(), "race {race}: every case has a member: {got:?}");
        for (seat, case) in seats.iter().zip(&got) {
            let Some(case) = case else { continue };
            let name = seat.member.details.name.as_str();
            assert_eq!(holder(&first, &caller, *case).await.as_deref(), Some(name), "race {race}");
        }
        hands.advance(15 * MINUTE);
    }
}

pub(crate) async fn the_next_case_is_the_first_that_no_member_holds_and_that_still_waits(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let bob = seat(&services, &caller, "bob", Role::Analyst).await;
    let mut cases = Vec::new();
    for number in 0..4 {
        cases.push(waiting(&services, &caller, &format!("{number}@example.com")).await);
    }
    let next = async |seat: &Seat| worksheet::next(&services, seat, cases.clone()).await.expect("an answer");
    assert_eq!((next(&ada).await, next(&bob).await), (Some(cases[0]), Some(cases[1])));
    assert_eq!(next(&ada).await, Some(cases[0]), "the one that is hers already");
    worksheet::release(&services, &ada, cases[0]).await.expect("given back");
    // Of the list that the member sees, one was decided and one erased in the meantime.
    let body = format!(r#"{{"action":"kyc.status.approve","customer_id":"{}"}}"#, cases[0]);
    simulate(&services, &caller, Request::unkeyed(body.as_bytes())).await.expect("approved");
    erase::request(&services, &caller, Some(cases[2]), Request::unkeyed(WHY)).await.expect("scheduled");
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    assert_eq!(next(&ada).await, Some(cases[3]));
    let nothing = worksheet::next(&services, &ada, [cases[0], cases[1], cases[2]]).await.expect("an answer");
    assert_eq!(nothing, None);
}

pub(crate) async fn what_waits_is_listed_with_the_versions_of_record_and_worksheet(mut engine: Engine) {
    let mut services = engine.services();
    let hands = Hands::stop([&mut services]);
    let caller = caller(&services).await;
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let mut cases = Vec::new();
    for number in 0..3 {
        hands.advance(1);
        cases.push(waiting(&services, &caller, &format!("{number}@example.com")).await);
    }
    given(&services, &caller, "idle@example.com", "individual").await;
    worksheet::take(&services, &ada, cases[1], None).await.expect("taken");
    worksheet::add_note(&services, &ada, cases[1], "x").await.expect("added");
    worksheet::renew(&services, &ada, cases[1]).await.expect("renewed");
    put(&services, &caller, cases[2], r#"{"first_name":"A"}"#).await.expect("updated");
    let mut expected = Vec::new();
    for id in &cases {
        let (customer, sheet) = (read(&services, caller.scope, *id).await, sheet(&services, &caller, *id).await);
        let since = customer.kyc.queued_at.expect("it waits");
        let (version, worksheet, renewed_at) = (customer.version, sheet.version, sheet.renewed_at);
        expected.push(Waiting { customer: *id, version, since, worksheet, renewed_at });
    }
    assert_eq!((expected[1].worksheet, expected[1].renewed_at.is_some(), expected[2].worksheet), (2, true, 0));
    assert_eq!(services.store.waiting(caller.scope).await.expect("readable"), expected, "longest wait first");
    let elsewhere = Scope { environment: Environment::Production, ..caller.scope };
    assert_eq!(services.store.waiting(elsewhere).await.expect("readable"), []);
}

pub(crate) async fn an_erased_customer_leaves_no_worksheet(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let ada = seat(&services, &caller, "ada", Role::Analyst).await;
    let (id, other) =
        (waiting(&services, &caller, "a@example.com").await, waiting(&services, &caller, "b@example.com").await);
    for id in [id, other] {
        worksheet::add_note(&services, &ada, id, "looks like his brother").await.expect("added");
    }
    let mut late = sheet(&services, &caller, id).await;
    late.version += 1;
    let before = engine.rows("desk").await;
    erase::request(&services, &caller, Some(id), Request::unkeyed(WHY)).await.expect("scheduled");
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    assert_eq!(engine.rows("desk").await, before - 1, "the other's stays");
    assert_eq!(sheet(&services, &caller, other).await.details.notes.len(), 1);
    // What was computed before the erasure is not written after it.
    let result = written(&services, &caller, &late).await;
    assert!(!matches!(result, Ok(Committed::Done)), "{result:?}");
    for number in 0..10 {
        let id = waiting(&services, &caller, &format!("{number}@example.com")).await;
        erase::request(&services, &caller, Some(id), Request::unkeyed(WHY)).await.expect("scheduled");
        let first = Worksheet { version: 1, ..Worksheet::empty(id) };
        let both = futures_util::join!(erase::run_due(&services), written(&services, &caller, &first));
        assert!(matches!(both.0, Ok(1)), "{both:?}");
        assert_eq!(engine.rows("desk").await, before - 1, "{both:?}");
    }
    let refused = worksheet::add_note(&services, &ada, id, "x").await;
    assert!(matches!(refused, Err(DeskError::Store(StoreError::Erased { .. }))), "{refused:?}");
    let notes = audited(&services, caller.scope, Action::NoteAdded).await;
    assert!(notes.iter().all(Option::is_none), "an erased note and one that says nothing: {notes:?}");
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

/// Only the name of a member is in the clear: as the actor of the trail.
pub(crate) async fn nothing_personal_of_members_is_stored_in_the_clear(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = waiting(&services, &caller, "a@example.com").await;
    let zoe = seat(&services, &caller, "Zoe-Canary", Role::Approver).await;
    signed_in(&services, &caller, &zoe.member).await;
    worksheet::take(&services, &zoe, id, Some("Reason-Canary")).await.expect("taken");
    worksheet::add_note(&services, &zoe, id, "Note-Canary").await.expect("added");
    worksheet::escalate(&services, &zoe, id, "Escalation-Canary").await.expect("escalated");
    let seen = read(&services, caller.scope, id).await.version;
    worksheet::give_verdict(&services, &zoe, id, "nationality", Some(VerdictWord::Differs), seen).await.expect("given");
    let names = "SELECT count(*) FROM audit WHERE actor LIKE 'member:%:Zoe-Canary'";
    let names = engine.text(&format!("SELECT CAST(({names}) AS TEXT)")).await;
    assert_eq!(names.as_deref(), Some("5"), "a sign-in and four steps");
    drop(services);
    engine.close();
    let stored = engine.everything().await;
    assert!(stored.contains("Zoe-Canary"), "the search finds what is in the clear");
    for canary in ["Zoe-Canary@example.com", "Note-Canary", "Reason-Canary", "Escalation-Canary", "Firefox", "differs"]
    {
        assert!(!stored.contains(canary), "{canary}");
    }
}
