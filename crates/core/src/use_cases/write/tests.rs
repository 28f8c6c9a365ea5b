//! Tests of the write loop, with a store whose results each test scripts.

use std::future::ready;
use std::sync::{Arc, Mutex};

use super::scripted::{Noon, SCOPE, Scripted, TICKET, at_once, services};
use super::*;
use crate::audit::action::Action;
use crate::clock::Clock as _;
use crate::ids::CustomerId;

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

const KEYED: Option<Attempt<'_>> = Some(Attempt { key: "k", route: "POST /", content: [b"", b"", b""] });

struct Run {
    result: Result<Answer, Refusal>,
    /// How often the loop loaded, which is also the last version that it loaded.
    loaded: u64,
    committed: Vec<Change>,
}

/// Runs the loop. Each load finds the next version, from 1.
fn run(
    store: Scripted,
    request: Option<Attempt<'_>>,
    mut compute: impl FnMut(u64) -> Result<Outcome<Answer>, Refusal>,
) -> Run {
    let store = Arc::new(store);
    let services = services(&store);
    let mut loaded = 0;
    let load = || {
        loaded += 1;
        ready(Ok(loaded))
    };
    let caller = caller();
    let result = at_once(write(&services, &caller, request, load, &mut compute));
    let committed = std::mem::take(&mut *store.committed.lock().expect("unpoisoned"));
    Run { result, loaded, committed }
}

fn caller() -> Caller {
    Caller::system(SCOPE, "this")
}

fn answer(version: u64) -> Answer {
    Answer::about(CustomerId::from_bytes([4; 16]), version, b"{}".to_vec())
}

/// A change whose audit entry and answer name the version that was loaded.
#[allow(clippy::unnecessary_wraps)]
fn next_version(version: u64) -> Result<Outcome<Answer>, Refusal> {
    let mut audit = AuditEntry::new(&caller(), Noon.now(), Action::CustomerUpdated);
    audit.version = Some(version);
    Ok(Outcome::Change(Change::new(SCOPE, Effect::None, audit), answer(version)))
}

fn versions(committed: &[Change]) -> Vec<Option<u64>> {
    committed.iter().map(|change| change.audit.as_ref().and_then(|audit| audit.version)).collect()
}

#[test]
fn a_write_starts_over_from_the_version_that_was_committed_first() {
    let store = Scripted { endings: Mutex::new([Committed::VersionMoved; 2].into()), ..Scripted::default() };
    let run = run(store, None, next_version);
    assert_eq!(run.result.expect("written").version, Some(3));
    assert_eq!(versions(&run.committed), [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_request_gets_the_answer_of_its_repetition_that_committed_first() {
    let first = Answer { replayed: true, ..answer(9) };
    let store = Scripted {
        endings: Mutex::new([Committed::AnswerTaken].into()),
        known: Mutex::new([Replay::Fresh(TICKET), Replay::Answered(first)].into()),
        ..Scripted::default()
    };
    let run = run(store, KEYED, next_version);
    let answer = run.result.expect("answered");
    assert!(answer.replayed && answer.version == Some(9));
    assert_eq!((run.loaded, run.committed.len()), (1, 1));
}

#[test]
fn a_write_that_others_always_overtake_fails_as_busy() {
    let endings = Mutex::new([Committed::VersionMoved; 2 * MAX_ATTEMPTS].into());
    let run = run(Scripted { endings, ..Scripted::default() }, None, next_version);
    assert!(matches!(run.result, Err(Refusal::Store(StoreError::Busy))));
    assert_eq!((run.committed.len(), run.loaded), (MAX_ATTEMPTS, MAX_ATTEMPTS as u64));
}

#[test]
fn an_unkeyed_request_that_changes_nothing_commits_nothing() {
    let run = run(Scripted::default(), None, |version| Ok(Outcome::Unchanged(answer(version))));
    assert_eq!(run.result.expect("answered").version, Some(1));
    assert!(run.committed.is_empty());
}

#[test]
fn a_keyed_request_that_changes_nothing_commits_only_its_answer() {
    let run = run(Scripted::default(), KEYED, |version| Ok(Outcome::Unchanged(answer(version))));
    let [Change { effect: Effect::None, audit: None, events, answer: Some(kept), .. }] = &run.committed[..] else {
        panic!("{:?}", run.committed)
    };
    assert!(events.is_empty());
    assert_eq!((kept.ticket, kept.at, kept.request_id.as_str()), (TICKET, Noon.now(), "this"));
    assert_eq!((kept.answer.version, run.result.expect("answered").version), (Some(1), Some(1)));
}

#[test]
fn a_change_keeps_its_answer_only_for_a_keyed_request() {
    for (request, kept) in [(None, None), (KEYED, Some(1))] {
        let run = run(Scripted::default(), request, next_version);
        assert_eq!(run.committed[0].answer.as_ref().and_then(|kept| kept.answer.version), kept);
    }
}

#[test]
fn a_repeated_request_loads_and_computes_nothing() {
    for known in [Replay::Answered(answer(7)), Replay::OtherRequest("another".to_owned())] {
        let reused = matches!(known, Replay::OtherRequest(_));
        let store = Scripted { known: Mutex::new([known].into()), ..Scripted::default() };
        let run = run(store, KEYED, |_| panic!("a repeated request is not computed"));
        match run.result {
            Ok(answer) => assert!(!reused && answer.version == Some(7)),
            Err(error) => assert!(matches!(error, Refusal::KeyReused(first) if reused && first.0 == "another")),
        }
        assert_eq!((run.loaded, run.committed.len()), (0, 0));
    }
}

#[test]
fn a_record_that_may_be_old_is_loaded_again_before_anything_is_committed() {
    let run = run(Scripted::default(), KEYED, |version| match version {
        1 => Ok(Outcome::Again),
        newest => next_version(newest),
    });
    assert_eq!(run.result.expect("written").version, Some(2));
    assert_eq!(versions(&run.committed), [Some(2)]);
}
